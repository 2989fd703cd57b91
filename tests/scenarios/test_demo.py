"""`neo demo rag` as a newcomer runs it, its worker killed in mid-search; and options that do not go together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import load
from neo.llm.local_model import NAME as LOCAL_MODEL


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(500)
def test_the_demo_walks_the_whole_road_and_a_killed_worker_goes_on_with_its_study(tmp_path: Path) -> None:
    summary, models = tmp_path / "summary.json", tmp_path / "models"
    models.mkdir()
    # All but the packaged language model, whose final rung takes as long as the rest: its package has tests of its own.
    for one in load().models.iterdir():
        if one.name != LOCAL_MODEL:
            (models / one.name).symlink_to(one)
    command = [sys.executable, "-m", "bot.cli", "demo", "rag", "--trials", "10", "--kill-worker"]
    ran = subprocess.run(
        [*command, "--json", str(summary), "--data", str(tmp_path / "data")],
        capture_output=True,
        text=True,
        env={**os.environ, "NEO_SERVICE_PORT": "9050", "NEO_MODELS_DIR": str(models)},
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    told = json.loads(summary.read_text("utf-8"))
    assert told["skill"] == "rag"
    assert told["stages"] == ["requirements_review", "architecture_review", "tuning", "live"]
    assert [(one["document"], one["by"]) for one in told["approvals"]] == [
        ("requirements", "emoji"),
        ("architecture", "emoji"),
    ]
    assert told["worker_killed"]
    assert told["trials"] == 10
    assert told["deployed"].startswith("http://127.0.0.1:")
    assert len(told["answers"]) == 3
    for answer in told["answers"]:
        assert answer["answer"] and answer["sources"][0]["document"]
    assert "(kills the worker with -9)" in ran.stdout


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["people_count", "--video", "hall.mp4"], "One of --video and --counts is missing."),
        (["people_count", "--video", "gone.mp4", "--counts", "gone.csv"], "There is no file gone.mp4."),
        (["rag", "--video", "hall.mp4"], "--video is for people_count."),
    ],
)
def test_options_that_do_not_go_together(options: list[str], why: str) -> None:
    ran = subprocess.run([sys.executable, "-m", "bot.cli", "demo", *options], capture_output=True, text=True)
    assert ran.returncode == 2 and why in ran.stderr
