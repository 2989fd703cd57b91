"""For whom Neo writes: a middle at first, moved by evidence, decided by the person."""

from __future__ import annotations

import pytest

from neo.agent.proficiency import Level, estimate, in_words, signs


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("hello", Level.PRACTITIONER),
        ("I need some kind of AI, I am not technical", Level.NOVICE),
        ("hybrid retrieval with a reranker, nDCG above 0.8, BM25 baseline", Level.EXPERT),
        ("an API endpoint that returns JSON", Level.PRACTITIONER),
    ],
)
def test_words_move_the_estimate(text: str, level: Level) -> None:
    assert estimate(signs(text)).level is level


def test_the_same_word_counts_once() -> None:
    assert estimate(signs("API") * 40).level is Level.PRACTITIONER


def test_a_persons_own_word_decides_and_can_be_seen() -> None:
    one = estimate(signs("nDCG, LoRA, HNSW"), "novice")
    assert one.level is Level.NOVICE and one.said
    assert in_words(one) == "I write for a *novice*, as you told me."


def test_the_evidence_is_shown() -> None:
    assert "I noticed: bm25" in in_words(estimate(signs("BM25")))
