"""People counted in one picture that somebody sends, by the package's own settings."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
from people_count_runtime import counting
from people_count_runtime.parameters import complete_config

MOST_BYTES = 20_000_000
MOST_PIXELS = 40_000_000  # a small file may unfold into a picture that fills the memory
DECODERS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "mjpeg"}  # by how a file begins


class PictureError(Exception):
    """What was sent cannot be counted in; the text says why."""


class SinglePictures:
    """Counts in pictures that are sent one at a time; the detector is opened at the first.

    Args:
        config: Of the package.
        models_dir: Where the networks' files are.
    """

    def __init__(self, config: Mapping[str, Any], models_dir: Path) -> None:
        self._config, self._models_dir = config, models_dir
        self._looker: counting.Looker | None = None
        self._lock = threading.Lock()

    def count(self, content: bytes) -> int | None:
        """People in the whole of a PNG or JPEG; None by a detector that needs the pictures before it.

        Raises:
            PictureError: It is no such picture, or one that is too large.
        """
        with self._lock:  # requests wait here instead of taking memory and cores from the cameras
            image = decoded(content)
            config = complete_config(self._config)
            self._looker = self._looker or counting.Looker(config, self._models_dir)
            if self._looker.detector.history:
                return None
            return len(counting.kept(self._looker.look(image), config, (image.shape[0], image.shape[1])))


def decoded(content: bytes) -> np.ndarray:
    """A PNG or JPEG as uint8, shape (height, width, 3), blue green red.

    Raises:
        PictureError: It is none, it is damaged, or it is too large.
    """
    name = next((name for begin, name in DECODERS.items() if content.startswith(begin)), "")
    if not name:
        raise PictureError("This is neither a PNG nor a JPEG. Send the bytes of one as the body.")
    decoder = av.CodecContext.create(name, "r")
    decoder.options = {"max_pixels": str(MOST_PIXELS)}
    try:
        frames = [*decoder.decode(av.Packet(content)), *decoder.decode(None)]
    except av.FFmpegError:
        frames = []
    if not frames or not isinstance(frames[0], av.VideoFrame):
        most = f"{MOST_PIXELS / 1e6:.0f} million pixels"
        raise PictureError(f"The picture is damaged, or has more than {most}. Send another one.")
    return np.asarray(frames[0].to_ndarray(format="bgr24"))
