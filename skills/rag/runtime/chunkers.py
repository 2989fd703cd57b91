"""Documents to chunks, by LlamaIndex's node parsers; every chunk is an exact span of its document's text.

Sizes and overlaps count tokens as `tokens_of` does: a run of at most 12 letters or digits, one character of a
script without spaces, or one punctuation mark. English text has about 1.1 of them for each token of a BPE.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from .documents import Chunk, Document, cut

Spans = Callable[[str, int, int], list[tuple[int, int]]]
"""Takes a text, a size and an overlap in tokens; gives (start, end) of each chunk, in order."""

_TOKEN = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]|\w{1,12}|[^\w\s]")
_HEADING_GAP = re.compile(r"(?m)^(#{1,6})[^\S\n]")
_PARAGRAPH = "\n\n"
_PAGE_SIZED = "\n\n\n"
_MOST_GAP = 100_000  # white space between two chunks; more would be a document of nothing else
SEMANTIC = "semantic"  # the chunker that needs passages' vectors: see `semantic`
SMALL_SHARE = 0.25  # a section below this share of the size is joined with its neighbour


def chunk(document: Document, chunker: str, size_tokens: int, overlap_tokens: int) -> list[Chunk]:
    """Cut a document.

    Args:
        document: What to cut.
        chunker: A key of CHUNKERS.
        size_tokens: Most tokens in a chunk.
        overlap_tokens: Most tokens that neighbours share; less than the size.

    Returns:
        Chunks in the order of the text, never empty and never only white space.
    """
    spans = CHUNKERS[chunker](document.text, size_tokens, overlap_tokens)
    return [cut(document, start, end) for start, end in spans]


def tokens_of(text: str) -> list[str]:
    """Split a text into the tokens that sizes count.

    >>> tokens_of("Neo's 12 chunks.")
    ['Neo', "'", 's', '12', 'chunks', '.']
    """
    return _TOKEN.findall(text)


def sentence_spans(text: str, size: int, overlap: int) -> list[tuple[int, int]]:
    """Whole sentences where they fit."""
    return _sentences(text, size, overlap, _PAGE_SIZED)


def paragraph_spans(text: str, size: int, overlap: int) -> list[tuple[int, int]]:
    """Whole paragraphs where they fit, then whole sentences."""
    return _sentences(text, size, overlap, _PARAGRAPH)


def token_spans(text: str, size: int, overlap: int) -> list[tuple[int, int]]:
    """Runs of words of one length, wherever sentences end."""
    from llama_index.core.node_parser import TokenTextSplitter  # a second to import: only where documents are cut

    splitter = TokenTextSplitter(chunk_size=size, chunk_overlap=overlap, tokenizer=tokens_of)
    return _locate(text, splitter.split_text(text), overlap)


def structure_spans(text: str, size: int, overlap: int) -> list[tuple[int, int]]:
    """Sections under headings; small neighbours joined, long ones cut into paragraphs and sentences."""
    from llama_index.core import Document as Source
    from llama_index.core.node_parser import MarkdownNodeParser

    # The node parser writes a heading's gap as a space; replaced here at the same length, so that spans hold.
    even = _HEADING_GAP.sub(r"\1 ", text)
    nodes = MarkdownNodeParser(include_metadata=False).get_nodes_from_documents([Source(text=even)])
    sections = _joined(even, _locate(even, [node.get_content() for node in nodes], 0), size)
    spans: list[tuple[int, int]] = []
    for start, end in sections:
        inner = paragraph_spans(even[start:end], size, overlap)
        spans.extend((start + first, start + last) for first, last in inner)
    return spans


def _sentences(text: str, size: int, overlap: int, paragraph: str) -> list[tuple[int, int]]:
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(
        chunk_size=size, chunk_overlap=overlap, tokenizer=tokens_of, paragraph_separator=paragraph
    )
    return _locate(text, splitter.split_text(text), overlap)


def _locate(text: str, pieces: Sequence[str], overlap: int) -> list[tuple[int, int]]:
    """Find pieces that come in the order of the text and leave nothing but white space between them.

    A text that repeats itself has a piece at several places; all that fit are followed, and the one that reaches
    furthest is taken.

    Args:
        text: What was split.
        pieces: What it was split into.
        overlap: Most tokens that neighbours share.

    Raises:
        ValueError: a piece is no part of the text; then the node parser has changed it.
    """
    layers: list[dict[int, int]] = []  # for each piece: start -> start of the piece before
    for number, piece in enumerate(pieces):
        before = pieces[number - 1] if number else ""
        reached = layers[-1] if layers else {0: 0}
        layer: dict[int, int] = {}
        for start in reached:
            lowest, highest = _window(text, start, before, piece, overlap)
            layer.update((place, start) for place in _places(text, piece, lowest, highest) if place not in layer)
        if not layer:
            raise ValueError(f"A chunk of {len(piece)} characters is no span of its document: {piece[:80]!r}")
        layers.append(layer)
    return _path(layers, pieces)


def _window(text: str, start: int, before: str, piece: str, overlap: int) -> tuple[int, int]:
    """First and last place where a piece may begin, after a piece *before* that begins at *start*."""
    end = start + len(before)
    tokens = [match.start() for match in _TOKEN.finditer(before)]
    # One token more than the overlap: a splitter may cut in the middle of one.
    shared = start + tokens[max(0, len(tokens) - overlap - 1)] if overlap and tokens else end
    lowest = max(shared, start + 1, end - len(piece) + 1) if before else 0
    gap = len(text[end : end + _MOST_GAP]) - len(text[end : end + _MOST_GAP].lstrip())
    return lowest, end + gap


def _places(text: str, piece: str, lowest: int, highest: int) -> Iterator[int]:
    place = text.find(piece, lowest, highest + len(piece))
    while place >= 0:
        yield place
        place = text.find(piece, place + 1, highest + len(piece))


def _path(layers: Sequence[Mapping[int, int]], pieces: Sequence[str]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start = max(layers[-1]) if layers else 0
    for layer, piece in zip(reversed(layers), reversed(pieces), strict=True):
        spans.append((start, start + len(piece)))
        start = layer[start]
    return spans[::-1]


def _joined(text: str, sections: Sequence[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    counts: list[int] = []
    for start, end in sections:
        count = len(tokens_of(text[start:end]))
        is_small = bool(counts) and min(count, counts[-1]) < SMALL_SHARE * size
        if is_small and counts[-1] + count <= size:
            joined[-1] = (joined[-1][0], end)
            counts[-1] += count
        else:
            joined.append((start, end))
            counts.append(count)
    return joined


CHUNKERS: Mapping[str, Spans] = {
    "sentence": sentence_spans,
    "token": token_spans,
    "paragraph": paragraph_spans,
    "structure": structure_spans,
}
