"""Which chunks answer a question: candidates from words and from vectors, and how the two are joined.

Notation: Q questions, n candidates, N chunks. Ids are row numbers of chunks, best first; -1 fills a short row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .lexical import LexicalIndex
from .vector_stores import Floats, Ids, VectorStore

RRF_K = 60  # Cormack, Clarke and Buettcher 2009


@dataclass(frozen=True)
class Candidates:
    """Ranked rows for each question.

    Attributes:
        ids: Shape (Q, n), int64, best first, -1 where there is none.
        scores: Shape (Q, n), float32, falling along a row; 0 where there is none.
    """

    ids: Ids
    scores: Floats

    def pairs(self, question: int) -> list[tuple[int, float]]:
        """(row, score) of one question's candidates."""
        kept = self.ids[question] >= 0
        return list(zip(self.ids[question][kept].tolist(), self.scores[question][kept].tolist(), strict=True))


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


def only(found: Sequence[Candidates], weight: float, n: int) -> Candidates:
    """One list as it is."""
    return Candidates(found[0].ids[:, :n], found[0].scores[:, :n])


def reciprocal_rank(found: Sequence[Candidates], weight: float, n: int) -> Candidates:
    """Join a lexical and a dense list by ranks: the sum of ``w / (RRF_K + rank)``, dense with *weight*."""
    return _joined(found, weight, n, _by_rank)


def weighted_sum(found: Sequence[Candidates], weight: float, n: int) -> Candidates:
    """Join a lexical and a dense list by scores, each brought to [0, 1] a question, dense with *weight*."""
    return _joined(found, weight, n, _by_score)


def _by_rank(scores: Floats) -> npt.NDArray[np.float64]:
    # The factor only brings the first rank near 1, so that scores of all retrievers are alike in size.
    return RRF_K / (RRF_K + 1.0 + np.arange(len(scores)))


def _by_score(scores: Floats) -> npt.NDArray[np.float64]:
    if not len(scores):
        return np.zeros(0)
    low, high = float(scores.min()), float(scores.max())
    return np.ones(len(scores)) if high <= low else (scores.astype(np.float64) - low) / (high - low)


def _joined(
    found: Sequence[Candidates], weight: float, n: int, value: Callable[[Floats], npt.NDArray[np.float64]]
) -> Candidates:
    count = len(found[0].ids)
    ids = np.full((count, n), -1, dtype=np.int64)
    scores = np.zeros((count, n), dtype=np.float32)
    for row in range(count):
        totals: dict[int, float] = {}
        for part, share in zip(found, (1.0 - weight, weight), strict=True):
            kept = part.ids[row] >= 0
            for chunk, points in zip(part.ids[row][kept].tolist(), value(part.scores[row][kept]).tolist(), strict=True):
                totals[chunk] = totals.get(chunk, 0.0) + share * points
        best = sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:n]
        ids[row, : len(best)] = [chunk for chunk, _ in best]
        scores[row, : len(best)] = [points for _, points in best]
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
    join: Callable[[Sequence[Candidates], float, int], Candidates]


RETRIEVERS: Mapping[str, Retriever] = {
    "bm25": Retriever(("lexical",), only),
    "dense": Retriever(("dense",), only),
    "rank_fusion": Retriever(("lexical", "dense"), reciprocal_rank),
    "weighted_fusion": Retriever(("lexical", "dense"), weighted_sum),
}
