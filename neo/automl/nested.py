"""Nested cross-validation: each fold is searched for anew without it, and what that chooses is measured on it.

Nothing of a fold has a say in what is tried or chosen for it (Varma and Simon, BMC Bioinformatics 7:91, 2006). It
costs a search a fold, so it is for problems whose trials mostly reuse what the stage cache keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from neo.automl.choice import choose
from neo.automl.executors import run_trial
from neo.automl.problem import Instance, Problem
from neo.automl.study import StudyRun, best_of
from neo.automl.trials import Trial, shortfall

Again = Callable[[Sequence[Instance]], StudyRun]
"""Searches the same space on other instances."""
Scores = dict[str, float]


def nested_scores(
    problem: Problem,
    instances: Sequence[Instance],
    folds: Sequence[frozenset[str]],
    again: Again,
    seed: int,
    tell: Callable[[str], None],
) -> tuple[Scores, Scores]:
    """By instance, the score of what was chosen without it, and of the second choice.

    Where nothing meets the limits without a fold, the configuration that misses them least stands in.
    """
    first: Scores = {}
    second: Scores = {}
    for number, fold in enumerate(folds, 1):
        tell(f"verdict: searching again without fold {number} of {len(folds)}")
        run = again([one for one in instances if one.id not in fold])
        done = [trial for trial in run.trials if trial.complete]
        if not done:
            continue
        best = choose(done, seed) or min(done, key=lambda trial: (shortfall(trial, problem.limits), trial.number))
        runner_up = best_of([one for one in done if one.number != best.number]) or best
        held = [one for one in instances if one.id in fold]
        first |= _measured(problem, best, held)
        second |= _measured(problem, runner_up, held)
    return first, second


def _measured(problem: Problem, trial: Trial, held: Sequence[Instance]) -> Scores:
    untimed = replace(problem, context=replace(problem.context, timed=False))
    found = run_trial(untimed, trial.config, held).evaluations
    return {one.instance: one.metrics.get(problem.metric, float("nan")) for one in found}
