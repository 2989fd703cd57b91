"""The detectors, by name, and which of them are here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .base import FLOOR, Detector, DetectorMissing
from .classic import Background, Hog
from .networks import NETWORKS, NetworkDetector, session_of

CLASSIC = ("background", "hog")
DETECTORS = (*CLASSIC, *NETWORKS)
FREE_SIZE = ("yolox-nano", "yolox-tiny")  # networks whose input may have any size, where their file allows it


def file_of(name: str, models_dir: Path) -> Path | None:
    """The network's file in a folder of models, or in a folder of its own there; None where there is none."""
    for folder in (models_dir / name, models_dir):
        patterns = ("*.onnx",) if folder.name == name else NETWORKS[name].files
        found = sorted(path for pattern in patterns for path in folder.glob(pattern) if path.is_file())
        if found:
            return found[0]
    return None


def available(models_dir: Path) -> tuple[str, ...]:
    """The detectors that can run here."""
    return (*CLASSIC, *(name for name in NETWORKS if file_of(name, models_dir) is not None))


def takes_any_size(name: str, models_dir: Path) -> bool:
    """Whether a network's file leaves the size of its input free."""
    file = file_of(name, models_dir) if name in FREE_SIZE else None
    return file is not None and not all(isinstance(side, int) for side in session_of(file).get_inputs()[0].shape)


def open_detector(config: Mapping[str, Any], models_dir: Path) -> Detector:
    """The detector that a complete configuration names; one for each camera, for some remember what they saw.

    Raises:
        DetectorMissing: Its file is not in *models_dir*.
    """
    name = config["detector"]
    if name == "hog":
        return Hog(config["hog_width"])
    if name == "background":
        return Background(config["background_width"])
    file = file_of(name, models_dir)
    if file is None:
        raise DetectorMissing(f"{models_dir} has no file for {name} ({', '.join(NETWORKS[name].files)})")
    size = config["input_size"] if name in FREE_SIZE else NETWORKS[name].size
    return NetworkDetector(NETWORKS[name], file, size)


__all__ = ["CLASSIC", "DETECTORS", "FLOOR", "FREE_SIZE", "NETWORKS", "Detector", "DetectorMissing", "available",
           "file_of", "open_detector", "takes_any_size"]  # fmt: skip
