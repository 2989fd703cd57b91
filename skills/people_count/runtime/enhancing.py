"""What is done to a picture before people are looked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from .boxes import Image

_TILES = (8, 8)


def _plain(image: Image) -> Image:
    return image


def _clahe(image: Image) -> Image:
    """Contrast equalised part by part, in lightness alone (CLAHE)."""
    light, *colours = cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2LAB))
    even = cv2.createCLAHE(clipLimit=2.0, tileGridSize=_TILES).apply(light)
    return np.asarray(cv2.cvtColor(cv2.merge([even, *colours]), cv2.COLOR_LAB2BGR), np.uint8)


def _bright(image: Image) -> Image:
    """Dark parts lightened: each value v of 255 becomes 255 * (v / 255) ** 0.6."""
    return np.asarray(cv2.LUT(image, _BRIGHTER), np.uint8)


_BRIGHTER = np.round(255 * (np.arange(256) / 255) ** 0.6).astype(np.uint8)

ENHANCEMENTS: Mapping[str, Callable[[Image], Image]] = {"none": _plain, "contrast": _clahe, "brighten": _bright}
