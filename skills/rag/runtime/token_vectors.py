"""Late interaction: each token of a question looks for its best match among a chunk's tokens (ColBERT's MaxSim).

Notation: T tokens of a corpus, m of a question, D dimensions of the model, d kept (TOKEN_DIM). The vectors are brought
to the d directions in which a sample of the corpus lies, and kept as float16: 128 bytes a token, about 25 MB for
1.4 MB of text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .documents import Chunk, Document
from .lexical import STOPWORDS
from .passages import PASSAGE_TOKENS, passage_spans
from .stages import Stage
from .vector_stores import Floats

TOKEN_DIM = 64
SAMPLE_PASSAGES = 300  # about 10,000 tokens, whose directions are those of the corpus
BATCH_TEXTS = 64
Halves = npt.NDArray[np.float16]
Offsets = npt.NDArray[np.int64]


class TokenRows(NamedTuple):
    """A text's tokens: vectors, shape (t, D), each of length 1, and (start, end) in the text, shape (t, 2)."""

    vectors: Floats
    spans: Offsets


EmbedTokens = Callable[[Sequence[str]], Sequence[TokenRows]]


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
        asked = reduced(question.vectors[telling(text, question.spans)], self.basis)
        slices = [self._rows(chunk) for chunk in chunks]
        lengths = np.array([last - first for first, last in slices], dtype=np.int64)
        scores = np.zeros(len(chunks), dtype=np.float32)
        if not len(asked) or not lengths.any():
            return scores
        rows = np.concatenate([self.vectors[first:last] for first, last in slices]).astype(np.float32)
        filled = lengths > 0  # an empty slice has no best, and reduceat would take its neighbour's
        begins = (np.cumsum(lengths) - lengths)[filled]
        scores[filled] = np.maximum.reduceat(rows @ asked.T, begins, axis=0).mean(axis=1)
        return scores

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


def token_vectors(
    documents: Sequence[Document], config: Mapping[str, Any], embed_tokens: EmbedTokens, stage: Stage
) -> TokenVectors:
    """Embed the tokens of all documents, passage by passage; each document once, and remembered."""
    named: dict[str, Any] = {
        "documents": [document.key for document in documents], "embedder": config["embedder"], "dim": TOKEN_DIM,
    }  # fmt: skip
    basis = stage("token_basis", named, lambda: _basis(documents, embed_tokens))
    parts = [_of_document(document, named, basis, embed_tokens, stage) for document in documents]
    return TokenVectors(
        basis,
        np.concatenate([vectors for vectors, _ in parts]),
        np.concatenate([starts for _, starts in parts]),
        tuple(document.name for document in documents),
        np.cumsum([0, *(len(starts) for _, starts in parts)]),
    )


def _basis(documents: Sequence[Document], embed_tokens: EmbedTokens) -> Floats:
    """The d directions that hold most of a sample's length: the first right singular vectors, not centred."""
    texts = [document.text[start:end] for document in documents for start, end in passage_spans(document.text)]
    step = max(1, len(texts) // SAMPLE_PASSAGES)
    sample = np.concatenate([tokens.vectors for tokens in embed_tokens(texts[::step])]).astype(np.float64)
    _, directions = np.linalg.eigh(sample.T @ sample)
    return np.ascontiguousarray(directions[:, ::-1][:, :TOKEN_DIM], dtype=np.float32)


def _of_document(
    document: Document, named: Mapping[str, Any], basis: Floats, embed_tokens: EmbedTokens, stage: Stage
) -> tuple[Halves, npt.NDArray[np.int32]]:
    def make() -> tuple[Halves, npt.NDArray[np.int32]]:
        vectors, starts = [np.zeros((0, basis.shape[1]), np.float16)], [np.zeros(0, np.int32)]
        spans = passage_spans(document.text)
        texts = [document.text[first:last] for first, last in spans]
        for (first, _), text, tokens in zip(spans, texts, _streamed(texts, embed_tokens), strict=True):
            kept = telling(text, tokens.spans)
            vectors.append(reduced(tokens.vectors[kept], basis).astype(np.float16))
            starts.append((first + tokens.spans[kept, 0]).astype(np.int32))
        return np.concatenate(vectors), np.concatenate(starts)

    return stage("token_vectors", {**named, "document": document.key, "tokens": PASSAGE_TOKENS}, make)


def _streamed(texts: Sequence[str], embed_tokens: EmbedTokens) -> Iterator[TokenRows]:
    """The texts' tokens, a few texts at a time: those of a long document would fill the memory."""
    for start in range(0, len(texts), BATCH_TEXTS):
        yield from embed_tokens(texts[start : start + BATCH_TEXTS])
