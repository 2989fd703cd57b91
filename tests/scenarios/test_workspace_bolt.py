"""The unmodified Bolt app in the local workspace: real HTTP, a real websocket, a scripted person."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_bolt import App, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace import Person, WorkspaceServer
from bot.workspace.errors import PersonError

BUTTON = {"type": "button", "action_id": "approve", "text": {"type": "plain_text", "text": "Approve"}, "value": "v1"}
FEEDBACK = {
    "type": "feedback_buttons",
    "action_id": "feedback",
    "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "good"},
    "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "bad"},
}
MODAL = {
    "type": "modal",
    "callback_id": "reason",
    "private_metadata": "project-7",
    "title": {"type": "plain_text", "text": "What went wrong?"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "In your words"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


class Bot:
    """A Bolt app that notes what it hears, on a Socket Mode connection that can be dropped and made again."""

    def __init__(self, server: WorkspaceServer) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.retries: list[str] = []
        self._changed = threading.Condition()
        self._server = server
        self.app = App(client=WebClient(token=server.tokens.bot_token, base_url=server.api_url))
        self.client = self.app.client
        self.app.use(self._note_retry)
        for kind in ("message", "app_mention", "reaction_added", "reaction_removed", "file_shared", "app_home_opened"):
            self.app.event(kind)(self._noting(kind, "event"))
        self.app.action("approve")(self._on_approve)
        self.app.action("feedback")(self._noting("feedback", "body"))
        self.app.view("reason")(self._on_view)
        self.app.command("/neo")(self._on_command)
        self.handler = self._connect()

    def _connect(self) -> SocketModeHandler:
        handler = SocketModeHandler(self.app, self._server.tokens.app_token)
        handler.connect()
        return handler

    def leave(self) -> None:
        self.handler.close()

    def come_back(self) -> None:
        self.handler = self._connect()

    def note(self, kind: str, payload: dict[str, Any]) -> None:
        with self._changed:
            self.heard.append((kind, payload))
            self._changed.notify_all()

    def _noting(self, kind: str, key: str) -> Callable[..., None]:
        def listener(ack: Any, event: Any = None, body: Any = None) -> None:
            ack()
            self.note(kind, event if key == "event" else body)

        return listener

    def _note_retry(self, request: Any, next: Callable[[], Any]) -> Any:
        self.retries += request.headers.get("x-slack-retry-num", [])
        return next()

    def _on_approve(self, ack: Any, body: dict[str, Any], respond: Any, client: WebClient) -> None:
        ack()
        self.note("approve", body)
        respond("Starting in a minute.")
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    def _on_view(self, ack: Any, body: dict[str, Any]) -> None:
        text = body["view"]["state"]["values"]["why"]["text"]["value"]
        if len(text) < 5:
            ack(response_action="errors", errors={"why": "A few more words, please."})
            return
        ack()
        self.note("view", body)

    def _on_command(self, ack: Any, command: dict[str, Any]) -> None:
        ack(f"You asked for {command['text']}.")
        self.note("command", command)

    def wait_for(self, kind: str, wanted: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        with self._changed:
            found: list[dict[str, Any]] = []

            def look() -> bool:
                found[:] = [payload for name, payload in self.heard if name == kind and wanted(payload)]
                return bool(found)

            assert self._changed.wait_for(look, timeout=20), f"no {kind} among {[name for name, _ in self.heard]}"
            return found[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkspaceServer]:
    with WorkspaceServer(tmp_path_factory.mktemp("workspace") / "workspace.db", port=0) as running:
        yield running


@pytest.fixture(scope="module")
def joined(server: WorkspaceServer) -> Iterator[Bot]:
    bot = Bot(server)  # leaving takes the SDK's client 3 s, so the tests share one
    yield bot
    bot.leave()


@pytest.fixture
def bot(joined: Bot) -> Bot:
    joined.heard.clear()
    return joined


@pytest.fixture
def you(server: WorkspaceServer) -> Iterator[Person]:
    person = Person(server.url)
    yield person
    person.close()


@pytest.fixture
def channel(you: Person) -> str:
    """A channel of the test's own, since the workspace is shared."""
    return you.create_channel(f"test-{uuid.uuid4().hex[:8]}")


def test_a_mention_arrives_twice_and_the_bots_own_message_never(bot: Bot, you: Person, channel: str) -> None:
    ts = you.say("@Neo please help & <soon>", channel)
    mention = bot.wait_for("app_mention", lambda event: event["channel"] == channel)
    message = bot.wait_for("message", lambda event: event["channel"] == channel)
    assert mention["ts"] == message["ts"] == ts
    assert mention["text"] == f"<@{you.bot_user_id}> please help &amp; &lt;soon&gt;"
    assert message["channel_type"] == "channel"
    bot.client.chat_postMessage(channel=channel, text="At your service.")
    later = you.say("thanks", channel)
    bot.wait_for("message", lambda event: event["ts"] == later)
    heard = [event for kind, event in bot.heard if kind == "message" and event["channel"] == channel]
    assert [event["user"] for event in heard] == [you.user_id, you.user_id]


def test_a_thread_goes_on_without_a_mention(bot: Bot, you: Person, channel: str) -> None:
    root = you.say("@Neo start", channel)
    posted = bot.client.chat_postMessage(channel=channel, thread_ts=root, text="Which documents?")
    answer = you.say("the handbooks", channel, posted["ts"])  # a reply to a reply stands in the same thread
    event = bot.wait_for("message", lambda event: event["ts"] == answer)
    assert event["thread_ts"] == root
    assert [message.text for message in you.messages(channel, root)][1:] == ["Which documents?", "the handbooks"]


def test_a_direct_message_is_an_im(bot: Bot, you: Person) -> None:
    dm = you.open_dm()
    assert bot.wait_for("app_home_opened")["tab"] == "messages"
    you.say("just us", dm)
    assert bot.wait_for("message", lambda event: event["channel"] == dm)["channel_type"] == "im"
    assert bot.client.conversations_open(users=you.user_id)["channel"]["id"] == dm


def test_reactions_come_and_go(bot: Bot, you: Person, channel: str) -> None:
    posted = bot.client.chat_postMessage(channel=channel, text="Approve?")["ts"]
    you.react(channel, posted, "+1::skin-tone-4")
    added = bot.wait_for("reaction_added", lambda event: event["item"]["ts"] == posted)
    assert (added["reaction"], added["item"]["ts"], added["item_user"]) == ("+1::skin-tone-4", posted, you.bot_user_id)
    you.unreact(channel, posted, "+1::skin-tone-4")
    assert bot.wait_for("reaction_removed")["user"] == you.user_id
    with pytest.raises(PersonError, match="no emoji :nonsense:"):
        you.react(channel, posted, "nonsense")
    bot.client.reactions_add(channel=channel, timestamp=posted, name="eyes")
    with pytest.raises(SlackApiError, match="already_reacted"):
        bot.client.reactions_add(channel=channel, timestamp=posted, name="eyes")


def test_files_go_both_ways(bot: Bot, you: Person, channel: str, server: WorkspaceServer, tmp_path: Path) -> None:
    handbook = tmp_path / "Hand book ü.txt"
    handbook.write_bytes(b"rules\n" * 50_000)
    you.say("@Neo here it is", channel, files=[handbook])
    event = bot.wait_for("message", lambda event: event.get("subtype") == "file_share")
    address = event["files"][0]["url_private_download"]
    token = {"Authorization": f"Bearer {server.tokens.bot_token}"}
    assert httpx.get(address, headers=token).content == handbook.read_bytes()
    assert httpx.get(address).status_code == 403
    assert event["files"][0]["size"] == 300_000
    bot.wait_for("file_shared", lambda shared: shared["file_id"] == event["files"][0]["id"])
    bot.wait_for("app_mention")

    bot.client.files_upload_v2(
        channel=channel, thread_ts=event["ts"], content="a,b\n1,2\n", filename="front.csv", initial_comment="The front"
    )
    shared = you.wait_for(lambda message: bool(message.files), channel, event["ts"])
    shared = next(message for message in you.messages(channel, event["ts"]) if message.text == "The front")
    assert you.download(shared.files[0]) == b"a,b\n1,2\n"


def test_a_button_a_modal_and_its_answer(bot: Bot, you: Person, channel: str) -> None:
    ts = bot.client.chat_postMessage(
        channel=channel, text="Approve?", blocks=[{"type": "actions", "block_id": "gate", "elements": [BUTTON]}]
    )["ts"]
    you.press(you.wait_for(lambda message: message.ts == ts, channel), "approve")
    body = bot.wait_for("approve")
    assert (body["actions"][0]["value"], body["actions"][0]["block_id"]) == ("v1", "gate")
    assert body["message"]["ts"] == ts and body["channel"]["id"] == channel
    private = you.wait_for(lambda message: message.text == "Starting in a minute.", channel)
    assert private.raw["is_ephemeral"] is True
    view = _modal(you)
    assert you.submit(view, {"why": {"text": ""}}) == {"why": "Please complete this required field."}
    assert you.submit(view, {"why": {"text": "no"}}) == {"why": "A few more words, please."}
    assert you.submit(view, {"why": {"text": "The limit is too low"}}) == {}
    submitted = bot.wait_for("view")["view"]
    assert submitted["private_metadata"] == "project-7"
    assert submitted["state"]["values"]["why"]["text"]["value"] == "The limit is too low"
    assert you.modals() == []


def _modal(person: Person) -> str:
    deadline = time.monotonic() + 20
    while not person.modals():
        assert time.monotonic() < deadline, "no modal opened"
        time.sleep(0.05)
    return str(person.modals()[0]["id"])


def test_feedback_buttons_tell_which_thumb(bot: Bot, you: Person, channel: str) -> None:
    blocks = [{"type": "context_actions", "elements": [FEEDBACK]}]
    ts = bot.client.chat_postMessage(channel=channel, text="An answer", blocks=blocks)["ts"]
    you.press(you.wait_for(lambda message: message.ts == ts, channel), "feedback", "bad")
    assert bot.wait_for("feedback")["actions"][0]["value"] == "bad"


def test_a_slash_command_is_answered_for_one_person_only(
    bot: Bot, server: WorkspaceServer, you: Person, channel: str
) -> None:
    you.command("/neo", "status all", channel)
    command = bot.wait_for("command")
    assert (command["command"], command["text"], command["user_id"]) == ("/neo", "status all", you.user_id)
    assert [message.text for message in you.messages(channel)] == ["You asked for status all."]
    colleague = Person(server.url, "colleague")
    assert colleague.messages(channel) == []
    httpx.post(command["response_url"], json={"text": "Later, to all", "response_type": "in_channel"})
    assert [message.text for message in colleague.messages(channel)] == ["Later, to all"]


def test_edits_and_deletions(bot: Bot, you: Person, channel: str) -> None:
    ts = you.say("forty", channel)
    you.edit(channel, ts, "fifty")
    changed = bot.wait_for("message", lambda event: event.get("subtype") == "message_changed")
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("forty", "fifty")
    you.delete(channel, ts)
    assert bot.wait_for("message", lambda event: event.get("subtype") == "message_deleted")["deleted_ts"] == ts
    progress = bot.client.chat_postMessage(channel=channel, text="1 of 30")["ts"]
    bot.client.chat_update(channel=channel, ts=progress, text="2 of 30")
    assert [(message.text, message.edited) for message in you.messages(channel)] == [("2 of 30", True)]
    with pytest.raises(SlackApiError, match="cant_update_message"):
        bot.client.chat_update(channel=channel, ts=you.say("mine", channel), text="yours")


def test_what_happens_while_the_bot_is_away_arrives_when_it_returns(bot: Bot, you: Person, channel: str) -> None:
    bot.leave()
    wait_until(lambda: not you.bot_connected())
    sent = [you.say(f"@Neo note {number}", channel) for number in range(3)]
    with pytest.raises(PersonError, match="Neo is not connected"):
        you.command("/neo", "status", channel)
    bot.come_back()
    for ts in sent:  # Bolt runs listeners side by side: the last sent may be the first heard
        bot.wait_for("app_mention", lambda event, ts=ts: event["ts"] == ts)  # type: ignore[misc]
    assert sorted(event["ts"] for kind, event in bot.heard if kind == "app_mention") == sent


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_event_without_an_acknowledgement_comes_again(tmp_path: Path) -> None:
    with WorkspaceServer(tmp_path / "workspace.db", port=0) as server:
        server.workspace.socket.ack_timeout_s = 0.3
        _refuse_once(server)


def _refuse_once(server: WorkspaceServer) -> None:
    bot, you = Bot(server), Person(server.url)
    refused: list[str] = []

    def refuse_once(body: dict[str, Any], next: Callable[[], Any]) -> Any:
        if body["event_id"] in refused:
            return next()
        refused.append(body["event_id"])
        return BoltResponse(status=503)  # Bolt's Socket Mode adapter then acknowledges nothing

    bot.app.use(refuse_once)
    you.say("once is enough", "#general")
    assert bot.wait_for("message")["text"] == "once is enough"
    assert bot.retries == ["0", "1"]
    bot.leave()


def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    state = tmp_path / "workspace.db"
    with WorkspaceServer(state, port=0) as first:
        you = Person(first.url)
        channel = you.channels()["general"]
        note = tmp_path / "note.txt"
        note.write_text("kept", encoding="utf-8")
        ts = you.say("@Neo before the restart", channel, files=[note])
        you.react(channel, ts, "eyes")
        tokens = first.tokens
    with WorkspaceServer(state, port=0) as second:
        assert second.tokens == tokens
        you = Person(second.url)
        message = you.messages(channel)[0]
        assert (message.ts, list(message.reactions)) == (ts, ["eyes"])
        bot = Bot(second)
        event = bot.wait_for("message")
        answer = httpx.get(
            event["files"][0]["url_private_download"], headers={"Authorization": f"Bearer {tokens.bot_token}"}
        )
        assert answer.text == "kept"  # the address in the waiting event follows the workspace to its new port
        bot.leave()


@pytest.mark.parametrize(
    ("token", "error"),
    [("xoxb-wrong", "invalid_auth"), ("", "not_authed"), ("app", "not_allowed_token_type")],
)
def test_wrong_tokens_are_refused(server: WorkspaceServer, token: str, error: str) -> None:
    token = server.tokens.app_token if token == "app" else token
    answer = httpx.post(f"{server.api_url}auth.test", headers={"Authorization": f"Bearer {token}"} if token else {})
    assert answer.json()["error"] == error
    with pytest.raises(SlackApiError, match="invalid_auth"):
        WebClient(base_url=server.api_url).apps_connections_open(app_token="xapp-wrong")


def test_streams_grow_and_end(bot: Bot, you: Person, channel: str) -> None:
    root = you.say("@Neo explain", channel)
    stream = bot.client.chat_stream(channel=channel, thread_ts=root, buffer_size=1)
    stream.append(markdown_text="**Recall** is ")
    stream.append(markdown_text="the share that was found.")
    stream.stop(blocks=[{"type": "context_actions", "elements": [FEEDBACK]}])
    message = you.messages(channel, root)[-1]
    assert message.text == "**Recall** is the share that was found."
    assert [block["type"] for block in message.blocks] == ["markdown", "context_actions"]


def test_status_shows_and_ends_with_the_answer(bot: Bot, you: Person, channel: str) -> None:
    root = you.say("@Neo work", channel)
    bot.client.assistant_threads_setStatus(channel_id=channel, thread_ts=root, status="is reading 3 files")
    assert you.status(channel, root) == "is reading 3 files"
    bot.client.chat_postMessage(channel=channel, thread_ts=root, text="Done.")
    assert you.status(channel, root) == ""


def test_metadata_comes_back_when_asked_for(bot: Bot, channel: str) -> None:
    metadata = {"event_type": "outbox_row", "event_payload": {"row": 17}}
    bot.client.chat_postMessage(channel=channel, text="a post", metadata=metadata)
    with_it = bot.client.conversations_history(channel=channel, include_all_metadata=True)["messages"][0]
    without = bot.client.conversations_history(channel=channel)["messages"][0]
    assert with_it["metadata"] == metadata
    assert "metadata" not in without
