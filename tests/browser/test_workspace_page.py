"""The chat page in a real browser, with a real Bolt app at the other end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from looks import LOW_CONTRAST, MODAL, PICTURE
from playwright.sync_api import Page, expect
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.workspace import Person, WorkspaceServer

DOCUMENT = [
    {"type": "header", "text": {"type": "plain_text", "text": "Requirements: handbook assistant"}},
    {
        "type": "section",
        "text": {
            "type": "mrkdwn",
            "text": "*R1* It answers questions about the warehouse handbooks. _You said: a bot for our handbooks._\n"
            "*R2* At least *80 %* of the golden questions are answered correctly.\n"
            "*R3* The p95 latency stays below `2.0 s`.",
        },
    },
    {
        "type": "section",
        "fields": [
            {"type": "mrkdwn", "text": "*Accuracy*\nat least 80 %"},
            {"type": "mrkdwn", "text": "*Runs on*\nthis machine"},
        ],
    },
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "style": "primary",
                "text": {"type": "plain_text", "text": "Approve"},
            },
            {"type": "button", "action_id": "change", "text": {"type": "plain_text", "text": "Ask for changes"}},
        ],
    },
    {
        "type": "context",
        "elements": [
            {"type": "mrkdwn", "text": "React with :white_check_mark: to approve, :pencil2: to ask for changes."}
        ],
    },
]
TABLE = [
    {
        "type": "table",
        "rows": [
            [{"type": "raw_text", "text": text} for text in row]
            for row in (("Configuration", "Recall", "p95"), ("hybrid, 256 tokens", "0.91", "38 ms"))
        ],
    },
    {"type": "markdown", "text": "## Result\nThe **hybrid** retriever won."},
]


@pytest.fixture
def bot(server: WorkspaceServer) -> Iterator[WebClient]:
    """A bot that answers a mention with a document, a button with words, another with a modal."""
    app = App(client=WebClient(token=server.tokens.bot_token, base_url=server.api_url))

    def on_mention(event: dict[str, Any], client: WebClient) -> None:
        place = {"channel": event["channel"], "thread_ts": event["ts"]}
        client.chat_postMessage(text="Requirements", blocks=DOCUMENT, **place)

    def on_approve(ack: Any, respond: Any) -> None:
        ack()
        respond("Only the owner can approve this document.")

    app.event("app_mention")(on_mention)
    app.action("approve")(on_approve)
    app.action("change")(
        lambda ack, body, client: (ack(), client.views_open(trigger_id=body["trigger_id"], view=MODAL))
    )
    app.view("changes")(lambda ack, body, client: (ack(), _thank(body, client)))
    app.command("/neo")(lambda ack, command: ack(f"You asked for {command['text']}."))
    for kind in ("message", "reaction_added", "reaction_removed", "file_shared", "app_home_opened"):
        app.event(kind)(lambda ack: ack())
    handler = SocketModeHandler(app, server.tokens.app_token)
    handler.connect()
    yield app.client
    handler.close()


def _thank(body: dict[str, Any], client: WebClient) -> None:
    text = body["view"]["state"]["values"]["why"]["text"]["value"]
    client.chat_postMessage(channel=body["user"]["id"], text=f"Noted: {text}")


def test_a_newcomer_is_told_what_to_type(
    server: WorkspaceServer, open_page: Callable[..., Page], artefacts: Path
) -> None:
    page = open_page(server.url)
    expect(page.get_by_text("Local workspace, not Slack")).to_be_visible()
    expect(page.get_by_text("Neo is not connected.")).to_be_visible()
    page.screenshot(path=artefacts / "workspace-empty.png")
    page.get_by_role("button", name="@Neo I need a bot").click()
    box = page.get_by_role("textbox", name="Message #neo-projects")
    expect(box).to_have_value("@Neo I need a bot that answers questions about our handbooks")
    expect(box).to_be_focused()
    page.reload()
    expect(box).to_have_value(
        "@Neo I need a bot that answers questions about our handbooks"
    )  # a draft outlives a reload
    page.keyboard.press("Tab")
    assert page.evaluate(LOW_CONTRAST) == []


def test_a_whole_conversation(
    server: WorkspaceServer, bot: WebClient, open_page: Callable[..., Page], artefacts: Path, tmp_path: Path
) -> None:
    page = open_page(server.url, width=1360, height=860)
    _write_and_open_the_thread(page)
    _send_files(page, tmp_path)
    _use_the_document(page, artefacts)
    _watch_the_bot(page, bot, server)
    page.screenshot(path=artefacts / "workspace-light.png")
    assert page.evaluate(LOW_CONTRAST) == []
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=artefacts / "workspace-dark.png")
    assert page.evaluate(LOW_CONTRAST) == []
    place = page.url
    page.reload()
    assert page.url == place
    expect(page.get_by_role("log", name="Replies").get_by_text("Tuning: 12 of 30 trials")).to_be_visible()
    phone = open_page(place, width=390, height=844)
    expect(phone.get_by_role("log", name="Replies").get_by_text("Tuning: 12 of 30 trials")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    phone.screenshot(path=artefacts / "workspace-phone.png")


def _write_and_open_the_thread(page: Page) -> None:
    expect(page.locator("#bot-state")).to_have_text("connected")
    box = page.get_by_role("textbox", name="Message #neo-projects")
    box.fill("@Neo I need a bot for our handbooks")
    box.press("Shift+Enter")
    box.type("<b>not bold</b>")
    box.press("Enter")
    log = page.get_by_role("log", name="Messages in #neo-projects")
    expect(log.get_by_text("<b>not bold</b>")).to_be_visible()
    expect(box).to_have_value("")
    log.get_by_role("link", name="1 reply").click()
    expect(page.get_by_role("textbox", name="Message this thread")).to_be_focused()
    expect(page.get_by_role("heading", name="Requirements: handbook assistant")).to_be_visible()


def _send_files(page: Page, folder: Path) -> None:
    handbook = folder / "handbook.txt"
    handbook.write_text("rules", encoding="utf-8")
    page.locator("#composer-thread-form input[type=file]").set_input_files(handbook)
    _drop(page, "#thread", "golden.csv", "question,answer\n")
    expect(page.locator("#composer-thread-form .pending")).to_contain_text("golden.csv")
    page.get_by_role("textbox", name="Message this thread").fill("Here they are")
    page.locator("#composer-thread-form").get_by_role("button", name="Send").click()
    replies = page.get_by_role("log", name="Replies")
    with page.expect_download() as download:
        replies.get_by_role("link", name="golden.csv").click()
    assert Path(download.value.path()).read_text(encoding="utf-8") == "question,answer\n"


def _drop(page: Page, target: str, name: str, content: str) -> None:
    transfer = page.evaluate_handle(
        """([name, content]) => {
          const data = new DataTransfer();
          data.items.add(new File([content], name));
          return data;
        }""",
        [name, content],
    )
    for kind in ("dragenter", "drop"):
        page.dispatch_event(target, kind, {"dataTransfer": transfer})


def _use_the_document(page: Page, artefacts: Path) -> None:
    replies = page.get_by_role("log", name="Replies")
    document = replies.get_by_role("article").filter(has_text="Requirements: handbook assistant")
    document.hover()
    document.get_by_role("button", name="Add a reaction").first.click()
    page.get_by_role("searchbox", name="Search emoji").fill("white check")
    page.screenshot(path=artefacts / "workspace-picker.png")
    page.keyboard.press("Enter")
    mine = document.get_by_role("button", name="white check mark, 1: you")
    expect(mine).to_have_attribute("aria-pressed", "true")
    mine.click()
    expect(mine).to_have_count(0)  # taken back
    document.get_by_role("button", name="Approve").click()
    expect(replies.get_by_text("Only the owner can approve this document.")).to_be_visible()
    document.get_by_role("button", name="Ask for changes").click()
    modal = page.get_by_role("dialog", name="What should change?")
    modal.get_by_role("button", name="Send").click()
    expect(modal.get_by_text("Please complete this required field.")).to_be_visible()
    page.screenshot(path=artefacts / "workspace-modal.png")
    modal.get_by_role("textbox").fill("Make it 85 %")
    modal.get_by_role("button", name="Send").click()
    expect(modal).to_have_count(0)
    expect(page.get_by_role("link", name="Neo connected")).to_be_visible()


def _watch_the_bot(page: Page, bot: WebClient, server: WorkspaceServer) -> None:
    channel = page.locator("body").get_attribute("data-channel") or ""
    root = page.locator("body").get_attribute("data-thread") or ""
    replies = page.get_by_role("log", name="Replies")
    progress = bot.chat_postMessage(channel=channel, thread_ts=root, text="Tuning: 3 of 30 trials")["ts"]
    expect(replies.get_by_text("Tuning: 3 of 30 trials")).to_be_visible()
    bot.chat_update(channel=channel, ts=progress, text="Tuning: 12 of 30 trials, best recall *0.91*")
    expect(replies.get_by_text("Tuning: 12 of 30 trials")).to_be_visible()
    expect(replies.get_by_text("(edited)")).to_be_visible()
    bot.files_upload_v2(
        channel=channel,
        thread_ts=root,
        content=PICTURE,
        filename="front.png",
        title="The front",
        alt_txt="Accuracy and cost",
    )
    picture = replies.get_by_role("img", name="Accuracy and cost")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 2)
    bot.chat_postMessage(channel=channel, thread_ts=root, text="Result", blocks=TABLE)
    expect(replies.get_by_role("columnheader", name="Recall")).to_be_visible()
    bot.assistant_threads_setStatus(channel_id=channel, thread_ts=root, status="is working…")
    expect(page.locator("#thread-status")).to_have_text("Neo is working…")
    Person(server.url, "colleague").say("Looks good :tada:", channel, root)
    expect(replies.get_by_text("Looks good 🎉")).to_be_visible()


def test_commands_edits_people_and_the_keyboard(
    server: WorkspaceServer, bot: WebClient, open_page: Callable[..., Page]
) -> None:
    page = open_page(server.url)
    box = page.get_by_role("textbox", name="Message #neo-projects")
    log = page.get_by_role("log", name="Messages in #neo-projects")
    box.fill("/neo status")
    box.press("Enter")
    expect(log.get_by_text("You asked for status.")).to_be_visible()
    expect(log.get_by_text("Only visible to you")).to_be_visible()
    box.fill("frist words")
    box.press("Enter")
    mine = log.get_by_role("article").filter(has_text="frist words")
    mine.hover()
    mine.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit the message").fill("first words")
    page.keyboard.press("Enter")
    expect(log.get_by_text("first words")).to_be_visible()
    page.get_by_label("Act as").select_option("colleague")
    expect(log.get_by_text("first words")).to_be_visible()
    expect(log.get_by_text("You asked for status.")).to_have_count(0)
    log.get_by_role("article").filter(has_text="first words").hover()
    expect(log.get_by_role("button", name="Edit")).to_have_count(0)
    log.get_by_role("link", name="Reply in a thread").first.click()
    expect(page.get_by_role("complementary", name="Thread")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="Thread")).to_be_hidden()


def test_the_direct_message_and_its_home_tab(
    server: WorkspaceServer, bot: WebClient, open_page: Callable[..., Page]
) -> None:
    you = Person(server.url)
    home = {"type": "home", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Your projects"}}]}
    bot.views_publish(user_id=you.user_id, view=home)
    page = open_page(server.url)
    page.get_by_role("navigation", name="Workspace").get_by_role("link", name="Neo connected").click()
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Your projects")).to_be_visible()
    home["blocks"][0]["text"]["text"] = "Your two projects"  # type: ignore[index]
    bot.views_publish(user_id=you.user_id, view=home)
    expect(page.get_by_role("heading", name="Your two projects")).to_be_visible()
    page.get_by_role("link", name="Messages").click()
    expect(page.get_by_role("textbox", name="Message Neo")).to_be_visible()
