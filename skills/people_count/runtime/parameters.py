"""Every setting of the counter, once: its default, its range, and the stage that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .detectors import CLASSIC, DETECTORS, FREE_SIZE, NETWORKS
from .enhancing import ENHANCEMENTS
from .tiling import TILINGS
from .zones import JUDGED_BY

Config = Mapping[str, Any]
"""A flat mapping from a parameter's name to a plain value."""


@dataclass(frozen=True)
class Parameter:
    """One setting.

    Attributes:
        stage: The stage whose result depends on it: ``look`` (pictures to candidates), ``keep`` (candidates to people)
            or ``time`` (people over time to a count).
        when: It matters only when each named parameter has one of these values.
    """

    name: str
    stage: str
    default: Any
    about: str
    choices: tuple[Any, ...] = ()
    low: float = 0
    high: float = 0
    step: float | None = None
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


_NETWORK = {"detector": tuple(NETWORKS)}
_ALL = (
    Parameter("detector", "look", "yolox-nano", "What finds people in a picture.", DETECTORS),
    Parameter(
        "input_size", "look", 416, "Longer side of the picture that the network sees, in pixels.",
        (256, 320, 416, 512, 640), when={"detector": FREE_SIZE},
    ),
    Parameter(
        "hog_width", "look", 480, "Width of the picture that is searched, in pixels.", (320, 480, 640),
        when={"detector": ("hog",)},
    ),
    Parameter(
        "background_width", "look", 320, "Width of the picture that is compared, in pixels.", (240, 320, 480),
        when={"detector": ("background",)},
    ),
    Parameter(
        "tiling", "look", "whole", "Whether the picture is searched whole, or in overlapping parts.", tuple(TILINGS),
        when=_NETWORK,
    ),
    Parameter("enhance", "look", "none", "What is done to the picture before.", tuple(ENHANCEMENTS)),
    Parameter(
        "confidence", "keep", 0.5, "How sure the detector must be of a person.", low=0.1, high=0.8, step=0.05,
    ),
    Parameter(
        "nms", "keep", 0.5, "Overlap (IoU) above which two boxes are one person.", low=0.3, high=0.8, step=0.1,
        when={"detector": ("hog", *NETWORKS)},
    ),
    Parameter(
        "least_height", "keep", 0.0, "Share of the picture's height that a person must have.", low=0, high=0.2,
        step=0.02,
    ),
    Parameter("judged_by", "keep", "feet", "Which point of a box must lie in the zone.", tuple(JUDGED_BY)),
    Parameter("sample_fps", "time", 5, "Pictures looked at a second.", (1, 2, 3, 5, 10)),
    Parameter("smoothing", "time", 1, "Of so many counts in a row the middle one is told.", (1, 3, 5, 9)),
    Parameter("tracking", "time", "off", "Whether people are followed from picture to picture.", ("off", "on")),
)  # fmt: skip

PARAMETERS: Mapping[str, Parameter] = {one.name: one for one in _ALL}
LOOKING = tuple(one.name for one in _ALL if one.stage == "look")
DEFAULTS: Config = {one.name: one.default for one in _ALL}


def complete_config(config: Config) -> dict[str, Any]:
    """The configuration with the default of each setting that it leaves out.

    Raises:
        ValueError: It names a setting that there is not.
    """
    unknown = sorted(config.keys() - DEFAULTS.keys())
    if unknown:
        raise ValueError(f"there is no setting {', '.join(unknown)}; there are {', '.join(DEFAULTS)}")
    return {**DEFAULTS, **config}


__all__ = ["CLASSIC", "DEFAULTS", "LOOKING", "PARAMETERS", "Config", "Parameter", "complete_config"]
