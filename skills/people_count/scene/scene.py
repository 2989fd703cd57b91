"""A scene over time: how many people are in it, where each is, and how a frame of it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from .figures import Look, draw_person, some_look

WIDTH, HEIGHT = 640, 480
# Feet and height of the people in each of three rows, in pixels; no row covers another.
ROWS = ((142.0, 100.0), (282.0, 110.0), (434.0, 122.0))
PLACES, SPACING = 5, 95.0  # in a row, from its middle outwards, and pixels between them
MOST = PLACES * len(ROWS)
SWAY_PX, SWAY_S = 100.0, 8.0  # how far people stroll from their place, and how long there and back takes
SPEED_PX_S = 130.0  # of who comes or goes
STEP_S = 0.9  # of a walk's two steps
NOISE = 3.0  # grey levels, of the sensor
_NOISES = 8  # pictures of noise, in turn

# Seconds, and how many people are wanted from then on. They come and go one after the other.
Script = Sequence[tuple[float, int]]
CROWD: Script = ((0, 4), (12, 12), (36, 3))
GAP_S = 0.5  # between two who come or go


@dataclass(frozen=True)
class Person:
    """One person of the scene.

    Attributes:
        place: Where the person strolls, x in pixels.
        row: Of ROWS.
        comes: Second at which the person sets out from the edge; -inf for who is there from the start.
        goes: Second at which the person leaves the place; inf for who stays.
        look: Clothes.
    """

    place: float
    row: int
    comes: float
    goes: float
    look: Look

    def x(self, t: float) -> float:
        """Where the person is at a time, x in pixels; beyond an edge before coming and after leaving."""
        edge = -60.0 if self.place < WIDTH / 2 else WIDTH + 60.0
        way = abs(self.place - edge)
        # At a steady pace and all together: who stood still would be taken for ground by what compares with it.
        turn = (t / SWAY_S + self.row / len(ROWS)) % 1.0
        here = self.place + SWAY_PX * (4 * abs(turn - 0.5) - 1)
        # A way back and forth between the edge and the place, along which the stroll fades in and out.
        done = min(1.0, max(0.0, (t - self.comes) * SPEED_PX_S / way)) if self.comes > float("-inf") else 1.0
        left = min(1.0, max(0.0, (t - self.goes) * SPEED_PX_S / way))
        return float(edge + (here - edge) * min(done, 1.0 - left))


class Scene:
    """People who come, stroll and go; the same for the same script and seed.

    In each row those who come take the innermost free place, and those in the outermost places go first; so nobody
    walks through another, and the count is what can be seen.

    Args:
        script: How many people are wanted when; the first entry holds from the start. At most MOST.
        seed: Of clothes, ground and noise.
    """

    def __init__(self, script: Script = CROWD, seed: int = 1) -> None:
        if not script or min(n for _, n in script) < 0 or max(n for _, n in script) > MOST:
            raise ValueError(f"A script has entries of 0 to {MOST} people; this one is {list(script)}.")
        rng = np.random.default_rng(seed)
        self.ground = _ground(rng)
        self.people = _cast(script, rng)
        size = (_NOISES, HEIGHT, WIDTH, 3)
        # Drawn once: new noise for each frame would take longer than the people do.
        self._noise = np.rint(rng.normal(0, NOISE, size)).astype(np.int8)
        self._phases = rng.uniform(0, 2 * np.pi, len(self.people))

    def count(self, t: float) -> int:
        """How many people are in the picture at a time: the middle of a person is what is in or out."""
        return sum(0 <= person.x(t) < WIDTH for person in self.people)

    def frame(self, t: float, number: int) -> np.ndarray:
        """Draw the scene.

        Args:
            t: Seconds from its start.
            number: Of the frame; chooses the noise.

        Returns:
            uint8, shape (480, 640, 3), blue green red.
        """
        image = self.ground.copy()
        for person, phase in zip(self.people, self._phases, strict=True):
            x = person.x(t)
            feet, height = ROWS[person.row]
            if -height / 2 < x < WIDTH + height / 2:
                draw_person(image, (x, feet), height, 2 * np.pi * t / STEP_S + phase, person.look)
        image = cv2.GaussianBlur(image, (3, 3), 0)
        return np.asarray(cv2.add(image, self._noise[number % _NOISES], dtype=cv2.CV_8U))


def _cast(script: Script, rng: np.random.Generator) -> list[Person]:
    """Who comes and goes when, so that the script's numbers are reached."""
    order = [(row, place) for place in range(PLACES) for row in range(len(ROWS))]
    there: list[tuple[int, float]] = []  # place in the order, second of coming
    people: list[Person] = []

    def leave(second: float) -> None:
        number, came = there.pop()
        row, place = order[number]
        people.append(Person(_x(place), row, came, second, some_look(rng)))

    for start, wanted in script:
        since = float("-inf") if start == script[0][0] else start
        for turn in range(wanted - len(there)):
            # Who was there at the start came before it.
            there.append((len(there), since if since == float("-inf") else since + turn * GAP_S))
        for turn in range(len(there) - wanted):
            leave(start + turn * GAP_S)
    while there:
        leave(float("inf"))
    return sorted(people, key=lambda person: (person.row, person.place))


def _x(place: int) -> float:
    """Where a place is: 0 in the middle, the others beside it in turn."""
    return WIDTH / 2 + (place + 1) // 2 * SPACING * (-1 if place % 2 else 1)


def _ground(rng: np.random.Generator) -> np.ndarray:
    """A floor with texture of three sizes, lit from above."""
    ground: np.ndarray = np.linspace(150, 120, HEIGHT)[:, None] * np.ones((1, WIDTH))
    for cells, levels in ((8, 14.0), (40, 6.0), (160, 4.0)):
        coarse = rng.normal(0, levels, (cells * HEIGHT // WIDTH + 1, cells))
        ground += cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    tint = np.array([0.97, 1.0, 1.02])
    tinted: np.ndarray = np.clip(ground[..., None] * tint, 0, 255).astype(np.uint8)
    return tinted
