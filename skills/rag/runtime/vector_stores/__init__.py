"""Vectors and their nearest neighbours: embedded in this process, or in a service elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from .base import Access, Floats, Ids, StoreError, VectorStore
from .faiss_store import FaissStore
from .pinecone_store import PineconeStore

__all__ = [
    "EMBEDDED", "LOADERS", "VECTOR_STORES", "Access", "FaissStore", "Floats", "Ids", "PineconeStore", "StoreError",
    "VectorStore",
]  # fmt: skip

EMBEDDED = "faiss"

# A new store from the length of its vectors, and a store from its file; the access is for stores elsewhere.
VECTOR_STORES: Mapping[str, Callable[[int, Access | None], VectorStore]] = {
    EMBEDDED: lambda dim, _: FaissStore(dim),
    "pinecone": PineconeStore,
}
LOADERS: Mapping[str, Callable[[Path, Access | None], VectorStore]] = {
    EMBEDDED: lambda path, _: FaissStore.load(path),
    "pinecone": PineconeStore.load,
}
