"""Late interaction: each token of a question looks for its best match among a chunk's tokens (ColBERT's MaxSim).

Notation: T tokens of a corpus, m of a question, D dimensions of the model, d kept (TOKEN_DIM). The vectors are brought
to the d directions in which a sample of the corpus lies, and kept as float16: 128 bytes a token, about 25 MB for
1.4 MB of text. A search looks at a few chunks of a corpus only, so it embeds blocks of passages when they are first
asked for; an index on disk holds all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from .documents import Chunk, Document
from .lexical import STOPWORDS
from .passages import PASSAGE_TOKENS, Spans, passage_spans
from .stages import Stage
from .vector_stores import Floats

TOKEN_DIM = 64
SAMPLE_PASSAGES = 300  # about 10,000 tokens, whose directions are those of the corpus
BLOCK_PASSAGES = 8  # embedded together: about 200 tokens, 25 kB
Halves = npt.NDArray[np.float16]
Offsets = npt.NDArray[np.int64]


class TokenRows(NamedTuple):
    """A text's tokens: vectors, shape (t, D), each of length 1, and (start, end) in the text, shape (t, 2)."""

    vectors: Floats
    spans: Offsets


EmbedTokens = Callable[[Sequence[str]], Sequence[TokenRows]]
Block = tuple[Halves, npt.NDArray[np.int32]]
"""Tokens that follow each other: vectors, shape (t, d), and where in the document each starts, shape (t,)."""


class Matches(Protocol):
    """Tells how well chunks match a question."""

    def scores(self, question: TokenRows, text: str, chunks: Sequence[Chunk]) -> Floats:
        """See `TokenVectors.scores`."""


class Tokens(Matches, Protocol):
    """The tokens of documents, complete or growing."""

    def whole(self) -> TokenVectors:
        """All of them."""

    def save(self, path: Path) -> None:
        """Write all of them to one file, without pickles."""


@dataclass(frozen=True)
class TokenVectors:
    """The tokens of all documents, one document after the other.

    Attributes:
        basis: Shape (D, d): takes a vector of the model to the directions that are kept.
        vectors: Shape (T, d), each of length about 1.
        starts: Shape (T,): where in its document a token starts.
        names: The documents in their order.
        edges: Shape (len(names) + 1,): the rows of document i are from edges[i] up to edges[i + 1].
    """

    basis: Floats
    vectors: Halves
    starts: npt.NDArray[np.int32]
    names: tuple[str, ...]
    edges: Offsets

    def scores(self, question: TokenRows, text: str, chunks: Sequence[Chunk]) -> Floats:
        """For each chunk the mean over the question's tokens of the best cosine with one of the chunk's.

        Returns:
            Shape (len(chunks),), in [-1, 1]; 0 for a chunk without a word.
        """
        slices = [self._rows(chunk) for chunk in chunks]
        return best_matches(question, text, self.basis, [self.vectors[first:last] for first, last in slices])

    def whole(self) -> TokenVectors:
        """Themselves."""
        return self

    def _rows(self, chunk: Chunk) -> tuple[int, int]:
        place = self.names.index(chunk.document)
        low, high = int(self.edges[place]), int(self.edges[place + 1])
        first, last = np.searchsorted(self.starts[low:high], (chunk.start, chunk.end))
        return low + int(first), low + int(last)

    def save(self, path: Path) -> None:
        """Write them to one file, without pickles."""
        with path.open("wb") as out:
            np.savez(
                out, basis=self.basis, vectors=self.vectors, starts=self.starts, names=np.array(self.names),
                edges=self.edges,
            )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> TokenVectors:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as kept:
            names = tuple(str(name) for name in kept["names"])
            return cls(kept["basis"], kept["vectors"], kept["starts"], names, kept["edges"])


class GrowingTokens:
    """The tokens of documents, a block of passages embedded when a chunk is first asked for; see `Tokens`."""

    def __init__(
        self, documents: Sequence[Document], config: Mapping[str, Any], embed_tokens: EmbedTokens, stage: Stage
    ) -> None:
        self._documents = {document.name: document for document in documents}
        self._named: dict[str, Any] = {
            "documents": [document.key for document in documents], "embedder": config["embedder"], "dim": TOKEN_DIM,
        }  # fmt: skip
        self._embed, self._stage = embed_tokens, stage
        self._spans: dict[str, Spans] = {}
        self._blocks: dict[tuple[str, int], Block] = {}

    @cached_property
    def basis(self) -> Floats:
        """See `TokenVectors`."""
        documents = list(self._documents.values())
        return self._stage("token_basis", self._named, lambda: _basis(documents, self._embed))

    def scores(self, question: TokenRows, text: str, chunks: Sequence[Chunk]) -> Floats:
        """See `TokenVectors.scores`."""
        return best_matches(question, text, self.basis, [self._vectors(chunk) for chunk in chunks])

    def whole(self) -> TokenVectors:
        """All of them, the blocks that are not there embedded now."""
        names = tuple(self._documents)
        parts = [self._between(name, 0, len(self._passages(name))) for name in names]
        return TokenVectors(
            self.basis,
            np.concatenate([vectors for vectors, _ in parts]),
            np.concatenate([starts for _, starts in parts]),
            names,
            np.cumsum([0, *(len(starts) for _, starts in parts)]),
        )

    def save(self, path: Path) -> None:
        """Write all of them to one file, without pickles."""
        self.whole().save(path)

    def _vectors(self, chunk: Chunk) -> Halves:
        spans = self._passages(chunk.document)
        first = int(np.searchsorted(spans[:, 1], chunk.start, side="right"))
        last = int(np.searchsorted(spans[:, 0], chunk.end, side="left"))
        vectors, starts = self._between(chunk.document, first, last)
        low, high = np.searchsorted(starts, (chunk.start, chunk.end))
        return vectors[low:high]

    def _between(self, name: str, first: int, last: int) -> Block:
        """The blocks that hold the passages from *first* up to *last*."""
        numbers = range(first // BLOCK_PASSAGES, -(-last // BLOCK_PASSAGES))
        empty = np.zeros((0, self.basis.shape[1]), np.float16), np.zeros(0, np.int32)
        blocks = [empty, *(self._block(name, number) for number in numbers)]
        return np.concatenate([one for one, _ in blocks]), np.concatenate([starts for _, starts in blocks])

    def _block(self, name: str, number: int) -> Block:
        if (name, number) not in self._blocks:
            document = self._documents[name]
            named = {**self._named, "document": document.key, "tokens": PASSAGE_TOKENS, "block": number}
            named["passages"] = BLOCK_PASSAGES
            spans = self._passages(name)[BLOCK_PASSAGES * number :][:BLOCK_PASSAGES]
            made = self._stage("token_vectors", named, lambda: _embedded(document, spans, self.basis, self._embed))
            self._blocks[name, number] = made
        return self._blocks[name, number]

    def _passages(self, name: str) -> Spans:
        if name not in self._spans:
            document = self._documents[name]
            named = {"document": document.key, "tokens": PASSAGE_TOKENS}
            self._spans[name] = self._stage(
                "token_spans", named, lambda: np.array(passage_spans(document.text), dtype=np.int64).reshape(-1, 2)
            )
        return self._spans[name]


def best_matches(question: TokenRows, text: str, basis: Floats, parts: Sequence[Halves]) -> Floats:
    """For each part's tokens, shape (t, d), the mean over the question's tokens of the best cosine with one of them.

    Each part is multiplied alone: in one product for all, the last bit of a score would hang on the parts beside it.
    """
    asked = reduced(question.vectors[telling(text, question.spans)], basis).T
    scores = np.zeros(len(parts), dtype=np.float32)
    if not asked.size:
        return scores
    for place, part in enumerate(parts):
        if len(part):
            scores[place] = (part.astype(np.float32) @ asked).max(axis=0).mean()
    return scores


def telling(text: str, spans: Offsets) -> npt.NDArray[np.bool_]:
    """Which tokens say something: neither punctuation nor a stop word; all of them where none does."""
    words = [text[start:end].lower() for start, end in spans.tolist()]
    kept = np.array([any(map(str.isalnum, word)) and word not in STOPWORDS for word in words], dtype=bool)
    return kept if kept.any() else np.ones(len(words), dtype=bool)


def reduced(vectors: Floats, basis: Floats) -> Floats:
    """Vectors in the kept directions, shape (t, d), each of length 1."""
    small = np.asarray(vectors @ basis, dtype=np.float32)
    norms = np.linalg.norm(small, axis=1, keepdims=True)
    return np.asarray(np.divide(small, norms, out=small, where=norms > 0))


def _basis(documents: Sequence[Document], embed_tokens: EmbedTokens) -> Floats:
    """The d directions that hold most of a sample's length: the first right singular vectors, not centred."""
    texts = [document.text[start:end] for document in documents for start, end in passage_spans(document.text)]
    step = max(1, len(texts) // SAMPLE_PASSAGES)
    sample = np.concatenate([tokens.vectors for tokens in embed_tokens(texts[::step])]).astype(np.float64)
    _, directions = np.linalg.eigh(sample.T @ sample)
    return np.ascontiguousarray(directions[:, ::-1][:, :TOKEN_DIM], dtype=np.float32)


def _embedded(document: Document, spans: Spans, basis: Floats, embed_tokens: EmbedTokens) -> Block:
    vectors, starts = [np.zeros((0, basis.shape[1]), np.float16)], [np.zeros(0, np.int32)]
    texts = [document.text[first:last] for first, last in spans]
    for (first, _), text, tokens in zip(spans, texts, embed_tokens(texts), strict=True):
        kept = telling(text, tokens.spans)
        vectors.append(reduced(tokens.vectors[kept], basis).astype(np.float16))
        starts.append((first + tokens.spans[kept, 0]).astype(np.int32))
    return np.concatenate(vectors), np.concatenate(starts)
