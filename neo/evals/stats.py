"""Intervals by the bootstrap: means, paired differences, percentiles.

NaN means 'not measured': such a value, or a pair with one, is left out, and n says how many are left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SAMPLES = 2000  # Efron and Tibshirani 1993 ask for 1,000 or more for intervals
CONFIDENCE = 0.95
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

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def mean_interval(values: Sequence[float], *, seed: int = 0, confidence: float = CONFIDENCE) -> Interval:
    """Percentile-bootstrap interval of a mean.

    >>> mean_interval([1.0, 1.0, 1.0])
    Interval(value=1.0, low=1.0, high=1.0, n=3)
    """
    return _bootstrap(_measured(values), lambda rows: rows.mean(axis=1), seed, confidence)


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
    generator = np.random.default_rng(seed)
    block = max(1, _BLOCK // len(values))
    parts = []
    for start in range(0, SAMPLES, block):
        count = min(block, SAMPLES - start)
        parts.append(statistic(values[generator.integers(0, len(values), (count, len(values)))]))
    tail = 50 * (1 - confidence)
    low, high = np.percentile(np.concatenate(parts), [tail, 100 - tail])
    return Interval(float(statistic(values[None, :])[0]), float(low), float(high), len(values))
