"""What is done for the finalists alone: choices too dear for every trial, and latencies with the load off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import structlog

from neo.automl.executors import run_trial
from neo.automl.problem import Evaluation, Instance, Problem
from neo.automl.space import Config
from neo.automl.trials import Trial, latency_p95, scored, violations
from neo.evals.stats import Interval, paired_difference

FINAL_S = 60.0  # a dear choice that takes longer on its few questions is judged on those that it answered
FINALISTS = 5  # most accurate trials that are timed again
TIMED = 16  # questions that they are timed on
REPEATS = 3  # of each, one after the other
MOST_REASON = 300  # characters of what a failure says; a server may send a page
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class FinalRound:
    """A choice too dear for every trial, tried on the winner: paired on the same few instances.

    Attributes:
        difference: None when it could not be tried on any of them.
        failed: Instances on which it failed; with one it is not adopted.
        reason: What the first failure said.
    """

    parameter: str
    choice: str
    difference: Interval | None
    adopted: bool = False
    latency_p95_s: float = 0.0
    failed: int = 0
    reason: str = ""

    def words(self) -> str:
        """What came of it, for a person."""
        if self.difference is None:
            return f"could not be tried: {self.reason}"
        lost = f"; it failed on {self.failed} more: {self.reason}" if self.failed else ""
        word = "adopted" if self.adopted else "not adopted"
        on = "1 question" if self.difference.n == 1 else f"{self.difference.n} questions"
        return f"{self.difference} on {on}, p95 {self.latency_p95_s:.1f} s{lost}: {word}"

    def to_json(self) -> dict[str, Any]:
        """The round as plain JSON values."""
        return {
            "parameter": self.parameter,
            "choice": self.choice,
            "difference": self.difference.to_json() if self.difference else None,
            "adopted": self.adopted,
            "latency_p95_s": self.latency_p95_s if self.difference else None,
            "failed": self.failed,
            "reason": self.reason,
            "words": self.words(),
        }


def final_rung(
    problem: Problem, best: Trial, search: Sequence[Instance], seed: int
) -> tuple[Trial, tuple[FinalRound, ...]]:
    """Try each dear choice on the winner, on at most so many search instances; adopt one that is clearly better.

    A choice that fails is told of, and the winner stays: hours of search must not hang on a server that is down.
    """
    rounds: list[FinalRound] = []
    for parameter, choice, most in problem.space.finals():
        config = problem.space.complete({**best.config, parameter: choice})
        few = _a_few(problem, config, search[:most])
        if not few.evaluations:
            reason = few.reason or "there was no question to try it on"
            rounds.append(FinalRound(parameter, str(choice), None, failed=few.failed, reason=reason))
            continue
        tried = scored(best.number, config, best.source, few.evaluations, problem.metric, problem.limits, few.seconds)
        ids = list(tried.scores)
        pair = [tried.scores[i] for i in ids], [best.scores.get(i, float("nan")) for i in ids]
        difference = paired_difference(*pair, seed=seed)
        adopted = difference.low > 0 and tried.feasible and len(ids) > 1 and not few.failed
        latency_s = tried.latency_p95_s or 0.0
        rounds.append(FinalRound(parameter, str(choice), difference, adopted, latency_s, few.failed, few.reason))
        best = tried if adopted else best
    return best, tuple(rounds)


def withdrawn(rounds: Sequence[FinalRound], error: Exception) -> tuple[FinalRound, ...]:
    """The rounds without an adoption: what was adopted failed when it was to be measured on the hold-out."""
    reason = f"it failed when it was measured for the verdict: {_reason(error)}"
    return tuple(
        replace(one, adopted=False, failed=max(1, one.failed), reason=reason) if one.adopted else one for one in rounds
    )


@dataclass
class _Few:
    """What came of a few instances: evaluations and seconds of all, failures, and what the first failure said."""

    evaluations: list[Evaluation] = field(default_factory=list)
    seconds: float = 0.0
    failed: int = 0
    reason: str = ""


def _a_few(problem: Problem, config: Config, instances: Sequence[Instance]) -> _Few:
    """One instance after the other until the time is up; one that fails is counted, and the next is tried."""
    few = _Few()
    for instance in instances:
        start = perf_counter()
        try:
            few.evaluations += run_trial(problem, config, [instance]).evaluations
        except Exception as error:  # noqa: BLE001  (whatever a trial raises is its outcome, as in the search)
            log.warning("a choice of the final rung failed", config=config, instance=instance.id, error=str(error))
            few.failed += 1
            few.reason = few.reason or _reason(error)
        few.seconds += perf_counter() - start
        if few.seconds > FINAL_S:
            break
    return few


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return text if len(text) <= MOST_REASON else f"{text[:MOST_REASON]}..."


def timed_again(problem: Problem, trials: Sequence[Trial], search: Sequence[Instance]) -> list[Trial]:
    """The trials, the most accurate ones timed anew one after the other: in the search other trials ran beside them.

    A trial that spends money on each call keeps its times, which come from every call that it made.
    """
    if problem.limits.latency_p95_s is None:
        return list(trials)
    free = [
        t
        for t in trials
        if t.complete and not (problem.spends and t.cost_usd) and t.violations.keys() <= {"latency_p95_s"}
    ]
    best = sorted(free, key=lambda t: -(t.accuracy or 0.0))[:FINALISTS]
    again = {trial.number: _timed(problem, trial, search) for trial in best}
    return [again.get(trial.number, trial) for trial in trials]


def _timed(problem: Problem, trial: Trial, search: Sequence[Instance]) -> Trial:
    step = max(1, len(search) // TIMED)
    careful = replace(problem, context=replace(problem.context, repeats=REPEATS))
    try:
        run = run_trial(careful, trial.config, search[::step][:TIMED])
    except Exception as error:  # noqa: BLE001  (a server that went down since: the times of the search have to do)
        log.warning("a finalist could not be timed again", trial=trial.number, error=str(error))
        return trial
    latencies = [one.latency_s for one in run.evaluations]
    p95 = latency_p95(latencies)
    missed = violations(trial.accuracy, p95, trial.cost_usd or 0.0, problem.limits, trial.means)
    return replace(trial, latencies_s=latencies, latency_p95_s=p95, violations=missed)
