"""From pictures to counts: look, keep who counts, follow over time."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from .boxes import Boxes, Floats, Image, suppressed
from .detectors import Detector, open_detector
from .enhancing import ENHANCEMENTS
from .parameters import Config, complete_config
from .tiling import detect
from .tracking import Tracker
from .zones import WHOLE, Zone, checked, inside


@dataclass(frozen=True)
class Counted:
    """What was counted in a picture.

    Attributes:
        at: Its time, in seconds.
        counts: By zone, smoothed.
        boxes: People who count, in any zone: shape (n, 4), corners in pixels of the picture.
        scores: Shape (n,), in [0, 1].
    """

    at: float
    counts: Mapping[str, float]
    boxes: Floats
    scores: Floats


class Looker:
    """The first stage: a picture to candidates, the same whatever is kept of them."""

    def __init__(self, config: Config, models_dir: Path) -> None:
        self._config = config
        self.detector: Detector = open_detector(config, models_dir)

    def look(self, image: Image) -> Boxes:
        """Candidates of at least `detectors.FLOOR`, unsuppressed, in pixels of *image*."""
        return detect(self.detector, ENHANCEMENTS[self._config["enhance"]](image), self._config["tiling"])


def kept(candidates: Boxes, config: Config, size: tuple[int, int]) -> Boxes:
    """The people among the candidates of a picture of this height and width, wherever they stand."""
    tall = candidates.corners[:, 3] - candidates.corners[:, 1] >= config["least_height"] * size[0]
    return suppressed(candidates.where(tall & (candidates.scores >= config["confidence"])), config["nms"])


@dataclass
class Follower:
    """The last stage: people in each picture to counts that do not flicker; one for each camera."""

    config: Config
    zones: Mapping[str, Zone] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._tracker = Tracker() if self.config["tracking"] == "on" else None
        names = list(self.zones) or [WHOLE]
        self._last: dict[str, deque[int]] = {name: deque(maxlen=self.config["smoothing"]) for name in names}

    def step(self, people: Boxes, size: tuple[int, int], at: float) -> Counted:
        """The counts after one more picture of this height and width."""
        followed = self._tracker.step(people) if self._tracker else people
        counts_at = np.zeros(len(followed), bool)
        counts = {}
        for name, last in self._last.items():
            there = (
                inside(followed, self.zones[name], size, self.config["judged_by"])
                if name in self.zones
                else np.ones(len(followed), bool)
            )
            counts_at |= there
            last.append(int(there.sum()))
            counts[name] = float(median(last))
        shown = followed.where(counts_at)
        return Counted(at, counts, shown.corners, shown.scores)


class Counter:
    """All stages for one camera.

    Args:
        config: Complete; see :func:`~.parameters.complete_config`.
        models_dir: Where the networks' files are.
        zones: By name; the whole picture where there are none.
    """

    def __init__(self, config: Config, models_dir: Path, zones: Mapping[str, Zone]) -> None:
        self._config = config
        self._looker = Looker(config, models_dir)
        self._follower = Follower(config, zones)

    def count(self, image: Image, at: float) -> Counted:
        """The counts after one more picture, taken at *at* (seconds)."""
        size = image.shape[0], image.shape[1]
        return self._follower.step(kept(self._looker.look(image), self._config, size), size, at)


def open_counter(config: Mapping[str, Any], models_dir: Path, zones: Mapping[str, Zone]) -> Counter:
    """A counter for one camera; networks are loaded once a process.

    Raises:
        DetectorMissing: The network's file is not in *models_dir*.
        ValueError: A setting is unknown, or a zone is no polygon.
    """
    return Counter(complete_config(config), models_dir, checked(zones))
