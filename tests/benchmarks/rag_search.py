"""What a search pays, in question evaluations, until it holds a configuration near the best: Neo against its peers.

Every configuration of a reduced space is scored once on every question (`_oracle`); searches are then replayed from
that table, each seed with its own 200 search questions. A search *holds* a configuration when it has asked it all of
them and none better. Neo is the real driver over the table; TPE is Optuna's, with a single objective and nothing else.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import _oracle
import numpy as np
import numpy.typing as npt
import optuna
import stage_cache

from bot.bench import Measured
from bot.settings import load
from neo.automl.problem import Context, Evaluation, Instance, Limits, Metric, Problem, Resources
from neo.automl.space import Config
from neo.automl.study import Progress, StudySettings, run_study
from neo.errors import Cancelled

SEEDS = int(os.environ.get("NEO_BENCH_SEEDS", "400"))
SEARCHED = 200
MOST = 400  # full trials' worth; a search that never gets there counts as so many
TOLERANCES = (0.02, 0.01, 0.005)
AT = 20  # full trials' worth at which winners are compared on held-out questions
RESAMPLES = 2000
Path_ = list[tuple[float, int]]
"""After each full evaluation: cost in full trials' worth, and the row of the configuration that is held."""


@dataclass(frozen=True)
class Replay:
    """One seed: the oracle's table, split.

    Attributes:
        scores: Shape (configurations, search questions).
        heldout: Mean of each configuration on the held-out questions.
    """

    seed: int
    scores: npt.NDArray[np.float64]
    ids: tuple[str, ...]
    strata: tuple[str, ...]
    heldout: npt.NDArray[np.float64]

    @property
    def means(self) -> npt.NDArray[np.float64]:
        return self.scores.mean(axis=1)


def bench(seed: int) -> Measured:
    """Run all methods on all seeds, and the stage cache's figures beside them."""
    if not _oracle.shared_data().is_dir():
        return Measured(skipped=f"the development data is not here ({_oracle.shared_data()}); set NEO_SHARED")
    models = load().models
    table = _oracle.oracle("reported", models)
    _oracle.oracle("tuning", models)  # what the search's settings were chosen on; kept for whoever changes them
    jobs = [(seed * 100_000 + number, str(models), "reported") for number in range(SEEDS)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        rows = list(pool.map(_replayed, jobs, chunksize=4))
    found = {name: {key: np.array([row[name][key] for row in rows]) for key in rows[0][name]} for name in rows[0]}
    ratios, intervals = _ratios(found, seed)
    cached = stage_cache.bench(seed)
    best = table.scores.mean(axis=1)
    details = {
        "seeds": SEEDS,
        "configurations": len(table.configs),
        "search_questions": SEARCHED,
        "heldout_questions": len(table.ids) - SEARCHED,
        "corpora": {group: list(names) for group, names in _oracle.GROUPS.items()},
        "grid": {"best": float(best.max()), "median": float(np.median(best))},
        "evaluations_in_full_trials": _summary(found),
        "heldout_at_20": {name: _mean(values["heldout"], seed) for name, values in found.items()},
        "stage_cache": dict(cached.details),
    }
    return Measured(
        {**ratios, **cached.ratios}, {**intervals, **cached.intervals}, details, skipped=cached.skipped
    )  # fmt: skip


def _replayed(job: tuple[int, str, str]) -> dict[str, dict[str, float]]:
    """One seed's figures for every method."""
    seed, models, group = job
    one = _replay(seed, models, group)
    best = float(one.means.max())
    rows: dict[str, dict[str, float]] = {}
    for name, method in METHODS.items():
        path = method(one)
        rows[name] = {str(tolerance): _until(path, one, best - tolerance) for tolerance in TOLERANCES}
        held = [row for cost, row in path if cost <= AT] or [path[0][1]]
        rows[name]["heldout"] = float(one.heldout[held[-1]])
    rows["exhaustive"] = {str(tolerance): float(len(one.scores)) for tolerance in TOLERANCES}
    rows["exhaustive"]["heldout"] = float(one.heldout[int(np.argmax(one.means))])
    return rows


def _replay(seed: int, models: str, group: str) -> Replay:
    table = _table(group, models)
    order = np.random.default_rng(seed).permutation(len(table.ids))
    searched = min(SEARCHED, len(table.ids) * 2 // 3)
    search, rest = order[:searched], order[searched:]
    return Replay(
        seed,
        table.scores[:, search],
        tuple(table.ids[i] for i in search),
        tuple(table.strata[i] for i in search),
        table.scores[:, rest].mean(axis=1),
    )


@cache
def _table(group: str, models: str) -> _oracle.Oracle:
    return _oracle.oracle(group, Path(models))


def _until(path: Path_, one: Replay, goal: float) -> float:
    return next((cost for cost, row in path if one.means[row] >= goal), float(MOST))


def _random(one: Replay) -> Path_:
    """Configurations in random order, without repeats."""
    order = np.random.default_rng([one.seed, 1]).permutation(len(one.scores))[:MOST]
    return _full(one, iter(order.tolist()))


def _tpe(one: Replay) -> Path_:
    """Optuna's TPE: multivariate, ten trials at random first; a configuration that comes again costs nothing."""
    sampler = optuna.samplers.TPESampler(seed=one.seed, multivariate=True)
    study = optuna.create_study(direction="maximize", sampler=sampler)

    def rows() -> Iterator[int]:
        for _ in range(2 * MOST):
            trial = study.ask()
            row = _ROWS[_key(_oracle.SPACE.suggest(trial))]
            study.tell(trial, float(one.means[row]))
            yield row

    return _full(one, rows())


def _greedy(one: Replay) -> Path_:
    """One parameter after the other, models first, each at its best value; from a random start once a sweep is dry."""
    random = np.random.default_rng([one.seed, 2])

    def rows() -> Iterator[int]:
        here = _oracle.SPACE.default()
        while True:
            before = dict(here)
            for parameter in GREEDY_ORDER:
                tried = [{**here, parameter: value} for value in _oracle.axes()[parameter]]
                yield from (_ROWS[_key(config)] for config in tried)
                here = max(tried, key=lambda config: one.means[_ROWS[_key(config)]])
            if here == before:
                here = dict(_oracle.grid()[int(random.integers(len(one.scores)))])

    return _full(one, rows())


def _full(one: Replay, rows: Iterator[int]) -> Path_:
    """The path of a search that asks every configuration everything."""
    path: Path_ = []
    known: set[int] = set()
    best, goal = -1, float(one.means.max()) - min(TOLERANCES)
    for row in itertools.islice(rows, 20 * MOST):
        if row in known:
            continue
        known.add(row)
        best = row if best < 0 or one.means[row] > one.means[best] else best
        path.append((float(len(known)), best))
        if len(known) >= MOST or (len(known) >= AT and one.means[best] >= goal):
            break
    return path


def _neo(one: Replay, racing: bool = True) -> Path_:
    """The real driver over the table."""
    problem, n = _problem(one), len(one.ids)
    path: Path_ = []
    goal, asked = float(one.means.max()) - min(TOLERANCES), {}

    def watch(step: Progress) -> None:
        asked[step.last.number] = len(step.last.scores)
        if step.best is None or not step.best.complete:
            return
        row = _ROWS[_key(step.best.config)]
        path.append((sum(asked.values()) / n, row))

    def stop() -> bool:
        return bool(path) and path[-1][0] >= AT and bool(one.means[path[-1][1]] >= goal)

    settings = StudySettings("replay", len(one.scores), one.seed, evaluations=MOST * n, racing=racing)
    with contextlib.suppress(Cancelled):  # it holds what it was to find, and has had what winners are compared at
        run_study(problem, problem.instances, settings, watch, stop)
    return path


def _problem(one: Replay) -> Problem:
    columns = {identity: place for place, identity in enumerate(one.ids)}

    def evaluate(config: Config, instances: Sequence[Instance], context: Context) -> list[Evaluation]:
        row = one.scores[_ROWS[_key(config)]]
        return [Evaluation(i.id, {_oracle.METRIC: float(row[columns[i.id]])}) for i in instances]

    return Problem(
        skill="replay",
        space=_oracle.SPACE,
        instances=tuple(Instance(i, None, stratum) for i, stratum in zip(one.ids, one.strata, strict=True)),
        metrics=(Metric(_oracle.METRIC, "Evidence F2", ""),),
        metric=_oracle.METRIC,
        limits=Limits(),
        evaluate=evaluate,
        context=Context((), Path("build/bench"), Resources(Path())),
    )


def _key(config: Config) -> str:
    return repr(sorted(config.items()))


_ROWS = {_key(config): row for row, config in enumerate(_oracle.grid())}
GREEDY_ORDER = ("embedder", "fusion_weight", "chunker", "chunk_tokens", "top_k")
METHODS: Mapping[str, Callable[[Replay], Path_]] = {
    "random": _random,
    "tpe": _tpe,
    "greedy": _greedy,
    "neo": _neo,
    "neo_without_racing": lambda one: _neo(one, racing=False),
}
RATIOS = {
    "cost_vs_random": ("neo", "random"),
    "cost_vs_tpe": ("neo", "tpe"),
    "cost_vs_greedy": ("neo", "greedy"),
    "racing_vs_no_racing": ("neo", "neo_without_racing"),
}

Found = Mapping[str, Mapping[str, npt.NDArray[np.float64]]]


def _ratios(found: Found, seed: int) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """Ratios of medians at .01 over the same seeds, and the held-out difference; each with its bootstrap interval."""
    random = np.random.default_rng(seed)
    draws = random.integers(0, SEEDS, (RESAMPLES, SEEDS))
    ratios: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    for name, (mine, theirs) in RATIOS.items():
        a, b = found[mine]["0.01"], found[theirs]["0.01"]
        ratios[name] = float(np.median(a) / np.median(b))
        intervals[name] = _ends(np.median(a[draws], axis=1) / np.median(b[draws], axis=1))
    difference = found["neo"]["heldout"] - found["exhaustive"]["heldout"]
    ratios["heldout_vs_exhaustive"] = float(difference.mean())
    intervals["heldout_vs_exhaustive"] = _ends(difference[draws].mean(axis=1))
    return ratios, intervals


def _ends(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _summary(found: Found) -> dict[str, Any]:
    return {
        name: {
            tolerance: {
                "median": float(np.median(values[tolerance])),
                "mean": float(values[tolerance].mean()),
                "quartiles": [float(q) for q in np.percentile(values[tolerance], [25, 75])],
                "never": int((values[tolerance] >= MOST).sum()),
            }
            for tolerance in map(str, TOLERANCES)
        }
        for name, values in found.items()
    }


def _mean(values: npt.NDArray[np.float64], seed: int) -> dict[str, float]:
    draws = np.random.default_rng(seed).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = _ends(values[draws].mean(axis=1))
    return {"mean": float(values.mean()), "low": low, "high": high}
