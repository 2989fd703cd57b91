"""Write a scene as a video, with its true counts beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np

from .scene import CROWD, HEIGHT, WIDTH, Scene, Script


def write_clip(
    path: Path, seconds: float, fps: int = 10, script: Script = CROWD, seed: int = 1, codec: str = "libx264"
) -> dict[str, Any]:
    """Write a scene as a video, and its counts as JSON beside it, under the same name.

    Args:
        path: With a suffix that says the container: .mp4, .mkv, .avi.
        seconds: How long.
        fps: Frames a second.
        script: How many people are wanted when.
        seed: The same seed gives the same pictures.
        codec: libx264, mpeg4, mjpeg or another of the encoders that are there.

    Returns:
        The counts as they were written: ``{"fps": 10, "counts": {"0": {"people": 4}, ...}}``, one entry a frame.
    """
    scene, total = Scene(script, seed), round(seconds * fps)
    write_video(path, (scene.frame(number / fps, number) for number in range(total)), fps, codec)
    counts = {"fps": fps, "counts": {str(n): {"people": scene.count(n / fps)} for n in range(total)}}
    path.with_suffix(".json").write_text(json.dumps(counts), "utf-8")
    return counts


def write_video(path: Path, images: Iterator[np.ndarray], fps: int, codec: str = "libx264") -> None:
    """Write images, uint8, shape (height, width, 3), blue green red, as a video; all of the first one's size."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        assert isinstance(stream, av.VideoStream), f"{codec} encodes no pictures"
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.width, stream.height = WIDTH, HEIGHT
        for number, image in enumerate(images):
            if number == 0:
                stream.height, stream.width = image.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
