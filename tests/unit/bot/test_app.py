"""The real Bolt app in the local workspace: what a person does arrives as events, and the wrong token is explained."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.app import create_app, slack_client
from bot.blocks import render
from bot.settings import Settings, load
from bot.workspace import Message, Person, WorkspaceServer
from neo.domain.events import (
    ButtonPressed,
    CommandGiven,
    FormSubmitted,
    MessageReceived,
    ReactionAdded,
    ReactionRemoved,
)
from neo.domain.posts import Button, Post
from neo.errors import ConfigurationError, Unavailable

ANSWER = Post("answer", "On shelf Q9.", data={"answer": "ans_1", "sources": [], "latency_s": 0.1})
Next = Callable[[type[Any]], Any]


@pytest.fixture(scope="module")
def settings(slack: WorkspaceServer) -> Settings:
    tokens = {"slack_bot_token": slack.tokens.bot_token, "slack_app_token": slack.tokens.app_token}
    return load(slack_api_url=slack.api_url, **tokens)


@pytest.fixture(scope="module")
def inbox(settings: Settings) -> Iterator[queue.Queue[Any]]:
    """What the app received; leaving takes the SDK's client three seconds, so the tests share one."""
    received: queue.Queue[Any] = queue.Queue()
    handler = SocketModeHandler(create_app(settings, received.put), settings.slack_app_token.get_secret_value())
    handler.connect()
    yield received
    handler.close()


@pytest.fixture
def next_event(inbox: queue.Queue[Any]) -> Next:
    while not inbox.empty():
        inbox.get_nowait()

    def get(kind: type[Any]) -> Any:
        while True:
            event = inbox.get(timeout=20)
            if isinstance(event, kind):
                return event

    return get


@pytest.fixture
def shown(settings: Settings, you: Person, channel: str) -> Callable[[Post], Message]:
    """Posts as Neo does, and gives the message as the person sees it."""

    def post(what: Post) -> Message:
        blocks = [block.to_dict() for block in render(what)]
        ts = slack_client(settings).chat_postMessage(channel=channel, text=what.text, blocks=blocks)["ts"]
        return you.wait_for(lambda message: message.ts == ts, channel)

    return post


def test_a_mention_a_reply_and_a_file(next_event: Next, you: Person, channel: str, tmp_path: Path) -> None:
    root = you.say("@Neo search our <handbooks>", channel)
    first, again = next_event(MessageReceived), next_event(MessageReceived)
    assert {first.ts, again.ts} == {root}  # as a message and as a mention; the inbox keeps one
    assert first.mentions_neo and first.text.endswith("search our <handbooks>")
    note = tmp_path / "golden.csv"
    note.write_text("question,answer\n")
    you.say("here", channel, root, files=[note])
    reply = next_event(MessageReceived)
    assert (reply.thread, reply.text, [file.name for file in reply.files]) == (root, "here", ["golden.csv"])
    assert reply.files[0].url.startswith("http://127.0.0.1:")


def test_reactions_come_and_go(next_event: Next, you: Person, shown: Callable[[Post], Message]) -> None:
    message = shown(Post("text", "Approve?"))
    you.react(message.channel, message.ts, "+1::skin-tone-4")
    added = next_event(ReactionAdded)
    assert (added.emoji, added.item_ts, added.user) == ("+1", message.ts, you.user_id)
    you.unreact(message.channel, message.ts, "+1::skin-tone-4")
    assert next_event(ReactionRemoved).emoji == "+1"


def test_a_button(next_event: Next, you: Person, shown: Callable[[Post], Message]) -> None:
    message = shown(Post("notice", "Ready?", buttons=(Button("Take it back", "take_back", "doc_1"),)))
    you.press(message, "take_back")
    event = next_event(ButtonPressed)
    assert (event.action, event.value, event.item_ts) == ("take_back", "doc_1", message.ts)


def test_a_thumb_down_opens_a_form_at_once(next_event: Next, you: Person, shown: Callable[[Post], Message]) -> None:
    you.press(shown(ANSWER), "thumb", "down:ans_1")
    assert next_event(ButtonPressed).value == "down:ans_1"
    form = _form(you)
    block = form["blocks"][0]
    assert you.submit(form["id"], {block["block_id"]: {"comment": "It is shelf Q8."}}) == {}
    event = next_event(FormSubmitted)
    assert (event.form, event.subject, event.fields) == ("what_went_wrong", "ans_1", {"comment": "It is shelf Q8."})


def _form(you: Person) -> dict[str, Any]:
    deadline = time.monotonic() + 20
    while not you.modals():
        assert time.monotonic() < deadline, "no form opened"
        time.sleep(0.05)
    return you.modals()[0]


def test_a_thumb_up_opens_nothing(next_event: Next, you: Person, shown: Callable[[Post], Message]) -> None:
    you.press(shown(ANSWER), "thumb", "up:ans_1")
    assert next_event(ButtonPressed).value == "up:ans_1"
    assert you.modals() == []


def test_the_slash_command(next_event: Next, you: Person, channel: str) -> None:
    you.command("/neo", "status", channel)
    event = next_event(CommandGiven)
    assert (event.text, event.channel, event.user) == ("status", channel, you.user_id)


@pytest.mark.parametrize(
    ("values", "kind", "words"),
    [
        (
            {"slack_bot_token": "xoxb-wrong"},
            ConfigurationError,
            r"refuses SLACK_BOT_TOKEN \(invalid_auth\).*OAuth",
        ),
        ({"slack_api_url": "http://127.0.0.1:9/api/"}, Unavailable, "cannot be reached.*Check SLACK_API_URL"),
    ],
)
def test_a_wrong_token_or_address_is_explained(
    settings: Settings, values: dict[str, str], kind: type[Exception], words: str
) -> None:
    given = {
        "slack_bot_token": settings.slack_bot_token.get_secret_value(),
        "slack_api_url": settings.slack_api_url,
        **values,
    }
    with pytest.raises(kind, match=words):
        create_app(load(**given), lambda event: None)
