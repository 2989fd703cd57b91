"""`neo up`'s supervisor over real processes, and a port that is taken."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bot.supervisor import Supervisor

NAME = "scheduler"  # the lightest of the processes


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    environment = {**os.environ, "NEO_DATA_DIR": str(tmp_path)}
    made = Supervisor(environment, tmp_path / "logs", said.append)
    yield made
    made.stop()


def wait_until(done: Callable[[], object], step: Callable[[], object] = lambda: None) -> None:
    deadline = time.monotonic() + 60
    while not done():
        step()
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def test_a_killed_process_is_started_again_and_told(supervisor: Supervisor, said: list[str], tmp_path: Path) -> None:
    supervisor.start([NAME])
    first = supervisor.pid(NAME)
    supervisor.look()
    assert said == [] and psutil.pid_exists(first)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: supervisor.pid(NAME) != first, supervisor.look)
    assert len(said) == 1, "a fall is told once"
    assert said[0].startswith(f"{NAME} ended with code -9; starting it again in 0.5 s")
    wait_until(lambda: (tmp_path / "neo.db").exists())  # it is at work again
    second = supervisor.pid(NAME)
    supervisor.stop()
    assert not psutil.pid_exists(second)


def test_a_process_that_falls_at_once_waits_longer_each_time_and_its_last_words_are_told(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    supervisor.environment = {**supervisor.environment, "NEO_TRIALS": "none"}
    supervisor.start([NAME])
    wait_until(lambda: len(said) == 2, supervisor.look)
    assert "ended with code 2; starting it again in 0.5 s" in said[0]
    assert "starting it again in 2 s" in said[1]
    assert "The setting NEO_TRIALS = 'none' is wrong" in said[0]


def test_a_port_in_use_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = subprocess.run(
            [sys.executable, "-m", "bot.cli", "up", "--port", str(port), "--data", str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert ran.returncode == 2
    assert f"Port {port} on 127.0.0.1 is in use by another program" in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1 and "Traceback" not in ran.stderr


def test_a_refused_token_ends_up_at_once(tmp_path: Path, slack: object) -> None:
    environment = {**os.environ, "SLACK_BOT_TOKEN": "xoxb-wrong", "SLACK_APP_TOKEN": "xapp-wrong"}
    environment["SLACK_API_URL"] = slack.api_url  # type: ignore[attr-defined]
    ran = subprocess.run(
        [sys.executable, "-m", "bot.cli", "up", "--data", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    assert ran.returncode == 2
    assert "refuses SLACK_BOT_TOKEN (invalid_auth)" in ran.stderr
