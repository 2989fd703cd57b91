from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient

from bot.workspace import Person, WorkspaceServer
from bot.workspace.blocks import KNOWN

TEXT = {"type": "mrkdwn", "text": "*Shown* <&>"}
PLAIN = {"type": "plain_text", "text": "Plain <&> :eyes:"}
BUTTON = {"type": "button", "action_id": "go", "text": PLAIN, "value": "<v>", "style": "primary"}
RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Rich <"}]}],
}
TASK = {"type": "task_card", "task_id": "1", "title": "Task one", "status": "complete", "details": RICH}
OPTIONS = [{"text": PLAIN, "value": "one"}]

BLOCKS: dict[str, tuple[dict[str, Any], str]] = {
    "actions": ({"elements": [BUTTON]}, 'data-press="go"'),
    "alert": ({"text": TEXT, "level": "warning"}, "<strong>Shown</strong>"),
    "call": ({"call_id": "R1"}, "cannot show"),
    "card": ({"title": TEXT, "body": TEXT, "actions": [BUTTON]}, 'data-press="go"'),
    "carousel": ({"elements": [{"type": "card", "title": TEXT}]}, "<strong>Shown</strong>"),
    "container": (
        {"title": TEXT, "child_blocks": [{"type": "actions", "block_id": "i", "elements": [BUTTON]}]},
        "data-press",
    ),
    "context": ({"elements": [TEXT]}, "<strong>Shown</strong>"),
    "context_actions": (
        {
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "fb",
                    "positive_button": {"text": PLAIN, "value": "good"},
                    "negative_button": {"text": PLAIN, "value": "bad"},
                }
            ]
        },
        'data-value="bad"',
    ),
    "divider": ({}, "<hr>"),
    "file": ({"external_id": "E1", "source": "remote"}, "E1"),
    "header": ({"text": PLAIN}, "<h3>Plain &lt;&amp;&gt; 👀</h3>"),
    "image": (
        {"image_url": "https://elsewhere.example/x.png", "alt_text": "a chart"},
        "Picture from elsewhere: a chart",
    ),
    "input": ({"label": PLAIN, "element": {"type": "plain_text_input", "action_id": "t"}}, '<input type="text"'),
    "markdown": ({"text": "**Shown** <b>"}, "<strong>Shown</strong> &lt;b&gt;"),
    "plan": ({"title": "The plan", "tasks": [TASK]}, "task-complete"),
    "rich_text": ({"elements": RICH["elements"]}, "Rich &lt;"),
    "section": ({"text": TEXT, "fields": [TEXT], "accessory": BUTTON}, 'class="accessory"'),
    "table": ({"rows": [[{"type": "raw_text", "text": "<h>"}], [RICH]]}, "&lt;h&gt;</th>"),
    "task_card": ({k: v for k, v in TASK.items() if k != "type"}, "Task one"),
    "video": (
        {"title": PLAIN, "video_url": "https://a.b", "alt_text": "x", "thumbnail_url": "https://a.b"},
        "https://a.b",
    ),
}


@pytest.fixture(scope="module")
def web(server: WorkspaceServer) -> WebClient:
    return WebClient(token=server.tokens.bot_token, base_url=server.api_url)


def page(server: WorkspaceServer, path: str, **params: str) -> str:
    answer = httpx.get(f"{server.url}{path}", params=params, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_there_is_a_case_for_every_kind_of_block() -> None:
    assert BLOCKS.keys() == KNOWN


@pytest.mark.parametrize("kind", BLOCKS)
def test_every_kind_of_block_is_shown(server: WorkspaceServer, web: WebClient, kind: str) -> None:
    body, expected = BLOCKS[kind]
    ts = web.chat_postMessage(channel="#general", text="fallback", blocks=[{"type": kind} | body])["ts"]
    channel = Person(server.url).channels()["general"]
    shown = page(server, f"/channels/{channel}/messages/{ts}")
    assert expected in shown
    assert "<&>" not in shown  # nothing is left unescaped
    assert "<b>" not in shown and "<v>" not in shown


ELEMENTS: dict[str, dict[str, Any]] = {
    "static_select": {"options": OPTIONS, "placeholder": PLAIN},
    "multi_static_select": {"options": OPTIONS},
    "external_select": {"options": OPTIONS},
    "overflow": {"options": OPTIONS},
    "users_select": {},
    "channels_select": {},
    "conversations_select": {},
    "plain_text_input": {"multiline": True},
    "number_input": {},
    "email_text_input": {},
    "url_text_input": {},
    "datepicker": {"initial_date": "2026-11-23"},
    "timepicker": {},
    "radio_buttons": {"options": OPTIONS, "initial_option": OPTIONS[0]},
    "checkboxes": {"options": OPTIONS},
}


@pytest.mark.parametrize("kind", ELEMENTS)
def test_every_kind_of_field_is_shown_with_its_name(server: WorkspaceServer, web: WebClient, kind: str) -> None:
    element = {"type": kind, "action_id": "field"} | ELEMENTS[kind]
    ts = web.chat_postMessage(
        channel="#general", text="x", blocks=[{"type": "input", "block_id": "b1", "label": PLAIN, "element": element}]
    )["ts"]
    shown = page(server, f"/channels/{Person(server.url).channels()['general']}/messages/{ts}")
    assert 'data-field="field"' in shown
    assert "cannot show" not in shown


def test_what_people_type_cannot_become_a_tag(server: WorkspaceServer) -> None:
    you = Person(server.url)
    channel = you.create_channel("nasty")
    you.say("<img src=x onerror=alert(1)> <script>alert(1)</script> *b* \"'", channel)
    shown = page(server, f"/channels/{channel}")
    assert "<script>alert" not in shown and "<img src=x" not in shown
    assert "<strong>b</strong>" in shown


def test_a_private_message_is_on_one_persons_page_only(server: WorkspaceServer, web: WebClient) -> None:
    you = Person(server.url)
    channel = you.create_channel("private-matters")
    ts = web.chat_postEphemeral(channel=channel, user=you.user_id, text="for your eyes")["message_ts"]
    assert "Only visible to you" in page(server, f"/channels/{channel}")
    assert "for your eyes" not in page(server, f"/channels/{channel}", **{"as": "colleague"})
    answer = httpx.get(f"{server.url}/channels/{channel}/messages/{ts}", params={"as": "colleague"})
    assert answer.status_code == 404


def test_the_first_page_says_what_it_is_and_what_to_type(server: WorkspaceServer) -> None:
    you = Person(server.url)
    you.create_channel("brand-new")
    shown = page(server, f"/channels/{you.channels()['brand-new']}")
    assert "Local workspace, not Slack" in shown
    assert "Neo is not connected" in shown
    assert "@Neo I need a bot that answers questions about our handbooks" in shown


def test_a_thread_opens_beside_its_channel(server: WorkspaceServer) -> None:
    you = Person(server.url)
    channel = you.create_channel("threads")
    root = you.say("root", channel)
    you.say("reply", channel, root)
    closed, opened = page(server, f"/channels/{channel}"), page(server, f"/channels/{channel}", thread=root)
    assert "1 reply" in closed and f'id="t{root}"' not in closed
    assert f'id="t{root}"' in opened and 'aria-label="Replies"' in opened


def test_every_control_has_a_name(server: WorkspaceServer) -> None:
    shown = page(server, "/")
    for tag in re.findall(r"<(?:button|textarea|select|input)\b[^>]*>(?:[^<]*)", shown):
        named = "aria-label" in tag or tag.split(">", 1)[1].strip() or 'id="act-as"' in tag or "question" in tag
        assert named or 'id="new-channel"' in tag, tag


@pytest.mark.parametrize("path", ["/channels/C0NOWHERE00", "/?as=ghost"])
def test_what_is_not_there_is_said(server: WorkspaceServer, path: str) -> None:
    answer = httpx.get(f"{server.url}{path}")
    assert answer.status_code == 404
    assert answer.text.startswith("There is no")


def test_only_the_owner_is_offered_the_apps_menu(server: WorkspaceServer) -> None:
    assert "Remove the app" in page(server, "/")
    assert "Remove the app" not in page(server, "/", **{"as": "colleague"})


def test_a_guest_without_channels_lands_in_the_direct_message(server: WorkspaceServer) -> None:
    you, guest = Person(server.url), Person(server.url, "guest")
    invited = [name for name in guest.channels() if name]
    for name in invited:
        you.take_out(f"#{name}", "guest")
    assert 'aria-label="Message Neo"' in page(server, "/", **{"as": "guest"})
    for name in invited:
        you.invite(f"#{name}", "guest")


def test_an_archived_channel_offers_nothing_to_change(server: WorkspaceServer) -> None:
    you = Person(server.url)
    channel = you.create_channel("shut")
    you.react(channel, you.say("said before", channel), "eyes")
    you.archive_channel(channel)
    shown = page(server, f"/channels/{channel}")
    assert "said before" in shown and "nothing can be added" in shown and 'data-do="unarchive"' in shown
    for control in ('data-do="edit"', 'data-do="delete"', 'data-do="pick"', 'data-do="rename"', "<textarea"):
        assert control not in shown
