"""A project's record: what was wanted, on what data, what was tried, what came out; for later searches to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neo.automl.problem import Problem
from neo.automl.trials import Trial
from neo.automl.verdict import Verdict
from neo.domain.brief import Brief

VERSION = 1


def record(
    brief: Brief, facts: Mapping[str, Any], problem: Problem, trials: Sequence[Trial], verdict: Verdict
) -> dict[str, Any]:
    """The record as plain JSON values; of the person's texts it holds the brief alone, never documents or questions."""
    return {
        "version": VERSION,
        "skill": problem.skill,
        "brief": {name: value.value for name, value in brief.values.items()},
        "fingerprint": fingerprint(facts, problem),
        "metric": problem.metric,
        "limits": vars(problem.limits),
        "trials": [
            {"config": t.config, "source": t.source, "accuracy": t.accuracy, "latency_p95_s": t.latency_p95_s,
             "cost_usd": t.cost_usd, "feasible": t.feasible, "asked": len(t.scores), "of": t.of or len(t.scores)}
            for t in trials
        ],
        "outcome": {
            "config": verdict.best.config if verdict.best else None,
            "holdout": verdict.holdout.to_json() if verdict.holdout else None,
        },
    }  # fmt: skip


def fingerprint(facts: Mapping[str, Any], problem: Problem) -> dict[str, Any]:
    """What the data is like, in numbers that two projects can be compared by."""
    strata = {instance.stratum for instance in problem.instances}
    return {**facts, "instances": len(problem.instances), "strata": len(strata)}
