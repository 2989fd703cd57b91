"""Agreement with people, and which judgements are worth a second question."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neo.evals.judge_agreement import calibrate
from neo.evals.judge_votes import votes_wanted

NAN = float("nan")
THIRD = 1 / 3


def textbook_kappa(first: list[int], second: list[int], levels: int) -> float:
    """Cohen's weighted kappa by its definition, a cell at a time."""
    table = np.zeros((levels, levels))
    for one, other in zip(first, second, strict=True):
        table[one, other] += 1 / len(first)
    seen = expected = 0.0
    for i in range(levels):
        for j in range(levels):
            seen += (i - j) ** 2 * table[i, j]
            expected += (i - j) ** 2 * table[i].sum() * table[:, j].sum()
    return 1 - seen / expected


def test_kappa_is_the_textbooks() -> None:
    judge, people = [0, 1, 2, 3, 3, 2, 1, 0, 3, 1], [0, 1, 3, 3, 2, 2, 0, 0, 3, 2]
    found = calibrate([g / 3 for g in judge], [g / 3 for g in people])
    assert found.kappa.value == pytest.approx(textbook_kappa(judge, people, 4))
    assert found.agreement.value == pytest.approx(0.6)
    assert found.kappa.low < found.kappa.value < found.kappa.high <= 1


def test_two_by_two_table_of_a_handbook() -> None:
    # 20 both yes, 15 both no, 5 and 10 apart: agreement .70, by chance .50, kappa .40 (a common teaching example).
    judge = [1.0] * 20 + [1.0] * 5 + [0.0] * 10 + [0.0] * 15
    people = [1.0] * 20 + [0.0] * 5 + [1.0] * 10 + [0.0] * 15
    found = calibrate(judge, people)
    assert (found.agreement.value, found.kappa.value) == (pytest.approx(0.7), pytest.approx(0.4))
    assert "70 % of 50 answers, kappa .40" in found.words()


def test_thumbs_take_the_better_half_for_a_good_answer() -> None:
    assert calibrate([2 / 3, 0.5, THIRD, 0.0], [1.0, 1.0, 0.0, 0.0]).agreement.value == 1.0


def test_missing_judgements_are_left_out_and_counted() -> None:
    found = calibrate([1.0, NAN, 0.0, 1.0], [1.0, 1.0, 0.0, NAN])
    assert (found.agreement.n, found.missing) == (2, 1)
    assert "gave no judgement on 1 more" in found.words()


@pytest.mark.parametrize(
    ("judge", "people", "words"),
    [
        ([], [], "no label of a person"),
        ([NAN], [1.0], "no label of a person"),
        ([1.0, 1.0], [1.0, 1.0], "tells nothing"),
        ([1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0], "Warning: below a kappa of .4"),
        ([1.0, 0.0, 1.0], [1.0, 0.0, 1.0], "On fewer than 10 answers this says little"),
    ],
)
def test_doubt_is_said(judge: list[float], people: list[float], words: str) -> None:
    assert words in calibrate(judge, people).words()


def test_a_judge_that_guesses_is_not_trusted_and_one_that_agrees_is() -> None:
    draw = np.random.default_rng(3)
    people = [float(grade) / 3 for grade in draw.integers(0, 4, 60)]
    guesses = [float(grade) / 3 for grade in draw.integers(0, 4, 60)]
    assert not calibrate(guesses, people).is_trusted
    near = [p if draw.random() < 0.8 else g for p, g in zip(people, guesses, strict=True)]
    assert calibrate(near, people).is_trusted


def test_pairs_are_needed() -> None:
    with pytest.raises(ValueError, match="1 and 2 values"):
        calibrate([1.0], [1.0, 0.0])


@pytest.mark.parametrize(("score", "votes"), [(0.0, 1), (THIRD, 3), (0.5, 3), (2 / 3, 3), (1.0, 1), (NAN, 1)])
def test_votes_are_spent_near_the_threshold_alone(score: float, votes: int) -> None:
    assert votes_wanted(score) == votes


def test_a_judge_beside_nobody_has_no_kappa() -> None:
    assert math.isnan(calibrate([], []).kappa.value)
