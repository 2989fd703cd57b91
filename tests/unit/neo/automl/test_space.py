"""The search space: what is suggested is what a person would write, and what is outside is refused with the range."""

from __future__ import annotations

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import SPACE

from neo.automl.space import Choice, Real, Space, Whole
from neo.errors import BadInput


def suggested(parameter: Real, n: int) -> list[float]:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    return [parameter.suggest(study.ask()) for _ in range(n)]


@pytest.mark.parametrize(
    ("low", "high", "step", "values"),
    [
        (0.1, 0.5, 0.05, {0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5}),
        (0.6, 2.4, 0.3, {0.6, 0.9, 1.2, 1.5, 1.8, 2.1, 2.4}),
        (0.0, 0.3, 0.15, {0.0, 0.15, 0.3}),
        (0.125, 1.0, 0.125, {n / 8 for n in range(1, 9)}),
        (1e-05, 3e-05, 1e-05, {1e-05, 2e-05, 3e-05}),
    ],
)
def test_a_step_gives_exact_decimals(low: float, high: float, step: float, values: set[float]) -> None:
    assert set(suggested(Real("x", low, high, low, step=step), 200)) == values


def test_without_a_step_nothing_is_rounded() -> None:
    found = suggested(Real("x", 0.0, 1.0, 0.5), 20)
    assert len(set(found)) == 20
    assert any(round(value, 6) != value for value in found)


@given(st.integers(0, 10**6))
def test_every_suggestion_is_valid_and_complete(seed: int) -> None:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    config = SPACE.suggest(study.ask())
    SPACE.validate(config)
    assert SPACE.complete(config) == config
    assert ("weight" in config) is (config["kind"] == "good")


def test_the_default_is_in_the_space_and_has_no_inactive_parameter() -> None:
    assert SPACE.default() == {"kind": "plain", "k": 5}
    SPACE.validate(SPACE.default())
    assert SPACE.complete({"kind": "dear"}) == {"kind": "dear", "k": 5, "weight": 0.5}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"kind": "odd"}, "kind = 'odd' is outside its range. The range is plain, good, dear \\(final rung"),
        ({"k": 10}, "k = 10 is outside its range. The range is 1 to 9."),
        ({"k": 2.5}, "k = 2.5 is outside"),
        ({"weight": 1.5}, "The range is 0 to 1 in steps of 0.25."),
        ({"colour": "red"}, "There is no parameter 'colour'. The parameters are kind, k, weight."),
    ],
)
def test_what_is_outside_is_refused_with_the_range(config: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        SPACE.validate(config)


def test_sizes_multiply() -> None:
    space = Space(
        (Choice("a", (1, 2, 3), 1), Whole("b", 2, 10, 2, step=4), Real("c", 0, 1, 0, step=0.5), Real("d", 0, 1, 0))
    )
    assert space.size() == 3 * 3 * 3 * 10
