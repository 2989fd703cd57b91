"""A Gaussian process over a search space: what a configuration that was asked few questions, or none, may score.

Notation: n observed configurations, m candidates, J parameters. ``[i, j]`` is configuration i, parameter j.

A kernel of distances (a mismatch for a categorical parameter, the squared distance on [0, 1] for an ordered one) with
one weight for each parameter, plus a linear part for ordered parameters, so that a trend is followed beyond what was
seen (Rasmussen and Williams 2006, chapters 2 and 5). Each observation carries its own noise: few questions, much noise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neo.automl.space import Choice, Config, Space, position

Floats = npt.NDArray[np.float64]

MOST_OBSERVED = 120
LINEAR = 2.0  # variance of the linear part, in units of the signal's
JITTER = 1e-6
STEP = 2.5  # a weight is tried this much larger and smaller
PRIOR = 0.1  # pulls the logarithm of a weight towards its start
WEIGHT_RANGE = (0.02, 40.0)
PATIENT = 20  # from so many observations on, weights are fitted at every fifth only
EXPECTED_RELEVANT = 5  # parameters that matter; with more of them, each starts with less weight


class Surrogate:
    """The process over one space; weights are kept from one fit to the next.

    Args:
        space: Its parameters are the features.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._ordered = np.array([not isinstance(one, Choice) for one in space.parameters])
        share = min(1.0, EXPECTED_RELEVANT / max(1, len(self._ordered)))
        self._start = np.where(self._ordered, 2.0, 1.0) * share
        self.weights: Floats = self._start.copy()
        self._fitted_at = 0

    def fit(self, configs: Sequence[Config], values: Sequence[float], variances: Sequence[float]) -> None:
        """Take in what was observed: a mean and its variance for each configuration, at least one."""
        self._features = self._encode(configs[-MOST_OBSERVED:])
        y = np.asarray(values[-MOST_OBSERVED:], dtype=np.float64)
        self._noise = np.asarray(variances[-MOST_OBSERVED:], dtype=np.float64) + JITTER
        trust = 1 / (self._noise + y.var())
        self._mean = float(trust @ y / trust.sum())
        self._residual = y - self._mean
        self._signal = max(float(self._residual.var()), 1e-5)
        self._distances = self._distance(self._features, self._features)
        self._trend = self._linear(self._features, self._features)
        if len(y) >= 4 and (len(y) < PATIENT or len(y) >= self._fitted_at + 5):
            self._fitted_at = len(y)
            self._fit_weights()
        self._factor = np.linalg.cholesky(self._covariance(self.weights))
        self._solved = np.linalg.solve(self._factor.T, np.linalg.solve(self._factor, self._residual))

    def predict(self, configs: Sequence[Config]) -> tuple[Floats, Floats]:
        """Means and standard deviations, shape (m,)."""
        features = self._encode(configs)
        cross = self._signal * (
            np.exp(-np.tensordot(self.weights, self._distance(self._features, features), 1))
            + LINEAR * self._linear(self._features, features)
        )
        own = self._signal * (1 + LINEAR * np.square(self._centred(features)).sum(axis=1))
        explained = np.square(np.linalg.solve(self._factor, cross)).sum(axis=0)
        return self._mean + self._solved @ cross, np.sqrt(np.maximum(own - explained, 1e-9))

    def _fit_weights(self) -> None:
        """One sweep over the weights, each tried larger and smaller: the likelihood of what was observed decides."""
        best = self._loss(self.weights)
        for j in range(len(self.weights)):
            for factor in (1 / STEP, STEP):
                tried = self.weights.copy()
                tried[j] = np.clip(tried[j] * factor, *WEIGHT_RANGE)
                loss = self._loss(tried)
                if loss < best:
                    best, self.weights = loss, tried

    def _loss(self, weights: Floats) -> float:
        factor = np.linalg.cholesky(self._covariance(weights))
        solved = np.linalg.solve(factor, self._residual)
        pull = PRIOR * float(np.square(np.log(weights / self._start)).sum())
        return float(0.5 * solved @ solved + np.log(np.diag(factor)).sum()) + pull

    def _covariance(self, weights: Floats) -> Floats:
        kernel = np.exp(-np.tensordot(weights, self._distances, 1)) + LINEAR * self._trend
        covariance: Floats = self._signal * kernel
        covariance[np.diag_indices_from(covariance)] += self._noise
        return covariance

    def _encode(self, configs: Sequence[Config]) -> Floats:
        """Shape (n, J): a choice's number, or the place in [0, 1]; NaN where the parameter is not active."""
        rows = [
            [position(one, config[one.name]) if one.name in config else np.nan for one in self._space.parameters]
            for config in configs
        ]
        return np.array(rows, dtype=np.float64)

    def _distance(self, a: Floats, b: Floats) -> Floats:
        """Shape (J, n, m): 1 for a mismatch or where only one has the parameter, 0 where neither has."""
        one, other = a.T[:, :, None], b.T[:, None, :]
        gap = np.where(self._ordered[:, None, None], np.square(one - other), one != other)
        here, there = np.isnan(one), np.isnan(other)
        distance: Floats = np.where(here | there, (here != there).astype(np.float64), gap)
        return distance

    def _centred(self, features: Floats) -> Floats:
        """Ordered parameters about their middle; 0 where not active."""
        return np.nan_to_num(features[:, self._ordered] - 0.5, nan=0.0)

    def _linear(self, a: Floats, b: Floats) -> Floats:
        product: Floats = self._centred(a) @ self._centred(b).T
        return product
