"""One vector for each chunk: embedded whole, or pooled from the vectors of the passages that it covers.

Pooling embeds each passage of a document once, whatever the chunks are, so a search over chunkings embeds a corpus
once. Dense recall@5 on 276 questions over three corpora (standard error about .02), pooled against whole, at 64, 128,
256 and 448 tokens: MiniLM-L6 int8 .701/.691, .819/.804, .935/.897, .957/.929; MiniLM-L3 .619/.640, .777/.731,
.853/.821, .918/.905. Such models are trained on passages shorter than a chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .answers import Embed
from .documents import Chunk, Document
from .index import indexed_texts, title_of
from .passages import PASSAGE_TOKENS, Spans, embedded_passages
from .stages import Stage
from .vector_stores import Floats

Vectors = Callable[[Sequence[Document], Sequence[Chunk], Mapping[str, Any], Mapping[str, Any], Embed, Stage], Floats]
"""Takes documents, their chunks, a complete configuration, what the chunks depend on, the embedder and the stage
runner; gives shape (N, d), float32, rows of length 1."""


def whole(
    documents: Sequence[Document],
    chunks: Sequence[Chunk],
    config: Mapping[str, Any],
    key: Mapping[str, Any],
    embed: Embed,
    stage: Stage,
) -> Floats:
    """Embed each chunk's text."""
    named = {**key, "text": config["index_text"], "embedder": config["embedder"]}
    return stage("embed", named, lambda: embed(indexed_texts(chunks, config)))


def pooled(
    documents: Sequence[Document],
    chunks: Sequence[Chunk],
    config: Mapping[str, Any],
    key: Mapping[str, Any],
    embed: Embed,
    stage: Stage,
) -> Floats:
    """Mean of the passages' vectors, each weighed by the characters that the chunk has of it; a title is one more."""

    def make() -> Floats:
        passages = {document.name: embedded_passages(document, config, embed, stage) for document in documents}
        titles = _titles(chunks, embed) if config["index_text"] == "titled" else {}
        rows = [_pooled(chunk, *passages[chunk.document], titles) for chunk in chunks]
        vectors = np.stack(rows).astype(np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, norms, out=vectors, where=norms > 0)
        return vectors

    named = {**key, "text": config["index_text"], "embedder": config["embedder"], "tokens": PASSAGE_TOKENS}
    return stage("pooled", named, make)


def _titles(chunks: Sequence[Chunk], embed: Embed) -> dict[str, Floats]:
    texts = list(dict.fromkeys(title_of(chunk) for chunk in chunks))
    return dict(zip(texts, embed(texts), strict=True))


def _pooled(chunk: Chunk, spans: Spans, vectors: Floats, titles: Mapping[str, Floats]) -> npt.NDArray[np.float64]:
    first = int(np.searchsorted(spans[:, 1], chunk.start, side="right"))
    last = int(np.searchsorted(spans[:, 0], chunk.end, side="left"))
    shared = np.minimum(spans[first:last, 1], chunk.end) - np.maximum(spans[first:last, 0], chunk.start)
    total = shared.astype(np.float64) @ vectors[first:last]
    title = title_of(chunk)
    return np.asarray(total + len(title) * titles[title] if titles else total, dtype=np.float64)


CHUNK_VECTORS: Mapping[str, Vectors] = {"pooled": pooled, "whole": whole}
