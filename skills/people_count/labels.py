"""Counts that a person made of frames: what the counter is judged on.

A file of counts is JSON, ``{"video": name, "fps": 10, "counts": {"0": 3, "40": {"near": 6, "far": 1}}}``, or a table
(CSV) with a column ``frame`` or ``seconds`` and one ``count``, and a column ``video`` where there are several.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neo.errors import BadInput

FORMS = 'JSON such as {"counts": {"0": 3, "40": 6}}, or a table with the columns frame (or seconds) and count'
ABOUT = ("note", "comment")  # keys beside the counts of a frame


@dataclass(frozen=True)
class Label:
    """How many people a frame shows.

    Attributes:
        video: The file's name; empty where the counts name none, so that they are of the only video.
        frame: Its number, from 0; -1 where only *seconds* is known.
    """

    video: str
    frame: int
    count: int
    seconds: float = math.nan


@dataclass(frozen=True)
class Counts:
    """A file of counts.

    Attributes:
        label: Which of several counts of a frame was taken, such as ``near``; empty where there is one.
        rejected: Rows that could not be read, each with its reason.
    """

    labels: tuple[Label, ...]
    label: str = ""
    others: tuple[str, ...] = ()
    rejected: tuple[str, ...] = field(default=())


def read_counts(path: Path, name: str, wanted: str = "") -> Counts:
    """Read a file of counts.

    Args:
        name: As a person calls the file.
        wanted: Which of several counts of a frame to take; the first where it is empty.

    Raises:
        BadInput: It is none, or holds no usable count.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{name} is no file of counts.", "It is not text.", f"Send {FORMS}.") from error
    counts = _from_json(text, name, wanted) if name.lower().endswith(".json") else _from_table(text, name)
    if not counts.labels:
        why = " ".join(counts.rejected[:3]) or "It is empty."
        raise BadInput(f"{name} holds no usable count.", why, f"Send {FORMS}.")
    return counts


def is_counts(path: Path, name: str) -> bool:
    """Whether a file is one of counts, from its name and its content."""
    if not name.lower().endswith((".json", ".csv")):
        return False
    try:
        read_counts(path, name)
    except (BadInput, OSError):
        return False
    return True


def _from_json(text: str, name: str, wanted: str) -> Counts:
    try:
        body = json.loads(text)
    except ValueError as error:
        raise BadInput(f"{name} is no JSON.", f"{error}.", f"Send {FORMS}.") from error
    rows = body.get("counts") if isinstance(body, dict) else None
    if not isinstance(rows, dict):
        raise BadInput(f"{name} has no counts.", "The key 'counts' is not there.", f"Send {FORMS}.")
    several = [row for row in rows.values() if isinstance(row, dict)]
    names = list(dict.fromkeys(key for row in several for key in row if key not in ABOUT))
    if wanted and names and wanted not in names:
        raise BadInput(f"{name} counts no '{wanted}'.", f"It counts {', '.join(names)}.", "Name one of these.")
    label = wanted or (names[0] if names else "")
    labels, rejected = [], []
    for key, row in rows.items():
        value = row.get(label) if isinstance(row, dict) else row
        found, reason = _label(str(body.get("video") or ""), key, "", value)
        labels += [found] if found else []
        rejected += [reason] if reason else []
    others = tuple(one for one in names if one != label)
    return Counts(tuple(labels), label, others, tuple(rejected))


def _from_table(text: str, name: str) -> Counts:
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = {str(key).strip().lower() for key in (rows[0] if rows else {})}
    if "count" not in columns or not columns & {"frame", "seconds"}:
        told = ", ".join(sorted(columns)) or "none"
        raise BadInput(f"{name} lacks a column.", f"It has the columns {told}.", f"Send {FORMS}.")
    labels, rejected = [], []
    for row in rows:
        cells = {str(key).strip().lower(): (value or "").strip() for key, value in row.items() if key is not None}
        found, reason = _label(cells.get("video", ""), cells.get("frame", ""), cells.get("seconds", ""), cells["count"])
        labels += [found] if found else []
        rejected += [reason] if reason else []
    return Counts(tuple(labels), rejected=tuple(rejected))


def _label(video: str, frame: str, seconds: str, count: Any) -> tuple[Label | None, str]:
    where = f"frame {frame}" if frame else f"second {seconds}"
    number, at, people = _number(frame), _number(seconds), _number(count)
    if people is None or people < 0 or people != int(people):
        return None, f"The count of {where} is {count!r}, not a whole number from 0."
    if number is None and at is None:
        return None, f"A row with the count {count!r} names no frame and no second."
    if any(one is not None and one < 0 for one in (number, at)):
        return None, f"The {where} lies before the start."
    if number is not None and number != int(number):
        return None, f"The number of {where} is not whole."
    return Label(video, -1 if number is None else int(number), int(people), math.nan if at is None else at), ""


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def kind_of(count: int) -> str:
    """How full a frame is, for the report's break-down."""
    return next(name for most, name in _KINDS if count <= most)


_KINDS: Sequence[tuple[float, str]] = (
    (0, "nobody"), (3, "1 to 3 people"), (6, "4 to 6 people"), (10, "7 to 10 people"), (math.inf, "more than 10"),
)  # fmt: skip


def as_json(labels: Mapping[int, int], video: str, fps: float) -> str:
    """Counts by frame as a file of counts."""
    return json.dumps({"video": video, "fps": fps, "counts": {str(frame): n for frame, n in sorted(labels.items())}})
