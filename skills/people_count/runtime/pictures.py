"""The picture that goes with an alert: people made unrecognisable first, then boxes, zones and the count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from .watched import Counted, Zones

MAX_SIDE = 1280
QUALITY = 80
HEAD = 0.25  # of a box's height, from its top
MARGIN = 0.15  # of a head's size, on each side: boxes are not exact
BLOCKS = 5  # squares across what is made unrecognisable
LINE, NAME = 24, 200  # room that a zone's name takes, in pixels: its height, and more than most are wide
INK, ZONE = (60, 220, 255), (255, 180, 60)


@dataclass(frozen=True)
class Snapshot:
    """A picture to show.

    Attributes:
        jpeg: Its bytes.
        alt: What it shows, in words.
    """

    jpeg: bytes
    alt: str


def snapshot(image: np.ndarray, counted: Counted, zones: Zones, name: str, privacy: str = "heads") -> Snapshot:
    """Draw what was counted onto a copy of a frame.

    Args:
        image: uint8, shape (height, width, 3), blue green red; it is not changed.
        counted: What was counted in it.
        zones: Polygons by name, in fractions of width and height.
        name: The camera's.
        privacy: heads, figures or none: what is made unrecognisable. People whom the detector missed stay as they are.
    """
    drawn = image.copy()
    hide(drawn, counted.boxes, privacy)
    scale = min(1.0, MAX_SIDE / max(drawn.shape[:2]))
    if scale < 1:
        drawn = cv2.resize(drawn, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _draw_zones(drawn, zones)
    for x1, y1, x2, y2 in np.rint(counted.boxes * scale).astype(int):
        cv2.rectangle(drawn, (int(x1), int(y1)), (int(x2), int(y2)), INK, 2)
    _draw_text(drawn, ", ".join(f"{zone}: {_whole(count)}" for zone, count in counted.counts.items()), (8, 24))
    ok, data = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    assert ok, "a JPEG encoder is part of OpenCV"
    return Snapshot(data.tobytes(), alt_text(counted, name))


def alt_text(counted: Counted, name: str) -> str:
    """What the picture of a camera shows, as one sentence."""
    parts = ", ".join(f"{_whole(count)} in {zone}" for zone, count in counted.counts.items())
    people = "1 person is" if len(counted.boxes) == 1 else f"{len(counted.boxes)} people are"
    return f"{_named(name)}: {parts or 'no zone'}; {people} marked in the picture."


def _named(name: str) -> str:
    return name.capitalize() if name.lower().startswith("camera") else f"Camera {name}"


def hide(image: np.ndarray, boxes: np.ndarray, privacy: str) -> None:
    """Make people unrecognisable, in place.

    Args:
        image: uint8, shape (height, width, 3).
        boxes: Shape (N, 4), as (x_min, y_min, x_max, y_max) in pixels.
        privacy: One of HIDDEN.
    """
    height, width = image.shape[:2]
    for box in boxes.astype(float):
        area = HIDDEN[privacy](*box)
        if area is None:
            continue
        x1, y1 = max(0, int(area[0])), max(0, int(area[1]))
        x2, y2 = min(width, int(np.ceil(area[2]))), min(height, int(np.ceil(area[3])))
        if x2 > x1 and y2 > y1:
            image[y1:y2, x1:x2] = _squares(image[y1:y2, x1:x2])


def _head(x1: float, y1: float, x2: float, y2: float) -> tuple[float, float, float, float]:
    wide, tall = (x2 - x1) * MARGIN, (y2 - y1) * HEAD
    return x1 - wide, y1 - tall * MARGIN, x2 + wide, y1 + tall * (1 + MARGIN)


def _figure(x1: float, y1: float, x2: float, y2: float) -> tuple[float, float, float, float]:
    wide, tall = (x2 - x1) * MARGIN, (y2 - y1) * HEAD * MARGIN
    return x1 - wide, y1 - tall, x2 + wide, y2 + tall


def _nobody(x1: float, y1: float, x2: float, y2: float) -> None:
    return None


HIDDEN: Mapping[str, Callable[[float, float, float, float], tuple[float, float, float, float] | None]] = {
    "heads": _head,
    "figures": _figure,
    "none": _nobody,
}


def _squares(part: np.ndarray) -> np.ndarray:
    height, width = part.shape[:2]
    # Averages over large squares: nothing finer is left, so nothing can be sharpened back.
    across = (min(width, BLOCKS), max(1, min(height, round(BLOCKS * height / width))))
    small = cv2.resize(part, across, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)


def _draw_zones(image: np.ndarray, zones: Zones) -> None:
    size = np.array([image.shape[1], image.shape[0]])
    taken: list[tuple[int, int]] = []
    for name, corners in zones.items():
        points = np.rint(np.asarray(corners, float) * size).astype(np.int32)
        cv2.polylines(image, [points], True, ZONE, 2, cv2.LINE_AA)
        place = int(points[:, 0].min()) + 4, int(points[:, 1].max()) - 6
        while any(abs(place[0] - x) < NAME and abs(place[1] - y) < LINE for x, y in taken):
            place = place[0], place[1] - LINE  # above the name of a zone that shares this corner
        taken.append(place)
        _draw_text(image, name, place)


def _draw_text(image: np.ndarray, text: str, place: tuple[int, int]) -> None:
    # OpenCV's letters are ASCII alone.
    plain = text.encode("ascii", "replace").decode()
    cv2.putText(image, plain, place, cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 4, cv2.LINE_AA)
    cv2.putText(image, plain, place, cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 1, cv2.LINE_AA)


def _whole(count: float) -> str:
    return f"{count:.0f}"
