"""The verdict: who won, by how much, on questions that the search never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from neo.automl.executors import TrialRun, run_trial
from neo.automl.problem import Evaluation, Instance, Problem
from neo.automl.space import Config
from neo.automl.split import Split
from neo.automl.study import StudyRun, best_of
from neo.automl.trials import Trial, scored, shortfall, violations
from neo.evals.stats import Interval, mean_interval, paired_difference

MOST_CLOSEST = 3
# With few questions a wide interval alone would call a clear loss a tie; below this mean difference nothing can be told
# apart on some 150 questions anyway.
TIE_MARGIN = 0.02
FINAL_S = 60.0  # a dear choice that takes longer on its few questions is judged on those that it answered


@dataclass(frozen=True)
class Comparison:
    """The winner against another configuration, paired over the hold-out: 'better', 'worse' or 'tie'."""

    other: str
    difference: Interval

    @property
    def word(self) -> str:
        """What the interval says."""
        if self.difference.low > 0:
            return "better"
        return "worse" if self.difference.high < 0 else "tie"

    def to_json(self) -> dict[str, Any]:
        """The comparison as plain JSON values."""
        return {"other": self.other, "verdict": self.word, "difference": self.difference.to_json()}


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


@dataclass(frozen=True)
class Verdict:
    """What the search found.

    Attributes:
        best: The winner; None when no configuration meets the limits.
        holdout: Its metric on the hold-out; *final* holds all its hold-out evaluations.
        optimism: Search score minus hold-out score.
        closest: When nothing meets the limits: the nearest configurations, best first.
        met: By limit, whether the hold-out measurement meets it.
    """

    best: Trial | None
    holdout: Interval | None
    runner_up: Trial | None
    comparisons: tuple[Comparison, ...]
    finals: tuple[FinalRound, ...]
    closest: tuple[Trial, ...]
    optimism: float
    independent: bool
    met: Mapping[str, bool] = field(default_factory=dict)
    final: tuple[Evaluation, ...] = ()

    def words(self, problem: Problem) -> str:
        """The verdict as a person reads it."""
        if self.best is None or self.holdout is None:
            return "No configuration meets all limits."
        where = "on questions that the search never saw" if self.independent else "on the search's own questions"
        lines = [f"{problem.metric_title()} {self.holdout} {where} (n = {self.holdout.n})."]
        for comparison in self.comparisons:
            lines.append(f"Against the {comparison.other}: {comparison.word}, {comparison.difference}.")
        if not self.independent:
            lines.append("There were too few questions to hold some out: take the figure as optimistic.")
        return " ".join(lines)


def judge(problem: Problem, run: StudyRun, parts: Split, seed: int) -> Verdict:
    """Choose the winner among what was searched, try the dear choices on it, and measure it on the hold-out."""
    done = [trial for trial in run.trials if trial.accuracy is not None]
    best = choose(done, seed)
    if best is None:
        closest = sorted(done, key=lambda trial: (shortfall(trial, problem.limits), trial.number))[:MOST_CLOSEST]
        return Verdict(None, None, None, (), (), tuple(closest), 0.0, parts.independent)
    winner, finals = final_rung(problem, best, parts.search, seed)
    runner_up = best_of([t for t in done if t.feasible and t.config != best.config])
    evaluations = run_trial(problem, winner.config, parts.holdout)
    holdout = mean_interval(_scores(evaluations, problem.metric), seed=seed)
    rivals = {"runner-up": runner_up, "default": next((t for t in done if t.source == "default"), None)}
    comparisons = tuple(
        Comparison(name, _against(problem, evaluations, rival.config, parts.holdout, seed))
        for name, rival in rivals.items()
        if rival is not None and rival.config != winner.config
    )
    measured = scored(-1, winner.config, "", evaluations.evaluations, problem.metric, problem.limits, 0.0)
    missed = violations(measured.accuracy, measured.latency_p95_s or 0.0, measured.cost_usd or 0.0, problem.limits)
    return Verdict(
        best=winner,
        holdout=holdout,
        runner_up=runner_up,
        comparisons=comparisons,
        finals=finals,
        closest=(),
        optimism=(winner.accuracy or 0.0) - holdout.value,
        independent=parts.independent,
        met={name: name not in missed for name in ("accuracy", "latency_p95_s", "cost_usd")},
        final=evaluations.evaluations,
    )


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
    tied = [trial for trial in feasible if trial is top or _tie(top, trial, seed)]
    return min(tied, key=lambda t: (t.cost_usd or 0.0, -(t.accuracy or 0.0), t.latency_p95_s or 0.0, t.number))


def _tie(top: Trial, other: Trial, seed: int) -> bool:
    ids = sorted(top.scores)
    pair = [top.scores[i] for i in ids], [other.scores.get(i, float("nan")) for i in ids]
    difference = paired_difference(*pair, seed=seed)
    return difference.low <= 0 and difference.value <= TIE_MARGIN


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


def _a_few(problem: Problem, config: Config, few: Sequence[Instance]) -> tuple[list[Evaluation], float]:
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


def _against(
    problem: Problem, winner: TrialRun, rival: dict[str, Any], holdout: Sequence[Instance], seed: int
) -> Interval:
    other = run_trial(problem, rival, holdout)
    return paired_difference(_scores(winner, problem.metric), _scores(other, problem.metric), seed=seed)


def _scores(run: TrialRun, metric: str) -> list[float]:
    return [evaluation.metrics.get(metric, float("nan")) for evaluation in run.evaluations]
