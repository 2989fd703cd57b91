"""The verdict: who won, by how much, and how sure that is.

The winner is compared with three others on questions that did not choose it. Three comparisons are three chances to be
wrong, so each has its share of the error (Bonferroni): all three hold together with 95 %.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from neo.automl.choice import choose, chosen_without, without
from neo.automl.executors import run_trial
from neo.automl.finals import FinalRound, final_rung, timed_again, withdrawn
from neo.automl.nested import Again, nested_scores
from neo.automl.problem import Evaluation, Instance, Problem, Terms
from neo.automl.space import Config
from neo.automl.split import Split
from neo.automl.study import StudyRun, best_of
from neo.automl.trials import Trial, scored, shortfall, violations
from neo.evals.stats import Interval, mean_interval, paired_difference, share_of_percentile, share_within

MOST_CLOSEST = 3
RIVALS = ("runner-up", "default", "plainest")
CONFIDENCE = 1 - 0.05 / len(RIVALS)
FEW = 20  # below it no interval is narrow enough to decide anything; the words say so


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
class Verdict:
    """What the search found.

    Attributes:
        best: The winner; None when no configuration meets the limits.
        holdout: Its metric on questions that did not choose it; *final* holds its evaluations on them.
        optimism: Search score minus hold-out score.
        closest: When nothing meets the limits: the nearest configurations, best first.
        independent: Whether the questions did not choose; *folds* of cross-validation, 0 where a third was held out.
        met: By limit, whether the hold-out measurement meets it; *certainty*: with what bootstrap probability.
        kinds: By type of instance, the metric.
        rivals: By choice of the problem's compared parameter, the best trial that has it, asked everything.
        nested: Whether each fold was searched for anew.
        references: The problem's references on the same instances.
    """

    best: Trial | None
    holdout: Interval | None
    runner_up: Trial | None
    comparisons: tuple[Comparison, ...]
    finals: tuple[FinalRound, ...]
    closest: tuple[Trial, ...]
    optimism: float
    independent: bool
    folds: int = 0
    met: Mapping[str, bool] = field(default_factory=dict)
    certainty: Mapping[str, float] = field(default_factory=dict)
    kinds: Mapping[str, Interval] = field(default_factory=dict)
    final: tuple[Evaluation, ...] = ()
    nested: bool = False
    rivals: Mapping[str, Trial] = field(default_factory=dict)
    references: Mapping[str, Interval] = field(default_factory=dict)

    def words(self, problem: Problem) -> str:
        """The verdict as a person reads it."""
        if self.best is None or self.holdout is None:
            return "No configuration meets all limits."
        metric, terms = problem.searched(), problem.terms
        lines = [f"{metric.title} {metric.told_interval(self.holdout)} {self._where(terms)} (n = {self.holdout.n})."]
        if self.best.config == problem.space.default():
            lines.append("The winner is the default configuration.")
        for comparison in self.comparisons:
            told = metric.told_difference(comparison.difference)
            lines.append(f"Against the {comparison.other}: {comparison.word}, {told}.")
        if not self.independent:
            lines.append(f"There were too few {terms.many} to hold some out: take the figure as optimistic.")
        if self.holdout.n < FEW:
            lines.append(f"{self.holdout.n} {terms.many} decide little: a tie here means 'cannot be told'.")
        return " ".join(lines)

    def _where(self, terms: Terms) -> str:
        if self.nested:
            return f"by nested {self.folds}-fold cross-validation, each fold searched for anew"
        if self.folds:
            return f"by {self.folds}-fold cross-validation of the choice"
        if self.independent:
            return f"on {terms.many} that the search never saw"
        return f"on the search's own {terms.many}"


Scores = Mapping[str, float]
Doing = Callable[[str], None]
"""Told what is about to be done, for a person who waits."""


def judge(
    problem: Problem,
    run: StudyRun,
    parts: Split,
    seed: int,
    tell: Doing = lambda _: None,
    again: Again | None = None,
) -> Verdict:
    """Choose the winner among what was searched, try the dear choices on it, and measure it.

    Args:
        again: Searches anew on other instances, for nested cross-validation.
    """
    if problem.limits.latency_p95_s is not None:
        tell("timing the best trials again, one after the other")
    done = timed_again(problem, [trial for trial in run.trials if trial.complete], parts.search)
    best = choose(done, seed)
    if best is None:
        known = done or [trial for trial in run.trials if trial.accuracy is not None]
        return Verdict(None, None, None, (), (), _closest(problem, known), 0.0, parts.independent)
    if dear := [f"{parameter} {choice}" for parameter, choice, _ in problem.space.finals()]:
        tell(f"final rung: trying {', '.join(dear)} on the best")
    tried, rounds = final_rung(problem, best, parts.search, seed)
    tell(f"verdict: measuring the winner and its rivals on the held-out {problem.terms.many}")
    winner, finals, evaluations = _measured_winner(problem, best, tried, rounds, parts.holdout)
    # A winner of the final rung has no scores on all questions to be chosen by in each fold.
    folds = parts.folds if winner is best else ()
    mine: Scores = _by_id(evaluations, problem.metric)
    second: Scores | None = None
    if folds:
        mine, second = _out_of_fold(problem, done, parts, again, seed, tell)
    runner_up = best_of([t for t in done if t.feasible and t.config != best.config])
    rivals = _rivals(problem, winner, runner_up, second, parts, done)
    holdout = mean_interval(list(mine.values()), seed=seed)
    met, certainty = _limits(problem, evaluations, mine, seed)
    return Verdict(
        best=winner,
        holdout=holdout,
        runner_up=runner_up,
        comparisons=tuple(
            Comparison(name, difference(mine, rivals[name], seed, len(folds))) for name in RIVALS if name in rivals
        ),
        finals=finals,
        closest=(),
        optimism=(winner.accuracy or 0.0) - holdout.value,
        independent=parts.independent and (bool(folds) or not parts.folds),
        folds=len(folds),
        met=met,
        certainty=certainty,
        kinds=_kinds(parts.holdout, mine, seed),
        final=evaluations,
        nested=bool(folds) and again is not None,
        rivals=best_of_each(problem, run.trials, parts.search),
        references={
            name: mean_interval(list(scores.values()), seed=seed)
            for name, scores in _measured(problem, problem.references, {}, parts.holdout, ()).items()
        },
    )


def _out_of_fold(
    problem: Problem, done: Sequence[Trial], parts: Split, again: Again | None, seed: int, tell: Doing
) -> tuple[Scores, Scores]:
    """Scores of the choice and of the second choice, each fold by what was chosen without it."""
    if again is not None:
        return nested_scores(problem, parts.search, parts.folds, again, seed, tell)
    return cross_validated(done, parts.folds, seed)


def _closest(problem: Problem, trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """Those that miss the limits least, the nearest first."""
    ranked = sorted(trials, key=lambda trial: (shortfall(trial, problem.limits), trial.number))
    return tuple(ranked[:MOST_CLOSEST])


def _measured_winner(
    problem: Problem, best: Trial, tried: Trial, rounds: tuple[FinalRound, ...], holdout: Sequence[Instance]
) -> tuple[Trial, tuple[FinalRound, ...], tuple[Evaluation, ...]]:
    """The winner on the hold-out; the search's own where what the final rung adopted does not last it."""
    try:
        return tried, rounds, tuple(run_trial(problem, tried.config, holdout).evaluations)
    except Exception as error:
        if tried is best:
            raise
        return best, withdrawn(rounds, error), tuple(run_trial(problem, best.config, holdout).evaluations)


def _rivals(
    problem: Problem, winner: Trial, runner_up: Trial | None, second: Scores | None, parts: Split, done: Sequence[Trial]
) -> dict[str, Scores]:
    """Scores of the configurations that the winner is compared with; *second* is the cross-validated second choice."""
    others = {
        "runner-up": runner_up.config if runner_up and second is None else None,
        "default": problem.space.default(),
        "plainest": problem.space.baseline(),
    }
    found: dict[str, Scores] = {"runner-up": second} if second is not None and runner_up else {}
    return found | _measured(problem, others, winner.config, parts.holdout, done if parts.folds else ())


def cross_validated(trials: Sequence[Trial], folds: Sequence[frozenset[str]], seed: int) -> tuple[Scores, Scores]:
    """Out-of-fold scores of the choice, and of the second choice: each fold is scored by what the others choose.

    Which configurations were tried at all was led by every question; that much of the search is not cross-validated.
    """
    first: dict[str, float] = {}
    second: dict[str, float] = {}
    for fold in folds:
        best = chosen_without(trials, fold, seed)
        if best is None:
            continue
        rest = [trial for trial in trials if trial.feasible and trial.number != best.number]
        runner_up = best_of([without(trial, fold) for trial in rest])
        named = next((trial for trial in rest if runner_up and trial.number == runner_up.number), best)
        first |= {one: best.scores[one] for one in sorted(fold)}
        second |= {one: named.scores[one] for one in sorted(fold)}
    return first, second


def _measured(
    problem: Problem,
    others: Mapping[str, Config | None],
    winner: Config,
    holdout: Sequence[Instance],
    known: Sequence[Trial],
) -> dict[str, Scores]:
    """Scores of each other configuration, each measured once; the winner is no rival of its own."""
    found: dict[str, Scores] = {}
    scores = {_key(trial.config): trial.scores for trial in known}
    for name, config in others.items():
        if config is None or config == winner:
            continue
        if _key(config) not in scores:
            scores[_key(config)] = _by_id(run_trial(problem, config, holdout).evaluations, problem.metric)
        found[name] = scores[_key(config)]
    return found


def best_of_each(problem: Problem, trials: Sequence[Trial], search: Sequence[Instance]) -> dict[str, Trial]:
    """The best trial with each choice of the compared parameter; one that lost its race is asked the rest now."""
    found: dict[str, Trial] = {}
    for trial in sorted(trials, key=lambda one: (-(one.accuracy or 0.0), one.number)):
        if trial.accuracy is not None and problem.compared in trial.config:
            found.setdefault(str(trial.config[problem.compared]), trial)
    return {name: one if one.complete else _asked_all(problem, one, search) for name, one in sorted(found.items())}


def _asked_all(problem: Problem, trial: Trial, search: Sequence[Instance]) -> Trial:
    run = run_trial(problem, trial.config, search)
    return scored(
        trial.number, trial.config, trial.source, run.evaluations, problem.metric, problem.limits, run.seconds
    )


def _key(config: Config) -> str:
    return repr(sorted(config.items()))


def _by_id(evaluations: Sequence[Evaluation], metric: str) -> dict[str, float]:
    return {one.instance: one.metrics.get(metric, float("nan")) for one in evaluations}


def difference(mine: Scores, theirs: Scores, seed: int, folds: int = 0) -> Interval:
    """The paired difference with its share of the error; of cross-validated scores when there are *folds*.

    The choices of the folds rest on mostly the same questions, so out-of-fold scores depend on each other, and the
    bootstrap takes them for independent. Nadeau and Bengio (2003) stretch the standard error for that.
    """
    ids = sorted(mine)
    pair = [mine[one] for one in ids], [theirs.get(one, float("nan")) for one in ids]
    found = paired_difference(*pair, seed=seed, confidence=CONFIDENCE)
    stretch = math.sqrt(1 + folds / (folds - 1)) if folds > 1 else 1.0
    low, high = (found.value + stretch * (end - found.value) for end in (found.low, found.high))
    return Interval(found.value, low, high, found.n)


def _limits(
    problem: Problem, evaluations: Sequence[Evaluation], mine: Scores, seed: int
) -> tuple[dict[str, bool], dict[str, float]]:
    """Whether each limit is met on the hold-out, and with what certainty."""
    limits = problem.limits
    measured = scored(-1, {}, "", evaluations, problem.metric, limits, 0.0)
    accuracy = mean_interval(list(mine.values()), seed=seed).value
    missed = violations(accuracy, measured.latency_p95_s or 0.0, measured.cost_usd or 0.0, limits, measured.means)
    certainty: dict[str, Callable[[float], float]] = {
        "accuracy": lambda most: share_within(list(mine.values()), most, float("inf"), seed=seed),
        "latency_p95_s": lambda most: share_of_percentile(list(measured.latencies_s), most, seed=seed),
        "cost_usd": lambda most: share_within([e.cost_usd for e in evaluations], 0.0, most, seed=seed),
    }
    for name in limits.least.keys() & measured.means.keys():
        certainty[name] = partial(_at_least, [e.metrics.get(name, math.nan) for e in evaluations], seed)
    return (
        {name: name not in missed for name in certainty},
        {name: certainty[name](value) for name, value in limits.named().items() if name in certainty},
    )


def _at_least(values: Sequence[float], seed: int, least: float) -> float:
    return share_within([one for one in values if not math.isnan(one)], least, float("inf"), seed=seed)


def _kinds(holdout: Sequence[Instance], mine: Scores, seed: int) -> dict[str, Interval]:
    groups: dict[str, list[float]] = defaultdict(list)
    for instance in holdout:
        if instance.kind and instance.id in mine:
            groups[instance.kind].append(mine[instance.id])
    return {kind: mean_interval(values, seed=seed) for kind, values in sorted(groups.items())}
