from __future__ import annotations

import json

import pytest
from conftest import Api

from bot.workspace import envelopes, sessions
from bot.workspace.errors import PersonError
from bot.workspace.workspace import Draft, Workspace


@pytest.fixture
def owner(workspace: Workspace) -> str:
    row = workspace.state.row("SELECT id FROM users WHERE role = 'owner'")
    assert row
    return str(row["id"])


@pytest.fixture
def root(workspace: Workspace, channel: str, owner: str) -> str:
    return workspace.post(Draft(channel, owner, {"text": "a project"}))


def test_a_session_works_until_the_bot_says_otherwise(api: Api, workspace: Workspace, channel: str, root: str) -> None:
    place = {"channel_id": channel, "thread_ts": root}
    made = api("agents.sessions.setStatus", **place, status="processing", title="Handbooks")
    assert made == {"ok": True, "status": "processing", "title": "Handbooks"}
    assert sessions.words(workspace.state, channel, root) == "is working…"
    api("chat.postMessage", channel=channel, thread_ts=root, text="half of it")
    assert sessions.words(workspace.state, channel, root) == "is working…"  # posting changes no status
    api("assistant.threads.setStatus", **place, status="is reading")
    assert sessions.words(workspace.state, channel, root) == "is reading"
    again = api("agents.sessions.setStatus", **place, status="active", title="ignored for one that exists")
    assert again["title"] == "Handbooks"
    assert sessions.words(workspace.state, channel, root) == ""


def test_stop_ends_streams_and_tells_the_bot(
    api: Api, workspace: Workspace, channel: str, root: str, owner: str
) -> None:
    with pytest.raises(PersonError, match="nothing to stop"):
        sessions.stop(workspace, owner, channel, root)
    api("agents.sessions.setStatus", channel_id=channel, thread_ts=root, status="processing")
    stream = api("chat.startStream", channel=channel, thread_ts=root)["ts"]
    sessions.stop(workspace, owner, channel, root)
    event = json.loads(envelopes.waiting(workspace.state)[-1]["payload"])["event"]
    assert event.pop("event_ts") > stream
    assert event == {
        "type": "agent_session_stopped",
        "channel": channel,
        "thread_ts": root,
        "user": owner,
        "streaming_message_ts": [stream],
    }
    refused = api("chat.appendStream", channel=channel, ts=stream, markdown_text="more")
    assert refused["error"] == "message_not_in_streaming_state"
    assert sessions.find(workspace.state, channel, root)[0] == "processing"  # the bot changes it, not the button


def test_a_stream_that_ends_may_end_the_session(api: Api, workspace: Workspace, channel: str, root: str) -> None:
    api("agents.sessions.setStatus", channel_id=channel, thread_ts=root, status="processing")
    stream = api("chat.startStream", channel=channel, thread_ts=root)["ts"]
    assert api("chat.stopStream", channel=channel, ts=stream, session_status="done")["error"] == "invalid_arguments"
    assert api("chat.stopStream", channel=channel, ts=stream, session_status="closed")["ok"]
    assert sessions.find(workspace.state, channel, root)[0] == "closed"


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("setStatus", {"status": "busy"}, "invalid_arguments"),
        ("setStatus", {"status": "active", "title": "x" * 201}, "invalid_arguments"),
        ("setStatus", {"status": "active", "initiator_user_id": "U0NOBODY"}, "user_not_found"),
        ("setStatus", {"status": "active", "thread_ts": "1.000001"}, "thread_not_found"),
        ("setStatus", {"status": "active", "thread_ts": ""}, "invalid_arguments"),
        ("rename", {"title": "x"}, "session_not_found"),
        ("rename", {"title": ""}, "invalid_arguments"),
    ],
)
def test_refusals(api: Api, channel: str, root: str, method: str, args: dict[str, str], error: str) -> None:
    answer = api(f"agents.sessions.{method}", **({"channel_id": channel, "thread_ts": root} | args))
    assert answer["error"] == error
