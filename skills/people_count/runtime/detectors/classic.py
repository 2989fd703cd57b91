"""Detectors that need no weights: OpenCV's own."""

from __future__ import annotations

import cv2
import numpy as np

from ..boxes import Boxes, Image, boxes_of, no_boxes
from .base import FLOOR, Detector

_OPEN = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
_CLOSE = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 15))  # legs and body of one person are one thing
_SHADOW = 127  # how MOG2 marks shadows; what moves is 255
_LEAST_AREA = 0.0008  # of the picture


class Hog(Detector):
    """Histograms of oriented gradients and a linear classifier (Dalal and Triggs, 2005), as OpenCV ships it.

    Its scores are margins m > 0 of the classifier, brought into [0, 1) as m / (1 + m).

    Args:
        width: Pictures are made so wide before they are searched; people should then be 100 to 200 pixels high.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._hog = cv2.HOGDescriptor()
        self._hog.setSVMDetector(np.array(cv2.HOGDescriptor.getDefaultPeopleDetector(), np.float32))

    def detect(self, image: Image) -> Boxes:
        """See :class:`Detector`."""
        scale = self._width / image.shape[1]
        small = cv2.resize(image, (self._width, max(128, round(image.shape[0] * scale))))
        found, margins = self._hog.detectMultiScale(small, winStride=(8, 8), padding=(8, 8), scale=1.05)
        if not len(found):
            return no_boxes()
        sizes = np.asarray(found, np.float32)
        corners = np.concatenate([sizes[:, :2], sizes[:, :2] + sizes[:, 2:]], axis=1)
        corners *= [image.shape[1] / small.shape[1], image.shape[0] / small.shape[0]] * 2
        certain = np.maximum(np.asarray(margins, np.float32).ravel(), 0)
        return boxes_of(corners, certain / (1 + certain), image, FLOOR)


class Background(Detector):
    """What moves before a still background (Zivkovic, 2004, as OpenCV's MOG2); a group that touches is one.

    Its scores are the shares of the boxes that moved.

    Args:
        width: Pictures are made so wide before they are compared.
    """

    history = 30

    def __init__(self, width: int) -> None:
        self._width = width
        self._model = cv2.createBackgroundSubtractorMOG2(history=300, varThreshold=25, detectShadows=True)
        # At OpenCV's .9 a person who walks to and fro is soon taken for ground.
        self._model.setBackgroundRatio(0.6)

    def detect(self, image: Image) -> Boxes:
        """See :class:`Detector`."""
        scale = self._width / image.shape[1]
        small = _shrunk(image, self._width)
        sharp = np.asarray(self._model.apply(small) > _SHADOW, np.uint8)
        moved = cv2.morphologyEx(cv2.morphologyEx(sharp, cv2.MORPH_OPEN, _OPEN), cv2.MORPH_CLOSE, _CLOSE)
        count, _, stats, _ = cv2.connectedComponentsWithStats(moved)
        stats = stats[1:count].astype(np.float32)
        stats = stats[stats[:, 4] >= _LEAST_AREA * moved.size]
        corners = np.concatenate([stats[:, :2], stats[:, :2] + stats[:, 2:4]], axis=1) / scale
        return boxes_of(corners, stats[:, 4] / np.maximum(stats[:, 2] * stats[:, 3], 1), image, FLOOR)


def _shrunk(image: Image, width: int) -> Image:
    """The picture made so wide: halved while that can be, which averages like areas, at an eighth of the time."""
    while image.shape[1] >= 2 * width and image.shape[0] > 1:
        height, half = image.shape[0] // 2, image.shape[1] // 2
        even = image[: 2 * height, : 2 * half]
        image = np.asarray(cv2.resize(even, (half, height), interpolation=cv2.INTER_AREA), np.uint8)
    size = width, max(1, round(image.shape[0] * width / image.shape[1]))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)
