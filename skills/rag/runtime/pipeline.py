"""The pipeline over an index: word the question, retrieve, rerank, widen, answer.

Each stage names what its result depends on, so that a caller may pass a `Stage` that remembers results.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .answers import Answer, Complete, Embed, Hit
from .building import build_index, parse_file, parse_key, required
from .context import CONTEXT_UNITS, assemble
from .fusion import Candidates, merged
from .generators import GENERATORS, Tools
from .index import Index
from .meter import Meter
from .needs import needs_tokens, needs_vectors, searches_with_model
from .parameters import Config, complete_config, of_stages
from .rerankers import RERANKERS, Helpers, Pool, ScorePairs
from .retrievers import RETRIEVERS, dense_candidates, lexical_candidates
from .stages import Stage, run
from .token_vectors import EmbedTokens, Matches
from .transforms import search_texts
from .vector_stores import Access

__all__ = ["Found", "Pipeline", "build_index", "parse_file", "parse_key"]

CANDIDATES = 50  # what fusion and rerankers choose from
CONFIG_FILE = "config.json"


@dataclass(frozen=True)
class Found:
    """What was found for a question, best first, and what finding it took of a language model."""

    hits: list[Hit]
    cost_usd: float = 0.0
    unread: int = 0


class Pipeline:
    """A question-answering system over one index.

    Args:
        index: What to search.
        config: Its configuration; missing values are the defaults.
        embed: The embedder that the index was built with; may be None where none is needed.
        complete: A language model; needed where a configuration asks one.
        stage: Runs or remembers retrieval.
        embed_tokens: Gives vectors of tokens; needed by the reranker ``late_interaction`` alone.
        score_pairs: A cross-encoder; needed by the reranker ``cross_encoder`` alone.
        matches: Of the index's tokens, with a memory; None to ask the index.
    """

    def __init__(
        self,
        index: Index,
        config: Config,
        embed: Embed | None = None,
        complete: Complete | None = None,
        stage: Stage = run,
        embed_tokens: EmbedTokens | None = None,
        score_pairs: ScorePairs | None = None,
        matches: Matches | None = None,
    ) -> None:
        self.index = index
        self.config = complete_config(config)
        self._embed = embed
        self._complete = complete
        self._stage = stage
        self._embed_tokens = embed_tokens
        self._score_pairs = score_pairs
        self._matches = matches

    def retrieve_many(self, questions: Sequence[str]) -> list[list[Hit]]:
        """Find what each question is answered from, best first, at most ``top_k``."""
        return [found.hits for found in self.search_many(questions)]

    def search_many(self, questions: Sequence[str]) -> list[Found]:
        """As `retrieve_many`, with what a language model took part for."""
        if not questions:
            return []
        meters = [Meter(self._complete) for _ in questions]
        wordings = [
            search_texts(text, self.config["query_transform"], meter)
            for text, meter in zip(questions, meters, strict=True)
        ]
        retriever = RETRIEVERS[self.config["retriever"]]
        n = min(max(CANDIDATES, self.config["top_k"]), len(self.index.chunks))
        joined = retriever.join([self._candidates(one, wordings, n) for one in retriever.sources], self.config, n)
        return [
            Found(self._assembled(text, joined, row, meters[row]), meters[row].cost_usd, meters[row].unread)
            for row, text in enumerate(questions)
        ]

    def answer_from(self, questions: Sequence[str], hits: Sequence[Sequence[Hit]]) -> list[Answer]:
        """Answer each question from its hits."""
        tools = Tools(self.index.lexical, self._embed, self._complete)
        return GENERATORS[self.config["generator"]].generate(questions, hits, self.config, tools)

    def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        """Answer questions in one batch; each answer's latency is its share of the batch."""
        return self._answered(questions)[1]

    def ask(self, question: str) -> Answer:
        """Answer one question; the latency is its own."""
        return self.explain(question)[1]

    def explain(self, question: str) -> tuple[list[Hit], Answer]:
        """Answer one question, and say from what."""
        found, answers = self._answered([question])
        return found[0].hits, answers[0]

    def warm(self) -> None:
        """Build now what is built lazily, without asking a language model."""
        tools = Tools(self.index.lexical, self._embed, self._complete)
        if needs_vectors(self.config):
            self.index.vectors_of([0])
        if needs_tokens(self.config) and searches_with_model(self.config):
            self.index.tokens.whole()  # which chunks will be asked for, only the model's wordings would tell
        if tools.embed is not None:
            tools.embed(["warm"])

    def save(self, folder: Path) -> None:
        """Write index and configuration to a folder."""
        self.index.save(folder)
        (folder / CONFIG_FILE).write_text(json.dumps(self.config, indent=2), "utf-8")

    @classmethod
    def load(
        cls,
        folder: Path,
        embed: Embed | None = None,
        complete: Complete | None = None,
        embed_tokens: EmbedTokens | None = None,
        score_pairs: ScorePairs | None = None,
        access: Access | None = None,
    ) -> Pipeline:
        """Read what `save` wrote."""
        config = json.loads((folder / CONFIG_FILE).read_text("utf-8"))
        index = Index.load(folder, config, access)
        return cls(index, config, embed, complete, embed_tokens=embed_tokens, score_pairs=score_pairs)

    def _answered(self, questions: Sequence[str]) -> tuple[list[Found], list[Answer]]:
        start = time.perf_counter()
        found = self.search_many(questions)
        answers = self.answer_from(questions, [one.hits for one in found])
        share_s = (time.perf_counter() - start) / max(1, len(questions))
        return found, [
            replace(
                answer,
                latency_s=share_s,
                cost_usd=answer.cost_usd + one.cost_usd,
                unread=answer.unread + one.unread,
            )
            for answer, one in zip(answers, found, strict=True)
        ]

    def _candidates(self, source: str, wordings: Sequence[Sequence[str]], n: int) -> Candidates:
        find, stages = _SOURCES[source]
        texts = [text for group in wordings for text in group]
        asked = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
        key = {**self.index.key, **of_stages(self.config, *stages), "questions": asked, "n": n}
        found = self._stage(f"{source}_candidates", key, lambda: find(self, texts, n))
        if len(texts) == len(wordings):
            return found
        rows = iter(range(len(texts)))
        return merged(found, [[next(rows) for _ in group] for group in wordings], n)

    def _lexical(self, questions: Sequence[str], n: int) -> Candidates:
        return lexical_candidates(self.index.lexical, questions, n)

    def _dense(self, questions: Sequence[str], n: int) -> Candidates:
        return dense_candidates(self.index.store, required(self._embed, self.config)(questions), n)

    def _assembled(self, question: str, found: Candidates, row: int, meter: Meter) -> list[Hit]:
        kept = found.ids[row] >= 0
        pool = Pool(question, found.ids[row][kept].tolist(), found.scores[row][kept])
        helpers = Helpers(self.index, self._embed_tokens, self._score_pairs, meter, self._matches)
        # Widened chunks may merge, and then more of them are wanted than there shall be pieces.
        alone = CONTEXT_UNITS[self.config["context_unit"]] is None
        k = self.config["top_k"] if alone else len(pool.rows)
        ranked = RERANKERS[self.config["reranker"]].rerank(pool, self.config, helpers, k)
        return assemble(ranked, self.index.chunks, self.index.around, self.config)


# A source's name: how candidates are found, and the stages whose parameters they depend on.
_SOURCES: Mapping[str, tuple[Callable[[Pipeline, Sequence[str], int], Candidates], tuple[str, ...]]] = {
    "lexical": (Pipeline._lexical, ("text", "lexical")),
    "dense": (Pipeline._dense, ("text", "embed", "store")),
}
