from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from bot.workspace import Person, WorkspaceError, WorkspaceServer
from bot.workspace.errors import PersonError

ROOT = Path(__file__).resolve().parents[4]


def test_a_port_in_use_is_said_in_one_sentence_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(WorkspaceError, match=rf"Port {port} on 127.0.0.1 is in use .* choose another port"):
            WorkspaceServer(tmp_path / "w.db", port=port)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "rebound.example"}, 403),  # DNS rebinding
        ({"Host": "["}, 403),
        ({"Host": "localhost"}, 200),
        ({"Host": "[::1]:3100"}, 200),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),  # a link to the page
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_only_this_machines_own_pages_come_in(server: WorkspaceServer, headers: dict[str, str], status: int) -> None:
    assert httpx.get(f"{server.url}/people/me", headers=headers).status_code == status


def test_another_sites_form_cannot_post(server: WorkspaceServer) -> None:
    answer = httpx.post(
        f"{server.url}/people/messages",
        data={"channel": "#general", "text": "forged"},
        headers={"Origin": "https://elsewhere.example"},
    )
    assert (answer.status_code, "own page" in answer.json()["error"]) == (403, True)
    own = httpx.post(
        f"{server.url}/people/messages", data={"channel": "#general", "text": "mine"}, headers={"Origin": server.url}
    )
    assert own.status_code == 200


def test_pages_may_load_nothing_from_elsewhere(server: WorkspaceServer) -> None:
    policy = httpx.get(f"{server.url}/", follow_redirects=True).headers["content-security-policy"]
    assert "default-src 'none'" in policy and "https:" not in policy and "unsafe-inline" not in policy


def test_a_websocket_needs_a_ticket(server: WorkspaceServer) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert httpx.get(f"{server.url}/link?ticket=guessed", headers=upgrade).status_code == 403


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda you: you.say(" ", "#general"), "The message is empty"),
        (lambda you: you.say("x" * 12_001, "#general"), "12000 fit"),
        (lambda you: you.say("x", "#nowhere"), "channel_not_found"),
        (lambda you: you.react("#general", "1.000001", "eyes"), "no such message"),
        (lambda you: you.create_channel("general"), "already a channel #general"),
        (lambda you: you.create_channel("Ünïcode!"), "lower-case letters"),
        (lambda you: you.command("/neo", "status"), "Neo is not connected"),
        (lambda you: you.close_modal("V0NOTHING"), "not_found"),
    ],
)
def test_people_are_told_what_is_wrong(server: WorkspaceServer, act: object, sentence: str) -> None:
    assert callable(act)
    with pytest.raises(PersonError, match=sentence):
        act(Person(server.url))


def test_people_see_and_change_only_what_is_theirs(server: WorkspaceServer) -> None:
    you, stranger = Person(server.url), Person(server.url, "stranger")
    dm, channel = you.open_dm(), you.create_channel("ours")
    ts = you.say("secret", dm)
    with pytest.raises(PersonError, match="not in this conversation"):
        stranger.messages(dm)
    with pytest.raises(PersonError, match="not in this conversation"):
        stranger.react(dm, ts, "eyes")
    mine = you.say("mine", channel)
    for act in (lambda: stranger.edit(channel, mine, "theirs"), lambda: stranger.delete(channel, mine)):
        with pytest.raises(PersonError, match="Only the author"):
            act()
    with pytest.raises(PersonError, match="nobody called 'ghost'"):
        Person(server.url, "ghost")


def test_waiting_in_vain_shows_the_last_messages(server: WorkspaceServer) -> None:
    you = Person(server.url)
    channel = you.create_channel("quiet")
    you.say("anyone?", channel)
    with pytest.raises(TimeoutError, match=r"within 0\.1 s.*anyone\?"):
        you.wait_for(lambda message: message.text == "yes", channel, timeout_s=0.1)


@pytest.mark.parametrize(
    ("path", "content", "part"),
    [
        ("/people/messages", b"{", "not valid JSON"),
        (
            "/people/actions",
            b'{"channel": "#general", "ts": "1", "action_id": "a", "values": [1]}',
            "object of objects",
        ),
        ("/people/messages", b'{"text": "x"}', "lacks 'channel'"),
    ],
)
def test_broken_requests_are_answered(server: WorkspaceServer, path: str, content: bytes, part: str) -> None:
    answer = httpx.post(f"{server.url}{path}", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert part in answer.json()["error"]


def test_the_workspace_knows_nothing_of_the_core() -> None:
    code = (
        "import sys, bot.workspace\n"
        "known = [name for name in sys.modules if name.split('.')[0] in ('neo', 'skills') or name == 'bot.settings']\n"
        "sys.exit(str(known) if known else 0)"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")
