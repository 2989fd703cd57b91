"""The two documents: every fact with its source, every assumption named, every change told by its id."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from toy import problem

from neo.agent.documents import Estimate, architecture, limits_in_words, requirements, seconds_budget
from neo.agent.understanding.rules import read
from neo.automl.problem import Limits
from neo.automl.space import LeftOut
from neo.domain.brief import Brief, SlotValue
from neo.domain.documents import Document, Section
from neo.skill import Examination, FileReport
from skills.rag.skill import RagSkill
from skills.rag.slots import SLOTS

SKILL = RagSkill()
FOUND = Examination(
    (FileReport("a.md", "document", "2 pages, 300 words."), FileReport("b.pdf", "document", "", "It has no text.")),
    notes=("Row 7 of the golden set is left out: no question.",),
    facts={"documents": 1, "pages": 2, "words": 300, "questions": 12, "formats": ["md"]},
    summary="1 document, 12 questions.",
)
BRIEF = Brief(
    "rag", "answers for the night shift", {"purpose": SlotValue("Answers for the night shift.", "x", "said", "U1")}
)
ESTIMATE = Estimate(trials=30, trial_s=0.5, cold_s=3.0, jobs=1, usd=0.0)


def brief(text: str, asked: tuple[str, ...] = ("accuracy", "latency", "cost")) -> Brief:
    return BRIEF.with_values(read(text, SLOTS, asked, "U1"))


def lines(document: Document, title: str) -> dict[str, tuple[str, str]]:
    sections: list[Section] = [section for section in document.sections if section.title == title]
    return {item.id or item.text: (item.text, item.source) for section in sections for item in section.items}


def test_limits_say_what_the_person_said() -> None:
    document = requirements(SKILL, brief("90 % and as you recommend"), FOUND, None)
    limits = lines(document, "Limits")
    assert limits["R-accuracy"][0].startswith("Accuracy: at least 90 %.")
    assert limits["R-accuracy"][1] == 'you said: "90 %"'
    assert limits["R-latency"] == (limits["R-latency"][0], "recommended by Neo, taken by you")
    assert "At most" not in limits["R-latency"][0] and "at most 2 s." in limits["R-latency"][0]
    assert "accuracy 90 %, latency (p95) 2 s" in document.summary
    assert document.summary.startswith("Answers for the night shift. Limits:")


def test_what_a_person_does_not_know_is_named_as_an_assumption() -> None:
    given = brief("I don't know").with_values(read("1. no idea", SLOTS, ("users", "success"), "U1"))
    document = requirements(SKILL, given, FOUND, None)
    assert {source for _, source in lines(document, "Limits").values()} == {"assumed"}
    assert lines(document, "Assumptions")["R-users"] == ("Users: the people in this channel.", "assumed")
    assert "R-users" not in lines(document, "Purpose and people")
    assert "_(assumed)_" in document.markdown()


def test_files_that_cannot_be_read_and_rows_left_out_stand_in_the_document() -> None:
    held = requirements(SKILL, BRIEF, FOUND, None).markdown()
    assert "b.pdf: It has no text." in held
    assert "Row 7 of the golden set is left out" in held


def test_a_new_version_says_what_changed_by_id() -> None:
    first = requirements(SKILL, brief("80 %, 2 s, 1 cent"), FOUND, None)
    second = requirements(SKILL, brief("90 %, 2 s, 1 cent"), FOUND, first)
    assert (first.version, second.version, first.delta) == (1, 2, ())
    assert len(second.delta) == 1 and second.delta[0].startswith("R-accuracy was 'Accuracy: at least 80 %.")
    assert second.hash != first.hash


def test_wishes_stand_in_the_persons_own_words() -> None:
    document = requirements(SKILL, replace(BRIEF, wishes=("answers in rhyme",)), FOUND, None)
    assert lines(document, "Wishes in your words")["W1"][0].startswith("answers in rhyme (kept as said")


def test_the_architecture_names_the_space_the_judging_and_the_budget(tmp_path: Path) -> None:
    toy = problem(tmp_path, limits=Limits(0.8, 2.0, None))
    left_out = (LeftOut("kind", "golden", "no model is here"),)
    toy = replace(toy, space=replace(toy.space, left_out=left_out))
    document = architecture(SKILL, toy, ESTIMATE, 0.55, None)
    searched = lines(document, "What is searched")
    assert searched["S-kind"][0] == "kind: plain, good, dear (final rung, at most 3 questions)."
    assert "Left out: golden (kind): no model is here" in searched
    assert lines(document, "How a configuration is judged")["J-limits"][0] == (
        "Limits: accuracy at least 0.80; p95 latency at most 2 s."
    )
    budget = lines(document, "Budget")
    assert budget["B-trials"][0] == "30 trials, 1 at a time."
    assert budget["B-money"][0] == "Money: $0: nothing here calls a paid service."
    assert "The plain default scores 0.55 (Score) today." in document.summary


def test_the_estimate_and_the_ceiling_agree_with_the_text(tmp_path: Path) -> None:
    assert ESTIMATE.search_s == 30 * 0.5 + 10 * 3.0
    assert replace(ESTIMATE, jobs=2).search_s == ESTIMATE.search_s / 2
    slow = replace(ESTIMATE, trial_s=20.0, usd=1.5)
    document = architecture(SKILL, problem(tmp_path), slow, 0.5, None)
    minutes = seconds_budget(slow) / 60
    assert f"At most {minutes:.0f} minutes" in lines(document, "Budget")["B-minutes"][0]
    assert lines(document, "Budget")["B-money"][0] == "Money: $1.50."


def test_limits_in_words() -> None:
    assert limits_in_words(Limits()) == []
    assert limits_in_words(Limits(cost_usd=0.0)) == ["cost at most $0 a question"]
