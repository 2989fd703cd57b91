"""Messages and mentions, in channels, private channels and direct messages."""

from __future__ import annotations

import pytest
from slack_says import BOT, Said, Slack
from world import CHANNEL, OWNER, World

WISH = "I need a bot that answers questions about our handbooks"


def test_a_mention_comes_twice_in_a_channel_and_opens_one_project(slack: Slack, here: World) -> None:
    slack.say(f"<@{BOT}> {WISH}", "10.0")
    slack.event("AppMention", user=OWNER, text=f"<@{BOT}> {WISH}", ts="10.0", channel=CHANNEL, thread_ts=None)
    assert here.project().title == WISH and here.project().thread == "10.0"


def test_three_deliveries_have_one_effect(slack: Slack, here: World) -> None:
    slack.event("AppMention", times=3, user=OWNER, text=f"<@{BOT}> {WISH}", ts="10.0", channel=CHANNEL, thread_ts=None)
    assert here.project().title == WISH
    assert sum("This sounds like" in one.post.text for one in here.transport.sent) == 1


def test_a_thread_goes_on_without_a_mention_and_a_second_mention_goes_on_too(slack: Slack, here: World) -> None:
    slack.say(f"<@{BOT}> {WISH}", "10.0")
    slack.say("answers within 2 seconds", "11.0", thread_ts="10.0")
    slack.say(f"<@{BOT}> accuracy at least 90 %", "12.0", thread_ts="10.0")
    values = here.project().brief["values"]
    assert values["latency"]["value"] == 2.0 and values["accuracy"]["value"] == 0.9


def test_people_talking_among_themselves_are_left_alone(slack: Slack, here: World, told: Said) -> None:
    slack.say("lunch?", "10.0")
    assert not here.transport.sent


@pytest.mark.parametrize("quiet", [{"bot_id": "B7"}, {"subtype": "channel_join"}, {"user": BOT}])
def test_what_bots_and_slack_itself_say_opens_nothing(slack: Slack, here: World, quiet: dict[str, str]) -> None:
    slack.say(f"<@{BOT}> {WISH}", "10.0", **quiet)
    assert not here.transport.sent


def test_a_direct_message_needs_no_mention(slack: Slack, here: World) -> None:
    slack.say(WISH, "10.0", channel="D1", channel_type="im")
    assert here.project().is_dm


def test_a_private_channel_is_a_channel(slack: Slack, here: World) -> None:
    slack.say(f"<@{BOT}> {WISH}", "10.0", channel="G1", channel_type="group")
    assert here.project().channel == "G1"


def test_files_come_with_their_message(slack: Slack, here: World) -> None:
    files = [{"id": f"F{n}", "name": n, "size": len(c), "url_private_download": n} for n, c in here.contents.items()]
    slack.say(f"<@{BOT}> {WISH}", "10.0")
    slack.event(
        "MessageFileShare", user=OWNER, text="", ts="11.0", thread_ts="10.0", channel=CHANNEL, files=files,
        subtype="file_share", bot_id=None,
    )  # fmt: skip
    here.work()
    with here.store.read() as tx:
        assert {row.name for row in tx.projects.files(here.project().id, "stored")} == set(here.contents)


def test_a_reply_that_is_shown_in_the_channel_too_is_a_reply(slack: Slack, here: World) -> None:
    slack.say(f"<@{BOT}> {WISH}", "10.0")
    slack.say("answers within 2 seconds", "11.0", thread_ts="10.0", subtype="thread_broadcast")
    assert here.project().brief["values"]["latency"]["value"] == 2.0
