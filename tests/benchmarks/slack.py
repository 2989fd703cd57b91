"""Slack's events over HTTP: how many Neo keeps and acknowledges beside a Bolt app that does nothing else.

Both run under the same server with the same switches, with the same number of processes that listen; Neo's pump and
delivery run meanwhile. Each repeat measures both, one after the other, so a ratio is within one moment of one machine.
NEO_BENCH_PROCESSES, NEO_BENCH_REPEATS and NEO_BENCH_SECONDS make it larger or smaller.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from _slack_load import Plan, Seen
from _slack_servers import SECRET, Server, bare_bolt, finished, load, neo_web, receivers, slack_api, start_load

from bot.bench import Measured

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "skills" / "rag" / "sample"
PROCESSES = int(os.environ.get("NEO_BENCH_PROCESSES", "1"))
REPEATS = int(os.environ.get("NEO_BENCH_REPEATS", "5"))
SECONDS = float(os.environ.get("NEO_BENCH_SECONDS", "5"))
FASTEST = 4000.0  # requests a second that no server here reaches: so many are made ready
LINES_OPEN = 64  # connections of the open loop: Slack opens more when answers are slow
DELIVERED, TIMES = 20_000, 3
DRAIN_S = 120.0
SEARCH_STARTS_S = 8.0


def bench(seed: int) -> Measured:
    """Measure both, idle and beside a search, and deliver everything three times."""
    with slack_api() as api:
        rates, memory = _highest(api, seed)
        ratios = [neo / bare for bare, neo in rates]
        offered = float(np.median([bare for bare, _ in rates])) / 2
        steady = {
            f"{name}_{state}": _steady(name, api, offered, seed, state == "search")
            for state in ("idle", "search")
            for name in ("bare", "neo")
        }
        delivery = deliver(api, DELIVERED, TIMES, seed)
    p99 = float(steady["neo_search"]["p99_ms"])
    return Measured(
        {
            "acks_vs_bare_bolt": float(np.median(ratios)),
            "ack_p99_ms_under_search": p99,
            "ack_p99_vs_bare_under_search": p99 / float(steady["bare_search"]["p99_ms"]),
            "lost": float(delivery["lost"]),
            "doubled": float(delivery["doubled"]),
        },
        {"acks_vs_bare_bolt": _interval(ratios)},
        {
            "processes": PROCESSES,
            "highest_per_s": {"bare": [bare for bare, _ in rates], "neo": [neo for _, neo in rates]},
            "offered_per_s": offered,
            "memory_mb": memory,
            **steady,
            "delivery": delivery,
        },
    )


def _interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of a median, by the bootstrap."""
    generator = np.random.default_rng(0)
    medians = np.median(generator.choice(np.array(values), (2000, len(values))), axis=1)
    return float(np.percentile(medians, 2.5)), float(np.percentile(medians, 97.5))


@contextmanager
def _server(name: str, api: str) -> Iterator[tuple[Server, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        made = bare_bolt(api) if name == "bare" else neo_web(api, Path(folder), PROCESSES)
        with made as server:
            yield server, Path(folder)


def _highest(api: str, seed: int) -> tuple[list[tuple[float, float]], dict[str, Any]]:
    """The highest rate of each, closed loop, 16 connections: (bare, Neo) for each repeat, and what memory each took."""
    rates, memory = [], {}
    for repeat in range(REPEATS):
        found = {}
        for name in ("bare", "neo") if (repeat + seed) % 2 else ("neo", "bare"):
            with _server(name, api) as (server, _):
                seen = load(Plan([server.port], SECRET, list(range(int(FASTEST * SECONDS))), seconds=SECONDS))
                memory[name] = server.memory_mb()
                found[name] = len(seen.acknowledged) / seen.seconds
        rates.append((found["bare"], found["neo"]))
    return rates, memory


def _steady(name: str, api: str, rate: float, seed: int, search: bool) -> dict[str, Any]:
    """The same load offered to either, whether or not it keeps up."""
    seconds = SECONDS * 3
    with _server(name, api) as (server, folder):
        plan = Plan([server.port], SECRET, list(range(int(rate * seconds))), LINES_OPEN, rate)
        if search:
            with _search() as process:
                time.sleep(SEARCH_STARTS_S)  # until it computes
                seen = load(plan)
                ran = {"search_ran_throughout": process.poll() is None}
        else:
            seen, ran = load(plan), {}
        return {**_told(seen), **ran, **(_drained(folder / "neo.db") if name == "neo" else {})}


def _told(seen: Seen) -> dict[str, Any]:
    latencies = np.array(seen.latencies_s) * 1000
    return {
        "per_s": len(seen.acknowledged) / seen.seconds,
        "p50_ms": float(np.percentile(latencies, 50)),
        "p99_ms": float(np.percentile(latencies, 99)),
        "max_ms": float(np.max(latencies)),
        "statuses": seen.statuses,
    }


def _drained(database: Path) -> dict[str, Any]:
    """What was left to handle when the load was over, and how long that took, or how much is left after a while."""
    start = time.monotonic()
    left = now = _count(database, "where status in ('waiting', 'running')")
    while now and time.monotonic() - start < DRAIN_S:
        time.sleep(0.5)
        now = _count(database, "where status in ('waiting', 'running')")
    return {"backlog": left, "drain_s": time.monotonic() - start, "left_after_drain": now}


def _count(database: Path, where: str) -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute(f"select count(*) from event {where}").fetchone()[0])
    finally:
        connection.close()


@contextmanager
def _search() -> Iterator[subprocess.Popen[bytes]]:
    """A real search of the sample project on both cores, until the block ends."""
    with tempfile.TemporaryDirectory() as out:
        command = [
            *(sys.executable, "-m", "bot.cli", "tune", "rag", "--docs", str(SAMPLE / "documents"), "--jobs", "2"),
            *("--golden", str(SAMPLE / "golden.csv"), "--trials", "400", "--seed", "1", "--out", out),
        ]
        environment = {**os.environ, "NEO_DATA_DIR": out}
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def deliver(api: str, events: int, times: int, seed: int, *, kill: bool = False) -> dict[str, Any]:
    """Deliver each event so often, shuffled, to two receiver processes on one SQLite inbox, and count the rows.

    Args:
        kill: Kill one of them with -9 in the middle, and start it again.

    Returns:
        ``lost``: acknowledged, and not in the inbox. ``doubled``: rows beyond one for an event.
    """
    order = list(range(events)) * times
    random.Random(seed).shuffle(order)
    with tempfile.TemporaryDirectory() as folder, receivers(api, Path(folder), 2) as made:
        ports = [one.port for one in made.values()]
        loads = [start_load(Plan(ports, SECRET, order[part::2], again=True)) for part in range(2)]
        if kill:
            database = Path(folder) / "neo.db"
            while _count(database, "") < events // 4:
                time.sleep(0.01)
            made.kill_one_and_start_it_again()
        seen = [finished(one) for one in loads]
        kept = rows(Path(folder) / "neo.db")
    acknowledged = {f"Ev{number:010}" for one in seen for number in one.acknowledged}
    return {
        "events": events,
        "sent": sum(sum(one.statuses.values()) for one in seen),
        "acknowledged": len(acknowledged),
        "broken": sum(one.broken for one in seen),
        "rows": len(kept),
        "lost": len(acknowledged - set(kept)),
        "doubled": len(kept) - len(set(kept)),
        "per_s": len(order) / max(one.seconds for one in seen),
    }


def rows(database: Path) -> list[str]:
    """The ids of all events in an inbox."""
    connection = sqlite3.connect(database)
    try:
        return [str(row[0]) for row in connection.execute("select event_id from event")]
    finally:
        connection.close()
