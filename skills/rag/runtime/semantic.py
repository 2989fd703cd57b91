"""Chunks that end where the subject changes: cut where the passages on both sides are least alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .chunkers import tokens_of
from .vector_stores import Floats

CUT_PRICE = 0.05  # a cut costs something even between strangers, else every passage would be a chunk


def semantic_spans(text: str, passages: Sequence[tuple[int, int]], vectors: Floats, size: int) -> list[tuple[int, int]]:
    """Put neighbouring passages together so that the cuts between chunks cost least, all cuts weighed together.

    Args:
        text: The document's text.
        passages: (start, end) of each passage, in the order of the text, P in all.
        vectors: The passages' vectors, shape (P, d), each of length 1.
        size: Most tokens in a chunk; a single passage is never cut.

    Returns:
        (start, end) of each chunk, in order, apart from one another.
    """
    tokens = [len(tokens_of(text[start:end])) for start, end in passages]
    prices = cut_prices(vectors)
    total = [0.0]  # total[j]: least price of cutting the first j passages into chunks
    first_of = [0]  # first_of[j]: first passage of the last of these chunks
    for end in range(1, len(passages) + 1):
        first, held = end - 1, tokens[end - 1]
        best, chosen = total[first] + prices[first], first
        while first > 0 and held + tokens[first - 1] <= size:
            first -= 1
            held += tokens[first]
            if total[first] + prices[first] < best:
                best, chosen = total[first] + prices[first], first
        total.append(best)
        first_of.append(chosen)
    spans: list[tuple[int, int]] = []
    end = len(passages)
    while end:
        spans.append((int(passages[first_of[end]][0]), int(passages[end - 1][1])))
        end = first_of[end]
    return spans[::-1]


def cut_prices(vectors: Floats) -> list[float]:
    """What a cut before each passage costs: the cosine of the two before it with the two from it on; 0 for the first.

    >>> [round(price, 2) for price in cut_prices(np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32))]
    [0.0, 0.76, 0.05, 0.76]
    """
    following = vectors + np.vstack([vectors[1:], np.zeros_like(vectors[:1])])
    before = np.vstack([np.zeros_like(following[:2]), following])[: len(vectors)]
    if len(vectors) > 1:
        before[1] = vectors[0]  # only one passage stands before the second
    likeness = np.clip((_unit(before) * _unit(following)).sum(axis=1), 0.0, 1.0)
    return [0.0, *(likeness[1:] + CUT_PRICE).tolist()]


def _unit(vectors: Floats) -> npt.NDArray[np.float32]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0))
