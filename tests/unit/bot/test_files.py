"""Fetching shared files: the token goes to Slack's own host alone, and every failure says what to do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.files import SlackFiles
from bot.workspace import Person, WorkspaceServer
from neo.domain.events import FileRef
from neo.errors import BadInput, Unavailable

TOKEN = "xoxb-the-bots-own"
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/good.csv": (200, {"Content-Type": "text/csv"}, b"question,answer\n"),
    "/page.html": (200, {"Content-Type": "text/html"}, b"<p>a handbook</p>"),
    "/login.pdf": (200, {"Content-Type": "text/html; charset=utf-8"}, b"<title>Sign in</title>"),
    "/away.csv": (302, {"Location": "/good.csv"}, b""),
    "/gone.csv": (404, {"Content-Type": "text/plain"}, b"no such file"),
    "/large.bin": (200, {"Content-Type": "application/octet-stream"}, b"x" * 300_000),
}


@pytest.fixture
def host() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A real server on this machine, and what it was asked: (path, authorization)."""
    asked: list[tuple[str, str]] = []

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("Authorization", "")))
            status, headers, body = ANSWERS[self.path]
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


Host = tuple[str, list[tuple[str, str]]]


@pytest.fixture
def fetch(host: Host) -> Callable[..., bytes]:
    def get(path: str, media_type: str = "", size: int = 10, most: int = 200_000) -> bytes:
        ref = FileRef("F1", path.lstrip("/"), size, media_type, f"{host[0]}{path}")
        return SlackFiles(TOKEN, f"{host[0]}/api/", most).fetch(ref)

    return get


def test_a_file_is_fetched_with_the_bots_token(fetch: Callable[..., bytes], host: Host) -> None:
    assert fetch("/good.csv") == b"question,answer\n"
    assert host[1] == [("/good.csv", f"Bearer {TOKEN}")]


def test_a_redirect_is_refused_and_not_followed(fetch: Callable[..., bytes], host: Host) -> None:
    with pytest.raises(Unavailable, match="answered 302"):
        fetch("/away.csv")
    assert [path for path, _ in host[1]] == ["/away.csv"]


@pytest.mark.parametrize(
    ("path", "words"),
    [("/login.pdf", "login page.*scope files:read"), ("/gone.csv", "answered 404.*send it again")],
)
def test_an_answer_that_is_not_the_file_is_explained(fetch: Callable[..., bytes], path: str, words: str) -> None:
    with pytest.raises(Unavailable, match=words):
        fetch(path)


def test_a_page_that_was_shared_is_no_login_page(fetch: Callable[..., bytes]) -> None:
    assert fetch("/page.html", media_type="text/html") == b"<p>a handbook</p>"


def test_a_file_that_is_too_large_is_not_even_asked_for(fetch: Callable[..., bytes], host: Host) -> None:
    with pytest.raises(BadInput, match=r"has 5 MB, the limit is 0 MB \(NEO_MAX_FILE_MB\)"):
        fetch("/large.bin", size=5_000_000)
    assert host[1] == []


def test_a_file_that_says_less_than_it_has_is_stopped(fetch: Callable[..., bytes]) -> None:
    with pytest.raises(BadInput, match="the limit"):
        fetch("/large.bin", size=10)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/files-pri/T1-F1/x.csv",
        "https://files.slack.com.evil.example/x.csv",
        "https://files.slack.com@evil.example/x.csv",  # the name before @ is a user
        "https://evil.example\\@files.slack.com/x.csv",  # parsers disagree on the host
        "https://evilfiles.slack.com.example/x.csv",
        "https://notslack-files.com/x.csv",
        "http://files.slack.com/x.csv",  # never without encryption
        "http://127.0.0.1:9/x.csv",  # this machine's other services
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "",
        "https://[bad",
    ],
)
def test_the_token_goes_nowhere_else(host: Host, url: str) -> None:
    for api in ("https://slack.com/api/", f"{host[0]}/api/"):
        with pytest.raises(BadInput, match="the bot's token goes nowhere else"):
            SlackFiles(TOKEN, api, 1000).fetch(FileRef("F1", "x.csv", 1, "", url))
    assert host[1] == []


def test_a_local_address_is_taken_only_where_slack_itself_is_local(host: Host) -> None:
    with pytest.raises(BadInput, match=r"127\.0\.0\.1"):
        SlackFiles(TOKEN, "https://slack.com/api/", 1000).fetch(FileRef("F1", "x", 1, "", f"{host[0]}/good.csv"))
    assert host[1] == []


def test_a_lost_connection_is_explained(host: Host) -> None:
    files = SlackFiles(TOKEN, "http://127.0.0.1:9/api/", 1000)
    with pytest.raises(Unavailable, match=r"connection failed"):
        files.fetch(FileRef("F1", "x.csv", 1, "", "http://127.0.0.1:9/x.csv"))


def test_the_local_workspace_hands_its_files_over(
    slack: WorkspaceServer, you: Person, channel: str, tmp_path: Path
) -> None:
    note = tmp_path / "Hand book ü.md"
    note.write_bytes(b"# Returns\n" * 500)
    ts = you.say("@Neo here", channel, files=[note])
    shared = next(m for m in you.messages(channel) if m.ts == ts).files[0]
    ref = FileRef(shared["id"], shared["name"], shared["size"], shared["mimetype"], shared["url_private_download"])
    assert SlackFiles(slack.tokens.bot_token, slack.api_url, 10_000).fetch(ref) == note.read_bytes()
    with pytest.raises(Unavailable, match="403"):
        SlackFiles("xoxb-wrong", slack.api_url, 10_000).fetch(ref)
