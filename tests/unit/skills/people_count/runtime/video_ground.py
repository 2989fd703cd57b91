"""What tests of video need: small real files, and something to wait with."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from skills.people_count.scene.clips import write_video


def wait_for(is_so: Callable[[], object], why: str, most_s: float = 20.0) -> None:
    """Wait until something is so; how long it takes is not judged, only that it comes at all."""
    until = time.monotonic() + most_s
    while not is_so():
        assert time.monotonic() < until, why
        time.sleep(0.01)


def grey_steps(path: Path, codec: str = "libx264", size: tuple[int, int] = (96, 64), frames: int = 20) -> Path:
    """A video whose frame n is grey at 10 * n: so a frame tells its own number."""
    width, height = size
    shades = (np.full((height, width, 3), min(255, 10 * number), np.uint8) for number in range(frames))
    write_video(path, shades, 10, codec)
    return path


def number_of(image: np.ndarray) -> int:
    """Which frame of `grey_steps` an image is."""
    return round(float(image.mean()) / 10)


def sound_only(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
