"""Lists of candidates made one: of words and vectors, and of several wordings of a question.

Notation: Q questions, n candidates, N chunks. Ids are row numbers of chunks, best first; -1 fills a short row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .vector_stores import Floats, Ids

RRF_K = 60  # Cormack, Clarke and Buettcher 2009
LEAST = (0.0, -1.0)  # the least score that words (BM25) and vectors (cosine) can give


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


Join = Callable[[Sequence[Candidates], Mapping[str, Any], int], Candidates]
"""Takes the sources' lists, a complete configuration and n; gives one list of at most n for each question."""


def only(found: Sequence[Candidates], config: Mapping[str, Any], n: int) -> Candidates:
    """One list as it is."""
    return Candidates(found[0].ids[:, :n], found[0].scores[:, :n])


def reciprocal_rank(found: Sequence[Candidates], config: Mapping[str, Any], n: int) -> Candidates:
    """Join a lexical and a dense list by ranks: the sum of ``w / (rrf_k + rank)``, dense with ``fusion_weight``."""
    return _joined(found, config["fusion_weight"], n, lambda scores, least: _ranks(len(scores), config["rrf_k"]))


def weighted_sum(found: Sequence[Candidates], config: Mapping[str, Any], n: int) -> Candidates:
    """Join a lexical and a dense list by scores on one ``score_scale``, dense with ``fusion_weight``."""
    return _joined(found, config["fusion_weight"], n, SCORE_SCALES[config["score_scale"]])


def merged(found: Candidates, groups: Sequence[Sequence[int]], n: int) -> Candidates:
    """Make one list of the lists for several wordings of a question, by the sum of reciprocal ranks.

    Args:
        found: One row for each wording.
        groups: For each question the rows of its wordings; a question with one wording keeps its scores.
        n: Most candidates for a question.
    """
    width = found.ids.shape[1]
    ids = np.full((len(groups), n), -1, dtype=np.int64)
    scores = np.zeros((len(groups), n), dtype=np.float32)
    for row, group in enumerate(groups):
        if len(group) == 1:
            ids[row, :width], scores[row, :width] = found.ids[group[0]][:n], found.scores[group[0]][:n]
            continue
        points: dict[int, float] = {}
        for wording in group:
            _add(points, found, wording, _ranks(int((found.ids[wording] >= 0).sum()), RRF_K), 1.0)
        _write(points, ids[row], scores[row])
    return Candidates(ids, scores)


Points = npt.NDArray[np.float64]
Scale = Callable[[Floats, float], Points]
"""Takes one list's scores, shape (n,), and the least that its source can give; gives points, at least 0."""


def min_max(scores: Floats, least: float) -> Points:
    """From the list's lowest (0) to its highest score (1)."""
    return _stretched(scores, float(scores.min())) if len(scores) else np.zeros(0)


def z_score(scores: Floats, least: float) -> Points:
    """Standard deviations above the list's lowest score; what is not in the list counts as the lowest."""
    spread = float(scores.std()) if len(scores) else 0.0
    if spread <= 0:
        return np.ones(len(scores))
    return np.asarray((scores.astype(np.float64) - float(scores.min())) / spread, dtype=np.float64)


def from_least(scores: Floats, least: float) -> Points:
    """From the least score that there can be (0) to the list's highest (1); Bruch, Gai and Ingber 2023."""
    return _stretched(scores, least) if len(scores) else np.zeros(0)


SCORE_SCALES: Mapping[str, Scale] = {"min_max": min_max, "z_score": z_score, "from_least": from_least}


def _stretched(scores: Floats, low: float) -> Points:
    high = float(scores.max())
    if high <= low:
        return np.ones(len(scores))
    return np.asarray((scores.astype(np.float64) - low) / (high - low), dtype=np.float64)


def _ranks(count: int, k: float) -> Points:
    # The factor only brings the first rank near 1, so that scores of all retrievers are alike in size.
    return np.asarray(k / (k + 1.0 + np.arange(count)), dtype=np.float64)


def _joined(found: Sequence[Candidates], weight: float, n: int, scale: Scale) -> Candidates:
    count = len(found[0].ids)
    ids = np.full((count, n), -1, dtype=np.int64)
    scores = np.zeros((count, n), dtype=np.float32)
    for row in range(count):
        points: dict[int, float] = {}
        for part, share, least in zip(found, (1.0 - weight, weight), LEAST, strict=True):
            _add(points, part, row, scale(part.scores[row][part.ids[row] >= 0], least), share)
        _write(points, ids[row], scores[row])
    return Candidates(ids, scores)


def _add(points: dict[int, float], found: Candidates, row: int, values: Points, share: float) -> None:
    kept = found.ids[row][found.ids[row] >= 0]
    for chunk, value in zip(kept.tolist(), values.tolist(), strict=True):
        points[chunk] = points.get(chunk, 0.0) + share * value


def _write(points: Mapping[int, float], ids: Ids, scores: Floats) -> None:
    """Fill one row with the chunks of most points; ties in the order of the corpus."""
    best = sorted(points.items(), key=lambda item: (-item[1], item[0]))[: len(ids)]
    ids[: len(best)] = [chunk for chunk, _ in best]
    scores[: len(best)] = [value for _, value in best]
