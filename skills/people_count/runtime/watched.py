"""What goes between the cameras' processes and the one that started them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from .guards import PUBLIC, Allowed
from .live import USUAL, Habits

Zones = Mapping[str, Sequence[Sequence[float]]]


class Counted(Protocol):
    """What was counted in one frame."""

    @property
    def at(self) -> float:
        """When, in unix seconds."""
        ...

    @property
    def counts(self) -> Mapping[str, float]:
        """People by zone."""
        ...

    @property
    def boxes(self) -> np.ndarray:
        """Shape (N, 4), as (x_min, y_min, x_max, y_max) in pixels of the frame."""
        ...


class Counter(Protocol):
    """Counts in one camera's frames, in the order in which they came."""

    def count(self, image: np.ndarray, at: float) -> Counted:
        """Count in an image, uint8, shape (height, width, 3), blue green red, whose size may change."""
        ...


class OpenCounter(Protocol):
    """Makes the counter of one camera; must be a function of a module, which another process imports."""

    def __call__(self, config: dict[str, Any], models_dir: Path, zones: dict[str, list[list[float]]]) -> Counter:
        """Make it. Networks are shared by the counters of a process."""
        ...


@dataclass(frozen=True)
class Camera:
    """A camera to watch.

    Attributes:
        name: By which people know it.
        address: As `read_address` reads it.
        zones: Polygons by name, in fractions of width and height; empty for the whole picture.
    """

    name: str
    address: str
    zones: Zones = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """How cameras are watched; the same for all.

    Attributes:
        config: The counter's.
        models_dir: Where its networks are.
        frames_per_second: Counted in of each camera, at most.
        allowed: Which hosts may be connected to.
        habits: How a source is watched; with pace every, frames_per_second is of no account.
        privacy: heads, figures or none: what is made unrecognisable in pictures.
        picture_every_s: A picture of each camera is made so often; 0 for never.
    """

    config: Mapping[str, Any]
    models_dir: Path
    frames_per_second: float = 5.0
    allowed: Allowed = PUBLIC
    habits: Habits = USUAL
    privacy: str = "heads"
    picture_every_s: float = 1.0


@dataclass(frozen=True)
class Observation:
    """What one camera saw in one zone at one time.

    Attributes:
        camera: Its name.
        zone: The zone's name.
        count: People, smoothed; None where nothing could be counted: that is not 0.
        at: Unix seconds when the frame came, or when the trouble was seen.
        trouble: Empty, or the source's state and why nothing is counted.
    """

    camera: str
    zone: str
    count: float | None
    at: float
    trouble: str = ""


@dataclass(frozen=True)
class Beat:
    """How a camera is, told once a second.

    Attributes:
        camera: Its name.
        state: One of `live.STATES`.
        why: In words, for a state that is not ok.
        fps: Frames a second that come.
        counted: Frames counted since the last beat.
        count_s: Seconds that each of them took.
        decoded: Frames that came since the process began.
        dropped: Frames of them that a newer one replaced.
        size: Width and height of the newest, in pixels.
    """

    camera: str
    state: str
    why: str
    fps: float
    counted: int
    count_s: tuple[float, ...]
    decoded: int
    dropped: int
    size: tuple[int, int]


@dataclass(frozen=True)
class Shot:
    """The newest picture of a camera: a JPEG in which people are already unrecognisable."""

    camera: str
    at: float
    jpeg: bytes
    alt: str


@dataclass(frozen=True)
class Done:
    """A file was counted to its end.

    Attributes:
        camera: Its name.
        frames: That were counted.
        seconds: From before the first to after the last.
    """

    camera: str
    frames: int
    seconds: float


Message = Observation | Beat | Shot | Done
