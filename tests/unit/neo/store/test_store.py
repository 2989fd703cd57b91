"""Inbox, outbox, jobs, migrations and files, on a real database (PostgreSQL too, where its binaries are)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from postgres import server_url
from sqlmodel import SQLModel, col, select

from neo.domain.events import CommandGiven, MessageReceived, ReactionAdded
from neo.domain.posts import Post
from neo.errors import ConfigurationError, LeaseLost, Unavailable
from neo.store import Store, Transaction
from neo.store.files import FileStore
from neo.store.jobs import LEASE_S
from neo.store.migrate import migrate, newest
from neo.store.receiving import Receiving
from neo.store.tables import AnswerRow, EventRow, ProjectRow


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty database of the present schema."""
    url = f"sqlite:///{tmp_path / 'neo.db'}" if request.param == "sqlite" else server_url(request)
    made = Store(url)
    migrate(made)
    yield made
    made.close()


def project(store: Store, thread: str = "1.0") -> ProjectRow:
    with store.write() as tx:
        return tx.projects.add(
            ProjectRow(
                id=f"prj_{thread}",
                team="T1",
                channel="C1",
                thread=thread,
                owner="U1",
                skill="rag",
                title="t",
                stage="intake",
                created_at=1.0,
                updated_at=1.0,
            )
        )


def claim(tx: Transaction, now: float) -> EventRow | None:
    """The oldest free event, claimed."""
    return next(iter(tx.inbox.claim(tx.inbox.free(now, 1), now)), None)


def test_migrations_make_exactly_the_tables_of_the_code_and_a_second_run_does_nothing(store: Store) -> None:
    assert migrate(store) == newest()
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "neo_schema"})
        differences = [d for d in compare_metadata(context, SQLModel.metadata) if "neo_schema" not in str(d)]
    assert differences == []


def test_an_event_is_kept_once_by_its_id_and_by_its_message(store: Store) -> None:
    with store.write() as tx:
        assert tx.inbox.add("T1", "Ev1", "lane", {}, 1.0, "T1:C1:1.0")
        assert not tx.inbox.add("T1", "Ev1", "lane", {}, 1.0, None)
        assert not tx.inbox.add("T1", "Ev2", "lane", {}, 1.0, "T1:C1:1.0")
        assert tx.inbox.add("T2", "Ev1", "lane", {}, 1.0, None)


def test_an_event_that_several_processes_receive_at_once_is_kept_once(store: Store) -> None:
    start = threading.Barrier(4)

    def receive(number: int) -> bool:
        start.wait()
        with store.write() as tx:
            return tx.inbox.add("T", f"Ev{number}", "lane", {}, 1.0, "T:C:1.0")

    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(receive, range(4)))
    assert sorted(kept) == [False, False, False, True]


def test_a_lane_is_handled_in_order_and_one_at_a_time_while_lanes_go_in_parallel(store: Store) -> None:
    with store.write() as tx:
        for id, lane in (("a1", "a"), ("a2", "a"), ("b1", "b")):
            tx.inbox.add("T", id, lane, {"id": id}, 1.0)
    with store.write() as tx:
        first = claim(tx, 10.0)
    with store.write() as tx:
        second = claim(tx, 10.0)
    with store.write() as tx:
        assert claim(tx, 10.0) is None
        assert first and second and (first.event_id, second.event_id) == ("a1", "b1")
        tx.inbox.finish(first.seq or 0)
    with store.write() as tx:
        third = claim(tx, 10.0)
    assert third and third.event_id == "a2"


def test_an_event_whose_handler_died_is_handled_again_before_its_followers(store: Store) -> None:
    with store.write() as tx:
        tx.inbox.add("T", "a1", "a", {}, 1.0)
        tx.inbox.add("T", "a2", "a", {}, 1.0)
    with store.write() as tx:
        assert claim(tx, 10.0)
    with store.write() as tx:
        again = claim(tx, 10.0 + 3600)
    assert again and (again.event_id, again.attempts) == ("a1", 2)


def test_many_threads_claim_each_event_once(store: Store) -> None:
    with store.write() as tx:
        for number in range(40):
            tx.inbox.add("T", f"e{number}", f"lane{number}", {}, 1.0)
    start = threading.Barrier(4)

    def claim_all() -> list[str]:
        start.wait()
        found = []
        while True:
            with store.write() as tx:
                row = claim(tx, 10.0)
            if row is None:
                return found
            found.append(row.event_id)

    with ThreadPoolExecutor(4) as pool:
        claimed = [id for future in [pool.submit(claim_all) for _ in range(4)] for id in future.result()]
    assert sorted(claimed) == sorted(f"e{number}" for number in range(40))


def test_posts_of_a_channel_go_out_in_order_and_edits_wait_and_merge(store: Store) -> None:
    row = project(store)
    with store.write() as tx:
        first = tx.outbox.add(row, Post("progress", "0 of 9"), 1.0)
        tx.outbox.edit(first.id, Post("progress", "1 of 9"), 1.0)
        tx.outbox.edit(first.id, Post("progress", "2 of 9"), 1.0)
        tx.outbox.add(row, Post("text", "done"), 1.0)
    sent = []
    for _ in range(3):
        with store.write() as tx:
            claimed = tx.outbox.claim(5.0)
            assert claimed is not None
            assert tx.outbox.claim(5.0) is None, "a channel is served by one deliverer at a time"
            sent.append((claimed.body["text"], bool(claimed.edits)))
            tx.outbox.sent(claimed.id, [] if claimed.edits else [f"{len(sent)}.0"])
    assert sent == [("0 of 9", False), ("2 of 9", True), ("done", False)]


def test_how_a_post_is_said_is_kept_by_whoever_holds_it(store: Store) -> None:
    row = project(store)
    with store.write() as tx:
        tx.outbox.add(row, Post("text", "Paused at 90 %."), 1.0)
    with store.write() as tx:
        first = tx.outbox.claim(5.0)
    with store.write() as tx:
        second = tx.outbox.claim(100.0)  # the first one's lease is over
    assert first is not None and second is not None and first.id == second.id
    with store.write() as tx:
        assert not tx.outbox.speak(first, Post("text", "zu spät"), 101.0)
        assert tx.outbox.speak(second, Post("text", "Angehalten bei 90 %."), 101.0)
    with store.read() as tx:
        assert tx.outbox.get(first.id).spoken["text"] == "Angehalten bei 90 %."
        assert tx.outbox.has_said(row.id, "bei 90 %") and not tx.outbox.has_said(row.id, "at 90 %")
        assert not tx.outbox.has_said("another", "bei 90 %")


def test_expenses_are_summed_by_what_for(store: Store) -> None:
    row = project(store)
    with store.write() as tx:
        for what, usd in (("translating", 0.5), ("reading messages", 0.25), ("translating", 0.25)):
            tx.expenses.add(row.id, what, usd, 1.0)
        tx.expenses.add("another", "translating", 9.0, 1.0)
    with store.read() as tx:
        assert tx.expenses.sums(row.id) == {"reading messages": 0.25, "translating": 0.75}


def test_a_busy_channel_is_left_alone(store: Store) -> None:
    row = project(store)
    with store.write() as tx:
        tx.outbox.add(row, Post("text", "hello"), 1.0)
        assert tx.outbox.claim(5.0, busy=["C1"]) is None
        assert tx.outbox.claim(5.0) is not None


def test_a_holder_past_its_lease_is_fenced_off(store: Store) -> None:
    project(store)
    with store.write() as tx:
        tx.jobs.add("tune", "tune", "prj_1.0", 1.0)
    with store.write() as tx:
        old = tx.jobs.claim("tune", 10.0)
        assert old is not None and tx.jobs.claim("tune", 10.0) is None
    with store.write() as tx:
        new = tx.jobs.claim("tune", 10.0 + LEASE_S + 1)
    assert new is not None and new.fence == 2
    with pytest.raises(LeaseLost), store.write() as tx:
        tx.projects.save(tx.projects.get("prj_1.0"), title="written by the old holder")
        tx.jobs.hold(new.id, 1, 60.0)
    with store.write() as tx:
        assert tx.projects.get("prj_1.0").title == "t"
        assert tx.jobs.hold(new.id, 2, 60.0).status == "running"


def test_a_delayed_job_waits_and_a_stopped_one_never_runs(store: Store) -> None:
    project(store)
    with store.write() as tx:
        tx.jobs.add("tune", "tune", "prj_1.0", 100.0, delay_s=60.0)
        assert tx.jobs.claim("tune", 159.0) is None
        tx.jobs.stop("prj_1.0")
    with store.write() as tx:
        assert tx.jobs.claim("tune", 200.0) is None


def test_a_named_lease_has_one_holder(store: Store) -> None:
    with store.write() as tx:
        assert tx.jobs.take_lease("scheduler", "a", 10.0, 60.0)
    with store.write() as tx:
        assert not tx.jobs.take_lease("scheduler", "b", 20.0, 60.0)
        assert tx.jobs.take_lease("scheduler", "a", 30.0, 60.0)
    with store.write() as tx:
        assert tx.jobs.take_lease("scheduler", "b", 95.0, 60.0)


def test_a_database_of_a_newer_neo_is_refused_with_a_remedy(tmp_path: Path) -> None:
    made = Store(f"sqlite:///{tmp_path / 'neo.db'}")
    migrate(made)
    with made.engine.connect() as connection:
        connection.exec_driver_sql("update neo_schema set version_num = '9999'")
        connection.commit()
    with pytest.raises(ConfigurationError, match="newer version"):
        migrate(made)


def test_a_url_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="NEO_DATABASE_URL"):
        Store("not a url")


def test_a_read_only_database_is_a_clear_refusal_and_nothing_is_lost(tmp_path: Path) -> None:
    made = Store(f"sqlite:///{tmp_path / 'neo.db'}")
    migrate(made)
    project(made)
    made.close()
    locked = Store(f"sqlite:///file:{tmp_path / 'neo.db'}?mode=ro&uri=true")
    with pytest.raises((Unavailable,), match="cannot write"), locked.write() as tx:
        tx.projects.save(tx.projects.get("prj_1.0"), title="x")
        tx.session.flush()
    with made.read() as tx:
        assert tx.projects.get("prj_1.0").title == "t"


def test_files_are_kept_by_content_once(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    address = files.put(b"abc")
    assert files.put(b"abc") == address
    assert files.get(address) == b"abc"
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [address]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_is_a_clear_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fdopen
    # The file is opened on the kernel's own always-full device, so the error is the kernel's.
    monkeypatch.setattr(os, "fdopen", lambda fd, mode: (os.close(fd), real(os.open("/dev/full", os.O_WRONLY), mode))[1])
    with pytest.raises(Unavailable, match="Make room"):
        FileStore(tmp_path).put(b"x" * 100_000)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_votes_are_answers_with_more_thumbs_of_one_kind(store: Store) -> None:
    with store.write() as tx:
        for number, ratings in enumerate(((1, 1, -1), (-1,), (1, -1), (0,), ())):
            answer = AnswerRow(
                id=f"a{number}", project="p", version="v", user="U", question=f"q{number}", text="t", at=float(number)
            )
            tx.feedback.add_answer(answer)
            for user, rating in enumerate(ratings):
                tx.feedback.rate(answer, f"U{user}", rating, "emoji", 1.0)
    with store.read() as tx:
        assert [(one["question"], one["label"]) for one in tx.feedback.voted("p")] == [("q0", 1.0), ("q1", 0.0)]
        assert tx.feedback.voted("another") == []


def test_a_claim_looks_at_open_events_alone(store: Store) -> None:
    """Done events, nearly all of them, are in no index that a claim reads."""
    names = {"sqlite": "select name, sql from sqlite_master where type = 'index'"}
    query = names.get(store.engine.dialect.name, "select indexname, indexdef from pg_indexes where tablename = 'event'")
    with store.engine.connect() as connection:
        indices = dict(connection.exec_driver_sql(query).all())
        statement = "explain query plan " if store.engine.dialect.name == "sqlite" else "explain "
        statement += "select seq from event where status in ('waiting', 'running') order by seq limit 1"
        plan = " ".join(str(row) for row in connection.exec_driver_sql(statement).all())
    assert all("WHERE" in indices[name].upper() for name in ("event_open_seq", "event_open_lane"))
    assert store.engine.dialect.name != "sqlite" or "event_open" in plan


def test_the_thread_of_a_post_is_the_lane_of_what_people_do_to_it(store: Store) -> None:
    with store.write() as tx:
        post = tx.outbox.add_at("T1", "C1", "7.0", Post("text", "Approve?"), 1.0)
        tx.outbox.sent(post.id, ["8.0"])
    receiving = Receiving(store, now=lambda: 5.0)
    on_post, on_other = (ReactionAdded(f"Ev{ts}", "T1", "C1", ts, "U1", "+1") for ts in ("8.0", "9.0"))
    reply = MessageReceived("Ev1", "T1", "C1", "10.0", "7.0", "U1", "yes")
    futures = [receiving.put(event) for event in (on_post, on_other, reply, reply)]
    receiving.start()
    assert [future.result() for future in futures] == [True, True, True, False]
    with store.read() as tx:
        lanes = [row.lane for row in tx.session.exec(select(EventRow).order_by(col(EventRow.seq))).all()]
    assert lanes == ["T1:C1:7.0", "T1:C1:9.0", "T1:C1:7.0"]


def test_one_event_that_cannot_be_kept_takes_no_other_with_it(store: Store) -> None:
    receiving = Receiving(store)
    good = [receiving.put(CommandGiven(f"Ev{number}", "T1", "C1", "U1", "status")) for number in range(3)]
    bad = receiving.put(CommandGiven("Ev9", "T1", "C1", {1, 2}, "status"))  # type: ignore[arg-type]  # no JSON
    good.append(receiving.put(CommandGiven("Ev3", "T1", "C1", "U1", "status")))
    receiving.start()
    assert all(future.result() for future in good)
    with pytest.raises(Exception, match="JSON"):
        bad.result()


def test_a_full_inbox_takes_nothing_until_some_of_it_is_handled(store: Store) -> None:
    receiving = Receiving(store, most=3)
    for number in range(3):
        assert receiving.receive(CommandGiven(f"Ev{number}", "T1", "C1", "U1", "status"))
    with pytest.raises(Unavailable, match=r"inbox is full.*3 events wait"):
        receiving.receive(CommandGiven("Ev3", "T1", "C1", "U1", "status"))
    with store.write() as tx:
        row = claim(tx, 10.0)
        assert row is not None and row.seq is not None
        tx.inbox.finish(row.seq)
    deadline = time.monotonic() + 30
    while receiving.full():  # counted again once a second
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert receiving.receive(CommandGiven("Ev3", "T1", "C1", "U1", "status"))


def test_many_receivers_keep_each_event_once(store: Store) -> None:
    receivers = [Receiving(store), Receiving(store)]
    events = [MessageReceived(f"Ev{n % 50}", "T1", "C1", f"{n % 50}.0", None, "U1", "hello") for n in range(200)]

    def give(number: int) -> bool:
        return receivers[number % 2].receive(events[number])

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(give, range(200))) == 50
    with store.read() as tx:
        assert tx.inbox.open_count() == 50


def test_a_channel_of_a_workspace_has_one_message_in_its_gap_whichever_process_sends(store: Store) -> None:
    """Two stores stand for two processes; a channel shared by two workspaces has a turn in each."""
    other = Store(store.url)
    with store.write() as tx:
        for team, channel in (("T1", "C1"), ("T1", "C1"), ("T2", "C1"), ("T1", "C2")):
            tx.outbox.add_at(team, channel, None, Post("text", "x"), 1.0)
    sent: list[tuple[str, str]] = []

    def send(by: Store, now: float) -> bool:
        with by.write() as tx:
            row = tx.outbox.claim(now, gap_s=1.0)
            if row is None:
                return False
            tx.outbox.sent(row.id, [f"{len(sent)}.0"])
            sent.append((row.team, row.channel))
            return True

    while send(store, 10.0) or send(other, 10.5):
        continue
    assert sorted(sent) == [("T1", "C1"), ("T1", "C2"), ("T2", "C1")]
    assert not send(other, 10.9)
    assert send(other, 11.6)
    assert sent[-1] == ("T1", "C1")
    other.close()
