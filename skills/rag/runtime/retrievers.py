"""Which chunks answer a question: candidates from words and from vectors; notation as in `fusion`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .fusion import Candidates, Join, only, reciprocal_rank, weighted_sum
from .lexical import LexicalIndex
from .vector_stores import Floats, VectorStore


def lexical_candidates(index: LexicalIndex, questions: Sequence[str], n: int) -> Candidates:
    """The best chunks by BM25; chunks that share no term with the question are left out."""
    n = min(n, index.size)
    ids = np.full((len(questions), n), -1, dtype=np.int64)
    scores = np.zeros((len(questions), n), dtype=np.float32)
    for row, question in enumerate(questions):
        found = index.scores(question)
        best = _top(found, n)
        best = best[found[best] > 0]
        ids[row, : len(best)] = best
        scores[row, : len(best)] = found[best]
    return Candidates(ids, scores)


def dense_candidates(store: VectorStore, queries: Floats, n: int) -> Candidates:
    """The best chunks by cosine; queries have shape (Q, d) and length 1."""
    scores, ids = store.search(queries, n)
    return Candidates(ids, scores)


def _top(scores: npt.NDArray[Any], n: int) -> npt.NDArray[np.int64]:
    """Rows of the n highest scores, best first; ties in the order of the corpus."""
    some = np.argpartition(-scores, n - 1)[:n] if n < len(scores) else np.arange(len(scores))
    order = np.lexsort((some, -scores[some]))
    return np.asarray(some[order], dtype=np.int64)


@dataclass(frozen=True)
class Retriever:
    """How candidates are found: the sources that it asks, in order, and how their lists become one."""

    sources: tuple[str, ...]
    join: Join


RETRIEVERS: Mapping[str, Retriever] = {
    "bm25": Retriever(("lexical",), only),
    "dense": Retriever(("dense",), only),
    "rank_fusion": Retriever(("lexical", "dense"), reciprocal_rank),
    "weighted_fusion": Retriever(("lexical", "dense"), weighted_sum),
}
