"""The rounds of an intake: files first, then what matters, at most five, and every assumption is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from neo.agent.intake import MOST_ROUNDS, next_turn, noted
from neo.agent.understanding.rules import read
from neo.domain.brief import Brief, SlotValue
from neo.skill import Examination, FileReport
from skills.rag.slots import SLOTS

NEW = Brief("rag", "answers from our handbooks", {"purpose": SlotValue("answers", "answers")})
READY = Examination((FileReport("a.md", "document", "2 pages"),))


def said(brief: Brief, text: str) -> Brief:
    return brief.with_values(read(text, SLOTS, brief.asked, "U1"))


def test_files_are_asked_for_first_and_what_they_lack_is_named() -> None:
    turn = next_turn(NEW, SLOTS, None, "prj_1")
    assert turn.question is not None and "drop them into this thread" in turn.question.text
    assert turn.question.text.count("•") == 2
    lacking = replace(READY, missing=("A golden set: ...",))
    again = next_turn(NEW, SLOTS, lacking, "prj_1")
    assert again.question is not None and again.question.text == "Still needed:\n• A golden set: ..."


def test_a_round_asks_its_questions_together_with_reasons_and_recommendations() -> None:
    turn = next_turn(NEW, SLOTS, READY, "prj_1")
    assert turn.brief.asked == ("accuracy", "latency", "cost")
    assert turn.question is not None
    text = turn.question.text
    for words in (
        "1. *How much",
        "2. *Within",
        "3. *What may",
        "_I recommend 2 seconds._",
        "One more short round follows.",
    ):
        assert words in text
    (button,) = turn.question.buttons
    assert (button.action, button.value) == ("recommended", "prj_1")


def test_answered_questions_are_not_asked_again() -> None:
    first = next_turn(NEW, SLOTS, READY, "prj_1").brief
    turn = next_turn(said(first, "90 %, 2 s, 1 cent"), SLOTS, READY, "prj_1")
    assert turn.brief.asked == ("metric", "users", "privacy", "where", "deadline", "success")


def test_a_part_that_is_not_answered_is_asked_once_more_alone_and_then_assumed() -> None:
    first = next_turn(NEW, SLOTS, READY, "prj_1").brief
    second = next_turn(said(first, "90 %"), SLOTS, READY, "prj_1")
    assert second.brief.asked == ("latency", "cost")
    third = next_turn(said(second.brief, "hm"), SLOTS, READY, "prj_1")
    assert third.brief.asked[0] == "metric"
    assert third.brief.values["latency"] == SlotValue(2.0, "2 seconds", "assumed")


def test_whatever_a_person_says_the_intake_ends_within_five_rounds() -> None:
    brief, questions = NEW, 0
    while (turn := next_turn(brief, SLOTS, READY, "prj_1")).question is not None:
        questions += 1
        assert questions <= MOST_ROUNDS
        brief = said(turn.brief, "why do you ask?")
    assert {slot.name for slot in SLOTS if slot.kind != "files"} <= set(turn.brief.values)


def test_a_required_answer_is_asked_until_the_rounds_are_over() -> None:
    empty = replace(NEW, values={})
    asked = []
    turn = next_turn(empty, SLOTS, READY, "prj_1")
    while turn.question is not None:
        asked.append(turn.brief.asked)
        turn = next_turn(turn.brief, SLOTS, READY, "prj_1")
    assert asked == [("purpose",)] * MOST_ROUNDS


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("90 %", "Noted: accuracy *90 %*."),
        ("90 %, 500 ms", "Noted: accuracy *90 %*; latency (p95) *500 ms*."),
        ("as you recommend", "Noted: accuracy *60 %*; latency (p95) *2 s*; cost per question *$0.01*."),
        (
            "90 %, the rest I don't know",
            "Noted: accuracy *90 %*; latency (p95) *2 s* (my assumption, since you don't know); "
            "cost per question *$0.01* (my assumption, since you don't know).",
        ),
        ("hm", ""),
    ],
)
def test_neo_repeats_what_it_took(text: str, line: str) -> None:
    asked = next_turn(NEW, SLOTS, READY, "prj_1").brief
    after = said(asked, text)
    noted_line = noted(asked, after, SLOTS)
    parts = sorted(noted_line.removeprefix("Noted: ").removesuffix(".").split("; "))
    assert parts == sorted(line.removeprefix("Noted: ").removesuffix(".").split("; "))


def test_a_changed_value_is_told_with_its_old_one_and_an_unchanged_is_not() -> None:
    before = said(replace(NEW, asked=("accuracy",)), "80 %")
    assert noted(before, said(before, "accuracy 90 %"), SLOTS) == "Noted: accuracy *90 %* (was 80 %)."
    assert noted(before, before, SLOTS) == ""
