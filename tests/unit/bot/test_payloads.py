"""Slack's JSON into events, from Slack's own sample payloads: they have every key that Slack was ever seen to send."""

from __future__ import annotations

from typing import Any

import pytest

from bot import payloads
from neo.domain.events import ButtonPressed, CommandGiven, FileRef, FormSubmitted, MessageReceived, ReactionAdded

BOT = "UNEO"
COMMON = {"channel": "C1", "ts": "2.0", "user": "U1", "bot_id": None, "thread_ts": "1.0", "text": "hello"}


@pytest.fixture
def body(samples: Any) -> Any:
    """A sample event with the given values in place of its masks."""

    def make(name: str, **event: Any) -> dict[str, Any]:
        loaded: dict[str, Any] = samples.load(f"events/{name}.json")
        return {**loaded, "event_id": "Ev1", "team_id": "T1", "event": {**loaded["event"], **event}}

    return make


def test_a_message_keeps_words_people_thread_and_place(body: Any) -> None:
    event = payloads.message_received(body("MessagePayload", **COMMON, channel_type="channel"), BOT)
    assert event == MessageReceived("Ev1", "T1", "C1", "2.0", "1.0", "U1", "hello")


@pytest.mark.parametrize(
    ("channel", "channel_type", "is_dm"),
    [
        ("C1", "channel", False),
        ("G1", "group", False),
        ("D1", "im", True),
        ("D1", "", True),  # some events come without a type; the id tells
    ],
)
def test_a_direct_message_is_told_from_a_channel(body: Any, channel: str, channel_type: str, is_dm: bool) -> None:
    values = {**COMMON, "channel": channel, "channel_type": channel_type}
    event = payloads.message_received(body("MessagePayload", **values), BOT)
    assert event is not None and event.is_dm is is_dm


@pytest.mark.parametrize(
    ("name", "values", "mentions"),
    [
        ("AppMentionPayload", {"subtype": None, "text": f"<@{BOT}> help"}, True),
        ("MessagePayload", {"text": f"hey <@{BOT}>"}, True),  # the same words, as a message
        ("MessagePayload", {"text": "hey <@UELSE>"}, False),
    ],
)
def test_a_mention_is_seen_in_either_kind_of_event(
    body: Any, name: str, values: dict[str, Any], mentions: bool
) -> None:
    event = payloads.message_received(body(name, **{**COMMON, **values}), BOT)
    assert event is not None and event.mentions_neo is mentions


def test_escapes_are_undone_once(body: Any) -> None:
    text = "a &lt; b &amp;&amp; c &gt; d, literally &amp;lt;"
    event = payloads.message_received(body("MessagePayload", **{**COMMON, "text": text}), BOT)
    assert event is not None and event.text == "a < b && c > d, literally &lt;"


def test_files_come_with_their_message(body: Any) -> None:
    made = body("MessageFileSharePayload", **COMMON)
    made["event"]["files"] = [
        {
            **made["event"]["files"][0],
            "id": "F1",
            "name": "golden.csv",
            "size": 12,
            "mimetype": "text/csv",
            "url_private_download": "https://files.slack.com/files-pri/T1-F1/download/golden.csv",
        }
    ]
    event = payloads.message_received(made, BOT)
    url = "https://files.slack.com/files-pri/T1-F1/download/golden.csv"
    assert event is not None and event.files == (FileRef("F1", "golden.csv", 12, "text/csv", url),)


def test_a_file_that_slack_may_not_show_still_has_a_reference(body: Any) -> None:
    made = body("MessageFileSharePayload", **COMMON, files=[{"id": "F1", "file_access": "check_file_info"}])
    event = payloads.message_received(made, BOT)
    assert event is not None and event.files == (FileRef("F1", "F1", 0, "", ""),)


def test_a_reply_that_is_shown_in_the_channel_too_is_a_message(body: Any) -> None:
    assert payloads.message_received(body("MessageThreadBroadcastPayload", **COMMON), BOT) is not None


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("MessageChangedPayload", {}),
        ("MessageDeletedPayload", {}),
        ("MessageChannelJoinPayload", {}),
        ("MessageChannelTopicPayload", {}),
        ("MessageRepliedPayload", {}),
        ("MessageBotPayload", {}),
        ("MessagePayload", {**COMMON, "bot_id": "B1"}),  # another app's words in a person's name
        ("MessagePayload", {**COMMON, "user": BOT}),  # Neo's own
    ],
)
def test_what_no_person_said_is_no_event(body: Any, name: str, values: dict[str, Any]) -> None:
    assert payloads.message_received(body(name, **values), BOT) is None


@pytest.mark.parametrize("emoji", ["+1", "+1::skin-tone-2", "+1::skin-tone-6"])
def test_a_reaction_comes_without_its_skin_tone(body: Any, emoji: str) -> None:
    item = {"type": "message", "channel": "C1", "ts": "2.0"}
    event = payloads.reaction_added(body("ReactionAddedPayload", user="U1", reaction=emoji, item=item))
    assert event == ReactionAdded("Ev1", "T1", "C1", "2.0", "U1", "+1")
    gone = payloads.reaction_removed(body("ReactionRemovedPayload", user="U1", reaction=emoji, item=item))
    assert gone is not None and (gone.item_ts, gone.emoji) == ("2.0", "+1")


@pytest.mark.parametrize("item", [{"type": "file", "file": "F1"}, {"type": "file_comment", "file_comment": "Fc1"}])
def test_a_reaction_on_a_file_is_no_event(body: Any, item: dict[str, str]) -> None:
    assert payloads.reaction_added(body("ReactionAddedPayload", user="U1", reaction="+1", item=item)) is None


@pytest.fixture
def pressed(samples: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = samples.load("app-backend/interactive-components/BlockActionPayload.json")
    action = {**loaded["actions"][0], "action_id": "approve", "value": "doc_1:abc", "action_ts": "3.0"}
    return {
        **loaded,
        "team": {**loaded["team"], "id": "T1"},
        "user": {**loaded["user"], "id": "U1"},
        "channel": {"id": "C1", "name": "general"},
        "container": {**loaded["container"], "type": "message", "message_ts": "2.0"},
        "trigger_id": "trigger",
        "actions": [action],
    }


def test_a_button_says_what_and_on_which_message(pressed: dict[str, Any]) -> None:
    event = payloads.button_pressed(pressed)
    assert event == ButtonPressed("trigger:3.0", "T1", "C1", "2.0", "U1", "approve", "doc_1:abc", "trigger")


@pytest.mark.parametrize("gone", ["channel", "container"])
def test_a_button_in_a_modal_or_on_the_home_tab_is_no_event(pressed: dict[str, Any], gone: str) -> None:
    assert payloads.button_pressed({**pressed, gone: None}) is None


def test_a_button_without_a_value_has_an_empty_one(pressed: dict[str, Any]) -> None:
    del pressed["actions"][0]["value"]
    event = payloads.button_pressed(pressed)
    assert event is not None and event.value == ""


def test_a_slash_command(samples: Any) -> None:
    loaded = samples.load("app-backend/slash-commands/SlashCommandPayload.json")
    given = {"team_id": "T1", "channel_id": "C1", "user_id": "U1", "text": " status ", "trigger_id": "trigger"}
    assert payloads.command_given({**loaded, **given}) == CommandGiven("trigger", "T1", "C1", "U1", "status")


def test_a_form_gives_its_fields_by_action(samples: Any) -> None:
    loaded = samples.load("app-backend/views/ViewSubmissionPayload.json")
    view = {
        **loaded["view"],
        "id": "V1",
        "hash": "h",
        "callback_id": "what_went_wrong",
        "private_metadata": "ans_1",
        "state": {"values": {"b1": {"comment": {"type": "plain_text_input", "value": "too long"}}, "b2": {"x": {}}}},
    }
    made = {**loaded, "view": view, "team": {"id": "T1"}, "user": {"id": "U1"}}
    expected = FormSubmitted("V1:h", "T1", "U1", "what_went_wrong", "ans_1", {"comment": "too long", "x": ""})
    assert payloads.form_submitted(made) == expected


def test_a_form_without_any_field_is_a_form(samples: Any) -> None:
    loaded = samples.load("app-backend/views/ViewSubmissionPayload.json")  # its state is an empty object
    assert payloads.form_submitted(loaded).fields == {}
