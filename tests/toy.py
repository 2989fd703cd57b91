"""A problem that costs nothing: a configuration's score is known in advance, so a search's claims can be checked."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from neo.automl.problem import Context, Evaluation, Instance, Limits, Metric, Problem, Resources
from neo.automl.space import Choice, Config, Real, Space, Whole

SPACE = Space(
    (
        Choice("kind", ("plain", "good"), "plain", finals={"dear": 3}),
        Whole("k", 1, 9, 5),
        Real("weight", 0.0, 1.0, 0.5, step=0.25, when={"kind": ("good", "dear")}),
    )
)
NO_LIMITS = Limits()
GAIN = {"plain": 0.0, "good": 0.2, "dear": 0.6}


def truth(config: Config) -> float:
    """The configuration's expected score, in [0, 1]."""
    return 0.2 + GAIN[config["kind"]] + 0.02 * config["k"] - 0.1 * abs(config.get("weight", 0.5) - 0.25)


def evaluate(config: Config, instances: Sequence[Instance], context: Context, hook: str = "") -> list[Evaluation]:
    """Scores with noise that belongs to the instance, so that pairs agree."""
    HOOKS[hook](config, instances, context)
    rows = []
    for instance in instances:
        noise = float(np.random.default_rng(int(instance.id)).normal(0, 0.05))
        score = min(1.0, max(0.0, truth(config) + noise))
        rows.append(Evaluation(instance.id, {"score": score}, latency_s=0.01 * config["k"], output={"k": config["k"]}))
    return rows


def _count(config: Config, instances: Sequence[Instance], context: Context) -> None:
    with (context.cache_dir / "ran").open("a") as out:
        out.write("".join(f"{sorted(config.items())} {instance.id}\n" for instance in instances))


def _slow(config: Config, instances: Sequence[Instance], context: Context) -> None:
    _count(config, instances, context)
    time.sleep(0.15)


def _die_once(config: Config, instances: Sequence[Instance], context: Context) -> None:
    marker = context.cache_dir / "died"
    if config["k"] == 5 and not marker.exists():
        marker.touch()
        os._exit(9)


def _raise(config: Config, instances: Sequence[Instance], context: Context) -> None:
    if config["kind"] == "good":
        raise ValueError("this one cannot be scored")


HOOKS = {
    "": lambda config, instances, context: None,
    "count": _count,
    "slow": _slow,
    "die_once": _die_once,
    "raise": _raise,
}


def problem(folder: Path, hook: str = "", n: int = 60, limits: Limits = NO_LIMITS, space: Space = SPACE) -> Problem:
    """The problem with *n* instances in three strata."""
    folder.mkdir(parents=True, exist_ok=True)
    return Problem(
        skill="toy",
        space=space,
        instances=tuple(Instance(str(i), None, f"s{i % 3}") for i in range(n)),
        metrics=(Metric("score", "Score", "A known number."),),
        metric="score",
        limits=limits,
        evaluate=partial(evaluate, hook=hook),
        context=Context((), folder, Resources(folder)),
    )
