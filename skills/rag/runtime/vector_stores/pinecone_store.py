"""Pinecone as the store: vectors are searched there, and kept here as well, so that an index can be repaired.

A namespace holds one set of vectors and nothing else: its name ends with the hash of what it holds, and an id is a
row's number. So whatever was written under an id, by whom and how often, is the right vector; a namespace that was
written in part is completed by whoever needs it next; the same vectors are sent once, however many trials use them;
and a count that is right means an index that is right. No text is sent, and no metadata.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

import numpy as np

from .base import Access, Floats, Ids, StoreError
from .pinecone_client import CONNECTIONS, Remote, remote

Row = tuple[int, float]  # its number and its score

ROUNDS = 8  # of writing what is missing
MOST_A_BATCH = 100
BATCH_BYTES = 1_500_000  # a request may have two million
NUMBER_BYTES = 22  # of a float in JSON
SLAB = 2_000  # vectors that are written out as JSON at a time


class PineconeStore:
    """Vectors in a namespace of a Pinecone index.

    Args:
        dim: Length of a vector.
        access: How the index is reached.

    Raises:
        StoreError: There is no access.
    """

    def __init__(self, dim: int, access: Access | None) -> None:
        if access is None or not access.api_key:
            raise StoreError(
                "Vectors cannot be kept in Pinecone.", "No key is set.", "Set PINECONE_API_KEY, or use faiss."
            )
        self._access = access
        self._vectors: Floats = np.zeros((0, dim), dtype=np.float32)
        self._is_complete = False

    def add(self, vectors: Floats) -> None:
        """Add rows, shape (N, d), each of length 1; they are sent before the first search."""
        self._vectors = np.concatenate([self._vectors, np.asarray(vectors, dtype=np.float32)])
        self._is_complete = False
        self.__dict__.pop("namespace", None)
        self.__dict__.pop("_wanted", None)

    def search(self, queries: Floats, k: int) -> tuple[Floats, Ids]:
        """The best *k* rows for each query, as `VectorStore`; one request a query, several at a time.

        Raises:
            StoreError: Pinecone cannot be reached, refuses, or does not come to hold all vectors.
        """
        if not self._is_complete:
            self.complete()
        least = min(k, len(self._wanted))
        found = self._ask(queries, k)
        if any(len(one) < least for one in found):  # somebody changed the namespace meanwhile
            self.complete(by_count=False)
            found = self._ask(queries, k)
        if any(len(one) < least for one in found):
            raise StoreError(
                "Pinecone finds too little.",
                f"Of {least} vectors that a search must give, it gave {min(map(len, found))} (namespace "
                f"{self.namespace}).",
                "Try again in a minute; when it stays so, delete the namespace, and it is written anew.",
            )
        return _as_arrays(found, k)

    def rows(self, ids: Ids) -> Floats:
        """The vectors of some rows, shape (len(ids), d); from this machine."""
        return np.asarray(self._vectors[ids])

    def save(self, path: Path) -> None:
        """Write the vectors to a file, and bring the namespace to what they are."""
        self.complete()
        with path.open("wb") as out:
            np.save(out, self._vectors)

    @classmethod
    def load(cls, path: Path, access: Access | None) -> PineconeStore:
        """Open a store from the file that `save` wrote; vectors stay on the disk until they are asked for."""
        vectors = np.load(path, mmap_mode="r")
        store = cls(vectors.shape[1], access)
        store._vectors = vectors
        return store

    @cached_property
    def namespace(self) -> str:
        """Where the vectors lie: the access's scope, and the hash of the vectors."""
        content = hashlib.sha256(repr(self._vectors.shape).encode())
        content.update(np.ascontiguousarray(self._vectors).data)
        return f"{self._access.scope}-{content.hexdigest()[:32]}"

    def complete(self, by_count: bool = True) -> None:
        """Make the namespace hold these vectors and no others, whatever it holds now.

        Args:
            by_count: Whether a count that is right will do; else the ids are looked at.

        Raises:
            StoreError: It does not after all rounds, or as `Remote`.
        """
        held: set[str] = set()
        for turn in range(ROUNDS):
            count = self._remote.count(self.namespace, self._vectors.shape[1])
            if by_count and count == len(self._wanted):
                break
            held = self._remote.ids(self.namespace)
            if held == self._wanted:  # counts lag behind
                break
            self._remote.delete(self.namespace, held - self._wanted)
            self._upload(sorted(int(one) for one in self._wanted - held))
            if turn:
                self._remote.pause(turn)
        else:
            raise StoreError(
                "Pinecone does not keep all vectors.",
                f"After {ROUNDS} rounds {len(held & self._wanted)} of {len(self._wanted)} were in the namespace "
                f"{self.namespace}.",
                "Try again in a minute; its status page may tell more.",
            )
        self._await()
        self._is_complete = True

    @property
    def _remote(self) -> Remote:
        return remote(self._access)

    @cached_property
    def _wanted(self) -> set[str]:
        """The ids that belong there. A vector of zeros is like nothing, and Pinecone takes none."""
        return {str(row) for row in np.flatnonzero(self._vectors.any(axis=1))}

    def _upload(self, rows: Sequence[int]) -> None:
        batch = max(1, min(MOST_A_BATCH, BATCH_BYTES // (NUMBER_BYTES * self._vectors.shape[1])))
        for start in range(0, len(rows), SLAB):
            part = [(str(row), self._vectors[row].tolist()) for row in rows[start : start + SLAB]]
            self._remote.upsert(self.namespace, part, batch)

    def _await(self) -> None:
        """Wait, within bounds, until queries see what was written: an index takes writes before it searches them."""
        if self.namespace not in self._remote.committed or not self._wanted:
            return
        probe = self._vectors[min(map(int, self._wanted))].tolist()
        for turn in range(ROUNDS):
            if self._remote.is_fresh(self.namespace, probe):
                return
            self._remote.pause(turn)

    def _ask(self, queries: Floats, k: int) -> list[list[Row]]:
        def one(query: list[float]) -> list[Row]:
            if not any(query):  # such a question is like nothing, and Pinecone takes none
                return [(row, 0.0) for row in sorted(map(int, self._wanted))[:k]]
            found = self._remote.query(self.namespace, query, k)
            rows = [(int(name), score) for name, score in found if name in self._wanted]
            return sorted(rows, key=lambda row: (-row[1], row[0]))

        asked = np.asarray(queries, dtype=np.float32).tolist()
        if len(asked) == 1:
            return [one(asked[0])]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            return list(pool.map(one, asked))


def _as_arrays(found: Sequence[Sequence[Row]], k: int) -> tuple[Floats, Ids]:
    scores = np.zeros((len(found), k), dtype=np.float32)
    ids = np.full((len(found), k), -1, dtype=np.int64)
    for row, matches in enumerate(found):
        for place, (number, score) in enumerate(matches[:k]):
            ids[row, place], scores[row, place] = number, score
    return scores, ids
