"""The command as a person runs it: help everywhere, and for each mistake one line that says what to do."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from typer.main import get_command
from typer.testing import CliRunner

from bot.cli import app, main
from bot.workspace import WorkspaceServer

ROOT = get_command(app)


def neo(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real command."""
    env = {**os.environ, **environment}
    command = [sys.executable, "-m", "bot.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, env=env)


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Callable[..., tuple[int, str]]]:
    """Runs the command's `main` in this process, which is quicker; gives the exit code and what it says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEO_DATA_DIR", str(tmp_path / "data"))
    handlers = logging.root.handlers[:]

    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["neo", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err

    yield call
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers


def tune(skill: str, docs: str = "docs", golden: str = "g.csv") -> list[str]:
    return ["tune", skill, "--docs", docs, "--golden", golden, "--out", "out"]


def commands() -> list[list[str]]:
    found: list[list[str]] = [[]]
    for name, command in ROOT.commands.items():  # type: ignore[attr-defined]
        found.append([name])
        found += [[name, sub] for sub in getattr(command, "commands", {})]
    return found


@pytest.mark.parametrize("command", commands(), ids=lambda c: " ".join(["neo", *c]))
def test_every_command_has_help_that_says_what_it_does(command: list[str]) -> None:
    ran = CliRunner().invoke(app, [*command, "--help"])
    assert ran.exit_code == 0
    assert "Usage:" in ran.output
    described = [line for line in ran.output.splitlines() if line.strip() and "Usage:" not in line]
    assert described[0].strip().endswith((".", ":")) or len(described[0].split()) > 3


def test_help_comes_from_the_installed_command_too() -> None:
    ran = neo("--help")
    assert ran.returncode == 0
    for name in ("up", "web", "worker", "scheduler", "demo", "tune", "ask", "models", "migrate"):
        assert name in ran.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["tune", "chess", "--docs", ".", "--golden", "g.csv", "--out", "out"],
            "There is no skill 'chess'. There is: rag",
        ),
        (tune("finetune"), "Neo cannot build 'finetune' yet"),
        (tune("people_count"), "people_count is tuned on recordings and counts of their frames."),
        (
            ["tune", "rag", "--docs", "nowhere", "--golden", "g.csv", "--out", "out"],
            "There are no documents at nowhere.",
        ),
        (tune("rag", golden="none.csv"), "There is no golden set at none.csv."),
        (tune("rag", docs="empty"), "The folder empty is empty."),
        (tune("rag"), "There is nothing to search on."),
        (["ask", "nowhere", "What?"], "'nowhere' is neither a package's folder nor a project."),
        (["demo", "chess"], "There is no demo of 'chess'. There is: rag, people_count."),
        (["models", "pull", "no-such-model"], "no-such-model"),
    ],
)
def test_a_mistake_is_one_line_with_exit_code_2(
    run: Callable[..., tuple[int, str]], tmp_path: Path, arguments: list[str], words: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "scan.pdf").write_bytes(b"")
    (tmp_path / "g.csv").write_text("colour,shape\nred,round\n")
    code, said = run(*arguments)
    assert code == 2
    assert words in said
    assert "Traceback" not in said and "neo:" in said


def test_a_wrong_setting_stops_every_process(tmp_path: Path) -> None:
    ran = neo("worker", NEO_DATA_DIR=str(tmp_path), NEO_GRACE_S="-1")
    assert ran.returncode == 2
    assert "The setting NEO_GRACE_S = '-1' is wrong" in ran.stderr


@pytest.mark.parametrize(
    ("bot", "app_token", "words"),
    [
        ("xoxb-wrong", "right", "refuses SLACK_BOT_TOKEN (invalid_auth). Take the 'Bot User OAuth Token' (xoxb-...)"),
        ("right", "xapp-wrong", "refuses SLACK_APP_TOKEN"),
        ("right", "", "also set SLACK_APP_TOKEN (xapp-..., Socket Mode) or SLACK_SIGNING_SECRET (HTTP)"),
    ],
)
def test_web_with_wrong_tokens_says_which_and_where_the_right_one_is(
    slack: WorkspaceServer, tmp_path: Path, bot: str, app_token: str, words: str
) -> None:
    right = {"bot": slack.tokens.bot_token, "app": slack.tokens.app_token}
    ran = neo(
        "web",
        NEO_DATA_DIR=str(tmp_path),
        SLACK_API_URL=slack.api_url,
        SLACK_BOT_TOKEN=right["bot"] if bot == "right" else bot,
        SLACK_APP_TOKEN=right["app"] if app_token == "right" else app_token,
    )
    assert ran.returncode == 2
    assert words in ran.stderr and "Traceback" not in ran.stderr
    assert right["bot"] not in ran.stderr


def test_status_and_migrate_on_an_empty_folder(run: Callable[..., tuple[int, str]]) -> None:
    code, said = run("migrate")
    assert code == 0 and "is at revision" in said
    code, said = run("status")
    assert code == 0 and "project" in said
