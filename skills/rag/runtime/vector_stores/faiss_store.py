"""The embedded store: exact inner products in this process."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np

from .base import Floats, Ids


class FaissStore:
    """FAISS with a flat index: exact, one file.

    Args:
        dim: Length of a vector.
    """

    def __init__(self, dim: int) -> None:
        self._index: faiss.Index = faiss.IndexFlatIP(dim)

    def add(self, vectors: Floats) -> None:
        """Add rows, shape (N, d), each of length 1."""
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def search(self, queries: Floats, k: int) -> tuple[Floats, Ids]:
        """The best *k* rows for each query: cosines and row numbers, shape (Q, k), best first; k <= N."""
        scores, ids = self._index.search(np.ascontiguousarray(queries, dtype=np.float32), k)
        return np.asarray(scores), np.asarray(ids)

    def rows(self, ids: Ids) -> Floats:
        """The vectors of some rows, shape (len(ids), d)."""
        return np.asarray(self._index.reconstruct_batch(np.ascontiguousarray(ids, dtype=np.int64)))

    def save(self, path: Path) -> None:
        """Write the store to a file."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> FaissStore:
        """Read a store that `save` wrote."""
        store = cls.__new__(cls)
        store._index = faiss.read_index(str(path))
        return store
