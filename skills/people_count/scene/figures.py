"""Walking people, drawn so that detectors of real people find them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

# All lengths are hundredths of a figure's height; OpenCV draws in sixteenths of a pixel.
_BITS = 4
_HAIR, _SHOE = (35, 40, 50), (30, 30, 30)
_SKINS = ((110, 140, 190), (90, 115, 165), (70, 90, 130), (130, 160, 210))
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Look:
    """What a person wears; blue, green, red."""

    coat: Colour
    trousers: Colour
    skin: Colour


def some_look(rng: np.random.Generator) -> Look:
    """Clothes darker than the ground, as most are: an edge all around is what detectors look for."""

    def dark(most: int) -> Colour:
        blue, green, red = (int(value) for value in rng.integers(20, most, 3))
        return blue, green, red

    return Look(dark(110), dark(80), _SKINS[int(rng.integers(len(_SKINS)))])


def draw_person(image: np.ndarray, feet: tuple[float, float], height: float, gait: float, look: Look) -> None:
    """Draw a walking person, in place.

    Args:
        image: uint8, shape (height, width, 3).
        feet: Where the person stands, x and y in pixels; it may be outside of the image.
        height: From the feet to the top of the head, in pixels.
        gait: Phase of the walk, in radians.
        look: Clothes.
    """
    pen = _Pen(image, feet, height / 100)
    swing = float(np.sin(gait))
    pen.shadow()
    for side in (-1, 1):
        step = side * swing
        pen.limb([(side * 4, 46), (side * 4 + step * 5, 24), (side * 4 + step * 8, 2)], 10, look.trousers)
        pen.limb([(side * 4 + step * 8, 2), (side * 4 + step * 8 + 4, 1)], 5, _SHOE)
    for side in (-1, 1):
        arm = [(side * 12, 78), (side * 15 - side * swing * 3, 60), (side * 14 - side * swing * 6, 46)]
        pen.limb(arm, 7, _shaded(look.coat, 0.75))
    pen.shape([(-13, 81), (-6, 84), (6, 84), (13, 81), (10, 46), (-10, 46)], look.coat)
    pen.shape([(2, 84), (6, 84), (13, 81), (10, 46), (4, 46)], _shaded(look.coat, 0.88))
    pen.disc((0, 92), 8, look.skin)
    pen.cap((0, 95), (8, 6), _HAIR)


class _Pen:
    """Draws in a person's own lengths."""

    def __init__(self, image: np.ndarray, feet: tuple[float, float], scale: float) -> None:
        self.image, self.feet, self.scale = image, feet, scale

    def at(self, across: float, up: float) -> tuple[int, int]:
        x, y = self.feet[0] + across * self.scale, self.feet[1] - up * self.scale
        return round(x * (1 << _BITS)), round(y * (1 << _BITS))

    def limb(self, points: Sequence[tuple[float, float]], width: float, colour: Colour) -> None:
        line = np.array([self.at(*point) for point in points], np.int32)
        thick = max(1, round(width * self.scale))
        cv2.polylines(self.image, [line], False, colour, thick, cv2.LINE_AA, _BITS)

    def shape(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        cv2.fillPoly(self.image, [np.array([self.at(*p) for p in points], np.int32)], colour, cv2.LINE_AA, _BITS)

    def disc(self, middle: tuple[float, float], radius: float, colour: Colour) -> None:
        size = round(radius * self.scale * (1 << _BITS))
        cv2.circle(self.image, self.at(*middle), size, colour, -1, cv2.LINE_AA, _BITS)

    def cap(self, middle: tuple[float, float], radii: tuple[float, float], colour: Colour) -> None:
        sizes = tuple(round(radius * self.scale * (1 << _BITS)) for radius in radii)
        cv2.ellipse(self.image, self.at(*middle), sizes, 0, 180, 360, colour, -1, cv2.LINE_AA, _BITS)

    def shadow(self) -> None:
        """Darken the ground beside the feet, whatever it looks like."""
        mask = np.zeros(self.image.shape[:2], np.uint8)
        sizes = (round(20 * self.scale * (1 << _BITS)), round(4 * self.scale * (1 << _BITS)))
        cv2.ellipse(mask, self.at(6, 0), sizes, 0, 0, 360, 255, -1, cv2.LINE_AA, _BITS)
        x, y, width, height = cv2.boundingRect(mask)
        part = self.image[y : y + height, x : x + width]
        depth = mask[y : y + height, x : x + width, None].astype(np.float32) / 255 * 0.4
        part[:] = (part * (1 - depth)).astype(np.uint8)


def _shaded(colour: Colour, light: float) -> Colour:
    blue, green, red = colour
    return int(blue * light), int(green * light), int(red * light)
