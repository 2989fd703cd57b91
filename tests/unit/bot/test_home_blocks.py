"""Home and every form at their extremes: within Slack's limits, escaped, and of the shape that Slack knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.blocks import forms, home
from bot.workspace import blocks as local_rules

TITLE = "A project whose title is as long as a title may be & <bracketed>, to the letter".ljust(80, "x")
LONG = ("A sentence of middling length, & with <brackets> in it. " * 80)[:3000]
CONTROLS = [["pause", "pause"], ["resume", "resume"], ["retry", "retry"], ["cancel", "cancel"], ["close", "close"]]
FULL: dict[str, Any] = {
    "id": "prj_0123456789abcdef01234567",
    "title": TITLE,
    "stage": "requirements review",
    "reason": LONG,
    "waits": "your approval of the architecture with its budget",
    "share": 1.0,
    "budget": "12.5 of 125 min of computing left",
    "runs": "up, http://127.0.0.1:8700",
    "alert": True,
    "controls": CONTROLS,
    "picture": "sha",
    "picture_alt": "1 of 2 votes good; 1 answer, the slowest in 200 ms.",
    "file": "F1",
    "link": "https://example.slack.com/archives/C1/p1",
}
BARE: dict[str, Any] = FULL | {
    "reason": "", "waits": "", "share": None, "budget": "", "runs": "", "alert": False, "controls": [], "file": "",
    "link": "", "picture": "",
}  # fmt: skip
OPTIONS = [[f"R{number}", f"R{number}: {LONG}"] for number in range(50)]

HOMES: dict[str, dict[str, Any]] = {
    "nothing": {"projects": [], "finished": [], "welcome": LONG},
    "bare": {"projects": [BARE], "finished": []},
    "full": {"projects": [FULL] * 10, "finished": [{"title": TITLE, "stage": "cancelled"}] * 10, "welcome": ""},
}
FORMS: dict[str, dict[str, Any]] = {
    "new": {"form": "new_project", "channel": "C1"},
    "new from nowhere": {"form": "new_project"},
    "edit": {"form": "edit_requirement", "requirements": OPTIONS, "subject": FULL["id"]},
    "edit hundreds": {"form": "edit_requirement", "requirements": OPTIONS * 5},
    "edit nothing": {"form": "edit_requirement", "requirements": []},
    "golden": {"form": "add_golden", "projects": [[FULL["id"], TITLE]] * 50, "question": LONG, "answer": LONG},
    "golden from nothing": {"form": "add_golden", "projects": [["prj_1", "T"]], "question": "", "answer": ""},
    "told": {"form": "told", "text": LONG * 2},
}


def form(data: dict[str, Any]) -> dict[str, Any]:
    return forms.filled({"view": f"{data['form']}:0123456789abcdef", **data})


def _views() -> Iterator[Any]:
    """Every view that is ever shown."""
    for name, data in HOMES.items():
        yield pytest.param(home.view("10 open projects, 10 waiting for you.", data), id=f"home: {name}")
    for name, data in FORMS.items():
        yield pytest.param(form(data), id=f"form: {name}")
    for name in forms.TITLES:
        yield pytest.param(forms.empty(name, f"{name}:0123456789abcdef").to_dict(), id=f"empty: {name}")
    yield pytest.param(forms.what_went_wrong("ans_0123456789abcdef").to_dict(), id="what went wrong")


VIEWS = list(_views())


@pytest.mark.parametrize("view", VIEWS)
def test_slacks_limits_hold(view: dict[str, Any]) -> None:
    View(**view).validate_json()
    for block in Block.parse_all(view["blocks"]):
        block.validate_json()
    assert len(local_rules.checked(view["blocks"], most=100)) == len(view["blocks"])
    for one in inner(view):
        assert len(one.get("placeholder", {}).get("text", "")) <= 150
        assert len(one.get("options") or "x") <= 100
        assert len(one.get("initial_value") or "") <= one.get("max_length", 3000) <= 3000
        if one.get("type") == "button":
            assert len(one["text"]["text"]) <= 75
    for option in (option for one in inner(view) for option in one.get("options") or ()):
        assert len(option["text"]["text"]) <= 75 and len(option["value"]) <= 150


@pytest.mark.parametrize("view", VIEWS)
def test_slack_knows_every_key(view: dict[str, Any], samples: Any) -> None:
    sample = "api/views.publish.json" if view["type"] == "home" else "api/views.open.json"
    assert samples.check({"ok": True, "view": {**view, "blocks": []}}, sample) == []


def inner(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a view."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inner(one)


def said(view: dict[str, Any]) -> str:
    return "\n".join(one["text"] for one in inner(view) if isinstance(one.get("text"), str))


def test_home_names_what_waits_and_why_and_escapes_what_people_wrote() -> None:
    text = said(home.view("1 open project, 1 waiting for you.", {"projects": [FULL], "finished": []}))
    for words in (
        "1 open project",
        ":red_circle:",
        "Stage: requirements review",
        "12.5 of 125 min",
        "█" * 20 + " 100%",
    ):
        assert words in text
    assert "Waits for your approval of the architecture" in text
    assert "&amp; &lt;bracketed&gt;" in text and "<bracketed>" not in text


def test_a_home_shows_only_what_there_is() -> None:
    kinds = [block["type"] for block in home.view("1 open project.", HOMES["bare"])["blocks"]]
    assert kinds == ["header", "context", "actions", "divider", "section"]


def test_what_cannot_be_undone_is_asked_about_on_home() -> None:
    view = home.view("", {"projects": [FULL], "finished": []})
    buttons = {one["action_id"]: one for one in inner(view) if one.get("type") == "button"}
    asked = {action for action, button in buttons.items() if "confirm" in button}
    assert asked == {"home_cancel", "home_close"}
    assert {buttons[f"home_{command}"]["value"] for command, _ in CONTROLS} == {FULL["id"]}


def test_a_form_asks_for_what_is_read_from_it() -> None:
    asked = {name: {block["element"]["action_id"] for block in form(FORMS[name])["blocks"]} for name in ("new", "edit")}
    assert asked == {
        "new": {"need", "channel", "accuracy", "latency", "cost"},
        "edit": {"requirement", "value"},
    }
    assert form(FORMS["edit"])["private_metadata"] == FULL["id"]


def test_a_form_with_nothing_to_choose_says_so_and_cannot_be_sent() -> None:
    view = form(FORMS["edit nothing"])
    assert "not written yet" in said(view) and "submit" not in view
    json.dumps(view)
