"""A person walks the whole road in the chat page: real browser, real Bolt, real processes, real service."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from world import FILES

from bot.settings import load
from bot.up import Up, start

LONG_MS = 150_000

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """All of Neo, as `neo up` starts it, on free ports."""
    settings = load(
        data_dir=tmp_path / "data",
        workspace_port=0,
        service_port=8950,
        grace_s=1.0,
        trials=8,
        trial_jobs=1,
        watch_every_s=2.0,
        progress_every_s=0.2,
    )
    running = start(settings, print)
    yield running
    running.close()


def test_the_whole_road_in_the_page(up: Up, open_page: Callable[..., Page], artefacts: Path, tmp_path: Path) -> None:
    page = open_page(up.url, width=1400, height=1000)
    expect(page.locator("#bot-state")).to_have_text("connected", timeout=60_000)
    replies = _open_the_thread(page)
    _hand_in_files(page, replies, tmp_path)
    _answer(page, replies)
    _approve_by_emoji(page, replies, "Requirements: Answers", artefacts / "requirements.png")
    _approve_by_button(page, replies, "Architecture, milestones", artefacts / "architecture.png")
    _see_the_search(replies, page, artefacts)
    _ask_and_vote(page, replies, artefacts)
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=artefacts / "conversation-dark.png")
    phone = open_page(page.url, width=390, height=844)
    expect(phone.get_by_role("log", name="Replies").get_by_text("shelf Q9").last).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    phone.screenshot(path=artefacts / "conversation-phone.png")


def _open_the_thread(page: Page) -> Locator:
    box = page.get_by_role("textbox", name="Message #neo-projects")
    box.fill("@Neo I need a bot that answers questions about our handbooks")
    box.press("Enter")
    log = page.get_by_role("log", name="Messages in #neo-projects")
    log.get_by_role("link", name=re.compile(r"\d repl")).click(timeout=30_000)
    replies = page.get_by_role("log", name="Replies")
    expect(replies.get_by_text("drop them into this thread")).to_be_visible()
    return replies


def _hand_in_files(page: Page, replies: Locator, folder: Path) -> None:
    handbook = folder / "returns.md"
    handbook.write_bytes(FILES["returns.md"])
    page.locator("#composer-thread-form input[type=file]").set_input_files(handbook)
    transfer = page.evaluate_handle(
        """(content) => {
          const data = new DataTransfer();
          data.items.add(new File([content], "golden.csv"));
          return data;
        }""",
        FILES["golden.csv"].decode(),
    )
    for kind in ("dragenter", "drop"):
        page.dispatch_event("#thread", kind, {"dataTransfer": transfer})
    expect(page.locator("#composer-thread-form .pending")).to_contain_text("golden.csv")
    _say(page, "Here are our files")
    expect(replies.get_by_text("a golden set of 12 questions")).to_be_visible(timeout=30_000)


def _say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Message this thread")
    box.fill(text)
    box.press("Enter")


def _answer(page: Page, replies: Locator) -> None:
    expect(replies.get_by_text("How much of the expected answers")).to_be_visible()
    _say(page, "50 % is enough, within 2 seconds, at most 1 cent, and all of it stays here")
    expect(replies.get_by_text("Is anything different from what I assume?")).to_be_visible(timeout=30_000)
    replies.get_by_role("button", name="All as you assume").last.click()


def _document(replies: Locator, title: str) -> Locator:
    document = replies.get_by_role("article").filter(has=replies.page.get_by_role("heading", name=title)).last
    expect(document).to_be_visible(timeout=60_000)
    return document


def _picture(page: Page, document: Locator, title: str, picture: Path) -> None:
    """The top of a document, on a tall page."""
    usual = page.viewport_size
    assert usual is not None
    page.set_viewport_size({"width": usual["width"], "height": 1900})
    document.get_by_role("heading", name=title).hover()  # scrolls, again if it is drawn anew
    page.screenshot(path=picture)
    page.set_viewport_size(usual)


def _approve_by_emoji(page: Page, replies: Locator, title: str, picture: Path) -> None:
    document = _document(replies, title)
    _picture(page, document, title, picture)
    document.hover()
    document.get_by_role("button", name="Add a reaction").first.click()
    page.get_by_role("searchbox", name="Search emoji").fill("white check")
    page.keyboard.press("Enter")
    expect(replies.get_by_text("approved the requirements")).to_be_visible(timeout=30_000)


def _approve_by_button(page: Page, replies: Locator, title: str, picture: Path) -> None:
    document = _document(replies, title)
    _picture(page, document, title, picture)
    document.get_by_role("button", name="Approve").click()
    expect(replies.get_by_text("approved the architecture")).to_be_visible(timeout=30_000)
    expect(replies.get_by_role("button", name="Take it back")).to_be_visible()


def _see_the_search(replies: Locator, page: Page, artefacts: Path) -> None:
    expect(replies.get_by_text("Search finished")).to_be_visible(timeout=LONG_MS)
    front = replies.get_by_role("img", name=re.compile(r"^Scatter plot of the \d+ trials that .*, of 8 trials"))
    expect(front).to_be_visible(timeout=LONG_MS)
    assert front.evaluate("picture => picture.naturalWidth") > 700
    expect(replies.get_by_role("img", name=re.compile("^Line chart of 8 trials"))).to_be_visible()
    page.screenshot(path=artefacts / "conversation-search.png")
    expect(replies.get_by_text("is live")).to_be_visible(timeout=LONG_MS)


def _ask_and_vote(page: Page, replies: Locator, artefacts: Path) -> None:
    _say(page, "Where is a parcel without a return label parked?")
    answer = replies.get_by_role("article").filter(has_text="vote below")
    expect(answer).to_be_visible(timeout=60_000)
    expect(answer).to_contain_text("shelf Q9")
    expect(answer).to_contain_text("returns.md")
    answer.get_by_role("button", name="Good answer").click()
    expect(replies.get_by_text("noted as a good answer")).to_be_visible(timeout=30_000)
    answer.get_by_role("button", name="Bad answer").click()
    form = page.get_by_role("dialog", name="What went wrong?")
    form.get_by_role("textbox").fill("Too long")
    form.get_by_role("button", name="Send").click()
    expect(form).to_have_count(0)
    page.screenshot(path=artefacts / "conversation-light.png")
