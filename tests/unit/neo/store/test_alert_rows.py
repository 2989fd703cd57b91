"""Alerts and mails as rows, on a real database (PostgreSQL too, where its binaries are)."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import server_url

from neo.domain.alerts import AlertState, Observation, muted
from neo.store import Store
from neo.store.mails import LEASE_S, MOST_AN_HOUR
from neo.store.migrate import migrate

BODY = {"text": "", "pictures": [], "headers": {}}


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty database of the present schema."""
    url = f"sqlite:///{tmp_path / 'neo.db'}" if request.param == "sqlite" else server_url(request)
    made = Store(url)
    migrate(made)
    yield made
    made.close()


def test_states_come_back_with_the_newest_time_of_any_series(store: Store) -> None:
    with store.write() as tx:
        assert tx.alerts.seen_at("p") == 0.0
        tx.alerts.keep("p", "crowd", "hall", AlertState(at=5.0, value=3.0, episode="e1"), [{"kind": "firing"}])
        tx.alerts.keep("p", "crowd", "door", AlertState(at=7.0, outage="o1"))
        tx.alerts.keep("q", "crowd", "hall", AlertState(at=9.0, episode="e1"))
    with store.write() as tx:
        tx.alerts.keep("p", "crowd", "hall", AlertState(at=6.0, episode="e1"), [{"kind": "resolved"}])
    with store.read() as tx:
        assert tx.alerts.seen_at("p") == 7.0 and sorted(tx.alerts.observing()) == ["p", "q"]
        door, hall = tx.alerts.of_project("p")
        assert AlertState.from_json(hall.state) == AlertState(at=6.0, episode="e1")
        assert [one["kind"] for one in hall.episodes] == ["firing", "resolved"]
        assert tx.alerts.with_episode("p", ["e1"]) == [hall] and tx.alerts.with_episode("p", ["o1", "x"]) == [door]


def test_minutes_add_up_whatever_the_parts_and_nothing_seen_is_not_nobody(store: Store) -> None:
    seen = [Observation("hall", float(number), 60.0 + number) for number in range(10)]
    for part in (seen[:3], seen[3:], [Observation("hall", math.nan, 70.5, "black")], [Observation("hall", 2.0, 130.0)]):
        with store.write() as tx:
            tx.alerts.note("p", part)
    with store.write() as tx:
        first, second = tx.alerts.observed("p", 0.0, 180.0)
        assert (first.count, first.mean, first.highest) == (10, 4.5, 9.0) and second.count == 1
        assert tx.alerts.forget(120.0) == 1 and tx.alerts.observed("p", 0.0, 180.0) == [second]


def test_a_mute_between_reading_and_writing_a_state_is_not_lost(store: Store) -> None:
    with store.write() as tx:
        tx.alerts.keep("p", "crowd", "hall", AlertState(at=1.0, episode="e1"))
    reading, muting = threading.Event(), threading.Event()

    def mute() -> None:
        reading.wait()
        muting.set()
        with store.write() as tx:
            (row,) = tx.alerts.with_episode("p", ["e1"])
            tx.alerts.keep("p", "crowd", "hall", muted(AlertState.from_json(row.state), 99.0))

    other = threading.Thread(target=mute)
    other.start()
    with store.write() as tx:
        (row,) = tx.alerts.of_project("p", held=True)
        reading.set()
        muting.wait()
        tx.alerts.keep("p", "crowd", "hall", AlertState.from_json({**row.state, "at": 2.0}))
    other.join()
    with store.read() as tx:
        (row,) = tx.alerts.of_project("p")
        assert (row.state["at"], row.state["muted_until"]) == (2.0, 99.0)


def test_a_mail_is_written_once_claimed_by_one_and_taken_over_after_its_lease(store: Store) -> None:
    with store.write() as tx:
        assert tx.mails.add("p", "T", "a@example.com", "s", BODY, "<1@x>", 1.0) is not None
        assert tx.mails.add("p", "T", "a@example.com", "s", BODY, "<1@x>", 2.0) is None
    with store.write() as tx:
        first = tx.mails.claim(10.0)
    with store.write() as tx:
        assert first is not None and tx.mails.claim(10.0 + LEASE_S) is None
        second = tx.mails.claim(10.0 + LEASE_S + 1)
        assert second is not None and second.message_id == "<1@x>" and second.attempts == 2
    with store.write() as tx:
        assert tx.mails.open_of("p") == 1 and tx.mails.mark(second, "sent") and tx.mails.open_of("p") == 0


def test_the_eleventh_mail_of_an_hour_is_held_and_so_is_all_behind_it(store: Store) -> None:
    with store.write() as tx:
        made = [
            tx.mails.add("p", "T", "a@example.com", "s", BODY, f"<{number}@x>", 1.0 + number)
            for number in range(MOST_AN_HOUR + 1)
        ]
        assert [row.status for row in made if row] == ["waiting"] * MOST_AN_HOUR + ["held"]
        late = tx.mails.add("p", "T", "a@example.com", "s", BODY, "<late@x>", 9000.0)
        other = tx.mails.add("p", "T", "b@example.com", "s", BODY, "<other@x>", 5.0)
        assert late is not None and late.status == "held", "in order: not before those that are held"
        assert other is not None and other.status == "waiting"
