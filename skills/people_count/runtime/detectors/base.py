"""What a detector is."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ..boxes import Boxes, Image

FLOOR = 0.05  # candidates below it are never people, whatever the threshold
MOST = 300  # candidates of one picture that are looked at, surest first


class Detector(ABC):
    """Finds people in a picture.

    Attributes:
        history: Earlier pictures of the same camera that it must have seen; 0 for one that looks at each picture alone.
    """

    history = 0

    @abstractmethod
    def detect(self, image: Image) -> Boxes:
        """Candidates of at least FLOOR, before any suppression, in pixels of *image*."""


class DetectorMissing(Exception):
    """The detector's file is not here; says where it was looked for."""
