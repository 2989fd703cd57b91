"""The mailbox in the page: mails as files become a list, a mail with its picture, and a download."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from looks import PICTURE, looked_at
from playwright.sync_api import Page, expect

from bot.workspace import Setup, WorkspaceServer
from neo.transports.mail import Mail, Picture
from neo.transports.mail_folder import MailFolder

FIRING = Mail(
    "<neo.1@localhost>",
    "hall@example.com",
    "camera: more than 10 people",
    "camera: 13 people, more than 10 people since 10:04:11.",
    pictures=(Picture(PICTURE, "Thirteen people in a hall, heads blurred.", "camera"),),
    at=1_790_000_000.0,
)
CLEARED = Mail(
    "<neo.2@localhost>", "hall@example.com", "Re: camera: more than 10 people", "Cleared.", at=1_790_000_060.0
)


def test_mails_come_are_read_and_look_well(open_page: Callable[..., Page], tmp_path: Path, artefacts: Path) -> None:
    folder = MailFolder(tmp_path / "mail", "Neo <neo@localhost>")
    with WorkspaceServer(tmp_path / "w.db", port=0, setup=Setup(mail_dir=folder.folder)) as server:
        page = open_page(server.url)
        page.get_by_role("link", name="Mail", exact=True).click()
        expect(page.get_by_text("No mail yet.")).to_be_visible()
        folder.send(FIRING)  # it appears by itself
        expect(page.locator("#letters a")).to_have_count(1)
        folder.send(CLEARED)
        expect(page.locator("#letters strong")).to_have_text([CLEARED.subject, FIRING.subject])
        looked_at(page, artefacts, "mailbox", phone=True)

        page.locator("#letters a").last.click()
        frame = page.frame_locator("iframe")
        expect(frame.get_by_text("13 people, more than 10 people")).to_be_visible()
        picture = frame.get_by_role("img", name="Thirteen people in a hall, heads blurred.")
        assert picture.evaluate("image => image.naturalWidth") == 2
        expect(page.get_by_role("heading", level=2)).to_have_text(FIRING.subject)
        assert page.locator("#letters [aria-current=page] strong").inner_text() == FIRING.subject
        looked_at(page, artefacts, "mail", phone=True)

        page.set_viewport_size({"width": 390, "height": 844})
        page.get_by_role("link", name="All mails").click()
        expect(page.locator("#letters a")).to_have_count(2)
        page.get_by_role("link", name="Back to the messages").click()
        expect(page.get_by_role("link", name="Mail", exact=True)).to_be_visible()
        page.close()  # before its server goes: a page that looks for news of a server that is gone complains
