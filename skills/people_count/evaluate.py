"""How one configuration does on frames that a person counted.

A counter sees a stream, so a labelled frame is judged with what came before it: pictures at the configured rate, the
last of which is up to one interval old, smoothed and followed as they will be when it is deployed.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from time import perf_counter
from typing import Any

from neo.automl.problem import Context, Evaluation, InputFile, Instance, Metric
from neo.automl.space import Config
from skills.people_count.candidates import look, way_of_looking
from skills.people_count.episodes import (
    Episode,
    Waited,
    alert_scores,
    breaches,
    fired,
    frames_looked_at,
    told_at,
)
from skills.people_count.labels import kind_of
from skills.people_count.runtime.counting import Follower, kept, open_counter
from skills.people_count.runtime.detectors.classic import Background
from skills.people_count.runtime.parameters import complete_config
from skills.people_count.runtime.reading import frames_at
from skills.people_count.runtime.zones import WHOLE, Zone

SPAN = 10.0  # an error of so many people, or more, scores 0
TIMED = 6  # frames on which the time of a picture is measured
WARM = 4  # pictures that let a tracker know who is there
HOURS_A_MONTH = 730.0
EPISODE = "an episode"
Seen = list[tuple[int, float]]
"""Frame numbers and what was counted there."""
# The age of the newest picture at a labelled frame goes evenly through the interval between two: multiples of the
# golden ratio spread over [0, 1) better than random numbers do.
GOLDEN = (5**0.5 - 1) / 2

WEIGHED = Metric(
    "weighed", "Mean error of the count, the worse kind counted three times",
    "How many people the count is off, where an error towards the mistake that you called worse counts three times.",
    SPAN, "people", "weighed error",
)  # fmt: skip
METRICS = (
    Metric(
        "closeness", "Mean absolute error of the count", "How many people the count is off, on average.", SPAN,
        "people", "mae",
    ),
    Metric("within_one", "Counts right within one", "Share of the frames whose count is off by one at most."),
    Metric("exact", "Counts exactly right", "Share of the frames whose count is right."),
    Metric(
        "over_limit", "Right side of the limit",
        "Share of the frames in which the count is above the alert's limit exactly when the people are.",
    ),
    Metric("alert_recall", "Crowds that are told", "Share of the crowds in the episodes for which an alert fires."),
    Metric("alert_precision", "Alerts that are right", "Share of the alerts in the episodes that are for a crowd."),
    Metric(
        "promptness", "Promptness of alerts",
        "1 for an alert as soon as a crowd has lasted long enough, 0 at the end of the promised time.",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """A frame that a person counted.

    Attributes:
        video: Hash of the video's file.
        fps: Frames a second of the video.
        frames: How many it has; 0 where that is not known.
    """

    video: str
    number: int
    count: int
    fps: float
    frames: int = 0


Payload = Frame | Episode


def instances_of(
    frames: Sequence[Frame], episodes: Sequence[Episode], names: Mapping[str, str]
) -> tuple[Instance, ...]:
    """One instance a frame and an episode; *names* gives a video's name by its hash.

    Strata keep the mix of full and empty frames.
    """
    single = [
        Instance(f"{names[one.video]}#{one.number}", one, kind_of(one.count), kind_of(one.count)) for one in frames
    ]
    longer = [Instance(f"{names[one.video]}#{one.start}-{one.end}", one, EPISODE, EPISODE) for one in episodes]
    return (*single, *longer)


def evaluate(
    config: Config,
    instances: Sequence[Instance],
    context: Context,
    zone: Zone | None,
    waited: Waited,
) -> list[Evaluation]:
    """Score a configuration on frames and episodes; see `neo.automl.problem`. Bind the last two.

    The latency is that of one picture, from its pixels to the count; the cost is that of a camera a month, at the
    machine's rate for the share of it that the camera keeps busy.
    """
    full = complete_config(config)
    videos = {one.sha256: one for one in context.inputs if one.role == "video"}
    seen: dict[str, Seen] = {}
    for sha in dict.fromkeys(one.payload.video for one in instances):
        some = [one for one in instances if one.payload.video == sha]
        seen |= _seen(videos[sha], full, some, context, zone)
    latencies = _latencies(full, instances, videos, context)
    cost_usd = cost_a_month(full, context, fmean(latencies) if latencies else math.nan)
    return [
        Evaluation(
            one.id,
            _scores(one.payload, seen[one.id], waited),
            latencies[place % len(latencies)] if latencies else math.nan,
            cost_usd,
            _told(one.payload, seen[one.id], waited),
        )
        for place, one in enumerate(instances)
    ]


def _scores(payload: Payload, seen: Seen, waited: Waited) -> dict[str, float]:
    if isinstance(payload, Frame):
        return scores(seen[-1][1], payload.count, waited)
    each = [scores(told_at(seen, number), people, waited) for number, people in payload.counts]
    means = {name: fmean(one[name] for one in each) for name in each[0]}
    return means | alert_scores(seen, payload, waited)


def _told(payload: Payload, seen: Seen, waited: Waited) -> dict[str, str]:
    if isinstance(payload, Frame):
        return {"frame": f"{payload.number}", "counted": f"{seen[-1][1]:g}", "people": f"{payload.count}"}
    rule = waited.rule
    real = breaches(payload, rule.over, rule.confirm_s)
    return {
        "breaches": ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in real) or "none",
        "alerts": ", ".join(f"{at:.1f} s" for at in fired(seen, payload.fps, rule)) or "none",
    }


def scores(counted: float, people: int, waited: Waited) -> dict[str, float]:
    """Every metric of one count."""
    off, over = abs(counted - people), waited.rule.over
    weight = waited.missed if counted < people else waited.false
    return {
        "weighed": 1 - min(weight * off, SPAN) / SPAN,
        "closeness": 1 - min(off, SPAN) / SPAN,
        "within_one": float(off <= 1),
        "exact": float(off == 0),
        "over_limit": float((counted > over) == (people > over)),
    }


def _seen(
    video: InputFile, full: Config, instances: Sequence[Instance], context: Context, zone: Zone | None
) -> dict[str, Seen]:
    """Frame numbers and counts, in the order of time, of each instance."""
    payloads: list[Payload] = [one.payload for one in instances]
    runs = [run_before(one, full) if isinstance(one, Frame) else frames_looked_at(one, full) for one in payloads]
    resources = context.resources
    found = look(video, full, runs, context.cache_dir, resources.models_dir, resources.threads)
    size = _size(video)
    seen: dict[str, Seen] = {}
    for instance, run, boxes in zip(instances, runs, found, strict=True):
        follower = Follower(full, {WHOLE: zone} if zone else {})
        told = [follower.step(kept(one, full, size), size, 0.0).counts[WHOLE] for one in boxes]
        seen[instance.id] = list(zip(run, told, strict=True))
    return seen


def run_before(frame: Frame, full: Mapping[str, Any]) -> list[int]:
    """The frames that a counter has looked at when *frame* is there, oldest first.

    Where the video begins too late it is played backwards into the past, and forwards again where it is too short: no
    counter begins at a labelled frame.

    >>> run_before(Frame("", 40, 3, 10.0), {**complete_config({}), "sample_fps": 5, "smoothing": 3})
    [35, 37, 39]
    """
    step = max(1.0, frame.fps / full["sample_fps"])
    age = int(step * ((frame.number * GOLDEN) % 1))
    history = Background.history if full["detector"] == "background" else 0
    earlier = full["smoothing"] - 1 + (WARM if full["tracking"] == "on" else 0) + history
    wanted = [frame.number - age - round(step * back) for back in range(earlier, -1, -1)]
    return [_folded(number, frame.frames) for number in wanted]


def _folded(number: int, frames: int) -> int:
    """A number before the start, as the frame that is there when the video runs to and fro.

    >>> [_folded(number, 4) for number in range(-7, 4)]
    [1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3]
    """
    if frames < 2:
        return abs(number)
    place = abs(number) % (2 * (frames - 1))
    return min(place, 2 * (frames - 1) - place)


_SIZES: dict[str, tuple[int, int]] = {}
_TIMES: dict[str, list[float]] = {}
_MEASURING = threading.Lock()


def _size(video: InputFile) -> tuple[int, int]:
    """Height and width of a video's pictures."""
    if video.sha256 not in _SIZES:
        _, image = next(frames_at(video.path, [0]))
        _SIZES[video.sha256] = image.shape[0], image.shape[1]
    return _SIZES[video.sha256]


def _latencies(
    full: Config, instances: Sequence[Instance], videos: Mapping[str, InputFile], context: Context
) -> list[float]:
    """Seconds for a picture, on a sample; empty where nothing is timed.

    The time depends on the way of looking alone, so a process measures each way once; finalists are timed anew.
    """
    if not context.timed or not instances:
        return []
    key = repr(sorted(way_of_looking(full, context.resources.models_dir).items()))
    if context.repeats > 1 or key not in _TIMES:
        step = max(1, len(instances) // TIMED)
        some: list[Payload] = [one.payload for one in instances[::step]][:TIMED]
        with _MEASURING:
            _TIMES[key] = _measured(full, some, videos, context)
    return _TIMES[key]


def _measured(
    full: Config, payloads: Sequence[Payload], videos: Mapping[str, InputFile], context: Context
) -> list[float]:
    counter = open_counter(full, context.resources.models_dir, {})
    first = payloads[0].video
    numbers = [one.number if isinstance(one, Frame) else one.start for one in payloads if one.video == first]
    images = [image for _, image in frames_at(videos[first].path, numbers)]
    counter.count(images[0], 0.0)  # what is built lazily is built now
    return [median(_once(counter, image) for _ in range(context.repeats)) for image in images]


def _once(counter: Any, image: Any) -> float:
    start = perf_counter()
    counter.count(image, 0.0)
    return perf_counter() - start


def cost_a_month(full: Mapping[str, Any], context: Context, picture_s: float) -> float:
    """Dollars a month for one camera: the machine's rate for the share of it that looking at its pictures takes."""
    if math.isnan(picture_s):
        known = _TIMES.get(repr(sorted(way_of_looking(full, context.resources.models_dir).items())))
        picture_s = fmean(known) if known else 0.0
    share = min(1.0, picture_s * full["sample_fps"])
    return float(context.resources.compute_usd_per_hour * HOURS_A_MONTH * share)
