"""Who takes which events out of the inbox, on a real database (PostgreSQL too, where its binaries are)."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from postgres import server_url
from sqlmodel import col, select

from neo.store import Store
from neo.store.inbox import LEASE_S
from neo.store.migrate import migrate
from neo.store.tables import EventRow

NOW = 10.0


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty database of the present schema."""
    url = f"sqlite:///{tmp_path / 'neo.db'}" if request.param == "sqlite" else server_url(request)
    made = Store(url)
    migrate(made)
    yield made
    made.close()


def put(store: Store, *events: str) -> None:
    """Keep events; the letter of each is its lane."""
    with store.write() as tx:
        for one in events:
            tx.inbox.add("T", one, one[0], {}, 1.0)


def claimed(store: Store, now: float = NOW, most: int = 64) -> list[str]:
    with store.write() as tx:
        return [row.event_id for row in tx.inbox.claim(tx.inbox.free(now, most), now)]


def free(store: Store, now: float = NOW) -> list[EventRow]:
    with store.read() as tx:
        return list(tx.inbox.free(now, 64))


def finish(store: Store, *events: str) -> None:
    with store.write() as tx:
        for row in tx.session.exec(select(EventRow).where(col(EventRow.event_id).in_(events))).all():
            tx.inbox.finish(row.seq or 0)


def statuses(store: Store) -> dict[str, str]:
    with store.read() as tx:
        return {row.event_id: row.status for row in tx.session.exec(select(EventRow)).all()}


def test_one_event_of_each_lane_is_claimed_oldest_first_and_no_more_than_asked_for(store: Store) -> None:
    put(store, "a1", "a2", "b1", "c1", "b2")
    assert claimed(store, most=2) == ["a1", "b1"]
    assert claimed(store) == ["c1"]
    assert claimed(store) == []
    finish(store, "b1")
    assert claimed(store) == ["b2"]


def test_a_lane_waits_for_an_event_whose_lease_is_over_and_then_goes_on_with_it(store: Store) -> None:
    put(store, "a1", "a2", "b1")
    assert claimed(store, most=1) == ["a1"]
    assert claimed(store, NOW + LEASE_S) == ["b1"], "the lease is not over yet"
    with store.write() as tx:
        (row,) = tx.inbox.claim(tx.inbox.free(NOW + LEASE_S + 1, 64), NOW + LEASE_S + 1)
    assert (row.event_id, row.attempts, row.lease_until) == ("a1", 2, NOW + 2 * LEASE_S + 1)


def test_what_two_saw_free_one_of_them_gets(store: Store) -> None:
    put(store, "a1", "b1", "c1")
    seen, also_seen = free(store), free(store)
    with store.write() as tx:
        assert [row.event_id for row in tx.inbox.claim(seen[:1], NOW)] == ["a1"]
        tx.inbox.finish_free(seen[1:2], NOW)
    with store.write() as tx:
        tx.inbox.finish_free(also_seen[:1], NOW)  # a handler has it: it is not ended over its head
        assert [row.event_id for row in tx.inbox.claim(also_seen, NOW)] == ["c1"]
    assert statuses(store) == {"a1": "running", "b1": "done", "c1": "running"}


def test_many_who_look_and_claim_and_finish_at_once_take_each_event_once_and_in_its_lanes_order(store: Store) -> None:
    put(store, *(f"{lane}{number}" for number in range(6) for lane in "abcdefgh"))
    start, taken, lock = threading.Barrier(4), [], threading.Lock()

    def pump() -> None:
        start.wait()
        while "waiting" in statuses(store).values():
            rows = free(store)
            with store.write() as tx:
                tx.inbox.finish_free([row for row in rows if row.lane in "ab"], NOW)
                mine = tx.inbox.claim([row for row in rows if row.lane not in "ab"][:2], NOW)
            for row in mine:
                with lock:
                    taken.append(row.event_id)
                with store.write() as tx:
                    tx.inbox.finish(row.seq or 0)

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(pump) for _ in range(4)]:
            future.result()
    for lane in "cdefgh":
        assert [one for one in taken if one[0] == lane] == [f"{lane}{number}" for number in range(6)]
    assert set(statuses(store).values()) == {"done"}


KILLED = """
import os, signal, sys
from neo.store import Store
store = Store(sys.argv[1])
with store.read() as tx:
    rows = tx.inbox.free(10.0, 64)
with store.write() as tx:
    tx.inbox.finish_free(rows[:1], 10.0)
    tx.inbox.claim(rows[1:2], 10.0)
    if sys.argv[2] == "before":
        tx.session.flush()
        os.kill(os.getpid(), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_pump_killed_before_or_after_its_commit_loses_nothing(store: Store, moment: str) -> None:
    put(store, "a1", "b1", "c1")
    assert subprocess.run([sys.executable, "-c", KILLED, store.url, moment], check=False).returncode == -9
    kept = ["a1", "b1", "c1"] if moment == "before" else ["b1", "c1"]
    assert claimed(store, NOW + LEASE_S + 1) == kept
