"""The final rung: a dear choice that fails is told of, and never loses the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import toy
from chat_server import STALL, Answer, serving, texts_of

from neo.automl.finals import MOST_REASON
from neo.automl.problem import Context, Evaluation, Instance
from neo.automl.search import Search, search
from neo.automl.space import Config
from neo.automl.study import StudySettings
from neo.llm.base import Endpoint
from neo.llm.openai_model import OpenAIModel

EXCEEDED = {"error": {"message": "request (5355 tokens) exceeds the available context size (4096 tokens)"}}


def asking(config: Config, instances: Sequence[Instance], context: Context, endpoint: Endpoint) -> list[Evaluation]:
    """The toy, whose dear choice asks a language model about each instance."""
    if config["kind"] == "dear":
        model = OpenAIModel(endpoint, timeout_s=0.1)
        for instance in instances:
            model("Judge.", instance.id)
    return toy.evaluate(config, instances, context)


def searched(folder: Path, answer: Answer) -> Search:
    with serving(answer) as server:
        problem = replace(toy.problem(folder), evaluate=partial(asking, endpoint=server.endpoint()))
        return search(problem, StudySettings("toy", 12, seed=1))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda body: (400, EXCEEDED), "exceeds the available context size"),
        (lambda body: STALL, "timed out"),
        (lambda body: (503, {"error": "loading"}), "503"),
        (lambda body: (200, b"<html>It works!</html>"), "Expecting value"),
        (lambda body: (500, b"x" * 5000), "500"),
    ],
    ids=["context exceeded", "silent", "down", "another server", "a page of an error"],
)
def test_a_choice_that_fails_is_told_of_and_the_search_ends_well(tmp_path: Path, answer: Answer, reason: str) -> None:
    found = searched(tmp_path, answer)
    best, (final,) = found.verdict.best, found.verdict.finals
    assert best is not None and best.config["kind"] == "good"
    assert found.verdict.holdout is not None and found.verdict.holdout.n == 20
    assert final.difference is None and not final.adopted and final.failed == 3
    assert final.words().startswith("could not be tried: The language model some-model did not answer.")
    assert reason in final.words() and len(final.reason) < MOST_REASON + 10
    assert final.words() in found.report.markdown
    (told,) = found.report.json["verdict"]["finals"]
    assert (told["words"], told["difference"], told["reason"]) == (final.words(), None, final.reason)


def test_a_choice_that_fails_on_some_questions_is_compared_on_the_others_and_not_adopted(tmp_path: Path) -> None:
    asked: list[str] = []

    def second_fails(body: dict[str, Any]) -> Any:
        question = texts_of(body)[1]
        if question not in asked:
            asked.append(question)
        return (400, EXCEEDED) if asked.index(question) == 1 else "Good."

    found = searched(tmp_path, second_fails)
    (final,) = found.verdict.finals
    assert final.difference is not None and final.difference.n == 2 and final.difference.low > 0
    assert (final.failed, final.adopted) == (1, False)
    assert "failed on 1 more: The language model" in final.words()
    assert found.verdict.best is not None and found.verdict.best.config["kind"] == "good"


def test_an_adopted_choice_that_fails_on_the_hold_out_makes_room_for_the_winner_of_the_search(tmp_path: Path) -> None:
    asked: list[str] = []

    def breaks_down(body: dict[str, Any]) -> Any:
        asked.append(texts_of(body)[1])
        return "Good." if len(asked) <= 3 else (503, {"error": "out of memory"})

    found = searched(tmp_path, breaks_down)
    (final,) = found.verdict.finals
    assert not final.adopted and "when it was measured for the verdict" in final.words()
    assert found.verdict.best is not None and found.verdict.best.config["kind"] == "good"
    assert found.verdict.holdout is not None and found.verdict.holdout.n == 20
