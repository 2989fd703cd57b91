"""Every payload and every answer of the local workspace, held against samples of Slack's own."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from workspace_allowed import ALLOWED
from workspace_samples import BACKEND_SAMPLES, DOCUMENTED, EVENT_SAMPLES, NO_SAMPLE

from bot.workspace import Person, WorkspaceServer
from bot.workspace.web_api import METHODS

SHARED = Path(os.environ.get("NEO_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not (SHARED / "slack" / "json-logs.tgz").exists(), reason=f"no Slack samples in {SHARED}; set NEO_SHARED"
    ),
]

MODAL = {
    "type": "modal",
    "callback_id": "reason",
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "Why?"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "Why"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}
BUTTONS = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Approve?*"}},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "ok", "text": {"type": "plain_text", "text": "Yes"}, "value": "1"},
            {
                "type": "static_select",
                "action_id": "size",
                "placeholder": {"type": "plain_text", "text": "Size"},
                "options": [{"text": {"type": "plain_text", "text": "Small"}, "value": "s"}],
            },
        ],
    },
]


def _load_conformance() -> ModuleType:
    spec = importlib.util.spec_from_file_location("conformance", SHARED / "slack" / "conformance.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Recording:
    """A played conversation: every answer by method, every envelope that arrived."""

    def __init__(self, server: WorkspaceServer) -> None:
        self.answers: list[tuple[str, dict[str, Any]]] = []
        self.envelopes: list[SocketModeRequest] = []
        self.person = Person(server.url)
        self._web = WebClient(token=server.tokens.bot_token, base_url=server.api_url)
        self._app_token = server.tokens.app_token
        self.server = server
        self._socket = SocketModeClient(app_token=server.tokens.app_token, web_client=self._web)
        self._socket.socket_mode_request_listeners.append(self._receive)
        self._socket.connect()

    def _receive(self, client: Any, request: SocketModeRequest) -> None:
        self.envelopes.append(request)
        if "1" in [action.get("value") for action in request.payload.get("actions", [])]:
            self.call("views.open", trigger_id=request.payload["trigger_id"], view=MODAL)
        payload = {"text": "heard"} if request.type == "slash_commands" else None
        client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))

    def call(self, method: str, **fields: Any) -> dict[str, Any]:
        kind = "params" if method.startswith(("conversations.", "users.", "files.", "reactions.")) else "json"
        token = {"headers": {"Authorization": f"Bearer {self._app_token}"}} if method.startswith("apps.") else {}
        try:
            answer = self._web.api_call(method, **{kind: fields}, **token).data
        except SlackApiError as error:
            answer = error.response.data
        assert isinstance(answer, dict)
        self.answers.append((method, answer))
        return answer

    def wait(self, kind: str) -> None:
        deadline = time.monotonic() + 20
        while not any(kind in (envelope.type, name_of(envelope)) for envelope in list(self.envelopes)):
            assert time.monotonic() < deadline, f"no {kind} arrived"
            time.sleep(0.05)

    def close(self) -> None:
        self._socket.close()
        self.person.close()


def name_of(envelope: SocketModeRequest) -> str:
    """What kind of payload an envelope carries, such as ``message/file_share`` or ``view_submission``."""
    if envelope.type != "events_api":
        return str(envelope.payload.get("type", envelope.type))
    event = envelope.payload["event"]
    return "/".join(part for part in (event["type"], event.get("subtype")) if part)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    """One conversation in which everything happens at least once."""
    folder = tmp_path_factory.mktemp("workspace")
    with WorkspaceServer(folder / "workspace.db", port=0) as server:
        recording = Recording(server)
        _play(recording, folder)
        yield recording
        recording.close()


def _play(r: Recording, folder: Path) -> None:
    you, ids = r.person, SimpleNamespace()
    ids.channel = you.channels()["general"]
    _play_people(r, ids, folder)
    _play_bot(r, ids)
    _play_files(r, ids)
    _play_reading(r, ids)
    _play_interactions(r, ids)
    _play_channels(r)
    _play_lifecycle(r)
    for kind in (
        "message/message_deleted",
        "member_joined_channel",
        "app_home_opened",
        "view_closed",
        "slash_commands",
        "agent_session_stopped",
        "channel_unarchive",
        "group_rename",
        "channel_left",
        "app_uninstalled",
    ):
        r.wait(kind)


def _play_people(r: Recording, ids: SimpleNamespace, folder: Path) -> None:
    you = r.person
    note = folder / "note.txt"
    note.write_text("hello", encoding="utf-8")
    ids.root = you.say("@Neo help me", ids.channel)
    ids.reply = you.say("in the thread", ids.channel, ids.root)
    you.say("with a file", ids.channel, ids.root, [note])
    you.react(ids.channel, ids.root, "+1::skin-tone-3")
    you.unreact(ids.channel, ids.root, "+1::skin-tone-3")
    you.edit(ids.channel, ids.reply, "edited")
    you.delete(ids.channel, you.say("to be deleted", ids.channel))
    you.create_channel("another")
    ids.dm = you.open_dm()
    you.say("in private", ids.dm)


def _play_bot(r: Recording, ids: SimpleNamespace) -> None:
    for method in ("auth.test", "apps.connections.open", "team.info", "bots.info"):
        r.call(method)
    posted = r.call(
        "chat.postMessage",
        channel=ids.channel,
        thread_ts=ids.root,
        text="Approve?",
        blocks=BUTTONS,
        metadata={"event_type": "row", "event_payload": {"id": 7}},
    )
    ids.posted = posted["ts"]
    r.call("chat.postEphemeral", channel=ids.channel, user=r.person.user_id, text="only you")
    r.call("chat.update", channel=ids.channel, ts=ids.posted, text="Approve, please?", blocks=BUTTONS)
    gone = r.call("chat.postMessage", channel=ids.channel, text="soon gone")["ts"]
    r.call("chat.delete", channel=ids.channel, ts=gone)
    r.call("chat.getPermalink", channel=ids.channel, message_ts=ids.posted)
    ids.stream = r.call("chat.startStream", channel=ids.channel, thread_ts=ids.root)["ts"]
    r.call("chat.appendStream", channel=ids.channel, ts=ids.stream, markdown_text="**Half**")
    r.call("chat.stopStream", channel=ids.channel, ts=ids.stream, markdown_text=" and whole")
    for act in ("add", "get", "remove"):
        r.call(f"reactions.{act}", channel=ids.channel, timestamp=ids.root, name="eyes")
    r.call("assistant.threads.setStatus", channel_id=ids.channel, thread_ts=ids.root, status="is reading")
    r.call("assistant.threads.setSuggestedPrompts", channel_id=ids.dm, prompts=[{"title": "Hi", "message": "Hi"}])
    r.call("agents.sessions.setStatus", channel_id=ids.channel, thread_ts=ids.root, status="processing")
    r.person.stop(ids.channel, ids.root)
    r.call("agents.sessions.rename", channel_id=ids.channel, thread_ts=ids.root, title="Handbooks")
    r.call("chat.postMessage", channel="C0NOWHERE", text="lost")


def _play_files(r: Recording, ids: SimpleNamespace) -> None:
    place = r.call("files.getUploadURLExternal", filename="report.txt", length=4)
    assert httpx.post(place["upload_url"], content=b"done").status_code == 200
    r.call(
        "files.completeUploadExternal",
        files=json.dumps([{"id": place["file_id"], "title": "Report"}]),
        channel_id=ids.channel,
        thread_ts=ids.root,
    )
    r.call("files.info", file=place["file_id"])


def _play_reading(r: Recording, ids: SimpleNamespace) -> None:
    r.call("conversations.list", types="public_channel,im")
    r.call("conversations.info", channel=ids.channel, include_num_members=True)
    r.call("conversations.info", channel=ids.dm)
    r.call("conversations.open", users=r.person.user_id, return_im=True)
    r.call("conversations.members", channel=ids.channel)
    r.call("conversations.join", channel=ids.channel)
    r.call("conversations.history", channel=ids.channel, include_all_metadata=True, limit=3)
    r.call("conversations.replies", channel=ids.channel, ts=ids.root, include_all_metadata=True)
    r.call("users.info", user=r.person.user_id)
    r.call("users.info", user=r.person.bot_user_id)
    r.call("users.list", include_locale=True)
    for role in ("guest", "partner"):
        r.call("users.info", user=Person(r.server.url, role).user_id, include_locale=True)


def _play_interactions(r: Recording, ids: SimpleNamespace) -> None:
    you = r.person
    message = next(item for item in you.messages(ids.channel, ids.root) if item.ts == ids.posted)
    you.press(message, "size", "s")
    for finish in (lambda view: you.close_modal(view), lambda view: you.submit(view, {"why": {"text": {}}})):
        you.press(message, "ok")
        view = _open_modal(you)
        r.call("views.update", view_id=view, view=MODAL)
        finish(view)
    you.submit(_reopened(r, message), {"why": {"text": "because"}})
    home = {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*Home*"}}]}
    r.call("views.publish", user_id=you.user_id, view=home)
    you.open_home()
    you.command("/neo", "status", ids.channel)
    you.shortcut("add_golden", message)
    you.shortcut("new_project")


def _play_channels(r: Recording) -> None:
    you = r.person
    for private in (False, True):
        channel = you.create_channel(f"project-{private}".lower(), private=private)
        you.rename_channel(channel, f"renamed-{private}".lower())
        you.archive_channel(channel)
        you.unarchive_channel(channel)
        you.invite(channel, "guest")
        you.take_out(channel, "guest")
        r.call("conversations.info", channel=channel)
        you.take_out(channel, "bot")
    r.call("conversations.list", types="public_channel,private_channel", exclude_archived=True)
    shared = Person(r.server.url, "partner")
    root = shared.say("@Neo hello from another company", "#with-partners")
    shared.edit("#with-partners", root, "@Neo hello again")
    shared.close()


def _play_lifecycle(r: Recording) -> None:
    app, url = r.server.app, "https://app.example/oauth"
    client = {"client_id": app.client_id, "client_secret": app.client_secret}
    for rotates in (False, True):
        r.server.workspace.rotates_tokens = rotates
        form = {"client_id": app.client_id, "redirect_uri": url, "state": "s1"}
        code = httpx.post(f"{r.server.url}/oauth/v2/authorize", data=form).headers["location"]
        code = code.partition("code=")[2].partition("&")[0]
        answer = r.call("oauth.v2.access", code=code, redirect_uri=url, **client)
    r.call("oauth.v2.access", grant_type="refresh_token", refresh_token=answer["refresh_token"], **client)
    r.call("oauth.v2.access", code="unknown", **client)
    r.call("auth.revoke")
    r.call("auth.test")
    r.person.app("install")
    r.call("apps.uninstall", **client)


def _reopened(r: Recording, message: Any) -> str:
    if not r.person.modals():
        r.person.press(message, "ok")
    return _open_modal(r.person)


def _open_modal(person: Person) -> str:
    deadline = time.monotonic() + 10
    while not person.modals():
        assert time.monotonic() < deadline, "no modal opened"
        time.sleep(0.05)
    return str(person.modals()[-1]["id"])


@pytest.fixture(scope="module")
def samples() -> Any:
    return _load_conformance().Samples(SHARED / "slack" / "json-logs.tgz")


def problems(samples: Any, payload: Any, sample: str) -> list[str]:
    """What differs, without what is allowed."""
    rules = [re.compile(pattern) for names, pattern, _ in ALLOWED if re.fullmatch(names, sample)]
    return [line for line in samples.check(payload, sample) if not any(rule.search(line) for rule in rules)]


@pytest.mark.parametrize("kind", EVENT_SAMPLES)
def test_events_conform(played: Recording, samples: Any, kind: str) -> None:
    found = [envelope.payload for envelope in played.envelopes if name_of(envelope) == kind]
    assert found, f"the conversation brought no {kind}"
    for payload in found:
        assert problems(samples, payload, f"events/{EVENT_SAMPLES[kind]}.json") == []


@pytest.mark.parametrize("kind", BACKEND_SAMPLES)
def test_interactions_conform(played: Recording, samples: Any, kind: str) -> None:
    found = [envelope.payload for envelope in played.envelopes if name_of(envelope) == kind]
    assert found, f"the conversation brought no {kind}"
    for payload in found:
        assert problems(samples, payload, f"app-backend/{BACKEND_SAMPLES[kind]}.json") == []


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"views.push"}))
def test_answers_conform(played: Recording, samples: Any, method: str) -> None:
    found = [answer for name, answer in played.answers if name == method]
    assert any(answer["ok"] for answer in found), f"{method} never succeeded: {found}"
    for answer in found:
        if method in NO_SAMPLE:
            assert answer == NO_SAMPLE[method]
        else:
            assert problems(samples, answer, f"api/{method}.json") == []


def test_every_kind_that_arrived_is_checked(played: Recording) -> None:
    checked = EVENT_SAMPLES.keys() | BACKEND_SAMPLES.keys() | DOCUMENTED.keys() | {"shortcut"}
    assert {name_of(envelope) for envelope in played.envelopes} == checked


@pytest.mark.parametrize("kind", DOCUMENTED)
def test_events_without_a_sample_have_the_documented_keys(played: Recording, kind: str) -> None:
    [payload] = [envelope.payload for envelope in played.envelopes if name_of(envelope) == kind]
    assert payload["event"].keys() == DOCUMENTED[kind]


def test_a_global_shortcut_names_no_place(played: Recording) -> None:
    [payload] = [envelope.payload for envelope in played.envelopes if name_of(envelope) == "shortcut"]
    keys = {"type", "callback_id", "trigger_id", "user", "team", "token", "action_ts", "enterprise"}
    assert payload.keys() == keys | {"is_enterprise_install"}
    assert payload["callback_id"] == "new_project" and payload["user"].keys() == {"id", "name", "username", "team_id"}


def test_another_companys_person_is_told_apart(played: Recording) -> None:
    found = [e.payload for e in played.envelopes if "from another company" in str(e.payload)]
    assert {name_of(e) for e in played.envelopes if e.payload in found} >= {"message", "app_mention"}
    for payload in found:
        event = payload["event"].get("previous_message") or payload["event"]
        assert event["user_team"] == event["source_team"] == event["team"] != payload["team_id"]
        assert payload["is_ext_shared_channel"] is True


def test_an_event_arrives_with_what_a_bot_needs(played: Recording, samples: Any) -> None:
    """The samples do not tell which keys are required; a plain message must lack only what it cannot have."""
    message = next(e.payload for e in played.envelopes if name_of(e) == "message" and "in private" in str(e.payload))
    assert {"event_id", "event_time", "team_id", "api_app_id", "authorizations", "event"} <= message.keys()
    assert {"type", "user", "text", "ts", "channel", "channel_type", "event_ts", "team"} <= message["event"].keys()
