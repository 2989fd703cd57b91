"""How long a person waits for Neo's turn on one core while a search uses the other.

A turn is one message: from the event's receipt until everything that Neo says to it stands in the outbox. Turns of the
practice profiles are timed in this process, held to one core; the baseline is the same turns on the idle machine. A
plain loop, timed likewise, tells how much slower everything is when the other core computes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bot import bootstrap
from bot.bench import Measured
from bot.dialogue.person import ScriptedPerson
from bot.dialogue.profiles import Profile, load_profiles
from bot.dialogue.stage import Stage
from bot.dialogue.variation import Variation
from bot.settings import Settings, load
from bot.web import be_quick

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "skills" / "rag" / "sample"
PROFILES = 24
GOAL_S = 0.150
LOOPS, LOOP_STEPS = 51, 2_000_000


def bench(seed: int) -> Measured:
    """Time all turns, idle and beside a search."""
    if not hasattr(os, "sched_setaffinity") or (os.cpu_count() or 1) < 2:
        return Measured(skipped="this machine cannot hold a process to one of two cores")
    profiles = load_profiles(ROOT / "tests" / "dialogue" / "practice")[:PROFILES]
    os.sched_setaffinity(0, {0})
    settings = load(read_with_model=False)
    idle, loop_idle = _turns(profiles, seed, settings), _loop_s()
    with _search() as process:
        time.sleep(5)  # until it computes
        busy = _turns(profiles, seed, settings)
        loop_busy = _loop_s()
        searched = process.poll() is None
    p95 = {name: float(np.percentile(values, 95)) for name, values in (("idle", idle), ("busy", busy))}
    details = {
        "turns": len(busy),
        "search_ran_throughout": searched,
        **{f"{name}_p95_ms": value * 1000 for name, value in p95.items()},
        "busy_median_ms": float(np.median(busy)) * 1000,
        "busy_max_ms": float(np.max(busy)) * 1000,
    }
    ratios = {
        "p95_vs_150ms": p95["busy"] / GOAL_S,
        "p95_busy_vs_idle": p95["busy"] / p95["idle"],
        "loop_busy_vs_idle": loop_busy / loop_idle,
    }
    return Measured(ratios, {}, details)


def _turns(profiles: list[Profile], seed: int, settings: Settings) -> list[float]:
    """Seconds of each message's handling, over one run of each profile, by a reader that has seen none of them."""
    seconds: list[float] = []
    language = bootstrap.language_of(settings)
    be_quick()
    with tempfile.TemporaryDirectory() as folder:
        for number, profile in enumerate(profiles):
            own = Path(folder) / str(number)
            own.mkdir()
            stage = Stage(own, bootstrap.skills(), language)
            ScriptedPerson(profile, Variation(seed, profile.id, 1), stage, lambda: None).play()
            stage.close()
            seconds += stage.turns_s
    return seconds


def _loop_s() -> float:
    """Seconds of a plain loop, the median of many: how much of the wait is the machine's, whose cores may share one."""
    seconds = []
    for _ in range(LOOPS):
        start = time.perf_counter()
        sum(range(LOOP_STEPS))
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


@contextmanager
def _search() -> Iterator[subprocess.Popen[bytes]]:
    """A real search on the other core, over the sample project, until the block ends."""
    with tempfile.TemporaryDirectory() as out:
        command = [
            *(sys.executable, "-m", "bot.cli", "tune", "rag", "--docs", str(SAMPLE / "documents")),
            *("--golden", str(SAMPLE / "golden.csv"), "--trials", "400", "--seed", "1", "--out", out),
        ]
        environment = {**os.environ, "NEO_DATA_DIR": out, "NEO_TRIAL_JOBS": "1"}
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, {1}),
        )  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)
