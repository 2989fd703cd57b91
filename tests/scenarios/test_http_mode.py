"""HTTP mode over real processes: what Slack was told is kept is in the inbox, once, whatever happens meanwhile."""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from _slack_load import body, request
from _slack_servers import SECRET, neo_web, receivers, slack_api
from slack import deliver, rows

EVENTS, TIMES = 600, 3


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    with slack_api() as url:
        yield url


def test_a_receiver_killed_in_the_middle_loses_nothing_and_nothing_is_kept_twice(api: str) -> None:
    told: dict[str, Any] = deliver(api, EVENTS, TIMES, seed=1, kill=True)
    assert told["broken"] > 0, "nobody noticed the killing"
    assert (told["sent"], told["acknowledged"]) == (EVENTS * TIMES, EVENTS)
    assert (told["rows"], told["lost"], told["doubled"]) == (EVENTS, 0, 0)


def _post(port: int, content: bytes, signature_from: float, secret: str = SECRET) -> int:
    head, _, _ = request(secret, content, signature_from).partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/slack/events", content, headers)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_only_what_slack_signed_a_moment_ago_is_kept(api: str, tmp_path: Path) -> None:
    with receivers(api, tmp_path, 1) as made:
        port = made["0"].port
        now = time.time()
        assert _post(port, body(1), now) == 200
        assert _post(port, body(2), now, secret="another") == 401
        assert _post(port, body(3), now - 3600) == 401  # caught on its way and sent again later
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/slack/install", timeout=30)
    assert rows(tmp_path / "neo.db") == ["Ev0000000001"]


def test_links_of_mails_are_served_beside_the_events(api: str, tmp_path: Path) -> None:
    with receivers(api, tmp_path, 1) as made, pytest.raises(urllib.error.HTTPError, match="404") as told:
        urllib.request.urlopen(f"http://127.0.0.1:{made['0'].port}/alerts/made-up", timeout=30)
    assert "not one of mine" in told.value.read().decode()


def test_a_full_inbox_sends_events_back_to_slack_with_a_time(api: str, tmp_path: Path) -> None:
    with receivers(api, tmp_path, 1, NEO_MOST_WAITING="2") as made:
        port, now = made["0"].port, time.time()
        assert [_post(port, body(number), now) for number in range(4)] == [200, 200, 503, 503]
    assert rows(tmp_path / "neo.db") == ["Ev0000000000", "Ev0000000001"]


def test_a_fallen_receiver_is_started_again_and_all_end_with_the_web_process(api: str, tmp_path: Path) -> None:
    with neo_web(api, tmp_path, processes=2) as server:
        first = {child.pid for child in server.process.children()}
        assert len(first) == 2
        for pid in first:
            psutil.Process(pid).kill()
        # The socket is the web process's: this request waits in it until a receiver is there again.
        assert _post(server.port, body(1), time.time()) == 200
        second = {child.pid for child in server.process.children()}
        assert second and not second & first
    assert not [pid for pid in second if psutil.pid_exists(pid)]
    assert [id for id in rows(tmp_path / "neo.db") if not id.startswith("start:")] == ["Ev0000000001"]
