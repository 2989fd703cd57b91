"""Semantic chunks: spans that hold everything, no larger than allowed, cut where the subject changes."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from skills.rag.runtime.chunkers import tokens_of
from skills.rag.runtime.parsers import parse
from skills.rag.runtime.passages import passage_spans
from skills.rag.runtime.pipeline import build_index
from skills.rag.runtime.semantic import CUT_PRICE, cut_prices, semantic_spans

TEXT = " ".join(
    [f"The forklift of the hall number {n} lifts pallets onto the forklift shelf of the hall." for n in range(4)]
    + [f"Invoice {n} of the customer is paid by the customer to the invoice account of accounting." for n in range(4)]
    + [f"Holiday leave of staff member {n} is asked for with the holiday leave form of the staff." for n in range(4)]
)


def test_a_cut_costs_the_likeness_of_its_sides() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
    assert cut_prices(vectors) == pytest.approx([0, 0.5**0.5 + CUT_PRICE, CUT_PRICE, 0.5**0.5 + CUT_PRICE])
    assert cut_prices(vectors[:1]) == [0.0]


def test_chunks_end_where_the_subject_changes(embed: Any) -> None:
    passages = passage_spans(TEXT)
    vectors = embed([TEXT[start:end] for start, end in passages])
    spans = semantic_spans(TEXT, passages, vectors, 100)
    subjects = [{word for word in ("forklift", "Invoice", "Holiday") if word in TEXT[s:e]} for s, e in spans]
    assert all(len(subject) == 1 for subject in subjects)
    assert len(spans) == 3


def test_the_cheapest_cuts_are_found() -> None:
    """Against all cuts of nine passages of one token each into chunks of at most three."""
    text, rng = "a b c d e f g h i", np.random.default_rng(0)
    passages = [(place, place + 1) for place in range(0, len(text), 2)]
    vectors = rng.normal(size=(9, 4)).astype(np.float32)
    prices = cut_prices(vectors)

    def price(cuts: tuple[int, ...]) -> float:
        return sum(prices[cut] for cut in cuts)

    every = [cuts for count in range(9) for cuts in itertools.combinations(range(1, 9), count)]
    fitting = [cuts for cuts in every if max(b - a for a, b in itertools.pairwise((0, *cuts, 9))) <= 3]
    spans = semantic_spans(text, passages, vectors, 3)
    assert price(tuple(start // 2 for start, _ in spans[1:])) == pytest.approx(min(map(price, fitting)))


@pytest.mark.parametrize("size", [32, 64, 512])
def test_an_index_of_semantic_chunks_holds_the_whole_text(embed: Any, size: int) -> None:
    document = parse(f"# A title\n\n{TEXT}\n\n## Another\n\nShort.".encode(), "a.md")
    config = {"chunker": "semantic", "chunk_tokens": size, "retriever": "bm25"}
    chunks = build_index([document], config, embed).chunks
    assert all(document.text[one.start : one.end] == one.text for one in chunks)
    assert all(len(tokens_of(one.text)) <= size for one in chunks)
    assert "".join("".join(one.text.split()) for one in chunks) == "".join(document.text.split())
    with pytest.raises(ValueError, match="chunker 'semantic'"):
        build_index([document], config, None)
