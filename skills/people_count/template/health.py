"""How each camera is, from what its process tells once a second."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
from people_count_runtime.addresses import read_address
from people_count_runtime.faults import SourceError
from people_count_runtime.watched import Beat, Camera, Shot

RECENT = 500  # frames over which the p95 is told
SILENT_S = 30.0  # without a word from any process for so long, the service is not well


class Health:
    """Remembers the newest word of each camera.

    Args:
        cameras: That are watched.
    """

    def __init__(self, cameras: Sequence[Camera]) -> None:
        self._cameras = cameras
        self._beats: dict[str, Beat] = {}
        self._count_s: dict[str, deque[float]] = {camera.name: deque(maxlen=RECENT) for camera in cameras}
        self._counts: dict[str, dict[str, float | None]] = {camera.name: {} for camera in cameras}
        self.shots: dict[str, Shot] = {}
        self._started = self._heard = time.time()
        self._counted = 0

    def beat(self, beat: Beat) -> None:
        """A camera told how it is."""
        self._beats[beat.camera], self._heard = beat, time.time()
        self._count_s[beat.camera].extend(beat.count_s)
        self._counted += beat.counted

    def count(self, row: dict[str, Any]) -> None:
        """A camera counted, or could not."""
        self._counts[row["camera"]][row["zone"]] = row["count"]

    def summary(self, version: str) -> dict[str, Any]:
        """The answer to `/healthz`. A camera in trouble is told, and is no trouble of the service."""
        everything = [seconds for recent in self._count_s.values() for seconds in list(recent)]
        return {
            "ok": time.time() - self._heard < SILENT_S,
            "version": version,
            "p95_s": _p95(everything),
            "counted": self._counted,
            "up_s": round(time.time() - self._started, 1),
            "cameras": [self._camera(camera) for camera in self._cameras],
        }

    def _camera(self, camera: Camera) -> dict[str, Any]:
        beat, shot = self._beats.get(camera.name), self.shots.get(camera.name)
        told = {"state": "connecting", "why": "Its process begins.", "fps": 0.0, "counted_fps": 0, "size": (0, 0)}
        if beat is not None:
            told = {"state": beat.state, "why": beat.why, "fps": round(beat.fps, 1), "size": beat.size}
            told["counted_fps"] = beat.counted  # a beat is a second
        return told | {
            "name": camera.name,
            "address": _shown(camera.address),
            "p95_s": _p95(list(self._count_s[camera.name])),
            "counts": dict(self._counts[camera.name]),
            "dropped": beat.dropped if beat else 0,
            "picture_at": shot.at if shot else None,
            "alt": shot.alt if shot else "",
        }


def _p95(seconds: list[float]) -> float | None:
    return round(float(np.percentile(seconds, 95)), 5) if seconds else None


def _shown(address: str) -> str:
    """An address without its user name and password."""
    try:
        return read_address(address).shown
    except SourceError:
        return "an address that cannot be read"
