"""What a vector store must do, how one elsewhere is reached, and what goes wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..faults import ToldFault

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]


class StoreError(ToldFault, RuntimeError):
    """A vector store that cannot do what it is asked."""


@dataclass(frozen=True)
class Access:
    """How a store elsewhere is reached.

    Attributes:
        api_key: Never written anywhere.
        host: Address of the index; looked up by its name when empty.
        index: Name of the index.
        scope: Beginning of the names of all namespaces that are written under this access.
        timeout_s: For one try of one request.
        pause_s: First of the pauses between two rounds of repairing or asking; each is twice the one before.
    """

    api_key: str = field(repr=False)
    host: str = ""
    index: str = ""
    scope: str = "neo"
    timeout_s: float = 10.0
    pause_s: float = 0.5


class VectorStore(Protocol):
    """What a store must do; rows keep the order in which they were added."""

    def add(self, vectors: Floats) -> None:
        """Add rows, shape (N, d), each of length 1."""

    def search(self, queries: Floats, k: int) -> tuple[Floats, Ids]:
        """The best *k* rows for each query: scores and row numbers, shape (Q, k), best first; k <= N.

        Where a store knows fewer than *k*, the rest of the row numbers is -1.
        """

    def rows(self, ids: Ids) -> Floats:
        """The vectors of some rows, shape (len(ids), d)."""

    def save(self, path: Path) -> None:
        """Write to a file what the store is opened from again."""
