"""What retrieval and generation hand on: hits, sources, answers, and the model call's shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from .documents import Chunk
from .sentences import Sentence
from .vector_stores import Floats

NOT_FOUND = "I could not find this in the documents."

Embed = Callable[[Sequence[str]], Floats]
"""Takes N texts; gives shape (N, d), float32, each row of length 1."""


class Completion(Protocol):
    """What a language model answers with."""

    @property
    def text(self) -> str:
        """The reply."""

    @property
    def cost_usd(self) -> float:
        """What it cost, in dollars."""


Complete = Callable[[str, str], Completion]
"""Takes a system text and a user text; its attribute ``prompt_tokens``, where it has one, is the most that they may
have together (see `room`)."""


@dataclass(frozen=True)
class Hit:
    """A retrieved chunk. Scores of one retriever compare; those of two do not."""

    chunk: Chunk
    score: float


@dataclass(frozen=True)
class Source:
    """Where an answer comes from: ``quote`` is exactly the document's text from ``start`` to ``end``."""

    document: str
    page: int | None
    start: int
    end: int
    quote: str
    score: float
    heading: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Answer:
    """An answer to one question.

    Attributes:
        found: False when nothing in the documents fits; then ``text`` says so and there are no sources.
        latency_s: Seconds for this question; in a batch the mean share.
        cost_usd: What model calls cost.
        unread: Replies of a language model on the way here that could not be read, so that it was done without.
    """

    text: str
    sources: tuple[Source, ...]
    found: bool
    latency_s: float = 0.0
    cost_usd: float = 0.0
    unread: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def source_of(sentence: Sentence, score: float) -> Source:
    """Make the source that quotes a sentence."""
    chunk, start = sentence.chunk, sentence.start
    return Source(
        document=chunk.document,
        page=chunk.page_at(start),
        start=start,
        end=sentence.end,
        quote=sentence.text,
        score=round(score, 4),
        heading=chunk.heading,
    )
