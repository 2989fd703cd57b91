"""Kept replies of a language model: what is asked again, and what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from neo.automl.cached_model import CachedModel
from neo.automl.stage_cache import StageCache
from neo.errors import Unavailable
from neo.llm.base import Completion


class Counting:
    """Answers with the number of the question, at a cent each; fails where told to."""

    name = "counting"

    def __init__(self, failures: int = 0) -> None:
        self.asked = 0
        self.failures = failures

    def __call__(self, system: str, user: str) -> Completion:
        self.asked += 1
        if self.asked <= self.failures:
            raise Unavailable("The model did not answer.", "busy", "Try again.")
        return Completion(f"{system} {user} {self.asked}", 10, 5, 0.01)


def test_a_prompt_is_paid_once_and_keeps_its_cost(tmp_path: Path) -> None:
    model = Counting()
    first = CachedModel(model, StageCache(tmp_path))("be brief", "who?")
    again = CachedModel(model, StageCache(tmp_path))("be brief", "who?")
    assert model.asked == 1
    assert (first.text, first.cost_usd, first.cached) == ("be brief who? 1", 0.01, False)
    assert (again.text, again.cost_usd, again.cached) == ("be brief who? 1", 0.01, True)


@pytest.mark.parametrize(
    ("other", "prompt"),
    [
        ({"endpoint": "http://there/v1"}, ("s", "u")),
        ({"temperature": 0.7}, ("s", "u")),
        ({"sample": 1}, ("s", "u")),
        ({}, ("other", "u")),
        ({}, ("s", "other")),
        ({}, ("su", "")),
    ],
)
def test_whatever_may_change_the_reply_is_asked_for_itself(
    tmp_path: Path, other: dict[str, Any], prompt: tuple[str, str]
) -> None:
    model, cache = Counting(), StageCache(tmp_path)
    CachedModel(model, cache)("s", "u")
    assert not CachedModel(model, cache, **other)(*prompt).cached
    assert model.asked == 2


def test_a_failure_is_raised_and_asked_again(tmp_path: Path) -> None:
    model = Counting(failures=1)
    cached = CachedModel(model, StageCache(tmp_path))
    with pytest.raises(Unavailable):
        cached("s", "u")
    assert cached("s", "u").text == "s u 2"
    assert cached("s", "u").cached


def test_a_fresh_question_is_always_asked_and_its_reply_kept(tmp_path: Path) -> None:
    model, cache = Counting(), StageCache(tmp_path)
    CachedModel(model, cache)("s", "u")
    assert CachedModel(model, cache, fresh=True)("s", "u").text == "s u 2"
    assert CachedModel(model, cache)("s", "u").text == "s u 2"
    assert model.asked == 2
