"""The parts of the page that follow the Slack app: Stop, shortcuts, channels, the app's lifecycle, Home."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from looks import MODAL, PICTURE, looked_at
from playwright.sync_api import Page, expect
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.workspace import Person, WorkspaceServer


@pytest.fixture
def bot(server: WorkspaceServer) -> Iterator[WebClient]:
    """A bot that says that it stops, and opens a modal for each shortcut."""
    app = App(client=WebClient(token=server.tokens.bot_token, base_url=server.api_url))

    def on_stop(event: dict[str, Any], client: WebClient) -> None:
        place = {"channel_id": event["channel"], "thread_ts": event["thread_ts"]}
        client.chat_postMessage(channel=event["channel"], thread_ts=event["thread_ts"], text="Stopped.")
        client.agents_sessions_setStatus(**place, status="active")

    def on_shortcut(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        title = {"type": "plain_text", "text": body["callback_id"]}
        client.views_open(trigger_id=body["trigger_id"], view=MODAL | {"title": title})

    app.event("agent_session_stopped")(on_stop)
    app.shortcut("add_golden")(on_shortcut)
    app.shortcut("new_project")(on_shortcut)
    for kind in (
        "message",
        "app_home_opened",
        "channel_rename",
        "channel_archive",
        "channel_unarchive",
        "tokens_revoked",
    ):
        app.event(kind)(lambda ack: ack())
    for kind in ("member_joined_channel", "app_uninstalled", "app_mention"):
        app.event(kind)(lambda ack: ack())
    handler = SocketModeHandler(app, server.tokens.app_token)
    handler.connect()
    yield app.client
    handler.close()


def test_stop_is_there_while_the_bot_works(
    server: WorkspaceServer, bot: WebClient, open_page: Callable[..., Page], artefacts: Path
) -> None:
    you = Person(server.url)
    channel = you.channels()["neo-projects"]
    root = you.say("Tune it", channel)
    place = {"channel_id": channel, "thread_ts": root}
    page = open_page(f"{server.url}/channels/{channel}?thread={root}")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    bot.agents_sessions_setStatus(**place, status="processing", title="Handbook tuning")
    bot.assistant_threads_setStatus(**place, status="is tuning, trial 3 of 30")
    expect(page.locator("#thread-status")).to_contain_text("Neo is tuning, trial 3 of 30")
    expect(page.get_by_role("heading", name="Handbook tuning")).to_be_visible()
    looked_at(page, artefacts, "workspace-stop")
    phone = open_page(f"{server.url}/channels/{channel}?thread={root}", width=390, height=844)
    expect(phone.locator("#thread-status").get_by_role("button", name="Stop")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    looked_at(phone, artefacts, "workspace-stop-phone")
    page.locator("#thread-status").get_by_role("button", name="Stop").click()
    expect(page.get_by_role("log", name="Replies").get_by_text("Stopped.")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(phone.get_by_role("button", name="Stop")).to_have_count(0)


def test_shortcuts_open_from_a_message_and_beside_the_composer(
    server: WorkspaceServer, bot: WebClient, open_page: Callable[..., Page], artefacts: Path
) -> None:
    you = Person(server.url)
    you.say("What is the limit? 40 kg.", "#neo-projects")
    page = open_page(server.url)
    expect(page.locator("#bot-state")).to_have_text("connected")
    message = page.get_by_role("article").filter(has_text="What is the limit?")
    message.hover()
    message.get_by_role("button", name="More actions").click()
    item = page.get_by_role("menuitem", name="Add as golden Q&A")
    expect(item).to_be_focused()
    looked_at(page, artefacts, "workspace-message-menu")
    item.press("Enter")
    modal = page.get_by_role("dialog", name="add_golden")
    expect(modal).to_be_visible()
    modal.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_role("menuitem", name="New project").click()
    expect(page.get_by_role("dialog", name="new_project")).to_be_visible()


def test_channels_are_made_renamed_and_archived(
    server: WorkspaceServer, bot: WebClient, open_page: Callable[..., Page], artefacts: Path
) -> None:
    page = open_page(server.url)
    sidebar = page.get_by_role("navigation", name="Workspace")
    sidebar.get_by_role("button", name="New channel").click()
    page.get_by_role("textbox", name="Name").fill("secret plans")
    page.get_by_role("checkbox", name="Private").check()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="#secret-plans", exact=True)).to_be_visible()
    assert "secret-plans" not in Person(server.url, "colleague").channels()
    page.get_by_role("button", name="Channel menu").click()
    looked_at(page, artefacts, "workspace-channel-menu")
    page.get_by_role("menuitem", name="Add Colleague").click()
    expect(page.locator("#channel-menu", has_text="Add Colleague")).to_have_count(0)
    assert "secret-plans" in Person(server.url, "colleague").channels()
    page.get_by_role("button", name="Channel menu").click()
    page.get_by_role("menuitem", name="Rename the channel").click()
    name = page.get_by_role("textbox", name="Name")
    expect(name).to_have_value("secret-plans")
    name.fill("open-plans")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.get_by_role("heading", name="#open-plans", exact=True)).to_be_visible()
    page.get_by_role("button", name="Channel menu").click()
    page.get_by_role("menuitem", name="Archive the channel").click()
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(page.get_by_text("it can be read, and nothing can be added")).to_be_visible()
    expect(page.get_by_role("textbox", name="Message #open-plans")).to_have_count(0)
    looked_at(page, artefacts, "workspace-archived")
    page.get_by_role("button", name="Channel menu").click()
    page.get_by_role("menuitem", name="Open this channel again").click()
    expect(page.get_by_role("textbox", name="Message #open-plans")).to_be_visible()


def test_the_app_is_removed_and_installed_again(
    server: WorkspaceServer, bot: WebClient, open_page: Callable[..., Page], artefacts: Path
) -> None:
    page = open_page(server.url)
    for item, sure, said in (
        ("Revoke the bot’s token", "Revoke", "token was revoked"),
        ("Remove the app", "Remove", "was removed from this workspace"),
    ):
        page.get_by_role("button", name="App menu").click()
        page.get_by_role("menuitem", name=item).click()
        page.get_by_role("button", name=sure, exact=True).click()
        expect(page.locator("#presence")).to_contain_text(said)
    looked_at(page, artefacts, "workspace-removed")
    page.get_by_role("button", name="App menu").click()
    page.get_by_role("menuitem", name="Install again").click()
    expect(page.locator("#app-standing")).to_have_text("installed")
    expect(page.locator("#presence")).to_have_text("")
    assert bot.auth_test()["ok"]


def test_a_direct_message_thread_shows_suggestions_and_streams(
    server: WorkspaceServer, bot: WebClient, open_page: Callable[..., Page]
) -> None:
    you = Person(server.url)
    dm = you.open_dm()
    root = you.say("What can you do?", dm)
    page = open_page(f"{server.url}/channels/{dm}?thread={root}")
    prompts = [{"title": "Start a project", "message": "I need a bot for our handbooks"}]
    bot.assistant_threads_setSuggestedPrompts(channel_id=dm, thread_ts=root, title="Try", prompts=prompts)
    page.locator("#prompts-thread").get_by_role("button", name="Start a project").click()
    expect(page.get_by_role("textbox", name="Message this thread")).to_have_value(prompts[0]["message"])
    stream = bot.chat_startStream(channel=dm, thread_ts=root, markdown_text="**Half**")["ts"]
    replies = page.get_by_role("log", name="Replies")
    expect(replies.get_by_text("still writing")).to_be_attached()
    bot.chat_stopStream(channel=dm, ts=stream, markdown_text=" and whole")
    expect(replies.get_by_text("Half and whole")).to_be_visible()
    expect(replies.get_by_text("still writing")).to_have_count(0)


def home_blocks(file_id: str) -> list[dict[str, Any]]:
    """A Home tab with a bit of everything."""

    def text(words: str) -> dict[str, str]:
        return {"type": "mrkdwn", "text": words}

    def plain(words: str) -> dict[str, str]:
        return {"type": "plain_text", "text": words}

    picture = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "The front"}
    button = {"type": "button", "action_id": "open", "text": plain("Open the thread")}
    thumbs = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": {"text": plain("Good"), "value": "good"},
        "negative_button": {"text": plain("Bad"), "value": "bad"},
    }
    choice = {
        "type": "static_select",
        "action_id": "filter",
        "placeholder": plain("All projects"),
        "options": [{"text": plain("Live only"), "value": "live"}],
    }
    name = {"type": "plain_text_input", "action_id": "name"}
    return [
        {"type": "header", "text": plain("Your projects")},
        {"type": "section", "text": text("*Handbook assistant* is live at 91 % recall."), "accessory": button},
        {"type": "section", "text": text("*Cost and recall* of thirty trials."), "accessory": picture},
        picture,
        {"type": "section", "text": text("Which ones?"), "accessory": choice},
        {"type": "context_actions", "elements": [thumbs]},
        {"type": "input", "block_id": "n", "label": plain("Name of a new project"), "element": name},
    ]


def test_the_home_tab_fits_a_phone(
    server: WorkspaceServer, bot: WebClient, open_page: Callable[..., Page], artefacts: Path
) -> None:
    you = Person(server.url)
    file_id = bot.files_upload_v2(content=PICTURE, filename="front.png", title="The front")["file"]["id"]
    bot.views_publish(user_id=you.user_id, view={"type": "home", "blocks": home_blocks(file_id)})
    dm = you.open_dm()
    for name, width in (("home", 1280), ("home-phone", 390)):
        page = open_page(f"{server.url}/channels/{dm}?tab=home", width=width, height=844)
        pictures = page.get_by_role("img", name="The front")
        expect(pictures).to_have_count(2)
        for picture in pictures.all():
            expect(picture).to_have_js_property("naturalWidth", 2)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        looked_at(page, artefacts, f"workspace-{name}")


def test_one_button_allows_the_app(server: WorkspaceServer, open_page: Callable[..., Page], artefacts: Path) -> None:
    landing = f"{server.url}/channels/{Person(server.url).channels()['general']}"
    query = f"client_id={server.app.client_id}&redirect_uri={landing}&state=s1"
    page = open_page(f"{server.url}/oauth/v2/authorize?{query}", width=390, height=844)
    looked_at(page, artefacts, "workspace-authorize")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{landing}?code=*&state=s1")
