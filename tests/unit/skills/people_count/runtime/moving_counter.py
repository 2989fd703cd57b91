"""A real counter for tests: what moves before a background is counted, with nothing but OpenCV."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np


@dataclass(frozen=True)
class MovingCounted:
    at: float
    counts: Mapping[str, float]
    boxes: np.ndarray
    scores: np.ndarray


class MovingCounter:
    def __init__(self, config: dict[str, Any], zones: dict[str, list[list[float]]]) -> None:
        self._config, self._zones, self._size = config, zones, (0, 0)

    def count(self, image: np.ndarray, at: float) -> MovingCounted:
        if image.shape[:2] != self._size:
            self._size = image.shape[:2]
            self._ground = cv2.createBackgroundSubtractorMOG2(1000, 25, True)
            self._ground.setBackgroundRatio(0.5)
        mask = ((self._ground.apply(image) == 255) * np.uint8(255)).astype(np.uint8)
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 7), np.uint8))
        edges, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        places = [cv2.boundingRect(edge) for edge in edges if cv2.contourArea(edge) > 700]
        boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in places], np.float32).reshape(-1, 4)
        feet = np.c_[(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]] / np.array([image.shape[1], image.shape[0]])
        counts = {name: float(sum(_inside(zone, foot) for foot in feet)) for name, zone in self._zones.items()}
        time.sleep(self._config.get("takes_s", 0.0))
        return MovingCounted(
            at, counts or {"the whole picture": float(len(boxes))}, boxes, np.ones(len(boxes), np.float32)
        )


def open_counter(config: dict[str, Any], models_dir: Path, zones: dict[str, list[list[float]]]) -> MovingCounter:
    """A counter; configurations name the faults of real ones: no model, a process that dies or hangs at a word."""
    if config.get("no_model_for") in zones:
        raise FileNotFoundError(f"{models_dir / 'detector.onnx'} is not there")
    marker = Path(config["dies_once"]) if "dies_once" in config else None
    if marker is not None and not marker.exists():
        marker.touch()
        os._exit(9)
    hang = Path(config["hangs_once"]) if "hangs_once" in config else None
    if hang is not None and not hang.exists():
        hang.touch()
        time.sleep(600)
    return MovingCounter(config, zones)


def _inside(zone: list[list[float]], point: np.ndarray) -> bool:
    corners = np.array(zone, np.float32).reshape(-1, 1, 2)
    return cv2.pointPolygonTest(corners, (float(point[0]), float(point[1])), False) >= 0
