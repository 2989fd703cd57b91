"""What the thread reads while a search runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import toy

from neo.automl.study import Progress
from neo.automl.trials import Trial
from neo.services.tuning import progress_text

PART = Trial(0, toy.SPACE.default(), "default", {"0": 0.5, "1": 0.7}, accuracy=0.6, of=60)


def told(best: Trial, folder: Path) -> str:
    """The message after one trial."""
    return progress_text(Progress(1, 30, best, best, 2.0, 58.0), toy.problem(folder))


def test_what_was_asked_a_part_says_so_and_breaks_no_limit(tmp_path: Path) -> None:
    text = told(PART, tmp_path)
    assert "after 2 of 60 questions" in text
    assert "outside your limits" not in text


def test_what_was_asked_everything_needs_no_such_word(tmp_path: Path) -> None:
    assert "questions:" not in told(replace(PART, of=2), tmp_path)


def test_a_limit_that_is_missed_is_named(tmp_path: Path) -> None:
    assert "outside your limits" in told(replace(PART, of=2, violations={"latency_p95_s": 0.5}), tmp_path)
