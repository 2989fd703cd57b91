"""Bootstrap intervals: right on average, reproducible, and honest about what is missing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neo.evals.stats import mean_interval, paired_difference, percentile_interval


def test_the_interval_covers_the_true_mean_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    covered = 0
    for seed in range(200):
        interval = mean_interval(random.normal(0.5, 0.2, 60).tolist(), seed=seed)
        covered += interval.low <= 0.5 <= interval.high
    assert 180 <= covered <= 200  # 95 % of 200 is 190; the standard error is 3


def test_it_agrees_with_the_normal_approximation() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.1, 400)
    interval, error = mean_interval(values.tolist()), 1.96 * values.std() / 20
    assert interval.value == pytest.approx(values.mean())
    assert (interval.low, interval.high) == pytest.approx((values.mean() - error, values.mean() + error), abs=0.002)


def test_pairs_tell_apart_what_means_cannot() -> None:
    random = np.random.default_rng(3)
    hard = random.uniform(0, 1, 80)
    first, second = hard + 0.05 + random.normal(0, 0.01, 80), hard
    assert paired_difference(first.tolist(), second.tolist()).excludes_zero
    assert mean_interval(first.tolist()).low < mean_interval(second.tolist()).high


def test_the_same_seed_gives_the_same_interval() -> None:
    values = [0.1, 0.5, 0.9, 0.4, 0.33, 0.71, 0.05, 0.62]
    assert mean_interval(values, seed=5) == mean_interval(values, seed=5)
    assert mean_interval(values, seed=5) != mean_interval(values, seed=6)


def test_what_is_missing_is_left_out_and_counted() -> None:
    assert mean_interval([1.0, math.nan, 1.0]).n == 2
    assert paired_difference([1.0, math.nan, 1.0], [0.0, 0.0, math.nan]).n == 1
    nothing = mean_interval([math.nan])
    assert nothing.n == 0 and math.isnan(nothing.value) and not nothing.excludes_zero


def test_a_percentile_lies_in_its_interval() -> None:
    values = np.random.default_rng(2).exponential(1.0, 300)
    interval = percentile_interval(values.tolist())
    assert interval.value == pytest.approx(np.percentile(values, 95))
    assert interval.low < interval.value < interval.high


def test_unequal_lengths_are_an_error() -> None:
    with pytest.raises(ValueError, match="3 and 2"):
        paired_difference([1, 2, 3], [1, 2])
