"""Where trials run: in this process, or in spawned ones. The same interface, `concurrent.futures.Executor`."""

from __future__ import annotations

import copy
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, ParamSpec, TypeVar

from neo.automl.problem import Evaluation, Instance, Problem
from neo.automl.space import Config
from neo.automl.stage_cache import cache_at

P = ParamSpec("P")
R = TypeVar("R")
_PARENT_CHECK_S = 1.0


@dataclass(frozen=True)
class TrialRun:
    """What a trial brings back: one evaluation for each instance, cache counts, and its time in seconds."""

    evaluations: tuple[Evaluation, ...]
    cache: Mapping[str, Mapping[str, float]]
    seconds: float


def run_trial(problem: Problem, config: Config, instances: Sequence[Instance]) -> TrialRun:
    """Evaluate *config* on *instances*; a module-level function, since it crosses process boundaries."""
    stats = cache_at(problem.context.cache_dir).stats
    before = copy.deepcopy(stats.by_stage)
    start = time.perf_counter()
    evaluations = tuple(problem.evaluate(config, instances, problem.context))
    return TrialRun(evaluations, _minus(stats.by_stage, before), time.perf_counter() - start)


def _minus(
    after: Mapping[str, Mapping[str, float]], before: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    return {
        stage: {name: value - before.get(stage, {}).get(name, 0.0) for name, value in row.items()}
        for stage, row in after.items()
    }


class SerialExecutor(Executor):
    """Runs each call at once, in this process: deterministic."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run the call and give its finished future."""
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  (as every executor does)
            future.set_exception(error)
        return future


def make_executor(jobs: int) -> Executor:
    """One process a job, spawned and warm; in this process when *jobs* is 1."""
    if jobs <= 1:
        return SerialExecutor()
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_child, initargs=(os.getpid(),))


def _child(parent: int) -> None:
    # A pool's children wait on a pipe that outlives a killed parent: they must look for themselves.
    threading.Thread(target=_die_with, args=(parent,), daemon=True).start()


def _die_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK_S)
    os._exit(1)


def rebuilt(executor: Executor, jobs: int) -> Executor:
    """A fresh executor in place of one whose child died."""
    executor.shutdown(wait=False, cancel_futures=True)
    return make_executor(jobs)


__all__: list[Any] = ["SerialExecutor", "TrialRun", "make_executor", "rebuilt", "run_trial"]
