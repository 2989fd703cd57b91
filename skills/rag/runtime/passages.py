"""Passages: a document in pieces of a few sentences, the same whatever the chunks are, each embedded once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .answers import Embed
from .chunkers import sentence_spans
from .documents import Document
from .stages import Stage
from .vector_stores import Floats

PASSAGE_TOKENS = 32  # as small as the smallest chunk worth having, so that neighbours differ
_PARAGRAPH = re.compile(r"(?:[^\n]|\n(?!\s*\n))+")

Spans = npt.NDArray[np.int64]


def passage_spans(text: str) -> list[tuple[int, int]]:
    """Sentences put together up to PASSAGE_TOKENS, never over a blank line: there a section may begin."""
    spans: list[tuple[int, int]] = []
    for paragraph in _PARAGRAPH.finditer(text):
        at = paragraph.start()
        inside = sentence_spans(paragraph.group(), PASSAGE_TOKENS, 0) if paragraph.group().strip() else []
        spans.extend((at + start, at + end) for start, end in inside)
    return spans


def words_of(text: str) -> str:
    """A text with plain spaces only: models see no others, and two parsers' readings of a passage are then one text."""
    return " ".join(text.split())


def embedded_passages(
    document: Document, config: Mapping[str, Any], embed: Embed, stage: Stage
) -> tuple[Spans, Floats]:
    """Spans, shape (P, 2), and vectors, shape (P, d), of a document's passages."""

    def make() -> tuple[Spans, Floats]:
        spans = passage_spans(document.text)
        return np.array(spans, dtype=np.int64), embed([words_of(document.text[start:end]) for start, end in spans])

    named = {"document": document.key, "embedder": config["embedder"], "tokens": PASSAGE_TOKENS}
    return stage("passages", named, make)
