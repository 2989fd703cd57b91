"""What people type, what they fill in, and which emoji there are."""

from __future__ import annotations

from typing import Any

import pytest

from bot.workspace import inputs
from bot.workspace.emoji import CHARACTERS, base_name, character, is_known
from bot.workspace.errors import PersonError
from bot.workspace.workspace import Workspace
from bot.workspace.writing import stored, typed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@Neo hi", "<@BOT> hi"),
        ("hi @neo!", "hi <@BOT>!"),  # whatever the case
        ("mail me@neo.example", "mail me@neo.example"),  # no mention inside an address
        ("@Neon", "@Neon"),  # nor in a longer word
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ("see https://a.b/c?d=1&e=2.", "see <https://a.b/c?d=1&amp;e=2>."),
        ("`@Neo https://a.b`", "`@Neo https://a.b`"),  # code stays as it is
        ("<@UNOBODY> and <script>", "&lt;@UNOBODY&gt; and &lt;script&gt;"),
    ],
)
def test_what_is_typed_is_stored_as_slack_stores_it(workspace: Workspace, text: str, expected: str) -> None:
    bot = workspace.state.identity.bot_user_id
    assert stored(workspace.state, text) == expected.replace("BOT", bot)
    assert typed(workspace.state, stored(workspace.state, text)).lower() == text.lower()


OPTIONS = [{"text": {"type": "plain_text", "text": name.title()}, "value": name} for name in ("small", "large")]


def block(element: dict[str, Any], **extra: Any) -> dict[str, Any]:
    return {"type": "input", "block_id": "b", "label": {}, "element": {"action_id": "a"} | element} | extra


@pytest.mark.parametrize(
    ("element", "raw", "expected"),
    [
        ({"type": "plain_text_input"}, "words", {"value": "words"}),
        ({"type": "plain_text_input"}, "", {"value": None}),
        ({"type": "static_select", "options": OPTIONS}, "small", {"selected_option": OPTIONS[0]}),
        ({"type": "radio_buttons", "options": OPTIONS}, "", {"selected_option": None}),
        ({"type": "checkboxes", "options": OPTIONS}, ["small", "large"], {"selected_options": OPTIONS}),
        ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
        ({"type": "datepicker"}, "2026-11-23", {"selected_date": "2026-11-23"}),
        ({"type": "static_select", "option_groups": [{"options": OPTIONS}]}, "large", {"selected_option": OPTIONS[1]}),
    ],
)
def test_fields_report_as_slack_does(element: dict[str, Any], raw: Any, expected: dict[str, Any]) -> None:
    state = inputs.state_of([block(element)], {"b": {"a": raw}})
    assert state == {"values": {"b": {"a": {"type": element["type"]} | expected}}}


def test_an_untouched_field_reports_its_initial_value() -> None:
    element = {"type": "static_select", "options": OPTIONS, "initial_option": OPTIONS[1]}
    assert inputs.state_of([block(element)], {})["values"]["b"]["a"]["selected_option"] == OPTIONS[1]
    assert inputs.missing([block(element)], {}) == {}


@pytest.mark.parametrize(
    ("element", "extra", "raw", "wrong"),
    [
        ({"type": "plain_text_input"}, {}, "", True),
        ({"type": "plain_text_input"}, {"optional": True}, "", False),
        ({"type": "plain_text_input", "min_length": 5}, {}, "four", True),
        ({"type": "plain_text_input", "max_length": 5}, {}, "longer", True),
        ({"type": "plain_text_input", "max_length": 5}, {}, "fits", False),
    ],
)
def test_required_fields(element: dict[str, Any], extra: dict[str, Any], raw: str, wrong: bool) -> None:
    assert bool(inputs.missing([block(element, **extra)], {"b": {"a": raw}})) is wrong


def test_a_choice_that_is_none_and_a_button_that_is_not_there() -> None:
    with pytest.raises(PersonError, match="'medium' is not one of the choices"):
        inputs.value_of({"type": "static_select", "options": OPTIONS}, "medium")
    with pytest.raises(PersonError, match=r"no button or field 'gone' here \(there are: a\)"):
        inputs.find([block({"type": "static_select"})], "gone")


def test_elements_are_found_wherever_they_stand() -> None:
    button = {"type": "button", "action_id": "deep"}
    for outer in (
        {"type": "actions", "block_id": "x", "elements": [button]},
        {"type": "section", "block_id": "x", "accessory": button},
        {"type": "card", "block_id": "x", "actions": [button]},
        {"type": "container", "child_blocks": [{"type": "actions", "block_id": "x", "elements": [button]}]},
    ):
        found_block, element = inputs.find([outer], "deep", "x")
        assert (found_block["block_id"], element) == ("x", button)


def test_the_emoji_that_approvals_need_are_there() -> None:
    needed = ("white_check_mark", "+1", "heavy_check_mark", "x", "-1", "pencil2", "warning", "eyes", "tada", "thumbsup")
    assert all(is_known(name) for name in needed)
    assert len(CHARACTERS) >= 150
    assert (base_name("thumbsup::skin-tone-4"), character(":+1::skin-tone-2:")) == ("+1", "👍")
    assert not is_known("no_such_thing")
