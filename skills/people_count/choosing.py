"""Which frames a person is asked to count: those of every fullness that a detector is least sure of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from neo.automl.problem import InputFile, Resources
from neo.skill import Unlabelled
from skills.people_count.candidates import look
from skills.people_count.intake import Read
from skills.people_count.runtime.boxes import Boxes
from skills.people_count.runtime.counting import kept
from skills.people_count.runtime.detectors import available
from skills.people_count.runtime.parameters import complete_config
from skills.people_count.runtime.reading import frames_at
from skills.people_count.space import BEST_FIRST

LOOKED_AT = 60  # frames of all recordings together, spread evenly
UNSURE = (0.15, 0.6)  # scores of what may be a person
WIDTH = 1024  # of the pictures that are shown
SEPARATOR = "#"
COMPARES = "background"  # with earlier pictures, so that it sees nobody in one alone


@dataclass(frozen=True)
class _Seen:
    video: str
    number: int
    people: int
    unsure: int


def choose(read: Read, cache_dir: Path, resources: Resources, most: int, turn: int) -> list[Unlabelled]:
    """Up to *most* frames: of each fullness that was seen the one that a detector is least sure of.

    Args:
        turn: At each turn the next ones are shown.
    """
    seen = _looked_at(read, cache_dir, resources)
    ranked = sorted(seen, key=lambda one: (one.people, one.video, one.number))
    groups = [ranked[len(ranked) * i // most : len(ranked) * (i + 1) // most] for i in range(most)]
    chosen = []
    for group in (one for one in groups if one):
        by_doubt = sorted(group, key=lambda one: (-one.unsure, one.number))
        chosen.append(by_doubt[turn % len(by_doubt)])
    chosen.sort(key=lambda one: (one.video, one.number))
    return [shown(read.videos[one.video][0], one.number, read.videos[one.video][1].fps) for one in chosen]


def _looked_at(read: Read, cache_dir: Path, resources: Resources) -> list[_Seen]:
    here = available(resources.models_dir)
    config = complete_config({"detector": next(one for one in BEST_FIRST if one in here and one != COMPARES)})
    found = []
    each = max(1, LOOKED_AT // max(1, len(read.videos)))
    for sha, (video, facts) in read.videos.items():
        count = min(each, facts.frames)
        numbers = sorted({round(i * (facts.frames - 1) / max(1, count - 1)) for i in range(count)})
        size = (facts.height, facts.width)
        alone = [[one] for one in numbers]
        candidates = look(video, config, alone, cache_dir, resources.models_dir, resources.threads)
        found += [
            _Seen(sha, number, len(kept(one[0], config, size)), _unsure(one[0]))
            for number, one in zip(numbers, candidates, strict=True)
        ]
    return found


def _unsure(boxes: Boxes) -> int:
    return int(((boxes.scores > UNSURE[0]) & (boxes.scores < UNSURE[1])).sum())


def shown(video: InputFile, number: int, fps: float) -> Unlabelled:
    """A frame as a person is asked about it."""
    _, image = next(frames_at(video.path, [number]))
    if image.shape[1] > WIDTH:
        height = round(image.shape[0] * WIDTH / image.shape[1])
        image = cv2.resize(image, (WIDTH, height), interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 88])
    at = number / fps if fps else 0.0
    question = f"How many people are there, at {at:.1f} s of {video.name}?"
    alt = f"Frame {number} of {video.name}, at {at:.1f} seconds; how many people it shows is what is asked."
    return Unlabelled(f"{video.name}{SEPARATOR}{number}", question, data.tobytes(), alt)


def counts_file(labels: Sequence[tuple[str, int]]) -> bytes:
    """A person's counts as a table, by the ids of the frames."""
    rows = ["video,frame,count"]
    for id_, count in labels:
        video, _, frame = id_.rpartition(SEPARATOR)
        quoted = '"' + video.replace('"', '""') + '"'
        rows.append(f"{quoted},{frame},{count}")
    return ("\n".join(rows) + "\n").encode()
