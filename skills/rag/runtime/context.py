"""What of a document an answer is made from, given the chunks that were found: they alone, or more around them."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .answers import Hit
from .documents import Chunk, Document, Heading, cut
from .sentences import sentences_after, sentences_before

Span = tuple[int, int]
Ranked = Sequence[tuple[int, float]]
"""(row of a chunk, score), best first."""


@dataclass(frozen=True)
class Surroundings:
    """Documents around the chunks.

    Attributes:
        documents: By name.
        parents: For each name the spans of the larger chunks, in order and apart; empty where none are used.
    """

    documents: Mapping[str, Document]
    parents: Mapping[str, Sequence[Span]]

    def save(self, path: Path) -> None:
        """Write them as JSON lines."""
        with path.open("w", encoding="utf-8") as out:
            for name, document in self.documents.items():
                row = {**asdict(document), "parents": list(self.parents.get(name, ()))}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> Surroundings:
        """Read what `save` wrote."""
        with path.open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        parents = {row["name"]: [(start, end) for start, end in row.pop("parents")] for row in rows}
        return cls({row["name"]: _document(row) for row in rows}, parents)


def _document(row: dict[str, Any]) -> Document:
    headings = tuple(Heading(**heading) for heading in row["headings"])
    return Document(**{**row, "pages": tuple(row["pages"]), "headings": headings})


Widen = Callable[[int, Sequence[Chunk], Surroundings, Mapping[str, Any]], Span]
"""Takes a row, all chunks, the documents and a complete configuration; gives the span to show for the chunk."""


def _neighbours(row: int, chunks: Sequence[Chunk], around: Surroundings, config: Mapping[str, Any]) -> Span:
    """The chunk with the one before and the one after it."""
    same = [one for one in chunks[max(0, row - 1) : row + 2] if one.document == chunks[row].document]
    return min(one.start for one in same), max(one.end for one in same)


def _window(row: int, chunks: Sequence[Chunk], around: Surroundings, config: Mapping[str, Any]) -> Span:
    """The chunk with some sentences on both sides."""
    chunk, most = chunks[row], config["window_sentences"]
    text = around.documents[chunk.document].text
    return sentences_before(text, chunk.start, most), sentences_after(text, chunk.end, most)


def _parent(row: int, chunks: Sequence[Chunk], around: Surroundings, config: Mapping[str, Any]) -> Span:
    """The larger chunk that holds the middle of this one."""
    chunk = chunks[row]
    parents = around.parents[chunk.document]
    middle = (chunk.start + chunk.end) // 2
    return parents[max(0, bisect_right(parents, middle, key=lambda parent: parent[0]) - 1)]


CONTEXT_UNITS: Mapping[str, Widen | None] = {
    "chunk": None, "neighbours": _neighbours, "window": _window, "parent": _parent,
}  # fmt: skip


def assemble(
    ranked: Ranked, chunks: Sequence[Chunk], around: Surroundings | None, config: Mapping[str, Any]
) -> list[Hit]:
    """The first ``top_k`` pieces: chunks as they are, or widened, those that then overlap made one.

    Args:
        ranked: The chunks found, best first; more than ``top_k`` where pieces may merge.
        chunks: All chunks.
        around: The documents; None where the context unit is the chunk.
        config: A complete configuration.

    Returns:
        Hits, best first; a merged one has the place and the score of its best part.
    """
    widen, most = CONTEXT_UNITS[config["context_unit"]], config["top_k"]
    if widen is None or around is None:
        return [Hit(chunks[row], score) for row, score in ranked[:most]]
    kept: list[tuple[str, Span, float]] = []
    for row, score in ranked:
        if len(kept) == most:
            break
        kept = _merged(kept, (chunks[row].document, widen(row, chunks, around, config), score))
    return [Hit(cut(around.documents[name], start, end), score) for name, (start, end), score in kept]


def _merged(kept: list[tuple[str, Span, float]], new: tuple[str, Span, float]) -> list[tuple[str, Span, float]]:
    """The pieces with a new one, which takes in all that it overlaps and stands where the best of them stood."""
    name, (start, end), _ = new
    met = [place for place, (other, span, _) in enumerate(kept) if other == name and span[0] < end and start < span[1]]
    if not met:
        return [*kept, new]
    spans = [(start, end), *(kept[place][1] for place in met)]
    whole = (name, (min(first for first, _ in spans), max(last for _, last in spans)), kept[met[0]][2])
    return [whole if place == met[0] else piece for place, piece in enumerate(kept) if place not in met[1:]]
