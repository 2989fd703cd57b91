"""What Neo says by itself: reminders and digests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from world import OWNER, TEAM, World

TUESDAY_9 = datetime(2026, 11, 24, 9, 30, tzinfo=UTC).timestamp()


@pytest.fixture
def waiting(here: World) -> World:
    """A requirements document that was posted yesterday in the morning."""
    here.clock.at = TUESDAY_9 - 86_400
    here.to_requirements()
    here.clock.at = TUESDAY_9
    return here


def reminders(here: World) -> list[str]:
    return [post.text for post in here.posts() if "still waits for your approval" in post.text]


def test_a_waiting_approval_is_recalled_once_a_day_until_it_is_given(waiting: World) -> None:
    for _ in range(20):
        waiting.neo.tick("remind")
        waiting.later(300)
    assert len(reminders(waiting)) == 1 and f"<@{OWNER}>" in reminders(waiting)[0]
    waiting.clock.at = TUESDAY_9 + 86_400
    waiting.neo.tick("remind")
    assert len(reminders(waiting)) == 2
    waiting.settle()
    waiting.react("requirements", "white_check_mark")
    waiting.clock.at = TUESDAY_9 + 2 * 86_400
    waiting.neo.tick("remind")
    assert len(reminders(waiting)) == 2


def test_a_reminder_is_silenced_by_its_button(waiting: World) -> None:
    waiting.neo.tick("remind")
    waiting.settle()
    (button,) = waiting.last().buttons
    waiting.press(button.action, button.value)
    waiting.clock.at = TUESDAY_9 + 86_400
    waiting.neo.tick("remind")
    assert len(reminders(waiting)) == 1


def test_a_stranger_cannot_silence_the_owner(waiting: World) -> None:
    waiting.neo.tick("remind")
    waiting.settle()
    (button,) = waiting.last().buttons
    waiting.press(button.action, button.value, user="USTRANGER")
    waiting.clock.at = TUESDAY_9 + 86_400
    waiting.neo.tick("remind")
    assert len(reminders(waiting)) == 2


def digests(here: World) -> list[str]:
    here.settle()
    return [one.post.text for one in here.transport.sent if "since the last digest" in one.post.text]


def test_a_digest_comes_once_to_its_owner_alone_and_not_when_it_is_off(waiting: World) -> None:
    for _ in range(5):
        waiting.neo.tick("send_digests")
        waiting.later(300)
    (text,) = digests(waiting)
    assert "your approval of the requirements" in text
    (sent,) = [one for one in waiting.transport.sent if one.post.text == text]
    assert sent.channel == OWNER and sent.post.to_user == OWNER
    waiting.command("digest off")
    waiting.clock.at = TUESDAY_9 + 86_400
    waiting.neo.tick("send_digests")
    assert len(digests(waiting)) == 1


def test_a_day_without_news_has_no_digest(waiting: World) -> None:
    waiting.command("cancel")
    with waiting.store.write() as tx:
        project = tx.projects.all()[0]
        tx.projects.save(project)
        project.updated_at = TUESDAY_9 - 3 * 86_400
    waiting.neo.tick("send_digests")
    assert digests(waiting) == []


def test_nothing_is_said_in_a_locked_workspace(waiting: World) -> None:
    with waiting.store.write() as tx:
        tx.workspaces.save(TEAM, waiting.clock(), status="locked")
    assert waiting.neo.tick("remind") == 0 and waiting.neo.tick("send_digests") == 0
    assert waiting.neo.tick("refresh_homes") == 0
