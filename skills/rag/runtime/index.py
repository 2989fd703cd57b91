"""The index over a corpus: chunks, their vectors, and their words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from .context import Surroundings
from .documents import Chunk
from .lexical import LexicalIndex
from .stages import Stage, run
from .token_vectors import Tokens, TokenVectors
from .vector_stores import LOADERS, VECTOR_STORES, Access, Floats, VectorStore

CHUNKS_FILE = "chunks.jsonl"
VECTORS_FILE = "vectors.bin"
TOKENS_FILE = "tokens.npz"
DOCUMENTS_FILE = "documents.jsonl"


class Index:
    """Chunks and what is needed to find them.

    Args:
        chunks: Row i of every other part is chunk i.
        config: A complete configuration.
        vectors: Shape (N, d), or None where nothing needs them.
        store: A loaded store, in place of vectors.
        key: What the chunks depend on: JSON values, for a caller that remembers results.
        tokens: Vectors of tokens, or None where nothing needs them.
        around: The documents around the chunks, or None where chunks are shown as they are.
        stage: Runs or remembers the making of the BM25 index.
        access: How a vector store elsewhere is reached, where the configuration names one.
    """

    def __init__(
        self,
        chunks: Sequence[Chunk],
        config: Mapping[str, Any],
        vectors: Floats | None = None,
        store: VectorStore | None = None,
        key: Mapping[str, Any] | None = None,
        tokens: Tokens | None = None,
        around: Surroundings | None = None,
        stage: Stage = run,
        access: Access | None = None,
    ) -> None:
        self.chunks = tuple(chunks)
        self.config = dict(config)
        self.key = dict(key or {})
        self._vectors = vectors
        self._loaded = store
        self._tokens = tokens
        self.around = around
        self._stage = stage
        self._access = access

    @cached_property
    def lexical(self) -> LexicalIndex:
        """The BM25 index; built when first asked for."""
        config = self.config
        named = {**self.key, **{name: config[name] for name in ("index_text", "stemmer", "bm25_k1", "bm25_b")}}

        def make() -> LexicalIndex:
            texts = indexed_texts(self.chunks, config)
            return LexicalIndex(texts, config["stemmer"], config["bm25_k1"], config["bm25_b"])

        return self._stage("lexical", named, make)

    @cached_property
    def store(self) -> VectorStore:
        """The vector store.

        Raises:
            ValueError: the index was built without vectors.
        """
        if self._loaded is not None:
            return self._loaded
        if self._vectors is None:
            raise ValueError(
                f"This index has no vectors: it was built for the retriever {self.config['retriever']!r}. "
                "Build it again with a configuration that needs them."
            )
        store = VECTOR_STORES[self.config["vector_store"]](self._vectors.shape[1], self._access)
        store.add(self._vectors)
        return store

    @property
    def tokens(self) -> Tokens:
        """The vectors of tokens. Raises ValueError when the index was built without them."""
        if self._tokens is None:
            raise ValueError("This index has no token vectors: build it again for the reranker 'late_interaction'.")
        return self._tokens

    def vectors_of(self, rows: Sequence[int]) -> Floats:
        """The vectors of some chunks, shape (len(rows), d)."""
        return self.store.rows(np.array(rows, dtype=np.int64))

    def save(self, folder: Path) -> None:
        """Write the index to a folder: plain JSON lines, and files of their own for vectors."""
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / CHUNKS_FILE).open("w", encoding="utf-8") as out:
            for chunk in self.chunks:
                out.write(json.dumps(asdict(chunk), ensure_ascii=False) + "\n")
        if self._vectors is not None or self._loaded is not None:
            self.store.save(folder / VECTORS_FILE)
        if self._tokens is not None:
            self._tokens.save(folder / TOKENS_FILE)
        if self.around is not None:
            self.around.save(folder / DOCUMENTS_FILE)

    @classmethod
    def load(cls, folder: Path, config: Mapping[str, Any], access: Access | None = None) -> Index:
        """Read what `save` wrote."""
        with (folder / CHUNKS_FILE).open(encoding="utf-8") as lines:
            chunks = [_chunk(json.loads(line)) for line in lines]
        vectors, tokens, documents = (folder / name for name in (VECTORS_FILE, TOKENS_FILE, DOCUMENTS_FILE))
        return cls(
            chunks,
            config,
            store=LOADERS[config["vector_store"]](vectors, access) if vectors.exists() else None,
            tokens=TokenVectors.load(tokens) if tokens.exists() else None,
            around=Surroundings.load(documents) if documents.exists() else None,
        )


def _chunk(body: dict[str, Any]) -> Chunk:
    return Chunk(**{**body, "page_starts": tuple(body["page_starts"])})


def indexed_texts(chunks: Sequence[Chunk], config: Mapping[str, Any]) -> list[str]:
    """What of each chunk is indexed: its text, with the document's name and headings before it when so configured."""
    if config["index_text"] == "plain":
        return [chunk.text for chunk in chunks]
    return [f"{title_of(chunk)}\n{chunk.text}" for chunk in chunks]


def title_of(chunk: Chunk) -> str:
    """The document's name as words, and the headings: ``returns policy > Damaged goods``."""
    name = re.sub(r"[-_.\s]+", " ", PurePath(chunk.document).stem)
    return f"{name} > {chunk.heading}" if chunk.heading else name
