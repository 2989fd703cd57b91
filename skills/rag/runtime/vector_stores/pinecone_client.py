"""Calls to one Pinecone index, tried again within bounds, their failures as sentences.

The official client tries each request three times more after a 429, a 5xx or a lost connection, and waits as
Retry-After says. Here a whole call is repeated when even that was not enough. All that is written is written again
under the same id, so any number of repetitions does no harm.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

import numpy as np

from .base import Access, StoreError

CALLS = 3  # of the client's own four tries each
LONGEST_PAUSE_S = 30.0
CONNECTIONS = 4
IDS_A_CALL = 500  # the API takes a thousand
METRICS = (None, "", "cosine", "dotproduct")  # of unit vectors they are the same
INSTALL = "pip install 'neo-engineer[pinecone]'"

Value = TypeVar("Value")
Match = tuple[str, float]
"""An id and its score."""


def has_pinecone() -> bool:
    """Whether the client is installed."""
    return importlib.util.find_spec("pinecone") is not None


@cache
def remote(access: Access) -> Remote:
    """The calls under one access; the same object each time, so that connections are kept."""
    return Remote(access)


class Remote:
    """An index, by its calls.

    Args:
        access: Where it is, and the key.

    Raises:
        StoreError: The client is not installed, or the index cannot be found.
    """

    def __init__(self, access: Access) -> None:
        if not has_pinecone():
            raise StoreError(
                "Vectors cannot be kept in Pinecone.",
                "Its client is not installed.",
                f"Install it: {INSTALL}, or pip install pinecone.",
            )
        import pinecone
        import pinecone.errors

        self._access, self._errors = access, pinecone.errors
        self._index: Any = self._patiently(lambda: self._connect(pinecone.Pinecone))
        self.committed: dict[str, int] = {}  # by namespace, the last write that queries may not see yet

    def _connect(self, client: Callable[..., Any]) -> Any:
        access = self._access
        known = client(api_key=access.api_key, timeout=access.timeout_s)
        return known.index(host=access.host) if access.host else known.index(name=access.index)

    def count(self, namespace: str, dim: int) -> int:
        """How many vectors a namespace holds.

        Raises:
            StoreError: The index is for other vectors than those of length *dim*, or by another measure.
        """
        stats = self._patiently(self._index.describe_index_stats)
        if stats.dimension not in (None, dim) or stats.metric not in METRICS:
            raise StoreError(
                "The Pinecone index does not fit these vectors.",
                f"It takes vectors of {stats.dimension} numbers by {stats.metric or 'a measure it does not tell'}; "
                f"these have {dim}, compared by dot product.",
                f"Make a dense index of dimension {dim} and metric dotproduct, and name it in PINECONE_INDEX or "
                "PINECONE_HOST.",
            )
        found = stats.namespaces.get(namespace)
        return int(found.vector_count) if found else 0

    def ids(self, namespace: str) -> set[str]:
        """The ids that a namespace holds."""
        try:
            pages = self._patiently(lambda: list(self._index.list(namespace=namespace)))
        except _Absent:
            return set()
        return {item.id for page in pages for item in page.vectors}

    def upsert(self, namespace: str, vectors: Sequence[tuple[str, list[float]]], batch: int) -> None:
        """Write vectors in requests of *batch*, several at a time; what the index was too busy for stays unwritten."""
        given = {"vectors": vectors, "batch_size": batch, "max_concurrency": CONNECTIONS, "show_progress": False}
        done = self._index.upsert(namespace=namespace, **given)
        self.committed[namespace] = max(self.committed.get(namespace, 0), _lsn(done, "lsn_committed"))
        waits = [0.0]
        for failed in done.errors:
            if not self._is_passing(failed.error):
                raise self._said(failed.error) from failed.error
            waits.append(self._pause_after(failed.error, 0))
        time.sleep(max(waits))

    def query(self, namespace: str, vector: list[float], k: int) -> list[Match]:
        """The ids nearest to a vector, with their scores."""
        try:
            found = self._patiently(lambda: self._index.query(vector=vector, top_k=k, namespace=namespace))
        except _Absent:
            return []
        return [(one.id, float(one.score)) for one in found.matches]

    def is_fresh(self, namespace: str, vector: list[float]) -> bool:
        """Whether a query sees all that was written; true as well where the index does not tell."""
        found = self._patiently(lambda: self._index.query(vector=vector, top_k=1, namespace=namespace))
        seen = _lsn(found, "lsn_reconciled")
        fresh = not seen or seen >= self.committed.get(namespace, 0)
        if fresh:
            self.committed.pop(namespace, None)
        return fresh

    def fetch(self, namespace: str, ids: Sequence[str]) -> dict[str, list[float]]:
        """The vectors of some ids, as far as they are there."""
        found = self._patiently(lambda: self._index.fetch(ids=ids, namespace=namespace))
        return {name: list(one.values) for name, one in found.vectors.items()}

    def delete(self, namespace: str, ids: Iterable[str]) -> None:
        """Take some vectors away."""
        names = sorted(ids)
        for start in range(0, len(names), IDS_A_CALL):
            part = names[start : start + IDS_A_CALL]
            self._patiently(lambda part=part: self._index.delete(ids=part, namespace=namespace))  # type: ignore[misc]

    def namespaces(self, prefix: str) -> list[str]:
        """The namespaces whose names begin so."""
        stats = self._patiently(self._index.describe_index_stats)
        return sorted(name for name in stats.namespaces if name.startswith(prefix))

    def drop(self, namespace: str) -> None:
        """Take a namespace away with all that it holds; nothing happens when there is none."""
        try:
            self._patiently(lambda: self._index.delete(delete_all=True, namespace=namespace))
        except _Absent:
            return

    def pause(self, turn: int) -> None:
        """Wait before a turn of the same work, longer each time."""
        time.sleep(min(LONGEST_PAUSE_S, self._access.pause_s * 2**turn))

    def _patiently(self, call: Callable[[], Value]) -> Value:
        for turn in range(CALLS):
            try:
                return call()
            except self._errors.PineconeError as error:
                if turn + 1 == CALLS or not self._is_passing(error):
                    raise self._said(error) from error
                time.sleep(self._pause_after(error, turn))
        raise AssertionError("the last turn returns or raises")

    def _is_passing(self, error: BaseException) -> bool:
        """Whether the same call may do in a moment. A time-out was waited for four times already."""
        of = self._errors
        return isinstance(error, of.RateLimitError | of.ServiceError | of.PineconeConnectionError)

    def _pause_after(self, error: Any, turn: int) -> float:
        told = (getattr(error, "headers", None) or {}).get("retry-after", "")
        try:
            return float(np.clip(float(told), 0.0, LONGEST_PAUSE_S))
        except ValueError:  # absent, or a date
            return min(LONGEST_PAUSE_S, self._access.pause_s * 2.0**turn)

    def _said(self, error: BaseException) -> StoreError:
        where = self._access.host or f"the index {self._access.index!r}"
        for kinds, what, remedy in _SENTENCES:
            if isinstance(error, tuple(getattr(self._errors, kind) for kind in kinds)):
                made = _Absent if isinstance(error, self._errors.NotFoundError) else StoreError
                return made(what.format(where=where), f"{error or type(error).__name__}.", remedy)
        return StoreError(f"Pinecone refused a request to {where}.", f"{error}.", "Look at the index in its console.")


class _Absent(StoreError):
    """The index, or the namespace, is not there."""


# Kinds of errors, what happened, and what to do; the first row that fits is taken.
_SENTENCES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("UnauthorizedError", "ForbiddenError"),
        "Pinecone refused the key for {where}.",
        "Set PINECONE_API_KEY to a key of the project that the index is in.",
    ),
    (
        ("NotFoundError",),
        "Pinecone has nothing at {where}.",
        "Set PINECONE_INDEX to the index's name, or PINECONE_HOST to its address.",
    ),
    (
        ("RateLimitError",),
        "Pinecone is asked for more than it allows ({where}).",
        "Try again in a minute, with fewer trials at a time (NEO_TRIAL_JOBS), or raise the plan's limits.",
    ),
    (("PineconeTimeoutError",), "Pinecone did not answer in time ({where}).", "Try again in a minute."),
    (("ServiceError",), "Pinecone cannot serve now ({where}).", "Try again in a minute; its status page may tell."),
    (
        ("PineconeConnectionError",),
        "Pinecone cannot be reached at {where}.",
        "Check PINECONE_HOST and the way out of this machine.",
    ),
)


def _lsn(response: Any, name: str) -> int:
    """A log sequence number that came with a response; 0 where none did."""
    return int(getattr(response.response_info, name, None) or 0)
