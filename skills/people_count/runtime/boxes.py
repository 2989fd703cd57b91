"""Boxes around people in one picture, and what is done with them before they are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Image = NDArray[np.uint8]
"""A picture, shape (height, width, 3), blue, green, red, each in [0, 255]."""


@dataclass(frozen=True)
class Boxes:
    """Boxes and how sure the detector is of each.

    Attributes:
        corners: Shape (n, 4): x and y of the upper left and of the lower right corner, in pixels.
        scores: Shape (n,), in [0, 1].
    """

    corners: Floats
    scores: Floats

    def __len__(self) -> int:
        return len(self.scores)

    def where(self, kept: NDArray[np.bool_] | Sequence[int] | NDArray[np.intp]) -> Boxes:
        """Those that a mask or a list of places names."""
        return Boxes(self.corners[kept], self.scores[kept])

    def moved(self, x: float, y: float) -> Boxes:
        """The same boxes, shifted by so many pixels."""
        return Boxes(self.corners + np.array([x, y, x, y], np.float32), self.scores)


def no_boxes() -> Boxes:
    """Nobody."""
    return Boxes(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))


def boxes_of(corners: NDArray[np.floating], scores: NDArray[np.floating], image: Image, floor: float) -> Boxes:
    """The boxes that score at least *floor*, cut at the picture's border; those without an inside are left out."""
    height, width = image.shape[:2]
    kept = scores >= floor
    inside = np.clip(corners[kept], 0, [width, height, width, height]).astype(np.float32)
    has_area = (inside[:, 2] > inside[:, 0]) & (inside[:, 3] > inside[:, 1])
    return Boxes(inside[has_area], scores[kept][has_area].astype(np.float32))


def joined(parts: Sequence[Boxes]) -> Boxes:
    """All boxes of several lists."""
    if not parts:
        return no_boxes()
    return Boxes(np.concatenate([one.corners for one in parts]), np.concatenate([one.scores for one in parts]))


def suppressed(boxes: Boxes, most_overlap: float) -> Boxes:
    """Non-maximum suppression: of two boxes that overlap more than *most_overlap* (IoU), the surer one stays.

    >>> two = Boxes(np.array([[0, 0, 9, 9], [0, 0, 9, 8]], np.float32), np.array([0.8, 0.9], np.float32))
    >>> [round(float(score), 1) for score in suppressed(two, 0.5).scores]
    [0.9]
    """
    if len(boxes) < 2:
        return boxes
    sizes = np.concatenate([boxes.corners[:, :2], boxes.corners[:, 2:] - boxes.corners[:, :2]], axis=1)
    kept = cv2.dnn.NMSBoxes(sizes.tolist(), boxes.scores.tolist(), 0.0, most_overlap)
    return boxes.where(np.asarray(kept, np.intp).ravel())


def overlaps(one: Floats, other: Floats) -> Floats:
    """Intersection over union of each box with each: shape (n, m), in [0, 1]; [i, j] is of ``one[i]``, ``other[j]``."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = [np.prod(some[:, 2:] - some[:, :2], axis=1) for some in (one, other)]
    union = areas[0][:, None] + areas[1][None, :] - both
    return np.asarray(both / np.maximum(union, 1e-9), np.float32)
