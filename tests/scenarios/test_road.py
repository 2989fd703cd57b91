"""The whole road by rows: from the first words to an answer with sources, and what may go wrong on it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from world import OWNER, World, world

from neo.domain.events import FileRef, MessageReceived, ReactionAdded


def test_from_the_first_words_to_an_answer_with_thumbs(here: World) -> None:
    here.to_live()
    project = here.project()
    assert project.stage == "live", here.last().text
    with here.store.read() as tx:
        version = tx.deployments.latest_version(project.id)
        assert version is not None and version.status == "live"
        assert len(tx.projects.trials(project.id, project.study)) == 6
        assert len(tx.projects.records("rag")) == 1
    assert here.said("is live")
    here.say("Where is a parcel without a label parked?")
    here.work("short")
    answer = here.last()
    assert answer.kind == "answer"
    assert "Q9" in answer.text
    assert answer.data["sources"][0]["document"] == "returns.md"
    row = next(one for one in reversed(here.rows()) if one.answer)
    with here.store.read() as tx:
        (ts,) = tx.outbox.stamps(row.id)
    here.give(ReactionAdded("EvThumb", "T1", "C1", ts, OWNER, "-1"))
    here.press("thumb", f"up:{row.answer}", user="UCOLLEAGUE")
    with here.store.read() as tx:
        ratings = {row.user: (row.rating, row.via) for row in tx.feedback.of_project(project.id)}
    assert ratings == {OWNER: (-1, "emoji"), "UCOLLEAGUE": (1, "button")}


def test_a_service_that_dies_is_told_started_again_and_told_again(here: World) -> None:
    here.to_live()
    with here.store.read() as tx:
        deployment = tx.deployments.current(here.project().id)
    assert deployment is not None
    here.later(2)
    here.work("watch")
    os.killpg(os.getpgid(deployment.pid), signal.SIGKILL)
    deadline = time.monotonic() + 60
    while not here.said("is back") and time.monotonic() < deadline:
        here.later(2)
        here.work("watch")
    texts = [post.text for post in here.posts()]
    down = next(i for i, text in enumerate(texts) if "is down" in text)
    up = next(i for i, text in enumerate(texts) if "is back" in text)
    assert down < up
    here.say("Where do returned parcels arrive?")
    here.work("short")
    assert "dock seven" in here.last().text


def test_limits_that_nothing_meets_are_said_and_the_closest_can_be_taken(here: World) -> None:
    wrong = '"How many gates has dock four?","a dozen green gates","Dock four is closed on Sundays.",returns.md'
    here.contents["golden.csv"] += f"\n{wrong}\n{wrong.replace('dock four', 'the dock')}".encode()
    here.to_requirements()
    here.say("accuracy 100 %")
    here.work()
    here.react("requirements", "+1")
    here.later(61)
    here.work()
    here.react("architecture", "+1")
    here.later(61)
    here.work("tune")
    assert here.project().stage == "limits_unmet"
    report = next(post for post in here.posts() if "meets all limits" in post.text)
    assert "accuracy short by" in report.text
    assert [a.name for a in report.attachments] == ["pareto-front.png", "history.png", "report.md"]
    here.press("accept_closest", here.project().id, user="USTRANGER")
    assert here.project().stage == "limits_unmet"
    here.press("accept_closest", here.project().id)
    here.work("short")
    assert here.project().stage == "live"


def test_pause_and_resume_go_on_with_the_same_study(here: World) -> None:
    here.to_architecture()
    here.react("architecture", "+1")
    here.say("pause")
    assert here.project().stage == "paused"
    here.later(600)
    assert here.work() == 0
    here.say("resume")
    here.work("tune", "short")
    assert here.project().stage == "live"


def test_a_stranger_may_not_cancel_and_the_owner_may(here: World) -> None:
    here.to_requirements()
    here.say("cancel", user="USTRANGER")
    assert here.project().stage == "requirements_review"
    assert here.last().to_user == "USTRANGER"
    here.say("please cancel.")
    assert here.project().stage == "cancelled"
    here.say("hello?")
    assert "thread is kept as it is" in here.last().text


def test_a_mention_that_arrives_twice_opens_one_project(here: World) -> None:
    event = MessageReceived("Ev1", "T1", "C1", "1.0", None, OWNER, "@Neo search our manuals", mentions_neo=True)
    here.give(event)
    here.give(MessageReceived(**{**vars(event), "event_id": "Ev2"}))
    assert here.project().title == "@Neo search our manuals"


def test_a_message_without_mention_outside_threads_is_not_for_neo(here: World) -> None:
    here.give(MessageReceived("Ev1", "T1", "C1", "1.0", None, OWNER, "search our manuals"))
    with here.store.read() as tx:
        assert tx.projects.all() == []


def test_what_neo_cannot_build_is_said(here: World) -> None:
    here.give(MessageReceived("Ev1", "T1", "C1", "1.0", None, OWNER, "good morning!", mentions_neo=True))
    (sent,) = here.transport.sent
    assert "Today I can build" in sent.post.text


def test_bad_files_are_named_with_their_reason_and_the_intake_goes_on(tmp_path: Path) -> None:
    files = {"empty.pdf": b"", "fake.docx": b"not a document", "golden.csv": b"a,b\n1,2\n"}
    here = world(tmp_path, files)
    here.say("@Neo answer questions about our handbooks", thread=None)
    here.say("here", files=tuple(files))
    here.work()
    told = next(post.text for post in here.posts() if "I read your files" in post.text)
    for name in files:
        assert name in told
    assert told.count(":warning:") >= 3
    assert here.project().stage == "intake"
    assert "Still needed" in here.last().text


def test_a_file_that_cannot_be_fetched_is_said(here: World) -> None:
    here.say("@Neo answer questions about our handbooks", thread=None)
    here.contents["gone.md"] = b"x"
    gone = FileRef("F1", "gone.md", 1, "", "gone.md")
    here.neo.receive(MessageReceived("EvF", "T1", "C1", "5.0", "1.0", OWNER, "", (gone,)))
    del here.contents["gone.md"]
    here.settle()
    here.work()
    assert here.said("gone.md is gone.")


def test_files_in_mid_search_are_not_taken_silently(here: World) -> None:
    here.to_architecture()
    here.react("architecture", "+1")
    here.say("one more", files=("returns.md",))
    assert "Say *change* first" in here.last().text


def test_five_rounds_are_the_most_and_the_rest_is_assumed(here: World) -> None:
    here.say("@Neo answer questions about our handbooks", thread=None)
    here.say("", files=tuple(here.contents))
    here.work()
    for _ in range(9):
        if here.project().stage != "intake":
            break
        here.say("we moved offices last year")
    here.work()
    assert here.project().stage == "requirements_review"
    assert "## Assumptions" in here.last().text


def test_in_a_direct_message_no_mention_and_no_thread_is_needed(here: World) -> None:
    for number, text in enumerate(("answer questions about our manuals please", "cancel"), 1):
        here.give(MessageReceived(f"Ev{number}", "T1", "D1", f"{number}.0", None, OWNER, text, is_dm=True))
    project = here.project()
    assert (project.channel, project.thread, project.stage) == ("D1", "1.0", "cancelled")


def test_a_slash_command_is_answered_to_that_person_alone(here: World) -> None:
    here.command("help")
    (sent,) = here.transport.sent
    assert sent.post.to_user == OWNER and "you approve two documents by emoji" in sent.post.text
    here.to_requirements()
    status = here.command("status")
    assert "requirements review" in status.text and status.to_user == OWNER
