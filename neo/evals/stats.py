"""Intervals by the bootstrap: means, paired differences, percentiles.

NaN means 'not measured': such a value, or a pair with one, is left out, and n says how many are left.

A percentile interval of a mean is too narrow when there are few values. So its tails are widened as far as Student's t
is wider than the normal distribution (Hesterberg 2015, "What Teachers Should Know About the Bootstrap").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

SAMPLES = 2000  # Efron and Tibshirani 1993 ask for 1,000 or more for intervals
CONFIDENCE = 0.95
FEWEST = 5  # values that an interval is shown for: that of one has no width, and those of two to four are no better
_BLOCK = 2_000_000  # numbers drawn at once, 16 MB

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """An estimate with its bootstrap interval.

    Attributes:
        value: The estimate from the data itself; NaN when there are none.
        low: Lower end.
        high: Upper end.
        n: Values (or pairs) that it rests on.
    """

    value: float
    low: float
    high: float
    n: int

    @property
    def excludes_zero(self) -> bool:
        """Whether the whole interval lies on one side of 0."""
        return self.n > 0 and (self.low > 0 or self.high < 0)

    def to_json(self) -> dict[str, float]:
        """The interval as plain JSON values; the estimate is called ``mean``."""
        return {"mean": self.value, "low": self.low, "high": self.high, "n": self.n}

    @property
    def is_told(self) -> bool:
        """Whether it rests on enough values to be shown."""
        return self.n >= FEWEST

    def cautious_json(self) -> dict[str, float | None]:
        """As `to_json`, what cannot be told as None: the ends of few values, the mean of none."""
        told: dict[str, float | None] = {**self.to_json()}
        untold = () if self.is_told else ("low", "high") if self.n else ("mean", "low", "high")
        return told | dict.fromkeys(untold)

    def cautious(self) -> str:
        """In words, without an interval where there are too few values for one.

        >>> Interval(0.257, 0.257, 0.257, 1).cautious()
        '0.257 (too few for an interval)'
        """
        if not self.n:
            return "not measured"
        return str(self) if self.is_told else f"{self.value:.3f} (too few for an interval)"

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def mean_interval(values: Sequence[float], *, seed: int = 0, confidence: float = CONFIDENCE) -> Interval:
    """Percentile-bootstrap interval of a mean.

    >>> mean_interval([1.0, 1.0, 1.0])
    Interval(value=1.0, low=1.0, high=1.0, n=3)
    """
    measured = _measured(values)
    return _bootstrap(measured, _means, seed, 1 - 2 * widened_tail(len(measured), (1 - confidence) / 2))


def wilson(successes: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The Wilson score interval of a share.

    Raises:
        ValueError: There were no trials.

    >>> tuple(round(end, 3) for end in wilson(95, 100))
    (0.888, 0.978)
    """
    if trials < 1:
        raise ValueError("A share of no trials has no interval.")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, width = successes / trials, z * z / trials
    middle = (share + width / 2) / (1 + width)
    half = z * math.sqrt(share * (1 - share) / trials + width / (4 * trials)) / (1 + width)
    return max(0.0, middle - half), min(1.0, middle + half)


def share_within(values: Sequence[float], low: float, high: float, *, seed: int = 0) -> float:
    """Share of the bootstrap's resamples whose mean lies in [low, high]: how certain a limit is met; in [0, 1]."""
    return _share(_measured(values), _means, low, high, seed)


def share_of_percentile(values: Sequence[float], high: float, q: float = 95.0, *, seed: int = 0) -> float:
    """The same for a percentile, *q* in [0, 100], that is to be at most *high*."""
    return _share(_measured(values), lambda rows: np.percentile(rows, q, axis=1), -np.inf, high, seed)


def widened_tail(n: int, tail: float) -> float:
    """The tail of a percentile interval of n values that stands for Student's tail, in (0, 0.5).

    >>> round(widened_tail(10, 0.025), 4), round(widened_tail(1000, 0.025), 4)
    (0.0086, 0.0248)
    """
    if n < 2:
        return tail
    return NormalDist().cdf(-float(np.sqrt(n / (n - 1))) * student(tail, n - 1))


def student(tail: float, freedom: int) -> float:
    """The upper quantile of Student's t (Abramowitz and Stegun 26.7.5; exact for one and two degrees of freedom).

    >>> [round(student(0.025, n), 2) for n in (1, 2, 9, 49)]
    [12.71, 4.3, 2.26, 2.01]
    """
    if freedom == 1:
        return float(1 / np.tan(np.pi * tail))
    if freedom == 2:
        return float((1 - 2 * tail) / np.sqrt(2 * tail * (1 - tail)))
    z = NormalDist().inv_cdf(1 - tail)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(z + sum(term / freedom**power for power, term in enumerate(terms, 1)))


def _means(rows: Floats) -> Floats:
    return np.asarray(rows.mean(axis=1), dtype=np.float64)


def paired_difference(
    first: Sequence[float], second: Sequence[float], *, seed: int = 0, confidence: float = CONFIDENCE
) -> Interval:
    """Interval of the mean of ``first - second``, resampling instances, so that both keep their pairs.

    Raises:
        ValueError: the two differ in length.
    """
    if len(first) != len(second):
        raise ValueError(f"A paired difference needs pairs, but there are {len(first)} and {len(second)} values.")
    return mean_interval(np.subtract(first, second).tolist(), seed=seed, confidence=confidence)


def percentile_interval(
    values: Sequence[float], q: float = 95.0, *, seed: int = 0, confidence: float = CONFIDENCE
) -> Interval:
    """Interval of a percentile, *q* in [0, 100], interpolated between values."""
    return _bootstrap(_measured(values), lambda rows: np.percentile(rows, q, axis=1), seed, confidence)


def _measured(values: Sequence[float]) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    return array[~np.isnan(array)]


def _bootstrap(values: Floats, statistic: Callable[[Floats], Floats], seed: int, confidence: float) -> Interval:
    if not len(values):
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    tail = 50 * (1 - confidence)
    low, high = np.percentile(_resampled(values, statistic, seed), [tail, 100 - tail])
    return Interval(float(statistic(values[None, :])[0]), float(low), float(high), len(values))


def _share(values: Floats, statistic: Callable[[Floats], Floats], low: float, high: float, seed: int) -> float:
    if not len(values):
        return float("nan")
    found = _resampled(values, statistic, seed)
    return float(((found >= low) & (found <= high)).mean())


def _resampled(values: Floats, statistic: Callable[[Floats], Floats], seed: int) -> Floats:
    """The statistic of SAMPLES resamples."""
    generator = np.random.default_rng(seed)
    block = max(1, _BLOCK // len(values))
    parts = []
    for start in range(0, SAMPLES, block):
        count = min(block, SAMPLES - start)
        parts.append(statistic(values[generator.integers(0, len(values), (count, len(values)))]))
    return np.concatenate(parts)
