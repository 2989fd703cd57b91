"""Executors: the same trial, wherever it runs, and after the death of whatever ran it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
import toy

from neo.automl.executors import DaskExecutor, SerialExecutor, make_executor, rebuilt, run_trial
from neo.automl.problem import Context, Evaluation, Instance
from neo.automl.space import Config
from neo.errors import Unavailable

needs_dask = pytest.mark.skipif(
    find_spec("distributed") is None, reason="distributed is not installed: pip install 'neo-engineer[dask]'"
)
CONFIG = {"kind": "good", "k": 3, "weight": 0.25}
ROOT = Path(toy.__file__).parent
DEADLINE_S = 90


def napping(config: Config, instances: Sequence[Instance], context: Context) -> list[Evaluation]:
    """Tells which process it runs in, and takes its time."""
    with (context.cache_dir / "ran").open("a") as out:
        out.write(f"{os.getpid()}\n")
    time.sleep(0.3)
    return toy.evaluate(config, instances, context)


def eventually(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def same_everywhere(executor: Executor, folder: Path) -> None:
    problem = toy.problem(folder)
    here = run_trial(problem, CONFIG, problem.instances)
    there = executor.submit(run_trial, problem, CONFIG, problem.instances).result(DEADLINE_S)
    assert there.evaluations == here.evaluations


def test_a_trial_gives_the_same_in_this_process(tmp_path: Path) -> None:
    executor = make_executor(1)
    assert isinstance(executor, SerialExecutor)
    same_everywhere(executor, tmp_path)


def test_a_trial_gives_the_same_in_a_spawned_process_also_after_one_died(tmp_path: Path) -> None:
    executor = make_executor(2)
    try:
        same_everywhere(executor, tmp_path)
        with pytest.raises(BrokenExecutor):
            executor.submit(os._exit, 9).result(DEADLINE_S)
        executor = rebuilt(executor, 2)
        same_everywhere(executor, tmp_path)
    finally:
        executor.shutdown()


def test_what_a_trial_raises_comes_back(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path, hook="raise")
    with pytest.raises(ValueError, match="cannot be scored"):
        make_executor(1).submit(run_trial, problem, CONFIG, problem.instances).result()


@pytest.mark.skipif(find_spec("distributed") is not None, reason="distributed is installed")
def test_without_distributed_the_error_names_the_install_line() -> None:
    with pytest.raises(Unavailable, match=r"pip install 'neo-engineer\[dask\]'"):
        make_executor(1, "tcp://127.0.0.1:1")


class Cluster:
    """A real scheduler with real workers, as the command line starts them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self.start("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        eventually(lambda: file.exists() and b"address" in file.read_bytes())
        self.file = file

    @property
    def address(self) -> str:
        return str(json.loads(self.file.read_text("utf-8"))["address"])

    def start(self, what: str, *arguments: str) -> subprocess.Popen[bytes]:
        path = os.pathsep.join([str(ROOT), str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments]
        env = {**os.environ, "PYTHONPATH": path}
        one = subprocess.Popen(command, cwd=self.folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.started.append(one)
        return one

    def worker(self) -> subprocess.Popen[bytes]:
        return self.start("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard")

    def stop(self) -> None:
        for one in self.started:
            one.kill()
            one.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path)
    yield found
    found.stop()


@needs_dask
def test_a_trial_gives_the_same_on_a_cluster(cluster: Cluster, tmp_path: Path) -> None:
    cluster.worker()
    executor = make_executor(1, cluster.address.replace("tcp://", "dask://"))
    try:
        same_everywhere(executor, tmp_path / "toy")
        problem = toy.problem(tmp_path / "toy", hook="raise")
        with pytest.raises(ValueError, match="cannot be scored"):
            executor.submit(run_trial, problem, CONFIG, problem.instances).result(DEADLINE_S)
    finally:
        executor.shutdown()


@needs_dask
def test_a_worker_killed_in_mid_trial_costs_no_trial(cluster: Cluster, tmp_path: Path) -> None:
    folder = tmp_path / "toy"
    problem = replace(toy.problem(folder), evaluate=napping)
    workers = [cluster.worker(), cluster.worker()]
    executor = DaskExecutor(cluster.address)
    try:
        futures = [executor.submit(run_trial, problem, CONFIG, problem.instances) for _ in range(12)]
        ran = folder / "ran"
        eventually(lambda: ran.exists() and bool(ran.read_text().split()))
        busy = int(ran.read_text().split()[-1])  # whichever came first: the other may still be starting
        next(worker for worker in workers if worker.pid == busy).send_signal(signal.SIGKILL)
        results = [future.result(DEADLINE_S) for future in futures]
        assert all(result.evaluations == results[0].evaluations for result in results)
        assert any(int(pid) != busy for pid in ran.read_text().split())
    finally:
        executor.shutdown()


@needs_dask
def test_a_lost_scheduler_breaks_the_executor_and_a_new_one_is_refused_in_words(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neo.automl.executors.DASK_ANSWER_S", 1.0)
    executor = DaskExecutor(cluster.address)  # no worker: the call waits
    future = executor.submit(os.getpid)
    address = cluster.address
    cluster.stop()
    with pytest.raises(BrokenExecutor):
        future.result(DEADLINE_S)
    with pytest.raises(Unavailable, match="No Dask scheduler answers"):
        rebuilt(executor, 1, address)
