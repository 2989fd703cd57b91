"""Sums of words give the same weights as all inputs written out."""

from __future__ import annotations

import re

import numpy as np
import pytest

from neo.agent.understanding.ridge import ridge
from neo.agent.understanding.wordsums import ANYWHERE, NEAR, Sums, Words, words_of

TEXTS = ["the nurses ask the nurses", "two seconds", "we sell shoes, the red ones", "seconds", "ask us in two seconds"]
DENSE, LABELS = 3, 2


def spans_of(text: str) -> np.ndarray:
    return np.array([match.span() for match in re.finditer(r"[^\W_]+", text)], dtype=np.int64)


def written_out(words: Words, tokens: int) -> np.ndarray:
    near = np.zeros((tokens, NEAR), np.float32)
    for row, column, value in zip(words.rows, words.columns, words.values, strict=True):
        near[row, column] += value
    return np.hstack([near, np.repeat(words.anywhere[None], tokens, axis=0)])


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_the_weights_are_those_of_all_inputs_written_out(parts: int) -> None:
    rng = np.random.default_rng(3)
    spans = [spans_of(text) for text in TEXTS]
    words = [words_of(text, own) for text, own in zip(TEXTS, spans, strict=True)]
    dense = [rng.standard_normal((len(own), DENSE)).astype(np.float32) for own in spans]
    wanted = [rng.integers(0, 2, (len(own), LABELS)).astype(np.float32) for own in spans]
    whole = [np.hstack([d, written_out(w, len(d))]) for d, w in zip(dense, words, strict=True)]
    inputs = np.vstack(whole)
    met = np.flatnonzero(np.abs(inputs).sum(axis=0) > 0)
    expected = np.zeros((inputs.shape[1], LABELS), np.float32)
    expected[met] = ridge(inputs[:, met], np.vstack(wanted), 0.5)

    sums = Sums(DENSE, LABELS)
    for some in np.array_split(np.arange(len(TEXTS)), parts):
        lengths = np.array([len(spans[place]) for place in some], dtype=np.int64)
        sums.add(
            np.vstack([dense[place] for place in some]),
            [words[place] for place in some],
            lengths,
            np.vstack([wanted[place] for place in some]),
        )
    found = sums.weights(0.5)
    assert np.abs(found - expected).max() < 1e-4
    for own, one in zip(whole, words, strict=True):
        scored = own[:, :DENSE] @ found[:DENSE] + one.scores(found[DENSE:], len(own))
        assert np.allclose(scored, own @ expected, atol=1e-3)


def test_no_words() -> None:
    words = words_of("", np.zeros((0, 2), dtype=np.int64))
    assert words.scores(np.zeros((NEAR + ANYWHERE, LABELS), np.float32), 0).shape == (0, LABELS)
