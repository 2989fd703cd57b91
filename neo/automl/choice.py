"""Which of the scored trials is the winner: "a tie goes to the cheapest"."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from neo.automl.study import best_of
from neo.automl.trials import Trial, mean
from neo.evals.stats import paired_difference

# With few questions a wide interval alone would call a clear loss a tie; below this mean difference nothing can be told
# apart on some 150 questions anyway.
TIE_MARGIN = 0.02


def choose(trials: Sequence[Trial], seed: int) -> Trial | None:
    """The winner: of the feasible trials that cannot be told from the most accurate one, the cheapest.

    Among equally cheap ones the most accurate wins, then the fastest: speed within the limit is worth no accuracy.

    Returns:
        None when no trial is feasible.
    """
    feasible = [trial for trial in trials if trial.feasible]
    top = best_of(feasible)
    if top is None:
        return None
    # Only what is cheaper could take the place of the most accurate one, so nothing else is tested.
    tied = [t for t in feasible if t is top or (_rank(t) < _rank(top) and _tie(top, t, seed))]
    return min(tied, key=_rank)


def chosen_without(trials: Sequence[Trial], left_out: Collection[str], seed: int) -> Trial | None:
    """The trial that would be chosen if some instances had never been asked."""
    seen = [without(trial, left_out) for trial in trials]
    found = choose(seen, seed)
    return next((trial for trial in trials if found is not None and trial.number == found.number), None)


def without(trial: Trial, left_out: Collection[str]) -> Trial:
    """The trial as if some instances had never been asked."""
    scores = {one: score for one, score in trial.scores.items() if one not in left_out}
    return replace(trial, scores=scores, accuracy=mean(list(scores.values())), of=len(scores))


def _rank(trial: Trial) -> tuple[float, float, float, int]:
    return trial.cost_usd or 0.0, -(trial.accuracy or 0.0), trial.latency_p95_s or 0.0, trial.number


def _tie(top: Trial, other: Trial, seed: int) -> bool:
    ids = sorted(top.scores)
    pair = [top.scores[i] for i in ids], [other.scores.get(i, float("nan")) for i in ids]
    difference = paired_difference(*pair, seed=seed)
    return difference.low <= 0 and difference.value <= TIE_MARGIN
