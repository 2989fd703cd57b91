"""What a clause is for: the label of the phrases that lie nearest to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neo.agent.understanding.encoder import Encoder, Vectors, known, nearness_scale

NEIGHBOURS = 3


@dataclass(frozen=True)
class Label:
    """A label and how near its phrases lie, in [-1, 1]: the mean of the nearest ones."""

    name: str
    nearness: float


class Labels:
    """Labelled phrases as vectors.

    Args:
        encoder: Makes them.
        phrases: A label's phrases, by label.
    """

    def __init__(self, encoder: Encoder, phrases: Mapping[str, Sequence[str]]) -> None:
        self._scale = nearness_scale(encoder)
        self.names = tuple(name for name in phrases if phrases[name])
        flat = [phrase for name in self.names for phrase in phrases[name]]
        self._vectors = known(encoder, flat) if flat else np.zeros((0, 1), dtype=np.float32)
        self._owner = np.array([row for row, name in enumerate(self.names) for _ in phrases[name]], dtype=np.int64)

    def nearness(self, vectors: Vectors) -> Vectors:
        """How near each clause lies to each label.

        Args:
            vectors: Of the clauses, shape (N, d).

        Returns:
            Shape (N, labels), in [-1, 1] for an encoder of meanings: the nearest phrase counts most.
        """
        if not self.names:
            return np.zeros((len(vectors), 0), dtype=np.float32)
        likeness = vectors @ self._vectors.T
        columns = []
        for row in range(len(self.names)):
            own = np.sort(likeness[:, self._owner == row], axis=1)[:, ::-1][:, :NEIGHBOURS]
            weights = np.array([0.7, 0.2, 0.1][: own.shape[1]], dtype=np.float32)
            columns.append(own @ (weights / weights.sum()))
        return np.asarray(np.stack(columns, axis=1) / self._scale, dtype=np.float32)

    def ranked(self, nearness: Vectors) -> list[Label]:
        """One clause's labels, nearest first; *nearness* has shape (labels,)."""
        return [Label(self.names[place], float(nearness[place])) for place in np.argsort(-nearness, kind="stable")]
