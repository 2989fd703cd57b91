"""How often a verdict says "better" when nothing is: configurations of one true score, judged 5,000 times."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from neo.automl.choice import choose
from neo.automl.problem import Instance
from neo.automl.split import split
from neo.automl.study import best_of
from neo.automl.trials import Trial
from neo.automl.verdict import Comparison, cross_validated, difference

SIMULATIONS = 5000
CONFIGURATIONS = 8
MOST = 0.06


def said_better(seed: int, n: int) -> bool:
    """One search over a table in which all configurations have the same expected score on every question.

    Scores are exact matches for even seeds and shares for odd ones; a question is easy or hard for all alike.
    """
    random = np.random.default_rng([n, seed])
    ease = random.beta(2, 2, n)
    if seed % 2:
        table = random.beta(4 * ease + 0.2, 4 * (1 - ease) + 0.2, (CONFIGURATIONS, n))
    else:
        table = (random.random((CONFIGURATIONS, n)) < ease).astype(float)
    parts = split([Instance(str(i), i, f"s{i % 3}") for i in range(n)], seed)
    trials = []
    for number, row in enumerate(table):
        scores = {one.id: float(row[one.payload]) for one in parts.search}
        trials.append(Trial(number, {"k": number}, "random", scores, accuracy=float(np.mean(list(scores.values())))))
    best = choose(trials, seed)
    assert best is not None
    default, plainest = trials[0], trials[1]
    if parts.folds:
        mine, second = cross_validated(trials, parts.folds, seed)
        rivals = [second] + [one.scores for one in (default, plainest) if one is not best]
    else:
        second_best = best_of([trial for trial in trials if trial is not best])
        assert second_best is not None
        held = {t.number: {one.id: float(table[t.number][one.payload]) for one in parts.holdout} for t in trials}
        mine = held[best.number]
        rivals = [held[one.number] for one in (second_best, default, plainest) if one is not best]
    return any(Comparison("", difference(mine, rival, seed, len(parts.folds))).word == "better" for rival in rivals)


def upper(wrong: int, of: int) -> float:
    """Upper end of the exact 95 % interval of a rate (Clopper and Pearson 1934), by bisection."""
    low, high = wrong / of, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        tail = sum(comb(of, k) * middle**k * (1 - middle) ** (of - k) for k in range(wrong + 1)) if of < 400 else None
        if tail is None:  # the normal tail is exact enough, and the powers would underflow
            tail = float(wrong < of * middle - 1.96 * (of * middle * (1 - middle)) ** 0.5)
            low, high = (low, middle) if tail else (middle, high)
        else:
            low, high = (middle, high) if tail > 0.025 else (low, middle)
    return high


@pytest.mark.slow
@pytest.mark.parametrize(
    "n", [10, 60, pytest.param(20, marks=pytest.mark.long), pytest.param(150, marks=pytest.mark.long)]
)
def test_a_verdict_is_seldom_falsely_better(n: int) -> None:
    wrong = sum(said_better(seed, n) for seed in range(SIMULATIONS))
    assert upper(wrong, SIMULATIONS) <= MOST, f"{wrong} of {SIMULATIONS}"
