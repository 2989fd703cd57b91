from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace import Person, WorkspaceServer, envelopes
from bot.workspace.errors import Json, PersonError


@pytest.fixture
def you(server: WorkspaceServer) -> Iterator[Person]:
    with Person(server.url) as person:
        yield person


@pytest.fixture
def web(server: WorkspaceServer) -> WebClient:
    return WebClient(token=server.tokens.bot_token, base_url=server.api_url)


@pytest.fixture
def name() -> str:
    return f"c-{uuid.uuid4().hex[:8]}"


def events(server: WorkspaceServer, channel: str) -> list[Json]:
    """What waits for the bot of one channel."""
    rows = server.workspace.state.rows("SELECT payload FROM envelopes ORDER BY id")
    return [event for row in rows if channel in str(event := json.loads(row["payload"])["event"])]


def test_a_renamed_channel_keeps_its_id(server: WorkspaceServer, you: Person, web: WebClient, name: str) -> None:
    channel = you.create_channel(name)
    you.rename_channel(channel, f"{name}-b")
    assert you.channels()[f"{name}-b"] == channel and name not in you.channels()
    event = events(server, channel)[-1]
    assert (event["type"], event["channel"]["name"]) == ("channel_rename", f"{name}-b")
    assert web.chat_postMessage(channel=f"#{name}-b", text="still here")["channel"] == channel
    with pytest.raises(PersonError, match="already a channel #general"):
        you.rename_channel(channel, "general")


def test_an_archived_channel_can_only_be_read(server: WorkspaceServer, you: Person, web: WebClient, name: str) -> None:
    channel = you.create_channel(name)
    ts = you.say("before", channel)
    said = web.chat_postMessage(channel=channel, thread_ts=ts, text="1 of 30")["ts"]
    you.archive_channel(channel)
    assert events(server, channel)[-1]["type"] == "channel_archive"
    for call in (
        lambda: web.chat_postMessage(channel=channel, text="x"),
        lambda: web.reactions_add(channel=channel, timestamp=ts, name="eyes"),
        lambda: web.files_upload_v2(channel=channel, content="x", filename="x.txt"),
    ):
        with pytest.raises(SlackApiError, match="is_archived"):
            call()
    with pytest.raises(SlackApiError, match="is_inactive"):
        web.chat_update(channel=channel, ts=said, text="2 of 30")
    for act in (
        lambda: you.say("x", channel),
        lambda: you.edit(channel, ts, "x"),
        lambda: you.react(channel, ts, "eyes"),
        lambda: you.delete(channel, ts),
        lambda: you.rename_channel(channel, "x"),
    ):
        with pytest.raises(PersonError, match="archived and read-only"):
            act()
    assert [message.text for message in you.messages(channel)] == ["before"]
    assert web.conversations_info(channel=channel)["channel"]["is_archived"] is True
    listed = web.conversations_list(exclude_archived=True)["channels"]
    assert channel not in [item["id"] for item in listed]
    you.unarchive_channel(channel)
    assert events(server, channel)[-1]["type"] == "channel_unarchive"
    assert web.chat_postMessage(channel=channel, text="again")["ok"]


def test_only_members_see_a_private_channel(server: WorkspaceServer, you: Person, web: WebClient, name: str) -> None:
    channel = you.create_channel(name, private=True)
    with Person(server.url, "colleague") as colleague:
        assert name not in colleague.channels()
        with pytest.raises(PersonError, match="not in this conversation"):
            colleague.messages(channel)
        ts = you.say("@Neo in private", channel)
        heard = [event for event in events(server, channel) if event.get("ts") == ts]
        assert [event["type"] for event in heard] == ["message", "app_mention"]
        assert heard[0]["channel_type"] == "group"
        you.invite(channel, "colleague")
        assert events(server, channel)[-1]["user"] == colleague.user_id
        assert [message.ts for message in colleague.messages(channel)] == [ts]
        you.take_out(channel, "colleague")
        assert name not in colleague.channels()
    assert web.conversations_info(channel=channel)["channel"]["is_private"] is True
    assert channel in [item["id"] for item in web.conversations_list(types="private_channel")["channels"]]


def test_a_bot_that_was_taken_out_hears_and_says_nothing(
    server: WorkspaceServer, you: Person, web: WebClient, name: str
) -> None:
    public, private = you.create_channel(name), you.create_channel(f"{name}-p", private=True)
    for channel, error in ((public, "not_in_channel"), (private, "channel_not_found")):
        you.take_out(channel, "bot")
        assert events(server, channel)[-1]["type"] == "channel_left"
        before = len(envelopes.waiting(server.workspace.state))
        you.say("nobody listens", channel)
        assert len(envelopes.waiting(server.workspace.state)) == before
        with pytest.raises(SlackApiError, match=error):
            web.chat_postMessage(channel=channel, text="x")
    assert "warning" not in web.conversations_join(channel=public).data
    assert web.chat_postMessage(channel=public, text="back")["ok"]


def test_guests_and_partners_are_only_where_they_were_invited(server: WorkspaceServer, you: Person, name: str) -> None:
    you.create_channel(name)
    for role in ("guest", "partner"):
        with Person(server.url, role) as person:
            assert set(person.channels()) - {""} == {"with-partners"}
    with pytest.raises(PersonError, match="is in #with-partners already"):
        you.invite("#with-partners", "guest")


def test_who_people_are(server: WorkspaceServer, web: WebClient) -> None:
    team = server.workspace.state.identity.team_id

    def facts(role: str) -> Json:
        with Person(server.url, role) as person:
            return dict(web.users_info(user=person.user_id, include_locale=True)["user"])

    you, guest, partner = facts("you"), facts("guest"), facts("partner")
    assert (you["is_owner"], you["is_admin"], you["team_id"], you["tz"]) == (True, True, team, "Etc/UTC")
    assert (guest["is_restricted"], guest["team_id"], guest["tz_offset"]) in [(True, team, 3600), (True, team, 7200)]
    assert (partner["is_stranger"], partner["team_id"] != team, partner["tz_offset"]) == (True, True, 32400)
    assert (guest["locale"], partner["locale"]) == ("de-DE", "ja-JP")
    assert "locale" not in web.users_info(user=you["id"])["user"]


def test_a_profile_can_be_changed(server: WorkspaceServer, web: WebClient) -> None:
    with Person(server.url, "stranger") as stranger:
        stranger.set_profile(tz="Asia/Kolkata", locale="en-IN")
        user = web.users_info(user=stranger.user_id, include_locale=True)["user"]
        assert (user["tz"], user["tz_offset"], user["locale"]) == ("Asia/Kolkata", 19800, "en-IN")
        with pytest.raises(PersonError, match="no time zone 'Mars/Base'"):
            stranger.set_profile(tz="Mars/Base")
