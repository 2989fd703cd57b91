"""What a search says while it runs: plain lines where there is no terminal, a bar where there is one."""

from __future__ import annotations

import io
import time
from pathlib import Path

import toy
from rich.console import Console

from bot.progress import Teller
from neo.automl.problem import Limits
from neo.automl.search import search
from neo.automl.study import StudySettings


def told(folder: Path, console: Console, hook: str = "", **more: float) -> str:
    problem = toy.problem(folder, hook, limits=Limits(latency_p95_s=1.0))
    with Teller(console, 8, **more) as teller:
        teller.phase("reading 3 document(s) and the golden questions")
        teller.searching(problem)
        search(problem, StudySettings("toy", 8, seed=1), teller.trial, judging=teller.phase)
        teller.phase("packaging the winner, writing the report")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_without_a_terminal_each_phase_and_the_trials_are_lines(tmp_path: Path) -> None:
    lines = told(tmp_path, Console(file=io.StringIO()), every_s=0.0).splitlines()
    phases = [line.split("] ")[1] for line in lines if line.endswith("...")]
    assert phases == [
        "reading 3 document(s) and the golden questions ...",
        "searching, 8 trials ...",
        "timing the best trials again, one after the other ...",
        "final rung: trying kind dear on the best ...",
        "verdict: measuring the winner and its rivals on the held-out questions ...",
        "packaging the winner, writing the report ...",
    ]
    trials = [line for line in lines if "of 8 trials" in line]
    assert len(trials) >= 8 and "best so far 0." in trials[-1] and "about 0 s left" in trials[-1]
    assert all(line.startswith("[") and "\x1b" not in line for line in lines)


def test_lines_are_few_and_the_last_trial_is_always_told(tmp_path: Path) -> None:
    lines = [line for line in told(tmp_path, Console(file=io.StringIO())).splitlines() if "of 8 trials" in line]
    assert 1 <= len(lines) <= 3 and lines[0].split("] ")[1].startswith("8 of 8 trials")


def test_a_long_trial_is_no_silence_and_nothing_is_said_after_the_end(tmp_path: Path) -> None:
    console = Console(file=io.StringIO())
    text = told(tmp_path, console, "slow", every_s=60.0, silent_s=0.1)
    assert "still: searching, 8 trials" in text or "still: 1 of 8 trials" in text
    time.sleep(0.3)
    assert isinstance(console.file, io.StringIO) and console.file.getvalue() == text


def test_on_a_terminal_a_bar_stands_in_for_the_lines(tmp_path: Path) -> None:
    text = told(tmp_path, Console(file=io.StringIO(), force_terminal=True, width=100), every_s=0.0)
    assert "8/8" in text and "of 8 trials" not in text
