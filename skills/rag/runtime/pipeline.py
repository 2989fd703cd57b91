"""The pipeline: parse, chunk, index, retrieve, rerank, answer.

Each stage names what its result depends on, so that a caller may pass a `Stage` that remembers results.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from .answers import Answer, Complete, Embed, Hit
from .chunk_vectors import CHUNK_VECTORS
from .chunkers import chunk
from .documents import Chunk, Document
from .generators import GENERATORS, Tools
from .index import Index, needs_vectors
from .parameters import Config, complete_config, of_stages
from .parsers import parse
from .rerankers import RERANKERS
from .retrievers import RETRIEVERS, Candidates, dense_candidates, lexical_candidates
from .stages import Stage, run

CANDIDATES = 50  # what fusion and rerankers choose from
CONFIG_FILE = "config.json"


def parse_file(name: str, sha256: str, path: Path, config: Config, stage: Stage = run) -> Document:
    """Read one file of a corpus with the configuration's PDF parser. Raises DocumentError."""
    parser = complete_config(config)["pdf_parser"] if name.lower().endswith(".pdf") else ""
    key = {"sha256": sha256, "name": name, "parser": parser}
    return stage("parse", key, lambda: parse(path, name, parser))


def build_index(
    documents: Sequence[Document], config: Config, embed: Embed | None, folder: Path | None = None, stage: Stage = run
) -> Index:
    """Cut documents and index the chunks.

    Args:
        documents: What to index; names are unique.
        config: A configuration; missing values are the defaults.
        embed: The embedder; may be None where the configuration needs no vectors.
        folder: When given, the index is saved there.
        stage: Runs or remembers each stage.

    Raises:
        ValueError: vectors are needed and there is no embedder, or there is no chunk.
    """
    full = complete_config(config)
    key = {"documents": [document.key for document in documents], **of_stages(full, "chunk")}
    chunks = stage("chunk", key, lambda: _cut_all(documents, full))
    if not chunks:
        raise ValueError("The documents gave no chunk: there is nothing to index.")
    vectors = None
    if needs_vectors(full):
        make = CHUNK_VECTORS[full["chunk_vector"]]
        vectors = make(documents, chunks, full, key, _required(embed, full), stage)
    index = Index(chunks, full, vectors, key=key)
    if folder is not None:
        index.save(folder)
    return index


class Pipeline:
    """A question-answering system over one index.

    Args:
        index: What to search.
        config: Its configuration; missing values are the defaults.
        embed: The embedder that the index was built with; may be None where none is needed.
        complete: A language model; needed by the generator ``llm`` alone.
        stage: Runs or remembers retrieval.
    """

    def __init__(
        self,
        index: Index,
        config: Config,
        embed: Embed | None = None,
        complete: Complete | None = None,
        stage: Stage = run,
    ) -> None:
        self.index = index
        self.config = complete_config(config)
        self._embed = embed
        self._complete = complete
        self._stage = stage

    def retrieve_many(self, questions: Sequence[str]) -> list[list[Hit]]:
        """Find the chunks for each question, best first, at most ``top_k``."""
        if not questions:
            return []
        retriever = RETRIEVERS[self.config["retriever"]]
        n = min(max(CANDIDATES, self.config["top_k"]), len(self.index.chunks))
        found = [self._candidates(source, questions, n) for source in retriever.sources]
        joined = retriever.join(found, self.config["fusion_weight"], n)
        return [self._reranked(joined.pairs(row)) for row in range(len(questions))]

    def answer_from(self, questions: Sequence[str], hits: Sequence[Sequence[Hit]]) -> list[Answer]:
        """Answer each question from its hits."""
        tools = Tools(self.index.lexical, self._embed, self._complete)
        return GENERATORS[self.config["generator"]].generate(questions, hits, self.config, tools)

    def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        """Answer questions in one batch; each answer's latency is its share of the batch."""
        start = time.perf_counter()
        answers = self.answer_from(questions, self.retrieve_many(questions))
        share_s = (time.perf_counter() - start) / max(1, len(questions))
        return [replace(answer, latency_s=share_s) for answer in answers]

    def ask(self, question: str) -> Answer:
        """Answer one question; the latency is its own."""
        return self.answer_many([question])[0]

    def save(self, folder: Path) -> None:
        """Write index and configuration to a folder."""
        self.index.save(folder)
        (folder / CONFIG_FILE).write_text(json.dumps(self.config, indent=2), "utf-8")

    @classmethod
    def load(cls, folder: Path, embed: Embed | None = None, complete: Complete | None = None) -> Pipeline:
        """Read what `save` wrote."""
        config = json.loads((folder / CONFIG_FILE).read_text("utf-8"))
        return cls(Index.load(folder, config), config, embed, complete)

    def _candidates(self, source: str, questions: Sequence[str], n: int) -> Candidates:
        find, stages = _SOURCES[source]
        asked = hashlib.sha256("\0".join(questions).encode("utf-8", "surrogatepass")).hexdigest()
        key = {**self.index.key, **of_stages(self.config, *stages), "questions": asked, "n": n}
        return self._stage(f"{source}_candidates", key, lambda: find(self, questions, n))

    def _lexical(self, questions: Sequence[str], n: int) -> Candidates:
        return lexical_candidates(self.index.lexical, questions, n)

    def _dense(self, questions: Sequence[str], n: int) -> Candidates:
        return dense_candidates(self.index.store, _required(self._embed, self.config)(questions), n)

    def _reranked(self, pairs: Sequence[tuple[int, float]]) -> list[Hit]:
        reranker = RERANKERS[self.config["reranker"]]
        rows = [row for row, _ in pairs]
        scores = np.array([score for _, score in pairs], dtype=np.float32)
        vectors = self.index.vectors_of(rows) if reranker.needs_vectors and rows else _NO_VECTORS
        places = reranker.rerank(scores, vectors, self.config["mmr_balance"], self.config["top_k"])
        return [Hit(self.index.chunks[rows[place]], float(scores[place])) for place in places]


# A source's name: how candidates are found, and the stages whose parameters they depend on.
_SOURCES: Mapping[str, tuple[Callable[[Pipeline, Sequence[str], int], Candidates], tuple[str, ...]]] = {
    "lexical": (Pipeline._lexical, ("text", "lexical")),
    "dense": (Pipeline._dense, ("text", "embed")),
}
_NO_VECTORS = np.zeros((0, 1), dtype=np.float32)


def _cut_all(documents: Sequence[Document], config: Config) -> list[Chunk]:
    size = config["chunk_tokens"]
    overlap = int(config["chunk_overlap"] * size)
    return [piece for document in documents for piece in chunk(document, config["chunker"], size, overlap)]


def _required(embed: Embed | None, config: Config) -> Embed:
    if embed is None:
        raise ValueError(
            f"The retriever {config['retriever']!r} with the reranker {config['reranker']!r} needs an embedder, "
            "and none was given: pass `embed`, or use the retriever 'bm25' with the reranker 'none'."
        )
    return embed
