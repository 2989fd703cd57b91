"""How far a judge agrees with people: on answers that both judged, with intervals, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neo.evals.stats import CONFIDENCE, SAMPLES, Interval

LEVELS = 4  # grades of the rubric
TRUSTED_KAPPA = 0.4  # below it agreement is slight or fair (Landis and Koch 1977)
FEW_LABELS = 10
CLOSE = 1e-9

Floats = npt.NDArray[np.float64]
Grades = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Calibration:
    """A judge beside people.

    Attributes:
        agreement: Share of answers that both grade alike.
        kappa: Cohen's, the agreement beyond chance, in [-1, 1]; with grades in between, weighed by squared distance.
            NaN where all grades are one and the same, so that chance alone explains everything.
        missing: Labelled answers that the judge gave no judgement on.
    """

    agreement: Interval
    kappa: Interval
    missing: int = 0

    @property
    def is_trusted(self) -> bool:
        """Whether the judge may be relied on."""
        return self.kappa.value >= TRUSTED_KAPPA

    def words(self, whom: str = "people") -> str:
        """The result in a sentence or two, with a warning where the judge is not to be trusted."""
        n = self.agreement.n
        gone = f" It gave no judgement on {self.missing} more." if self.missing else ""
        if n == 0:
            return f"The judge was compared with no label of a person, so nobody knows how far to trust it.{gone}"
        share = f"The judge agrees with {whom} on {100 * self.agreement.value:.0f} % of {n} answers"
        if math.isnan(self.kappa.value):
            return f"{share}; all are graded alike, so this tells nothing.{gone} {UNTRUSTED}"
        said = f"{share}, kappa {_short(self.kappa.value)} [{_short(self.kappa.low)}, {_short(self.kappa.high)}].{gone}"
        if not self.is_trusted:
            return f"{said} {UNTRUSTED}"
        few = f" On fewer than {FEW_LABELS} answers this says little." if n < FEW_LABELS else ""
        return said + few

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "agreement": self.agreement.to_json(),
            "kappa": self.kappa.to_json(),
            "missing": self.missing,
            "trusted": self.is_trusted,
        }


UNTRUSTED = f"Warning: below a kappa of {f'{TRUSTED_KAPPA:g}'[1:]} its scores are not to be trusted."


def calibrate(judgements: Sequence[float], labels: Sequence[float], *, seed: int = 0) -> Calibration:
    """Compare a judge's scores with people's labels of the same answers.

    Args:
        judgements: Scores in [0, 1]; NaN is missing.
        labels: People's, in [0, 1], NaN is missing. Where all are 0 or 1 (thumbs), a judge's score counts as 1 from
            one half on; else both are graded on the rubric's levels.

    Raises:
        ValueError: the two differ in length.

    >>> calibrate([1.0, 0.0, 1.0, 0.0], [1.0, 0.0, 1.0, 0.0]).kappa.value
    1.0
    """
    if len(judgements) != len(labels):
        raise ValueError(f"Calibration needs pairs, but there are {len(judgements)} and {len(labels)} values.")
    judged, labelled = np.asarray(judgements, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    has_label = ~np.isnan(labelled)
    both = has_label & ~np.isnan(judged)
    levels = 2 if np.isin(labelled[has_label], (0.0, 1.0)).all() else LEVELS
    first, second = _grades(judged[both], levels), _grades(labelled[both], levels)
    agreement, kappa = _bootstrapped(first, second, levels, seed)
    return Calibration(agreement, kappa, int(has_label.sum() - both.sum()))


def _grades(scores: Floats, levels: int) -> Grades:
    """The nearest level, from 0; one half is the upper of two."""
    return np.clip(np.floor(scores * (levels - 1) + 0.5 + CLOSE), 0, levels - 1).astype(np.int64)


def _bootstrapped(first: Grades, second: Grades, levels: int, seed: int) -> tuple[Interval, Interval]:
    n = len(first)
    if n == 0:
        nothing = Interval(float("nan"), float("nan"), float("nan"), 0)
        return nothing, nothing
    rows = np.random.default_rng(seed).integers(0, n, (SAMPLES, n))
    whole = np.arange(n)[None, :]
    agreement = _interval(_agreement(first, second, whole), _agreement(first, second, rows), n)
    kappa = _interval(_kappa(first, second, whole, levels), _kappa(first, second, rows, levels), n)
    return agreement, kappa


def _interval(value: Floats, samples: Floats, n: int) -> Interval:
    """An estimate with its percentile interval; resamples in which it is not defined are left out."""
    defined = samples[~np.isnan(samples)]
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(defined, [tail, 100 - tail]) if len(defined) else (float("nan"), float("nan"))
    return Interval(float(value[0]), float(low), float(high), n)


def _agreement(first: Grades, second: Grades, rows: Grades) -> Floats:
    return np.asarray((first == second)[rows].mean(axis=1), dtype=np.float64)


def _kappa(first: Grades, second: Grades, rows: Grades, levels: int) -> Floats:
    """Quadratically weighted kappa of each row of resampled pairs; of two levels it is the plain one (Cohen 1968)."""
    observed = ((first - second) ** 2)[rows].mean(axis=1)
    shares = [np.stack([(grades == level)[rows].mean(axis=1) for level in range(levels)]) for grades in (first, second)]
    distance = np.subtract.outer(np.arange(levels), np.arange(levels)) ** 2
    by_chance = np.einsum("ir,ij,jr->r", shares[0], distance, shares[1])
    out = np.full(len(rows), np.nan)
    np.divide(observed, by_chance, out=out, where=by_chance > 0)
    return 1.0 - out


def _short(number: float) -> str:
    """Two digits without the leading zero: ``.68``."""
    text = f"{number:.2f}"
    return text.replace("0.", ".", 1) if abs(number) < 1 and not text.endswith("1.00") else text
