"""Racing: who is asked how much, who loses, and what is thought of a configuration that was asked a part."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo.automl.problem import Instance, Limits
from neo.automl.racing import Control, Race, estimate, loses, rungs, shuffled
from neo.automl.trials import Trial

SCORES = st.lists(st.floats(0, 1), min_size=4, max_size=60)


def trial(number: int, scores: list[float], k: int = 0) -> Trial:
    """A trial that was asked the first questions."""
    named = {str(place): score for place, score in enumerate(scores)}
    return Trial(number, {"k": k or number}, "random", named, accuracy=float(np.mean(scores)))


def race(n: int, *trials: Trial) -> Race:
    """A race over n questions with these trials in it."""
    one = Race([str(place) for place in range(n)], Limits())
    for entrant in trials:
        one.keep(entrant)
    return one


@given(st.integers(1, 3000))
def test_rungs_grow_and_end_with_everything(n: int) -> None:
    found = rungs(n)
    assert found[-1] == n
    assert list(found) == sorted(set(found))
    assert rungs(n, racing=False) == (n,)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 9))
def test_a_prefix_of_the_order_keeps_the_proportions_of_the_strata(a: int, b: int, seed: int) -> None:
    order = shuffled([Instance(f"{name}{i}", None, name) for name, n in (("a", a), ("b", b)) for i in range(n)], seed)
    assert len({one.id for one in order}) == a + b
    for size in range(1, a + b + 1):
        seen = Counter(one.stratum for one in order[:size])
        assert abs(seen["a"] - size * a / (a + b)) < 2


@given(SCORES)
def test_a_copy_of_the_leader_never_loses_and_what_is_worse_everywhere_does(scores: list[float]) -> None:
    assert not loses(scores[:3], scores, len(scores))
    assert loses([score - 0.1 for score in scores[:3]], scores, len(scores))


@given(SCORES, st.floats(-1, 1), st.data())
def test_an_estimate_takes_the_difference_from_what_was_asked_more(
    scores: list[float], shift: float, data: st.DataObject
) -> None:
    asked = data.draw(st.integers(2, len(scores)))
    control = Control(0, scores, float(np.mean(scores)))
    mean, variance = estimate([score + shift for score in scores[:asked]], [control], len(scores))
    assert mean == pytest.approx(np.mean(scores) + shift)
    assert 0 <= variance <= 0.01 / asked + 1e-12  # equal differences: the least noise alone
    assert variance == pytest.approx(0.0) or asked < len(scores)


def test_an_easy_start_flatters_nobody() -> None:
    easy_first = [1.0] * 8 + [0.0] * 24
    leading = trial(0, easy_first)
    other = trial(1, [1.0] * 8)
    assert race(32, leading, other).trials[1].accuracy == pytest.approx(0.25)


def test_missing_scores_are_left_out_of_the_pairs() -> None:
    mean, _ = estimate([float("nan"), 0.5, 0.5], [Control(0, [1.0, 0.4, 0.4, 0.4], 0.55)], 4)
    assert mean == pytest.approx(0.65)
    assert np.isnan(estimate([float("nan")], [], 4)[0])


def test_while_nobody_was_asked_everything_the_one_asked_most_leads() -> None:
    one = race(100, trial(0, [0.5] * 16), trial(1, [0.9] * 8), trial(2, [0.6] * 16))
    assert one.incumbent() is None
    leader = one.leader()
    assert leader is not None
    assert leader.number == 2
    one.keep(trial(3, [0.3] * 100))
    leader = one.leader()
    assert leader is not None
    assert leader.number == 3, "what was asked everything is known, all else is thought"


@pytest.mark.parametrize(("score", "goes_on"), [(0.9, True), (0.5, True), (0.1, False)])
def test_the_default_is_raced_too_and_the_others_against_it(score: float, goes_on: bool) -> None:
    random = np.random.default_rng(0)
    one = race(100, trial(0, list(0.5 + 0.01 * random.random(16))))
    assert not one.goes_on(one.trials[0]), "it waits after two rungs like any other"
    entrant = one.keep(trial(1, [score + 0.006] * 8))
    assert one.goes_on(entrant) is goes_on


def test_estimates_go_over_the_one_in_between() -> None:
    """8 questions are told from 32, the 32 from all 64."""
    random = np.random.default_rng(1)
    hard = random.random(64)
    whole, part, few = trial(0, list(hard)), trial(1, list(hard[:32] + 0.1)), trial(2, list(hard[:8] + 0.3))
    one = race(64, whole, part, few)
    assert one.trials[1].accuracy == pytest.approx(hard.mean() + 0.1)
    assert one.trials[2].accuracy == pytest.approx(hard.mean() + 0.3)


def test_an_estimate_stays_where_scores_can_be() -> None:
    leading = trial(0, [0.9] * 8 + [0.1] * 24)
    assert race(32, leading, trial(1, [0.2] * 8)).trials[1].accuracy == 0.0
