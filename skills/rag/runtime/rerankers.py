"""A second look at the candidates of one question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .vector_stores import Floats

Rerank = Callable[[Floats, Floats, float, int], npt.NDArray[np.int64]]
"""Takes scores (n,), vectors (n, d), a balance in [0, 1] and k; gives the places of at most k chosen ones, in order."""


def keep(scores: Floats, vectors: Floats, balance: float, k: int) -> npt.NDArray[np.int64]:
    """The first k as they come."""
    return np.arange(min(k, len(scores)))


def mmr(scores: Floats, vectors: Floats, balance: float, k: int) -> npt.NDArray[np.int64]:
    """Maximal marginal relevance (Carbonell and Goldstein 1998): relevant, but unlike what is chosen already.

    Args:
        scores: Relevance, shape (n,); brought to [0, 1] here.
        vectors: Shape (n, d), each of length 1.
        balance: Weight of relevance, in [0, 1]; 1 keeps the order.
        k: How many to choose.

    Returns:
        Places in *scores*, in the order of choice.
    """
    if not len(scores):
        return np.zeros(0, dtype=np.int64)
    spread = float(scores.max() - scores.min()) or 1.0
    relevance = (scores - scores.min()) / spread
    likeness = vectors @ vectors.T
    nearest = np.zeros(len(scores))
    left = np.ones(len(scores), dtype=bool)
    chosen: list[int] = []
    for _ in range(min(k, len(scores))):
        value = np.where(left, balance * relevance - (1 - balance) * nearest, -np.inf)
        best = int(np.argmax(value))
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, likeness[best])
    return np.array(chosen, dtype=np.int64)


@dataclass(frozen=True)
class Reranker:
    """A reranker, and whether it needs the chunks' vectors."""

    rerank: Rerank
    needs_vectors: bool


RERANKERS: Mapping[str, Reranker] = {"none": Reranker(keep, False), "mmr": Reranker(mmr, True)}
