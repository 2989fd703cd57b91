"""Which judgements are worth asking for again: those on which a decision hangs, and no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from neo.evals.stats import paired_difference

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


def to_ask_again(
    first: Mapping[str, float], second: Mapping[str, float], votes: Mapping[str, int] | None = None
) -> tuple[str, ...]:
    """The instances on which the comparison of two configurations hangs, those that sway it most first.

    Args:
        first: Judged scores of one configuration by instance; NaN is missing.
        second: Those of the other.
        votes: How many votes an instance has had; 1 where nothing is said.

    Returns:
        None at all when the paired interval leaves zero out: then no more votes can change the verdict's sign.
        Else the instances whose scores differ and that had fewer than `MOST_VOTES` votes.

    >>> to_ask_again({"a": 1.0, "b": 0.0, "c": 1.0}, {"a": 0.0, "b": 1.0, "c": 1.0})
    ('a', 'b')
    """
    shared = [id for id in first if id in second and first[id] == first[id] and second[id] == second[id]]
    interval = paired_difference([first[id] for id in shared], [second[id] for id in shared])
    if interval.n == 0 or interval.excludes_zero:
        return ()
    had = votes or {}
    open_ones = [id for id in shared if first[id] != second[id] and had.get(id, 1) < MOST_VOTES]
    return tuple(sorted(open_ones, key=lambda id: -abs(first[id] - second[id])))
