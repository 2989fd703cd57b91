"""How well ranked spans cover the evidence of a question.

Evidence is a list of items; each item may be found at several places (alternatives), and one place is enough.
A place that is a whole document (`Place.whole`) is covered by any span of that document.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

BETA = 2.0  # recall counts twice as much as precision: a missed passage costs more than a read one
FOUND_SHARE = 0.5  # an item counts as found when half of its characters are


@dataclass(frozen=True)
class Place:
    """A span of a document: characters ``start`` to ``end``; *whole* when only the document is meant."""

    document: str
    start: int
    end: int
    whole: bool = False


Item = Sequence[Place]


def recall(ranked: Sequence[Place], items: Sequence[Item]) -> float:
    """Share of the evidence's characters that the spans cover; a document counts as one item. In [0, 1].

    >>> recall([Place("a", 0, 10)], [[Place("a", 5, 15)]])
    0.5
    """
    sizes = [_size(item) for item in items]
    covered = [_coverage(ranked, item) * size for item, size in zip(items, sizes, strict=True)]
    return sum(covered) / sum(sizes) if items else math.nan


def precision(ranked: Sequence[Place], items: Sequence[Item]) -> float:
    """Share of the spans' characters, each counted once, that is evidence. In [0, 1]."""
    total = _length(ranked)
    if not items:
        return math.nan
    gold = [place for item in items for place in item]
    whole = {place.document for place in gold if place.whole}
    inside = [span for span in ranked if span.document in whole]
    outside = [span for span in ranked if span.document not in whole]
    parts = [part for span in outside for place in gold if (part := _overlap(span, place)) is not None]
    return (_length(inside) + _length(parts)) / total if total else 0.0


def f_beta(ranked: Sequence[Place], items: Sequence[Item], beta: float = BETA) -> float:
    """F-beta of precision and recall over evidence characters. In [0, 1]."""
    if not items:
        return math.nan
    p, r = precision(ranked, items), recall(ranked, items)
    weight = beta * beta
    return (1 + weight) * p * r / (weight * p + r) if p and r else 0.0


def reciprocal_rank(ranked: Sequence[Place], items: Sequence[Item]) -> float:
    """1 / rank of the first span that finds an item; 0 when none does."""
    if not items:
        return math.nan
    return next((1 / rank for rank, span in enumerate(ranked, 1) if any(_finds(span, item) for item in items)), 0.0)


def ndcg(ranked: Sequence[Place], items: Sequence[Item]) -> float:
    """Normalised discounted gain, each item counted where it is first found; 1 when the items lead the ranking."""
    if not items:
        return math.nan
    left = list(items)
    gain = 0.0
    for rank, span in enumerate(ranked, 1):
        found = [item for item in left if _finds(span, item)]
        gain += len(found) / math.log2(rank + 1)
        left = [item for item in left if item not in found]
    # One span may find several items at once, so an ideal ranking can have them all in its first place.
    return min(1.0, gain / sum(1 / math.log2(rank + 1) for rank in range(1, len(items) + 1)))


def _coverage(ranked: Sequence[Place], item: Item) -> float:
    return max((_coverage_of(ranked, place) for place in item), default=0.0)


def _coverage_of(ranked: Sequence[Place], place: Place) -> float:
    if place.whole:
        return float(any(span.document == place.document for span in ranked))
    parts = [part for span in ranked if (part := _overlap(span, place)) is not None]
    return _length(parts) / max(1, place.end - place.start)


def _finds(span: Place, item: Item) -> bool:
    # A span shorter than half of the evidence finds it when the span lies in it.
    for place in item:
        part = _overlap(span, place)
        if place.whole and span.document == place.document:
            return True
        if part is not None:
            shorter = min(span.end - span.start, place.end - place.start)
            if part.end - part.start >= FOUND_SHARE * max(1, shorter):
                return True
    return False


def _overlap(span: Place, place: Place) -> Place | None:
    start, end = max(span.start, place.start), min(span.end, place.end)
    return Place(span.document, start, end) if span.document == place.document and start < end else None


def _length(places: Sequence[Place]) -> int:
    """Characters in the union of places."""
    total, last_document, last_end = 0, "", 0
    for place in sorted(places, key=lambda place: (place.document, place.start)):
        if place.document != last_document:
            last_document, last_end = place.document, 0
        total += max(0, place.end - max(place.start, last_end))
        last_end = max(last_end, place.end)
    return total


def _size(item: Item) -> int:
    """Weight of an item: its characters, or 1 for a whole document."""
    return max((1 if place.whole else place.end - place.start for place in item), default=1)
