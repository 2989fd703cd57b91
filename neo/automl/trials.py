"""A trial's outcome: its means, its limits, and its per-instance scores for paired tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from neo.automl.problem import Evaluation, Limits
from neo.automl.space import Config


@dataclass(frozen=True)
class Trial:
    """One configuration, scored.

    Attributes:
        source: Which search proposed it: a key of `neo.automl.portfolio.PROPOSERS`, or ``default``.
        scores: The searched metric by instance id, in the order of asking; NaN is missing.
        means: Mean of every metric over the instances where it is not missing.
        accuracy: Mean of the searched metric; None when the trial failed. Of a trial that was stopped early, the
            estimate for all instances.
        latency_p95_s: 95th percentile over the timed instances, in seconds.
        latencies_s: What was timed.
        of: Instances that a whole trial is asked; 0 is as many as there are scores.
        screens: The screening metric by instance id, where the problem has a screen.
        judged_usd: What a judge was paid for it, which is no cost of the system itself.
        stopped: Why it was given up before it was scored at all; empty when it was not.
        cost_usd: Mean dollars an instance.
        violations: By limit, how far it is missed, in the limit's unit; empty when all are met.
    """

    number: int
    config: Config
    source: str
    scores: Mapping[str, float] = field(default_factory=dict)
    means: Mapping[str, float] = field(default_factory=dict)
    accuracy: float | None = None
    latency_p95_s: float | None = None
    cost_usd: float | None = None
    violations: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""
    latencies_s: Sequence[float] = ()
    of: int = 0
    screens: Mapping[str, float] = field(default_factory=dict)
    judged_usd: float = 0.0
    stopped: str = ""

    @property
    def failed(self) -> bool:
        """Whether it could not be scored."""
        return self.accuracy is None and not self.stopped

    @property
    def complete(self) -> bool:
        """Whether it was scored on every instance; one that lost a race on the way was not."""
        return self.accuracy is not None and len(self.scores) >= self.of

    @property
    def feasible(self) -> bool:
        """Whether it was scored on every instance and meets every limit."""
        return self.complete and not self.violations

    def to_json(self) -> dict[str, Any]:
        """The trial as plain JSON values, without the per-instance scores."""
        return {
            "number": self.number,
            "source": self.source,
            "config": self.config,
            "accuracy": self.accuracy,
            "latency_p95_s": self.latency_p95_s,
            "cost_usd": self.cost_usd,
            "means": dict(self.means),
            "asked": len(self.scores),
            "of": self.of or len(self.scores),
            "feasible": self.feasible,
            "violations": dict(self.violations),
            "seconds": round(self.seconds, 3),
            "error": self.error,
            "stopped": self.stopped,
        }


def scored(
    number: int,
    config: Config,
    source: str,
    evaluations: Sequence[Evaluation],
    metric: str,
    limits: Limits,
    seconds: float,
    screen: str = "",
) -> Trial:
    """The trial that these evaluations make; *screen* names the screening metric."""
    scores = {evaluation.instance: evaluation.metrics.get(metric, float("nan")) for evaluation in evaluations}
    names = sorted({name for evaluation in evaluations for name in evaluation.metrics})
    means = {name: mean([e.metrics.get(name, float("nan")) for e in evaluations]) for name in names}
    accuracy = mean(list(scores.values()))
    latencies = [e.latency_s for e in evaluations if not np.isnan(e.latency_s)]
    latency = latency_p95(latencies)
    cost = float(np.mean([e.cost_usd for e in evaluations])) if evaluations else 0.0
    return Trial(
        number=number,
        config=config,
        source=source,
        scores=scores,
        means={name: value for name, value in means.items() if value is not None},
        accuracy=accuracy,
        latency_p95_s=latency,
        cost_usd=cost,
        violations=violations(accuracy, latency, cost, limits, means),
        seconds=seconds,
        error="" if accuracy is not None else f"{metric} is missing for every instance",
        latencies_s=latencies,
        screens={e.instance: e.metrics[screen] for e in evaluations if screen in e.metrics},
        judged_usd=sum(float(e.output.get("judge_paid_usd") or 0.0) for e in evaluations),
    )


def joined(first: Trial, then: Trial, limits: Limits) -> Trial:
    """One trial of two rungs: the same configuration on further instances."""
    asked, more = len(first.scores), len(then.scores)
    share = more / max(1, asked + more)
    names = first.means.keys() | then.means.keys()
    scores = {**first.scores, **then.scores}
    accuracy, latencies = mean(list(scores.values())), [*first.latencies_s, *then.latencies_s]
    latency, cost = latency_p95(latencies), _mixed(first.cost_usd, then.cost_usd, share) or 0.0
    mixed = {name: _mixed(first.means.get(name), then.means.get(name), share) for name in sorted(names)}
    return replace(
        first,
        scores=scores,
        screens={**first.screens, **then.screens},
        means={name: value for name, value in mixed.items() if value is not None},
        accuracy=accuracy,
        latencies_s=latencies,
        latency_p95_s=latency,
        cost_usd=cost,
        violations=violations(accuracy, latency, cost, limits, mixed),
        seconds=first.seconds + then.seconds,
        judged_usd=first.judged_usd + then.judged_usd,
        error="" if accuracy is not None else first.error or then.error,
    )


def _mixed(one: float | None, other: float | None, share: float) -> float | None:
    """The mean of two means, the second with *share* of the instances; one alone where the other is missing."""
    if one is None or other is None:
        return other if one is None else one
    return (1 - share) * one + share * other


def estimated(trial: Trial, accuracy: float, limits: Limits) -> Trial:
    """The same trial with an estimate of its accuracy over all instances, brought into [0, 1] where metrics lie."""
    accuracy = min(1.0, max(0.0, accuracy))
    missed = violations(accuracy, trial.latency_p95_s or 0.0, trial.cost_usd or 0.0, limits, trial.means)
    return replace(trial, accuracy=accuracy, violations=missed)


def mean(values: Sequence[float]) -> float | None:
    """The mean without what is missing; None when everything is."""
    present = [value for value in values if not np.isnan(value)]
    return float(np.mean(present)) if present else None


def latency_p95(latencies_s: Sequence[float]) -> float:
    """The 95th percentile of what was timed, in seconds; 0 when nothing was."""
    timed = [value for value in latencies_s if not np.isnan(value)]
    return float(np.percentile(timed, 95)) if timed else 0.0


def violations(
    accuracy: float | None,
    latency_s: float,
    cost_usd: float,
    limits: Limits,
    means: Mapping[str, float | None] = MappingProxyType({}),
) -> dict[str, float]:
    """How far each limit is missed; what is met is absent, and so is what could not be measured.

    >>> violations(0.7, 1.0, 0.0, Limits(accuracy=0.75, latency_p95_s=2.0))
    {'accuracy': 0.05}
    """
    missed = {
        "accuracy": (limits.accuracy or 0.0) - (accuracy or 0.0),
        "latency_p95_s": latency_s - limits.latency_p95_s if limits.latency_p95_s is not None else 0.0,
        "cost_usd": cost_usd - limits.cost_usd if limits.cost_usd is not None else 0.0,
        **{name: least - (value if (value := means.get(name)) is not None else least)
           for name, least in limits.least.items()},
    }  # fmt: skip
    return {name: round(value, 12) for name, value in missed.items() if value > 1e-12}


def shortfall(trial: Trial, limits: Limits) -> float:
    """How far a trial is from meeting all limits: the sum of its violations, each relative to its limit."""
    scale = limits.named()
    return sum(value / max(scale.get(name, 0.0), 1e-6) for name, value in trial.violations.items())


def pareto_front(trials: Sequence[Trial]) -> list[Trial]:
    """The trials that no other beats in accuracy, latency and cost at once, best accuracy first."""
    done = [trial for trial in trials if trial.complete]
    front = [trial for trial in done if not any(_dominates(other, trial) for other in done)]
    return sorted(front, key=lambda trial: -(trial.accuracy or 0.0))


def _dominates(a: Trial, b: Trial) -> bool:
    mine = (-(a.accuracy or 0.0), a.latency_p95_s or 0.0, a.cost_usd or 0.0)
    theirs = (-(b.accuracy or 0.0), b.latency_p95_s or 0.0, b.cost_usd or 0.0)
    return all(x <= y for x, y in zip(mine, theirs, strict=True)) and mine != theirs
