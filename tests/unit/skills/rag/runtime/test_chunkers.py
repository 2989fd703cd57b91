"""Every chunk is an exact span, within its size, and together they hold the text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.rag.runtime.chunkers import CHUNKERS, chunk, tokens_of
from skills.rag.runtime.documents import Chunk, Document
from skills.rag.runtime.parsers import parse

HANDBOOK = "# Handbook\n\nWelcome. " + "\n\n".join(
    f"## Section {number}\n\n" + f"Rule {number} says that bay {number} is closed on day {number}. " * 12
    for number in range(6)
)
WORDS = st.sampled_from(
    ["bay", "Returns.", "7", "the", "#", "# Title", "\n\n", "\n", "- item", "caf\u00e9", "\u5009\u5eab", "a" * 50]
)


def covered(document: Document, chunks: list[Chunk]) -> set[int]:
    return {place for piece in chunks for place in range(piece.start, piece.end)}


def check(document: Document, chunks: list[Chunk], size: int) -> None:
    for piece in chunks:
        assert document.text[piece.start : piece.end] == piece.text
        assert piece.text.strip()
        assert len(tokens_of(piece.text)) <= size
    starts = [piece.start for piece in chunks]
    assert starts == sorted(set(starts))
    missing = {place for place, character in enumerate(document.text) if not character.isspace()} - covered(
        document, chunks
    )
    assert not missing


@pytest.mark.parametrize("chunker", CHUNKERS)
@pytest.mark.parametrize(("size", "overlap"), [(32, 0), (32, 8), (256, 40), (2000, 0)])
def test_chunks_are_spans_that_hold_everything(chunker: str, size: int, overlap: int) -> None:
    document = parse(HANDBOOK.encode(), "handbook.md")
    chunks = chunk(document, chunker, size, overlap)
    check(document, chunks, size)
    assert len({piece.id for piece in chunks}) == len(chunks)


@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(WORDS, min_size=1, max_size=80), chunker=st.sampled_from(sorted(CHUNKERS)), overlap=st.integers(0, 6)
)
def test_chunks_of_odd_texts_are_spans_too(words: list[str], chunker: str, overlap: int) -> None:
    document = Document("odd.md", " ".join(words), "0")
    check(document, chunk(document, chunker, 16, overlap), 16)


def test_an_overlap_repeats_the_end_of_the_chunk_before() -> None:
    document = Document("a.txt", "One is here. Two is here. Three is here. Four is here. Five is here.", "0")
    apart, lapped = (chunk(document, "sentence", 8, overlap) for overlap in (0, 4))
    assert all(first.end <= second.start for first, second in pairwise(apart))
    assert any(first.end > second.start for first, second in pairwise(lapped))


def test_structure_never_joins_two_long_sections() -> None:
    document = parse(HANDBOOK.encode(), "handbook.md")
    for piece in chunk(document, "structure", 200, 0):
        assert piece.text.count("## Section") <= 1
        if "Rule 3" in piece.text:
            assert piece.heading in ("Handbook > Section 3", "Handbook > Section 2")


def test_structure_joins_short_sections() -> None:
    text = "\n\n".join(f"## Section {number}\n\nShort." for number in range(10))
    assert len(chunk(parse(text.encode(), "a.md"), "structure", 200, 0)) == 1


def test_a_heading_written_with_a_tab_keeps_its_span() -> None:
    document = parse(b"#\tOne\n\ntext here\n\n# Two\n\nmore text", "a.md")
    check(document, chunk(document, "structure", 8, 0), 8)


def test_a_chunk_knows_its_page() -> None:
    document = Document("a.pdf", "This is first.\n\nThat is second.", "0", pages=(0, 16))
    assert [piece.page for piece in chunk(document, "sentence", 4, 0)] == [1, 2]
