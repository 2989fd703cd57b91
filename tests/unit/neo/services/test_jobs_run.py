"""How jobs end when things go wrong: given back, tried again, failed and told, or left to who took them over."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from world import FILES, OWNER, World, world

from neo.app import RETRY_S, SORRY, Neo
from neo.domain.events import FileRef
from neo.services.deps import Deps
from neo.store.jobs import LEASE_S, MOST_ATTEMPTS


def with_fetch(here: World, fetch: Any) -> Neo:
    """The same Neo, with another way to fetch files."""
    parts = {name: getattr(here.neo.deps, name) for name in Deps.__dataclass_fields__}
    here.neo = Neo(Deps(**{**parts, "fetch_file": fetch}))
    return here.neo


def content(here: World, ref: FileRef) -> bytes:
    return here.contents[ref.name]


def sent_files(here: World) -> None:
    here.say("@Neo answer questions about our handbooks", thread=None)
    here.say("", files=tuple(here.contents))


def job_rows(here: World, kind: str) -> list[tuple[str, int]]:
    """(status, attempts) of all jobs of a kind, ended ones too."""
    from sqlmodel import select

    from neo.store.tables import JobRow

    with here.store.read() as tx:
        rows = tx.session.exec(select(JobRow).where(JobRow.kind == kind)).all()
        return [(row.status, row.attempts) for row in rows]


def test_a_worker_that_goes_down_gives_its_search_back_and_the_next_goes_on(here: World) -> None:
    here.to_architecture()
    here.react("architecture", "+1")
    here.later(61)
    edits_before_stop = iter(range(2))

    def stop_after_two(*_: object) -> None:
        if next(edits_before_stop, None) is None:
            here.neo.stopping.set()

    # The worker is asked to end while the search runs: told by the progress that it writes.
    from sqlalchemy import event

    from neo.store.tables import TrialRow

    event.listen(TrialRow, "after_insert", stop_after_two)
    try:
        here.work("tune")
    finally:
        event.remove(TrialRow, "after_insert", stop_after_two)
    assert job_rows(here, "tune") == [("waiting", 0)], "given back as if it had not been claimed"
    assert here.project().stage == "tuning"
    with here.store.read() as tx:
        done = {(row.number, row.seconds) for row in tx.projects.trials(here.project().id, here.project().study)}
    assert 2 <= len(done) < 6
    here.neo.stopping.clear()
    here.work("tune", "short")
    assert here.project().stage == "live"
    with here.store.read() as tx:
        after = {(row.number, row.seconds) for row in tx.projects.trials(here.project().id, here.project().study)}
    assert len(after) == 6 and done <= after, "a finished trial ran again"
    assert sum("Searching: 6 trials" in post.text for post in here.posts()) == 1


def test_a_job_that_meets_a_defect_is_tried_again_then_told_and_the_rest_goes_on(here: World) -> None:
    asked: list[float] = []

    def broken(ref: FileRef, team: str) -> bytes:
        asked.append(here.clock.at)
        raise RuntimeError("the disk controller is confused")

    with_fetch(here, broken)
    sent_files(here)
    start = here.clock.at
    for _ in range(12):
        here.work()
        here.later(60)
    for _ in range(6):
        here.later(300)
        here.work()
    assert len(asked) == MOST_ATTEMPTS
    waits = [later - earlier for earlier, later in itertools.pairwise(asked)]
    assert asked[0] == start
    assert all(wait >= minimum for wait, minimum in zip(waits, RETRY_S, strict=True))
    assert job_rows(here, "receive_files") == [("failed", MOST_ATTEMPTS)]
    told = [post.text for post in here.posts() if SORRY in post.text]
    assert len(told) == 1 and "RuntimeError" in told[0] and "disk controller" not in told[0]
    assert here.project().stage == "intake", "files can be sent again"
    with_fetch(here, lambda ref, team: content(here, ref))
    here.say("once more", files=tuple(here.contents))
    here.work()
    assert here.said("I read your files")


def test_trouble_that_passes_is_never_mentioned(here: World) -> None:
    trouble = iter([OSError("reset"), OSError("reset")])

    def flaky(ref: FileRef, team: str) -> bytes:
        if (error := next(trouble, None)) is not None:
            raise error
        return content(here, ref)

    with_fetch(here, flaky)
    sent_files(here)
    for _ in range(3):
        here.work()
        here.later(61)
    assert job_rows(here, "receive_files") == [("done", 3)]
    assert not here.said(SORRY)


def test_a_job_that_was_taken_over_writes_nothing_more(here: World) -> None:
    """The first worker sleeps past its lease in the middle; a second takes the job over and ends it."""
    other = Neo(here.neo.deps)
    woken: list[bool] = []

    def slept(ref: FileRef, team: str) -> bytes:
        if not woken:
            woken.append(True)
            here.later(LEASE_S + 1)
            assert other.work("short"), "the lease ran out, and nobody could take the job over"
        return content(here, ref)

    with_fetch(here, slept)
    sent_files(here)
    assert here.neo.work("short")
    here.settle()
    assert woken
    assert job_rows(here, "receive_files") == [("done", 2)]
    assert sum("I read your files" in post.text for post in here.posts()) == 1
    assert not here.said(SORRY)
    assert len(here.jobs("receive_files")) == 0


def test_a_lease_that_is_renewed_is_not_taken_over(here: World) -> None:
    other = Neo(here.neo.deps)
    seen: list[bool] = []

    def slow(ref: FileRef, team: str) -> bytes:
        here.later(LEASE_S - 1)  # each file within the lease, all of them beyond it
        seen.append(other.work("short"))
        return content(here, ref)

    with_fetch(here, slow)
    sent_files(here)
    here.work()
    assert seen == [False] * len(FILES)
    assert job_rows(here, "receive_files") == [("done", 1)]


def test_a_stage_job_that_fails_for_good_stops_the_project_with_a_way_back(tmp_path: Path) -> None:
    wrong = {**FILES, "golden.csv": FILES["golden.csv"]}
    here = world(tmp_path, wrong)
    here.to_requirements()
    address = here.neo.deps.files.path(next(iter(_addresses(here, "golden.csv"))))
    kept = address.read_bytes()
    address.write_bytes(b"colour\nred\n")  # the file behind the project is damaged
    here.react("requirements", "+1")
    here.later(61)
    here.work()
    project = here.project()
    assert project.stage == "failed"
    assert "There is nothing to search on." in project.reason
    assert "say *retry* to try again" in here.last().text
    address.write_bytes(kept)
    here.say("retry")
    here.work()
    assert here.document("architecture").status == "current"
    here.store.close()


def _addresses(here: World, name: str) -> list[str]:
    with here.store.read() as tx:
        return [row.address for row in tx.projects.files(here.project().id, "stored") if row.name == name]


def test_cancelled_work_ends_as_cancelled(here: World) -> None:
    here.to_architecture()
    here.react("architecture", "+1")
    here.later(61)
    here.say("cancel", user=OWNER)
    here.work()
    assert here.project().stage == "cancelled"
    assert {status for status, _ in job_rows(here, "tune")} == {"cancelled"}


@pytest.mark.parametrize("queue", ["short", "tune", "watch"])
def test_an_empty_queue_has_no_work(here: World, queue: str) -> None:
    assert here.neo.work(queue) is False
