"""Which judgements are worth asking for again: those on which a decision hangs, and no other."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

MOST_VOTES = 3  # odd, so that a median is one of the votes
PASS = 0.5  # a score above it says that an answer will do
MARGIN = 0.2  # of four grades, 0, 1/3, 2/3 and 1, the two in the middle lie nearer to PASS


def votes_wanted(score: float, threshold: float = PASS, margin: float = MARGIN) -> int:
    """How many votes an answer should have, when one gave this score: 1, or 3 near the threshold.

    >>> votes_wanted(1.0), votes_wanted(2 / 3), votes_wanted(float("nan"))
    (1, 3, 1)
    """
    return MOST_VOTES if abs(score - threshold) <= margin else 1


def settled(votes: Sequence[float]) -> float:
    """The median of the votes that are there; NaN when none is.

    >>> settled([1.0, float("nan"), 0.0, 1.0])
    1.0
    """
    there = [vote for vote in votes if vote == vote]
    return median(there) if there else float("nan")
