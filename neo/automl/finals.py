"""What is done for the finalists alone: choices too dear for every trial, and latencies with the load off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from neo.automl.executors import run_trial
from neo.automl.problem import Evaluation, Instance, Problem
from neo.automl.trials import Trial, latency_p95, scored, violations
from neo.evals.stats import Interval, paired_difference

FINAL_S = 60.0  # a dear choice that takes longer on its few questions is judged on those that it answered
FINALISTS = 5  # most accurate trials that are timed again
TIMED = 16  # questions that they are timed on
REPEATS = 3  # of each, one after the other


@dataclass(frozen=True)
class FinalRound:
    """A choice too dear for every trial, tried on the winner: paired on the same few instances."""

    parameter: str
    choice: str
    difference: Interval
    adopted: bool
    latency_p95_s: float

    def to_json(self) -> dict[str, Any]:
        """The round as plain JSON values."""
        return {
            "parameter": self.parameter,
            "choice": self.choice,
            "difference": self.difference.to_json(),
            "adopted": self.adopted,
            "latency_p95_s": self.latency_p95_s,
        }


def final_rung(
    problem: Problem, best: Trial, search: Sequence[Instance], seed: int
) -> tuple[Trial, tuple[FinalRound, ...]]:
    """Try each dear choice on the winner, on at most so many search instances; adopt one that is clearly better."""
    rounds: list[FinalRound] = []
    for parameter, choice, most in problem.space.finals():
        config = problem.space.complete({**best.config, parameter: choice})
        evaluations, seconds = _a_few(problem, config, search[:most])
        metric, limits = problem.metric, problem.limits
        tried = scored(best.number, config, best.source, evaluations, metric, limits, seconds)
        ids = list(tried.scores)
        pair = [tried.scores[i] for i in ids], [best.scores.get(i, float("nan")) for i in ids]
        difference = paired_difference(*pair, seed=seed)
        adopted = difference.low > 0 and tried.feasible and len(ids) > 1
        rounds.append(FinalRound(parameter, str(choice), difference, adopted, tried.latency_p95_s or 0.0))
        best = tried if adopted else best
    return best, tuple(rounds)


def _a_few(problem: Problem, config: dict[str, Any], few: Sequence[Instance]) -> tuple[list[Evaluation], float]:
    """Evaluations of one instance after the other until the time is up, and the seconds that they took."""
    evaluations: list[Evaluation] = []
    seconds = 0.0
    for instance in few:
        run = run_trial(problem, config, [instance])
        evaluations += run.evaluations
        seconds += run.seconds
        if seconds > FINAL_S:
            break
    return evaluations, seconds


def timed_again(problem: Problem, trials: Sequence[Trial], search: Sequence[Instance]) -> list[Trial]:
    """The trials, the most accurate ones timed anew one after the other: in the search other trials ran beside them.

    A trial that spends money on each call keeps its times, which come from every call that it made.
    """
    if problem.limits.latency_p95_s is None:
        return list(trials)
    free = [t for t in trials if t.complete and not t.cost_usd and t.violations.keys() <= {"latency_p95_s"}]
    best = sorted(free, key=lambda t: -(t.accuracy or 0.0))[:FINALISTS]
    again = {trial.number: _timed(problem, trial, search) for trial in best}
    return [again.get(trial.number, trial) for trial in trials]


def _timed(problem: Problem, trial: Trial, search: Sequence[Instance]) -> Trial:
    step = max(1, len(search) // TIMED)
    careful = replace(problem, context=replace(problem.context, repeats=REPEATS))
    run = run_trial(careful, trial.config, search[::step][:TIMED])
    latencies = [one.latency_s for one in run.evaluations]
    p95 = latency_p95(latencies)
    missed = violations(trial.accuracy, p95, trial.cost_usd or 0.0, problem.limits)
    return replace(trial, latencies_s=latencies, latency_p95_s=p95, violations=missed)
