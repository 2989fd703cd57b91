"""Following people from picture to picture, so that one who is missed for a moment still counts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .boxes import Boxes, Floats, overlaps

LEAST_OVERLAP = 0.2  # of a person's boxes in two pictures
CONFIRMED = 2  # pictures in which somebody must be seen
FORGOTTEN = 2  # pictures in a row without somebody, after which they have left


@dataclass
class Track:
    """One person: the last box (4,), in how many pictures they were seen, and since how many they were not."""

    corners: Floats
    score: float
    seen: int = 1
    missed: int = 0


@dataclass
class Tracker:
    """Matches boxes to people, greatest overlap first."""

    tracks: list[Track] = field(default_factory=list)

    def step(self, boxes: Boxes) -> Boxes:
        """Those who are there after one more picture; who was seen once and left is nobody."""
        free = set(range(len(boxes)))
        for one in self.tracks:
            one.missed += 1
        for number, place in self._pairs(boxes):
            found = self.tracks[number]
            found.corners, found.score = boxes.corners[place], float(boxes.scores[place])
            found.seen, found.missed = found.seen + 1, 0
            free.discard(place)
        self.tracks = [one for one in self.tracks if one.missed <= (FORGOTTEN if one.seen >= CONFIRMED else 0)]
        self.tracks += [Track(boxes.corners[place], float(boxes.scores[place])) for place in sorted(free)]
        there = [one for one in self.tracks if one.seen >= CONFIRMED]
        corners = np.array([one.corners for one in there], np.float32).reshape(-1, 4)
        return Boxes(corners, np.array([one.score for one in there], np.float32))

    def _pairs(self, boxes: Boxes) -> list[tuple[int, int]]:
        if not self.tracks or not len(boxes):
            return []
        likeness = overlaps(np.array([one.corners for one in self.tracks], np.float32), boxes.corners)
        pairs = []
        while likeness.max() >= LEAST_OVERLAP:
            number, place = (int(one) for one in np.unravel_index(int(likeness.argmax()), likeness.shape))
            pairs.append((number, place))
            likeness[number, :] = likeness[:, place] = 0
        return pairs
