"""What mattered in a search: the share of the spread between trials that each parameter explains alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from neo.automl.space import Choice, Space, position
from neo.automl.trials import Trial

BINS = 4  # an ordered parameter's values are told apart in so many parts of its range
FEWEST = 8  # trials below which a share says nothing


def importance(trials: Sequence[Trial], space: Space) -> dict[str, float]:
    """By parameter, the share of variance between the groups of its values, in [0, 1]; empty with too few trials.

    It is the adjusted share (omega squared): a parameter with many values explains much by chance alone, and that much
    is taken off. Shares of parameters that were varied together overlap, so they need not add up to one.
    """
    known = [trial for trial in trials if trial.accuracy is not None]
    if len(known) < FEWEST:
        return {}
    scores = np.array([trial.accuracy for trial in known], dtype=np.float64)
    total = float(np.square(scores - scores.mean()).sum())
    if total <= 0:
        return {}
    shares: dict[str, float] = {}
    for parameter in space.parameters:
        groups: dict[float | None, list[float]] = defaultdict(list)
        for trial, score in zip(known, scores.tolist(), strict=True):
            place: float | None = None
            if parameter.name in trial.config:
                place = position(parameter, trial.config[parameter.name])
                place = place if isinstance(parameter, Choice) else float(min(BINS - 1, int(place * BINS)))
            groups[place].append(score)
        if 1 < len(groups) < len(known):
            shares[parameter.name] = _adjusted(list(groups.values()), scores, total)
    return shares


def _adjusted(groups: Sequence[Sequence[float]], scores: np.ndarray, total: float) -> float:
    between = sum(len(group) * (float(np.mean(group)) - float(scores.mean())) ** 2 for group in groups)
    freedom = len(groups) - 1
    noise = (total - between) / (len(scores) - len(groups))
    return max(0.0, (between - freedom * noise) / (total + noise))
