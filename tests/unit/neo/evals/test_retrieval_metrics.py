"""Coverage of evidence by ranked spans, by hand-reckoned figures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo.evals import retrieval_metrics as metrics
from neo.evals.retrieval_metrics import Place

GOLD = [[Place("a", 100, 200)], [Place("b", 0, 50), Place("c", 10, 60)]]


@pytest.mark.parametrize(
    ("ranked", "recall", "precision", "mrr", "ndcg"),
    [
        ([Place("a", 100, 200), Place("c", 10, 60)], 1, 1, 1, 1),  # an alternative is as good
        ([Place("a", 150, 250)], 50 / 150, 0.5, 1, 1 / (1 + 1 / math.log2(3))),
        ([Place("x", 0, 100), Place("a", 100, 200)], 100 / 150, 0.5, 0.5, (1 / math.log2(3)) / (1 + 1 / math.log2(3))),
        ([Place("a", 0, 150), Place("a", 100, 200)], 100 / 150, 0.5, 1, 1 / (1 + 1 / math.log2(3))),  # shared once
        ([Place("a", 195, 300)], 5 / 150, 5 / 105, 0, 0),  # a sliver does not find it
        ([], 0, 0, 0, 0),
    ],
    ids=["all", "half", "second", "overlapping", "sliver", "none"],
)
def test_by_hand(ranked: list[Place], recall: float, precision: float, mrr: float, ndcg: float) -> None:
    assert metrics.recall(ranked, GOLD) == pytest.approx(recall)
    assert metrics.precision(ranked, GOLD) == pytest.approx(precision)
    assert metrics.reciprocal_rank(ranked, GOLD) == pytest.approx(mrr)
    assert metrics.ndcg(ranked, GOLD) == pytest.approx(ndcg)
    expected = 5 * precision * recall / (4 * precision + recall) if precision else 0
    assert metrics.f_beta(ranked, GOLD) == pytest.approx(expected)


def test_a_whole_document_is_found_by_any_of_its_spans() -> None:
    gold = [[Place("a", 0, 1000, whole=True)]]
    ranked = [Place("x", 0, 10), Place("a", 5, 15)]
    assert metrics.recall(ranked, gold) == 1
    assert metrics.precision(ranked, gold) == 0.5
    assert metrics.reciprocal_rank(ranked, gold) == 0.5


def test_without_evidence_there_is_no_figure() -> None:
    for metric in (metrics.recall, metrics.precision, metrics.f_beta, metrics.reciprocal_rank, metrics.ndcg):
        assert math.isnan(metric([Place("a", 0, 5)], []))


SPANS = st.builds(
    lambda document, start, length: Place(document, start, start + length),
    st.sampled_from("ab"), st.integers(0, 60), st.integers(1, 40),
)  # fmt: skip


@given(
    ranked=st.lists(SPANS, max_size=6), gold=st.lists(st.lists(SPANS, min_size=1, max_size=2), min_size=1, max_size=4)
)
def test_figures_stay_in_range_and_recall_never_falls(ranked: list[Place], gold: list[list[Place]]) -> None:
    for metric in (metrics.recall, metrics.precision, metrics.f_beta, metrics.reciprocal_rank, metrics.ndcg):
        assert 0 <= metric(ranked, gold) <= 1
    assert metrics.recall(ranked, gold) >= metrics.recall(ranked[:-1], gold)


@given(gold=st.lists(SPANS, min_size=1, max_size=4))
def test_the_evidence_itself_is_perfect(gold: list[Place]) -> None:
    items = [[place] for place in gold]
    assert metrics.recall(gold, items) == metrics.precision(gold, items) == metrics.reciprocal_rank(gold, items) == 1
