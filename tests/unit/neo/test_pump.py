"""What the pump does by itself, what it leaves to a handler, and whom it asks about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlmodel import select
from world import CHANNEL, COLLEAGUE, OWNER, TEAM, Recorder, World

from neo.domain.access import Profile
from neo.domain.events import MessageDeleted, MessageEdited, MessageReceived, ReactionAdded, ReactionRemoved
from neo.domain.posts import Post, private
from neo.store.tables import EventRow, MessageRow, PersonRow
from neo.transports.base import TryLater


class Asked(Recorder):
    """A transport that remembers what it was asked, and that may be away."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.away = False

    def find(self, team: str, channel: str, ts: str) -> str | None:
        self.asked.append(ts)
        return None

    def person(self, team: str, user: str) -> Profile:
        self.asked.append(user)
        if self.away:
            raise TryLater(1.0, "away")
        return super().person(team, user)


@pytest.fixture
def asked(here: World) -> Asked:
    here.transport = Asked()
    here.neo.transport = here.transport
    return here.transport


def message(number: int, **more: Any) -> MessageReceived:
    given = {"ts": f"{number}.5", "thread": None, "user": COLLEAGUE, "text": "the parcels are late"} | more
    return MessageReceived(f"EvM{number}", TEAM, CHANNEL, **given)


def commits(here: World, what: Callable[[], object]) -> int:
    """How many write transactions something takes."""
    begun: list[str] = []

    def seen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        begun.extend([statement] if "IMMEDIATE" in statement else [])

    sqlalchemy_event.listen(here.store.engine, "before_cursor_execute", seen)
    what()
    sqlalchemy_event.remove(here.store.engine, "before_cursor_execute", seen)
    return len(begun)


def events(here: World) -> list[EventRow]:
    with here.store.read() as tx:
        return list(tx.session.exec(select(EventRow).order_by("seq")).all())


def test_what_people_say_among_themselves_is_finished_together_and_nobody_is_asked(here: World, asked: Asked) -> None:
    for number in range(20):
        here.neo.receive(message(number))
    here.neo.receive(message(30, thread="0.5"))
    here.neo.receive(MessageEdited("Ev1", TEAM, CHANNEL, "1.5", None, COLLEAGUE, "the parcels are here"))
    here.neo.receive(MessageDeleted("Ev2", TEAM, CHANNEL, "2.5", None, COLLEAGUE))
    here.neo.receive(ReactionAdded("Ev3", TEAM, CHANNEL, "9.9", COLLEAGUE, "+1"))
    here.neo.receive(ReactionRemoved("Ev4", TEAM, CHANNEL, "9.8", COLLEAGUE, "+1"))
    assert commits(here, here.neo.pump) == 1, "the first of each lane"
    assert commits(here, here.neo.pump) == 1, "those that came behind them"
    assert commits(here, here.neo.pump) == 0, "an empty inbox is looked at without the lock"
    assert not here.neo.pump()
    assert {(row.status, row.attempts) for row in events(here)} == {("done", 0)}, "a handler had one of them"
    assert asked.asked == []
    with here.store.read() as tx:
        assert tx.session.exec(select(PersonRow)).all() == []


def test_an_affair_of_neos_among_many_that_are_not_is_handled(here: World, asked: Asked) -> None:
    for number in range(5):
        here.neo.receive(message(number))
    here.neo.receive(
        message(6, user=OWNER, text="@Neo I need a bot that answers questions about our handbooks", mentions_neo=True)
    )
    here.neo.receive(message(7))
    assert here.neo.pump()
    assert {row.status for row in events(here)} == {"done"}
    assert here.project().thread == "6.5" and asked.asked == [OWNER]


def test_words_and_emojis_of_a_project_reach_their_handlers_in_order(here: World, asked: Asked) -> None:
    here.to_requirements()
    here.react("requirements", "pencil2")
    here.say("80 % accuracy")
    assert here.said("asks for changes") and here.said("80")
    assert "failed" not in {row.status for row in events(here)}


@pytest.mark.parametrize(
    ("status", "attempts", "post", "asks"),
    [
        ("sending", 1, Post("text", "hello"), True),
        ("waiting", 1, Post("text", "hello"), True),
        ("waiting", 0, Post("text", "hello"), False),
        ("sent", 1, Post("text", "hello"), False),
        ("sent", 2, Post("text", "hello"), True),
        ("sent", 2, private("hello", OWNER), False),
        ("sent", 2, Post("working", ""), False),
    ],
)
def test_a_message_is_looked_up_only_where_a_post_may_have_lost_its_timestamp(
    here: World, asked: Asked, status: str, attempts: int, post: Post, asks: bool
) -> None:
    with here.store.write() as tx:
        row = tx.outbox.add_at(TEAM, CHANNEL, None, post, 1.0)
        row.status, row.attempts = status, attempts
    here.neo.receive(ReactionAdded("Ev1", TEAM, CHANNEL, "7.7", OWNER, "+1"))
    here.neo.receive(ReactionAdded("Ev2", TEAM, "C_ELSEWHERE", "7.7", OWNER, "+1"))
    while here.neo.pump():
        pass
    assert asked.asked[:1] == (["7.7"] if asks else [])
    assert asked.asked.count("7.7") == asks


def test_a_post_sent_at_the_second_try_whose_timestamp_is_known_is_not_looked_up(here: World, asked: Asked) -> None:
    with here.store.write() as tx:
        row = tx.outbox.add_at(TEAM, CHANNEL, None, Post("text", "hello"), 1.0)
        row.status, row.attempts = "sent", 2
        tx.session.add(MessageRow(team=TEAM, channel=CHANNEL, ts="5.5", post=row.id))
    here.give(ReactionAdded("Ev1", TEAM, CHANNEL, "7.7", OWNER, "+1"))
    assert asked.asked == []


def test_who_could_not_be_asked_about_is_asked_about_again_after_a_minute(here: World, asked: Asked) -> None:
    asked.away = True
    for number in range(3):
        here.give(message(number, user=OWNER, text="@Neo hello", mentions_neo=True))
    assert asked.asked == [OWNER]
    here.later(61)
    asked.away = False
    here.give(message(3, user=OWNER, text="@Neo hello", mentions_neo=True))
    here.give(message(4, user=OWNER, text="@Neo hello", mentions_neo=True))
    assert asked.asked == [OWNER, OWNER]


def test_an_event_that_cannot_be_read_holds_up_no_other_and_is_given_up_at_last(here: World) -> None:
    with here.store.write() as tx:
        tx.inbox.add(TEAM, "EvX", "lane", {"kind": "OfANewerNeo"}, 1.0)
    here.give(message(1, user=OWNER, text="@Neo hello", mentions_neo=True))
    assert [row.status for row in events(here)] == ["running", "done"]
    for _ in range(2):
        here.later(31)
        here.settle()
    unreadable = events(here)[0]
    assert (unreadable.status, unreadable.attempts, unreadable.error) == ("failed", 3, "it cannot be read")
