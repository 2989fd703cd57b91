"""The mailbox's pages: what a folder holds is listed, and a mail can do no harm."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from bot.workspace import Setup, WorkspaceServer
from bot.workspace.mailbox import newest, opened

PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(20)
EVIL = (
    '<html><body><script>document.title = "got in"</script><img src="cid:one" alt="A hall">'
    '<img src="https://elsewhere.example/track.png"><a href="https://example.com">a link</a></body></html>'
)


def write(folder: Path, name: str, subject: str, minute: int, *, html: str = "", attached: bytes = b"") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Neo <neo@localhost>", "a@example.com", subject
    message["Date"] = f"Fri, 27 Nov 2026 10:{minute:02d}:00 +0000"
    message.set_content("In words: <b>13</b> people.")
    if html:
        message.add_alternative(html, subtype="html")
        message.get_payload()[-1].add_related(PIXEL, "image", "png", cid="<one>")  # type: ignore[union-attr, index]
    if attached:
        message.add_attachment(attached, "text", "html", filename='day "1".html')
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(message.as_bytes())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("mails") / "mail"
    write(made, "old.eml", "First <script>alert(1)</script>", 1)
    write(made, "new.eml", "Re: First", 3, html=EVIL)
    write(made, "middle.eml", "With a file", 2, attached=b"<script>alert(1)</script>")
    (made / "half.part").write_text("not whole yet")
    (made / "broken.eml").write_bytes(b"\xff\xfe\x00 no mail at all")
    return made


@pytest.fixture(scope="module")
def pages(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    state = tmp_path_factory.mktemp("server") / "w.db"
    with (
        WorkspaceServer(state, port=0, setup=Setup(mail_dir=folder)) as server,
        httpx.Client(base_url=server.url) as client,
    ):
        yield client


def test_the_newest_comes_first_and_what_is_no_mail_breaks_nothing(folder: Path) -> None:
    heads = [head for head in newest(folder) if head.name != "broken.eml"]
    assert [head.name for head in heads] == ["new.eml", "middle.eml", "old.eml"]
    assert {head.name for head in newest(folder)} - {"broken.eml"} == {head.name for head in heads}
    assert newest(folder / "not there") == []
    assert opened(folder, "broken.eml") is not None


@pytest.mark.parametrize("name", ["../mail/new.eml", "half.part", "none.eml", "", ".eml", "new.eml\n"])
def test_only_mails_of_the_folder_are_opened(folder: Path, name: str) -> None:
    assert opened(folder, name) is None


def test_the_list_shows_subjects_as_text(pages: httpx.Client) -> None:
    page = pages.get("/mail")
    assert "First &lt;script&gt;" in page.text and "<script>alert" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert page.text.index("With a file") < page.text.index("First &lt;script")
    assert pages.get("/", follow_redirects=True).text.count('href="/mail?as=you"') == 1


def test_a_mail_is_shown_in_a_frame_that_runs_and_fetches_nothing(pages: httpx.Client) -> None:
    page = pages.get("/mail", params={"open": "new.eml"})
    assert '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    body = pages.get("/mail/new.eml/body")
    policy = body.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "sandbox allow-popups" in policy and "script" not in policy
    assert "img-src data:;" in policy  # so the picture from elsewhere is not fetched
    assert 'src="data:image/png;base64,' in body.text and "cid:" not in body.text
    assert "In words: &lt;b&gt;13&lt;/b&gt; people." in pages.get("/mail/old.eml/body").text


def test_attachments_are_downloads(pages: httpx.Client) -> None:
    page = pages.get("/mail", params={"open": "middle.eml"}).text
    address = page.partition('<a class="button" href="')[2].partition('"')[0]
    answer = pages.get(address)
    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''day%20%221%22.html"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert pages.get("/mail/middle.eml/parts/99").status_code == 404


def test_without_a_folder_there_is_no_mailbox(server: WorkspaceServer) -> None:
    with httpx.Client(base_url=server.url) as client:
        assert client.get("/mail").status_code == 404
        assert client.get("/mail/new.eml/body").status_code == 404
        assert "/mail" not in client.get("/", follow_redirects=True).text
