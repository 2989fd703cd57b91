"""Looking at a picture in parts: small people become large enough for a network."""

from __future__ import annotations

from collections.abc import Mapping

from .boxes import Boxes, Image, joined
from .detectors.base import Detector

# Columns and rows of parts.
TILINGS: Mapping[str, tuple[int, int]] = {"whole": (1, 1), "halves": (2, 1), "quarters": (2, 2)}
OVERLAP = 0.2  # of a part that its neighbour sees too, so that nobody is only seen cut


def tiles(height: int, width: int, tiling: str) -> list[tuple[int, int, int, int]]:
    """The parts of a picture: left, upper, right and lower border of each, in pixels.

    >>> tiles(100, 220, "halves")
    [(0, 0, 132, 100), (88, 0, 220, 100)]
    """
    columns, rows = TILINGS[tiling]
    return [(x, y, right, low) for y, low in _spans(height, rows) for x, right in _spans(width, columns)]


def _spans(length: int, parts: int) -> list[tuple[int, int]]:
    if parts == 1:
        return [(0, length)]
    part = round(length / parts * (1 + OVERLAP))
    return [
        (round(index * (length - part) / (parts - 1)), round(index * (length - part) / (parts - 1)) + part)
        for index in range(parts)
    ]


def detect(detector: Detector, image: Image, tiling: str) -> Boxes:
    """Candidates of all parts, in pixels of the whole picture; who stands in two parts is suppressed later."""
    parts = tiles(image.shape[0], image.shape[1], tiling)
    if len(parts) == 1:
        return detector.detect(image)
    return joined([detector.detect(image[y:low, x:right]).moved(x, y) for x, y, right, low in parts])
