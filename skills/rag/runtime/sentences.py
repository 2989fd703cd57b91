"""Sentences of a chunk, as spans of its document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from .documents import Chunk

# A sentence ends at its mark, before a blank line, and before a list item, a heading or a table row.
_END = re.compile(
    r"(?<=[.!?])[\"')\]\u201d]*\s+(?=[\"'(\[\u201c]?[A-Z0-9])"
    r"|(?<=[\u3002\uff01\uff1f])|\s*\n(?=\s*\n|[-*#|\u2022]|\d+[.)] )"
)
_LONG_CHARS = 600
_HEADINGS = re.compile(r"(?:#{1,6} [^\n]*(?:\n\s*|$))+")
_BREAK = re.compile(r"\n|(?<=[;:])\s")


@dataclass(frozen=True)
class Sentence:
    """A sentence and the chunk that it was read in: exactly ``document.text[start:end]``."""

    chunk: Chunk
    start: int
    end: int
    text: str

    @property
    def words(self) -> str:
        """The text in one line."""
        return " ".join(self.text.split())


def sentences_of(chunk: Chunk) -> Iterator[Sentence]:
    """Split a chunk into sentences; headings are left out, since they ask more than they answer."""
    for start, end in _spans(chunk.text, 0, len(chunk.text), _END):
        pieces = [(start, end)] if end - start <= _LONG_CHARS else _spans(chunk.text, start, end, _BREAK)
        for first, last in pieces:
            headings = _HEADINGS.match(chunk.text, first, last)
            first = headings.end() if headings else first  # a heading's line may lead straight into a sentence
            text = chunk.text[first:last]
            if any(character.isalnum() for character in text):
                yield Sentence(chunk, chunk.start + first, chunk.start + last, text)


def _spans(text: str, start: int, end: int, separator: re.Pattern[str]) -> list[tuple[int, int]]:
    edges = [start]
    for match in separator.finditer(text, start, end):
        edges.append(match.end())
    edges.append(end)
    spans = []
    for first, last in pairwise(edges):
        piece = text[first:last]
        left, right = len(piece) - len(piece.lstrip()), len(piece) - len(piece.rstrip())
        if piece.strip():
            spans.append((first + left, last - right))
    return spans


def sentences_before(text: str, place: int, most: int) -> int:
    """Where the last *most* sentences before a place begin; one that the place cuts counts as the first of them."""
    lowest = max(0, place - most * _LONG_CHARS)
    ends = [match.end() for match in _END.finditer(text, lowest, place) if text[match.end() : place].strip()]
    start = [lowest, *ends][-most:][0]
    return start + len(text[start:place]) - len(text[start:place].lstrip())


def sentences_after(text: str, place: int, most: int) -> int:
    """Where the first *most* sentences after a place end; what is left of one that the place cuts is the first."""
    highest = min(len(text), place + most * _LONG_CHARS)
    first = place + len(text[place:highest]) - len(text[place:highest].lstrip())
    ends = [match.end() for match in _END.finditer(text, first, highest)][:most]
    end = ends[-1] if len(ends) == most else highest
    return max(place, len(text[:end].rstrip()))
