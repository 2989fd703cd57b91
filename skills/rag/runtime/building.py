"""From documents to an index: cut, embed, and what else a configuration needs, each stage named for a memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .answers import Embed
from .chunk_vectors import CHUNK_VECTORS
from .chunkers import CHUNKERS, SEMANTIC, chunk
from .context import CONTEXT_UNITS, Surroundings
from .documents import Chunk, Document, cut
from .index import Index
from .needs import needs_tokens, needs_vectors
from .parameters import Config, complete_config, of_stages
from .parsers import parse
from .passages import embedded_passages
from .semantic import semantic_spans
from .stages import Stage, run
from .token_vectors import EmbedTokens, GrowingTokens
from .vector_stores import Access

PARENT_CHUNKER = "structure"  # sections where there are headings, else paragraphs


def parse_file(name: str, sha256: str, path: Path, config: Config, stage: Stage = run) -> Document:
    """Read one file of a corpus with the configuration's PDF parser. Raises DocumentError."""
    key = parse_key(name, sha256, config)
    return stage("parse", key, lambda: parse(path, name, key["parser"]))


def parse_key(name: str, sha256: str, config: Config) -> dict[str, str]:
    """What a reading depends on: the file, and of a PDF the parser."""
    parser = complete_config(config)["pdf_parser"] if name.lower().endswith(".pdf") else ""
    return {"sha256": sha256, "name": name, "parser": parser}


def build_index(
    documents: Sequence[Document],
    config: Config,
    embed: Embed | None,
    folder: Path | None = None,
    stage: Stage = run,
    embed_tokens: EmbedTokens | None = None,
    access: Access | None = None,
) -> Index:
    """Cut documents and index the chunks.

    Args:
        documents: What to index; names are unique.
        config: A configuration; missing values are the defaults.
        embed: The embedder; may be None where the configuration needs no vectors.
        folder: When given, the index is saved there.
        stage: Runs or remembers each stage.
        embed_tokens: Gives vectors of tokens; may be None where the configuration needs none.
        access: How a vector store elsewhere is reached; may be None where vectors stay in this process.

    Raises:
        ValueError: vectors are needed and there is nothing to make them, or there is no chunk.
    """
    full = complete_config(config)
    key = {"documents": [document.key for document in documents], **of_stages(full, "chunk")}
    if full["chunker"] == SEMANTIC:
        key["embedder"] = full["embedder"]
    chunks = stage("chunk", key, lambda: _cut_all(documents, full, embed, stage))
    if not chunks:
        raise ValueError("The documents gave no chunk: there is nothing to index.")
    vectors = tokens = None
    if needs_vectors(full):
        vectors = CHUNK_VECTORS[full["chunk_vector"]](documents, chunks, full, key, required(embed, full), stage)
    if needs_tokens(full):
        if embed_tokens is None:
            raise ValueError("The reranker 'late_interaction' needs vectors of tokens: pass `embed_tokens`.")
        tokens = GrowingTokens(documents, full, embed_tokens, stage)
    around = _around(documents, full, stage)
    index = Index(chunks, full, vectors, key=key, tokens=tokens, around=around, stage=stage, access=access)
    if folder is not None:
        index.save(folder)
    return index


def required(embed: Embed | None, config: Config) -> Embed:
    """The embedder. Raises ValueError when there is none."""
    if embed is None:
        raise ValueError(
            f"The chunker {config['chunker']!r}, retriever {config['retriever']!r} and reranker "
            f"{config['reranker']!r} together need an embedder, and none was given: pass `embed`, or use the "
            "chunker 'sentence', the retriever 'bm25' and the reranker 'none'."
        )
    return embed


def _cut_all(documents: Sequence[Document], config: Config, embed: Embed | None, stage: Stage) -> list[Chunk]:
    size = config["chunk_tokens"]
    if config["chunker"] != SEMANTIC:
        overlap = int(config["chunk_overlap"] * size)
        return [piece for document in documents for piece in chunk(document, config["chunker"], size, overlap)]
    chunks: list[Chunk] = []
    for document in documents:
        spans, vectors = embedded_passages(document, config, required(embed, config), stage)
        chunks += [cut(document, *span) for span in semantic_spans(document.text, spans.tolist(), vectors, size)]
    return chunks


def _around(documents: Sequence[Document], config: dict[str, Any], stage: Stage) -> Surroundings | None:
    if CONTEXT_UNITS[config["context_unit"]] is None:
        return None
    by_name = {document.name: document for document in documents}
    if config["context_unit"] != "parent":
        return Surroundings(by_name, {})
    size = config["parent_tokens"]
    parents = {
        document.name: stage(
            "parents",
            {"document": document.key, "chunker": PARENT_CHUNKER, "tokens": size},
            lambda text=document.text: CHUNKERS[PARENT_CHUNKER](text, size, 0),  # type: ignore[misc]
        )
        for document in documents
    }
    return Surroundings(by_name, parents)
