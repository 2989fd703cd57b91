"""Whether a camera sends the same picture again and again."""

from __future__ import annotations

import numpy as np
from av.video.frame import VideoFrame

WIDTH, HEIGHT = 64, 48
EVERY_S = 0.25
# A sensor's noise changes many of these points by some levels, even at night; a picture that is sent again, or
# compressed again, changes almost none.
MAX_LEVELS = 2
MAX_CHANGED = 0.002  # of all points: six of 3072


def thumbnail(frame: VideoFrame) -> np.ndarray:
    """Grey points of a frame, int16, shape (48, 64), 0 to 255.

    Points are picked and never averaged: an average would smooth the very noise by which a quiet scene is told from a
    frozen one.
    """
    small = frame.reformat(width=WIDTH, height=HEIGHT, format="gray", interpolation="POINT")
    points: np.ndarray = small.to_ndarray()
    return points.astype(np.int16)


class Stillness:
    """How long a picture has not changed.

    Each picture is compared with the first of its kind, not with the one before it: what changes slowly adds up. A
    quiet scene whose noise the camera's encoder removes changes with each of its key frames, which come every few
    seconds; so the time after which a picture is called frozen should be longer than that.
    """

    def __init__(self) -> None:
        self._anchor: np.ndarray | None = None
        self._size = (0, 0)
        self._since = self._looked = float("-inf")

    def see(self, frame: VideoFrame, now: float) -> float:
        """Look at a frame; for how many seconds the picture has been the same."""
        if now - self._looked >= EVERY_S or (frame.width, frame.height) != self._size:
            self._looked = now
            points = thumbnail(frame)
            if self._anchor is None or self._has_changed(frame, points):
                self._anchor, self._since, self._size = points, now, (frame.width, frame.height)
        return now - self._since

    def _has_changed(self, frame: VideoFrame, points: np.ndarray) -> bool:
        assert self._anchor is not None
        if (frame.width, frame.height) != self._size:
            return True
        return float((np.abs(points - self._anchor) > MAX_LEVELS).mean()) > MAX_CHANGED
