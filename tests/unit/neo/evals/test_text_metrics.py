"""Word overlap, by hand-reckoned figures."""

from __future__ import annotations

import pytest

from neo.evals.text_metrics import answer_recall, exact_match, normalised, token_f1


@pytest.mark.parametrize(
    ("answer", "expected", "exact", "f1", "recall"),
    [
        ("Bay 7.", "the bay 7", 1, 1, 1),
        ("It is bay 7", "bay 7", 0, 2 / 3, 1),
        ("bay", "bay 7", 0, 2 / 3, 1 / 2),
        ("gate", "bay 7", 0, 0, 0),
        ("bay bay", "bay", 0, 2 / 3, 1),  # a repeated word counts as often as it is expected
        ("", "", 1, 1, 1),
        ("", "bay", 0, 0, 0),
        ("bay", "", 0, 0, 0),
    ],
)
def test_overlap(answer: str, expected: str, exact: float, f1: float, recall: float) -> None:
    assert exact_match(answer, expected) == exact
    assert token_f1(answer, expected) == pytest.approx(f1)
    assert answer_recall(answer, expected) == pytest.approx(recall)


def test_normalisation_drops_case_articles_and_punctuation() -> None:
    assert normalised("An \u201cIn-house\u201d  Gate, a gate!") == "in house gate gate"
