"""Where trials run: in this process, in spawned ones, or on a Dask cluster.

All have the interface of `concurrent.futures.Executor`. A trial is pure, so one whose process died is run again: by
Dask itself on another worker, else on an executor that is `rebuilt` after `BrokenExecutor`.
"""

from __future__ import annotations

import importlib
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, ParamSpec, TypeVar

from neo.automl.problem import Evaluation, Instance, Problem
from neo.automl.space import Config
from neo.automl.stage_cache import cache_at
from neo.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")
_PARENT_CHECK_S = 1.0
DASK_ANSWER_S = 10.0
DASK_INSTALL = "pip install 'neo-engineer[dask]'"


@dataclass(frozen=True)
class TrialRun:
    """What a trial brings back: one evaluation for each instance, cache counts, and its time in seconds."""

    evaluations: tuple[Evaluation, ...]
    cache: Mapping[str, Mapping[str, float]]
    seconds: float


def run_trial(problem: Problem, config: Config, instances: Sequence[Instance]) -> TrialRun:
    """Evaluate *config* on *instances*; a module-level function, since it crosses process boundaries."""
    stats = cache_at(problem.context.cache_dir).stats
    before = {stage: dict(row) for stage, row in list(stats.by_stage.items())}
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


class DaskExecutor(Executor):
    """Runs calls on the workers of a Dask cluster.

    Workers need the same packages as this process, and must see the data folder and the models under the same paths
    (one machine, or a shared disk). Start them with one thread each: trials are arithmetic, and count their cache hits.

    Args:
        address: The scheduler's, such as ``tcp://10.0.0.5:8786``; ``dask://`` is read as ``tcp://``.

    Raises:
        Unavailable: distributed is not installed, or nobody answers there.
    """

    def __init__(self, address: str) -> None:
        try:
            distributed = importlib.import_module("distributed")
        except ImportError as error:
            raise Unavailable(
                "Trials cannot run on Dask.", f"distributed is not installed ({error}).", f"Run `{DASK_INSTALL}`."
            ) from error
        try:
            self._client = distributed.Client(
                address.replace("dask://", "tcp://", 1), timeout=DASK_ANSWER_S, set_as_default=False
            )
        except (OSError, ValueError) as error:  # a time-out is an OSError
            raise Unavailable(
                f"No Dask scheduler answers at {address}.",
                str(error),
                "Start one with `dask scheduler`, or correct it.",
            ) from error

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Send the call to the cluster, which retries it on other workers when workers die."""
        future: Future[R] = Future()
        remote = self._client.submit(fn, *args, pure=False, **kwargs)
        future.set_running_or_notify_cancel()
        # The cluster forgets a call that nobody refers to: the callback holds it until it is done.
        remote.add_done_callback(lambda done: _hand_over(done, future))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster; what still runs there is given up."""
        self._client.close(timeout=DASK_ANSWER_S)


def _hand_over(done: Any, future: Future[Any]) -> None:
    if done.status == "finished":
        future.set_result(done.result())
    elif done.status == "error":
        future.set_exception(done.exception())
    else:  # cancelled or lost: the scheduler is gone
        future.set_exception(BrokenExecutor("the Dask cluster was lost"))


def make_executor(jobs: int, dask_address: str = "") -> Executor:
    """The cluster where there is one; else one process a job, spawned and warm; in this process when *jobs* is 1.

    Raises:
        Unavailable: There should be a cluster, and it cannot be used.
    """
    if dask_address:
        return DaskExecutor(dask_address)
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


def rebuilt(executor: Executor, jobs: int, dask_address: str = "") -> Executor:
    """A fresh executor in place of one whose child died, or whose cluster was lost."""
    executor.shutdown(wait=False, cancel_futures=True)
    return make_executor(jobs, dask_address)


__all__: list[Any] = ["DaskExecutor", "SerialExecutor", "TrialRun", "make_executor", "rebuilt", "run_trial"]
