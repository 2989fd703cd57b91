from __future__ import annotations

import sqlite3
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace import Person, WorkspaceServer
from bot.workspace.web_api import METHODS, dispatch
from bot.workspace.workspace import Workspace

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
PLAIN = {"type": "plain_text", "text": "x"}


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("chat.nothing", {}, "unknown_method"),
        ("chat.postMessage", {"text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0NOWHERE00", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "#general"}, "no_text"),
        ("chat.postMessage", {"channel": "#general", "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": "#general", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ("chat.postMessage", {"channel": "#general", "blocks": "{"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "#general", "blocks": [SECTION] * 51}, "invalid_blocks"),
        ("chat.postMessage", {"channel": "#general", "text": "x", "metadata": {"a": 1}}, "invalid_metadata_format"),
        ("chat.postEphemeral", {"channel": "#general", "text": "x", "user": "U0NOBODY"}, "user_not_in_channel"),
        ("chat.update", {"channel": "#general", "ts": "1.000001", "text": "x"}, "message_not_found"),
        ("chat.delete", {"channel": "#general", "ts": "1.000001"}, "message_not_found"),
        ("reactions.add", {"channel": "#general", "timestamp": "1.000001", "name": "eyes"}, "message_not_found"),
        ("reactions.add", {"channel": "#general", "timestamp": "1.000001", "name": "nonsense"}, "invalid_name"),
        ("conversations.info", {"channel": "C0NOWHERE00"}, "channel_not_found"),
        ("conversations.open", {"users": "U1,U2"}, "method_not_supported_for_channel_type"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("files.info", {"file": "F0NOTHING"}, "file_not_found"),
        ("files.getUploadURLExternal", {"filename": "a", "length": "0"}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "a", "length": str(10**12)}, "invalid_arguments"),
        ("views.open", {"trigger_id": "1.2.3", "view": {}}, "invalid_trigger_id"),
        ("views.update", {"view_id": "V0NOTHING", "view": {"type": "modal"}}, "not_found"),
        ("agents.sessions.setStatus", {"channel_id": "#general", "status": "asleep"}, "invalid_arguments"),
    ],
)
def test_refusals_have_slacks_own_codes(workspace: Workspace, method: str, args: dict[str, Any], error: str) -> None:
    assert dispatch(workspace, method, args) | {"response_metadata": 0} == {
        "ok": False,
        "error": error,
        "response_metadata": 0,
    }


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (
            {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
            "less than 3001 characters: text has 3001",
        ),
        ({"type": "section"}, "a section needs text or fields"),
        ({"type": "section", "fields": [PLAIN] * 11}, "fields has 11"),
        ({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}, "less than 151"),
        ({"type": "actions", "elements": [{}] * 26}, "between 1 and 25"),
        ({"type": "context", "elements": [PLAIN] * 11}, "between 1 and 10"),
        ({"type": "image", "image_url": "https://a.b"}, "alt_text"),
        ({"type": "markdown", "text": "x" * 12_001}, "less than 12001"),
        ({"type": "table", "rows": [[PLAIN]] * 101}, "between 1 and 100"),
        ({"type": "hologram"}, "unsupported type: 'hologram'"),
    ],
)
def test_blocks_keep_slacks_limits(workspace: Workspace, block: dict[str, Any], part: str) -> None:
    answer = dispatch(workspace, "chat.postMessage", {"channel": "#general", "text": "x", "blocks": [SECTION, block]})
    assert answer["error"] == "invalid_blocks"
    assert part in answer["response_metadata"]["messages"][0]
    assert "/blocks/1" in answer["response_metadata"]["messages"][0]


def test_history_is_paged_newest_first(workspace: Workspace, api: Any, channel: str) -> None:
    sent = [api("chat.postMessage", channel=channel, text=str(number))["ts"] for number in range(5)]
    first = api("conversations.history", channel=channel, limit="2")
    assert ([m["text"] for m in first["messages"]], first["has_more"]) == (["4", "3"], True)
    rest = api("conversations.history", channel=channel, limit=9, cursor=first["response_metadata"]["next_cursor"])
    assert ([m["text"] for m in rest["messages"]], rest["has_more"]) == (["2", "1", "0"], False)
    between = api("conversations.history", channel=channel, oldest=sent[1], latest=sent[3], inclusive="true")
    assert [m["text"] for m in between["messages"]] == ["3", "2", "1"]


def test_a_thread_counts_its_replies(workspace: Workspace, api: Any, channel: str) -> None:
    root = api("chat.postMessage", channel=channel, text="root")["ts"]
    first = api("chat.postMessage", channel=channel, text="one", thread_ts=root)["ts"]
    last = api("chat.postMessage", channel=channel, text="two", thread_ts=first)["ts"]
    thread = api("conversations.replies", channel=channel, ts=first)["messages"]
    assert [(m["text"], m["thread_ts"]) for m in thread] == [("root", root), ("one", root), ("two", root)]
    assert (thread[0]["reply_count"], thread[0]["latest_reply"]) == (2, last)
    assert len(api("conversations.history", channel=channel)["messages"]) == 1


def test_an_edit_without_blocks_takes_them_away_and_keeps_metadata(api: Any, channel: str) -> None:
    metadata = {"event_type": "row", "event_payload": {"id": 1}}
    ts = api("chat.postMessage", channel=channel, text="x", blocks=[SECTION], metadata=metadata)["ts"]
    api("chat.update", channel=channel, ts=ts, text="y")
    shown = api("conversations.history", channel=channel, include_all_metadata=True)["messages"][0]
    assert (shown["text"], "blocks" in shown, shown["metadata"]) == ("y", False, metadata)


def test_a_trigger_opens_one_modal_and_a_stale_hash_is_refused(workspace: Workspace, api: Any) -> None:
    owner = workspace.state.row("SELECT id FROM users WHERE role = 'owner'")
    assert owner
    view = {"type": "modal", "title": PLAIN, "blocks": [SECTION], "external_id": "mine"}
    trigger = workspace.new_trigger(owner["id"])
    opened = api("views.open", trigger_id=trigger, view=view)["view"]
    assert api("views.open", trigger_id=trigger, view=view)["error"] == "invalid_trigger_id"
    changed = api("views.update", external_id="mine", view=view, hash=opened["hash"])["view"]
    assert (changed["id"], changed["hash"] == opened["hash"]) == (opened["id"], False)
    assert api("views.update", view_id=opened["id"], view=view, hash=opened["hash"])["error"] == "hash_conflict"
    pushed = api("views.push", trigger_id=workspace.new_trigger(owner["id"]), view=view | {"external_id": ""})["view"]
    assert (pushed["root_view_id"], pushed["previous_view_id"]) == (opened["id"], opened["id"])


def test_a_full_disk_is_said_and_nothing_is_half_written(workspace: Workspace, api: Any, channel: str) -> None:
    with workspace.state.transaction() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    workspace.state.rows(f"PRAGMA max_page_count = {pages + 1}")
    answer = api("chat.postMessage", channel=channel, text="x" * 39_000)
    assert (answer["error"], "full" in str(answer["response_metadata"])) == ("internal_error", True)
    workspace.state.rows("PRAGMA max_page_count = 100000")
    assert api("conversations.history", channel=channel)["messages"] == []


def test_a_deleted_root_leaves_a_tombstone_so_that_its_thread_goes_on(api: Any, channel: str) -> None:
    root = api("chat.postMessage", channel=channel, text="root")["ts"]
    api("chat.postMessage", channel=channel, text="reply", thread_ts=root)
    api("chat.delete", channel=channel, ts=root)
    assert api("chat.postMessage", channel=channel, text="later", thread_ts=root)["ok"]
    thread = api("conversations.replies", channel=channel, ts=root)["messages"]
    assert [(m["text"], m.get("subtype")) for m in thread] == [
        ("This message was deleted.", "tombstone"),
        ("reply", None),
        ("later", None),
    ]


def test_ids_that_the_bot_left_out_are_given(api: Any, channel: str) -> None:
    button = {"type": "button", "text": PLAIN}
    sent = [{"type": "actions", "elements": [button]}, {"type": "section", "text": PLAIN, "accessory": button}]
    actions, section = api("chat.postMessage", channel=channel, text="x", blocks=sent)["message"]["blocks"]
    assert actions["block_id"] != section["block_id"]
    assert actions["elements"][0]["action_id"] != section["accessory"]["action_id"]


def test_calls_can_be_refused_as_slack_refuses_a_hasty_bot(server: WorkspaceServer) -> None:
    server.workspace.refuse_calls(1, retry_after_s=7)
    headers = {"Authorization": f"Bearer {server.tokens.bot_token}"}
    fields = {"channel": "#general", "text": "x"}
    refused = httpx.post(f"{server.api_url}chat.postMessage", headers=headers, json=fields)
    assert (refused.status_code, refused.headers["Retry-After"], refused.json()["error"]) == (429, "7", "ratelimited")
    assert httpx.post(f"{server.api_url}chat.postMessage", headers=headers, json=fields).json()["ok"] is True


@pytest.mark.parametrize(
    "chunk", [{"type": "markdown_text"}, {"type": "task_update", "id": "1"}, {"type": "smoke"}, "text"]
)
def test_a_chunk_that_is_none_is_refused(api: Any, channel: str, chunk: object) -> None:
    root = api("chat.postMessage", channel=channel, text="root")["ts"]
    answer = api("chat.startStream", channel=channel, thread_ts=root, chunks=[chunk])
    assert answer["error"] == "invalid_chunks"


def test_every_method_is_documented() -> None:
    assert all(function.__doc__ for function in METHODS.values())
    assert len(METHODS) >= 35


@pytest.mark.parametrize(
    "request_of",
    [
        lambda url, token: httpx.post(url, headers={"Authorization": f"Bearer {token}"}, data={"users": "x"}),
        lambda url, token: httpx.post(url, headers={"Authorization": f"Bearer {token}"}, json={"users": "x"}),
        lambda url, token: httpx.get(url, params={"token": token, "users": "x"}),
        lambda url, token: httpx.post(url, data={"token": token}, files={"users": (None, "x")}),
    ],
    ids=["form", "json", "query", "multipart"],
)
def test_arguments_come_in_every_usual_way(server: WorkspaceServer, request_of: Any) -> None:
    answer = request_of(f"{server.api_url}conversations.open", server.tokens.bot_token)
    assert (answer.status_code, answer.json()["error"]) == (200, "user_not_found")


def test_a_json_content_type_with_an_empty_body_is_no_error(server: WorkspaceServer) -> None:
    headers = {"Authorization": f"Bearer {server.tokens.bot_token}", "Content-Type": "application/json;charset=utf-8"}
    assert httpx.post(f"{server.api_url}auth.test", headers=headers).json()["ok"] is True
    assert httpx.post(f"{server.api_url}auth.test", headers=headers, content=b"{").json()["error"] == "invalid_json"
    assert httpx.post(f"{server.api_url}auth.test", headers=headers, content=b"[]").json()["error"] == "json_not_object"


def test_the_state_file_is_in_wal_mode(workspace: Workspace) -> None:
    mode = workspace.state.row("PRAGMA journal_mode")
    assert isinstance(mode, sqlite3.Row) and mode[0] == "wal"


PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 32


def uploaded(server: WorkspaceServer, name: str) -> str:
    """Upload a file without a channel, as for a Home tab, and give its id."""
    web = WebClient(token=server.tokens.bot_token, base_url=server.api_url)
    return str(web.files_upload_v2(content=PICTURE, filename=name)["file"]["id"])


def test_a_file_without_a_channel_stands_in_blocks(server: WorkspaceServer) -> None:
    file_id = uploaded(server, "front.png")
    web = WebClient(token=server.tokens.bot_token, base_url=server.api_url)
    address = web.files_info(file=file_id)["file"]["url_private"]
    for named in ({"id": file_id}, {"url": address}):
        image = {"type": "image", "slack_file": named, "alt_text": "The front"}
        blocks = [image, SECTION | {"accessory": image}]
        ts = web.chat_postMessage(channel="#general", text="x", blocks=blocks)["ts"]
        channel = Person(server.url).channels()["general"]
        shown = httpx.get(f"{server.url}/channels/{channel}/messages/{ts}").text
        assert shown.count(f'src="/people/files/{file_id}/picture"') == 2
    found = httpx.get(f"{server.url}/people/files/{file_id}/picture")
    assert (found.content, found.headers["content-disposition"][:6]) == (PICTURE, "inline")


@pytest.mark.parametrize("name", ["", "notes.txt"])
def test_a_slack_file_must_be_a_picture_that_was_uploaded(server: WorkspaceServer, name: str) -> None:
    image = {"type": "image", "slack_file": {"id": uploaded(server, name) if name else "F0NOTHING"}, "alt_text": "x"}
    web = WebClient(token=server.tokens.bot_token, base_url=server.api_url)
    with pytest.raises(SlackApiError, match="invalid slack file"):
        web.chat_postMessage(channel="#general", text="x", blocks=[image])
    with pytest.raises(SlackApiError, match="invalid slack file"):
        web.views_publish(user_id=Person(server.url).user_id, view={"type": "home", "blocks": [image]})
