"""Messages that people change and take away."""

from __future__ import annotations

from typing import Any

import pytest
from slack_says import BOT, Said, Slack
from world import CHANNEL, OWNER, World

WISH = "I need a bot that answers questions about our handbooks"


@pytest.fixture
def asked(slack: Slack) -> Slack:
    slack.say(f"<@{BOT}> {WISH}", "10.0")
    slack.say("answers within 2 seconds", "11.0", thread_ts="10.0")
    return slack


def message(text: str, ts: str = "11.0", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": OWNER, "text": text, "ts": ts, "thread_ts": "10.0", **more}


def edit(slack: Slack, before: dict[str, Any], after: dict[str, Any]) -> None:
    event = {"subtype": "message_changed", "channel": CHANNEL, "ts": "12.0"}
    slack.event("MessageChanged", message=after, previous_message=before, **event)


def test_a_changed_answer_is_a_correction_and_no_contradiction(asked: Slack, here: World) -> None:
    edit(asked, message("answers within 2 seconds"), message("answers within 3 seconds"))
    brief = here.project().brief
    assert brief["values"]["latency"]["value"] == 3.0 and not brief["conflicts"]


def test_an_unfolded_link_changes_nothing(asked: Slack, here: World) -> None:
    before = len(here.transport.sent)
    edit(asked, message("answers within 2 seconds"), message("answers within 2 seconds", attachments=[{"id": 1}]))
    assert len(here.transport.sent) == before


def test_a_change_in_a_review_writes_a_new_version(here: World, slack: Slack) -> None:
    here.to_requirements()
    edit(slack, message("answers within 2 s", thread_ts="1.0"), message("answers within 7 seconds", thread_ts="1.0"))
    here.work()
    assert here.document("requirements").version == 2
    assert here.project().brief["values"]["latency"]["value"] == 7.0


def test_what_was_deleted_still_holds_and_its_author_alone_is_told(asked: Slack, here: World) -> None:
    gone = message("answers within 2 seconds")
    asked.event(
        "MessageDeleted",
        subtype="message_deleted",
        channel=CHANNEL,
        deleted_ts="11.0",
        previous_message=gone,
        ts="12.0",
    )
    assert here.project().brief["values"]["latency"]["value"] == 2.0
    last = here.transport.sent[-1].post
    assert last.to_user == OWNER and "still holds" in last.text


def test_a_deleted_opening_asks_whether_the_project_goes_too(asked: Slack, here: World, told: Said) -> None:
    gone = message(WISH, ts="10.0")
    asked.event("MessageDeleted", subtype="message_deleted", channel=CHANNEL, previous_message=gone, ts="12.0")
    last = here.transport.sent[-1].post
    assert last.to_user == OWNER and [button.action for button in last.buttons] == ["sure"]
    assert here.project().stage == "intake"
