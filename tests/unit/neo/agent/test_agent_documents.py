"""The two documents: every fact with its source, every assumption named, every change told by its id."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from toy import problem

from neo.agent.documents import Estimate, architecture, limits_in_words, requirements, seconds_budget
from neo.automl.problem import Limits
from neo.automl.space import LeftOut
from neo.domain.brief import Brief, SlotValue, Wish
from neo.domain.documents import Document, Section
from neo.skill import Examination, FileReport
from skills.rag.skill import RagSkill

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


def brief(**given: SlotValue) -> Brief:
    return BRIEF.with_values(given)


def said(value: object, words: str) -> SlotValue:
    return SlotValue(value, words, "said", "U1")


TAKEN = {"latency": SlotValue(2.0, "2 seconds", "recommended", "U1"), "cost": SlotValue(0.01, "1 cent", "assumed")}


def lines(document: Document, title: str) -> dict[str, tuple[str, str]]:
    sections: list[Section] = [section for section in document.sections if section.title == title]
    keys = {one.id: one.key for one in document.register}
    return {
        keys.get(item.id, item.id) or item.text: (item.text, item.source) for part in sections for item in part.items
    }


def test_limits_say_what_the_person_said() -> None:
    document = requirements(SKILL, brief(accuracy=said(0.9, "90 %"), **TAKEN), FOUND, None)
    limits = lines(document, "Limits")
    assert limits["R-accuracy"][0].startswith("Accuracy: at least 90 %.")
    assert limits["R-accuracy"][1] == 'you said: "90 %"'
    assert limits["R-latency"] == (limits["R-latency"][0], "recommended by Neo, taken by you")
    assert "At most" not in limits["R-latency"][0] and "at most 2 s." in limits["R-latency"][0]
    assert "accuracy 90 %, latency (p95) 2 s" in document.summary
    assert document.summary.startswith("Answers for the night shift. Limits:")


def test_what_a_person_does_not_know_is_named_as_an_assumption() -> None:
    given = brief(
        cost=SlotValue(0.01, "1 cent", "assumed"), users=SlotValue("the people in this channel", "them", "assumed")
    )
    document = requirements(SKILL, given, FOUND, None)
    assert {source for _, source in lines(document, "Limits").values()} == {"assumed"}
    assert lines(document, "Assumptions")["R-users"] == ("Users: the people in this channel.", "assumed")
    assert "R-users" not in lines(document, "Purpose and people")
    assert "_(assumed)_" in document.markdown()


def test_files_that_cannot_be_read_and_rows_left_out_stand_in_the_document() -> None:
    held = requirements(SKILL, BRIEF, FOUND, None).markdown()
    assert "b.pdf: It has no text." in held
    assert "Row 7 of the golden set is left out" in held


def test_a_change_supersedes_a_requirement_and_never_rewrites_it() -> None:
    first = requirements(SKILL, brief(accuracy=said(0.8, "80 %")), FOUND, None)
    second = requirements(SKILL, brief(accuracy=said(0.9, "90 %")), FOUND, first)
    third = requirements(SKILL, BRIEF, FOUND, second)
    (old,) = (one for one in first.register if one.key == "R-accuracy")
    new = second.requirement(second.requirement(old.id).by)  # type: ignore[union-attr]
    assert (first.version, second.version, first.delta) == (1, 2, ())
    assert second.delta == (f"{new.id} supersedes {old.id}: was '{old.text}', is now '{new.text}'",)  # type: ignore[union-attr]
    assert second.hash != first.hash
    assert third.delta == (f"{new.id} is retired: {new.text}",)  # type: ignore[union-attr]
    assert {one.id for one in second.register if one.status == "live"} >= {one.id for one in second.items() if one.id}
    assert f"{old.id} (superseded by {new.id})" in third.markdown()  # type: ignore[union-attr]


def test_wishes_stand_in_the_persons_own_words_with_their_name() -> None:
    wishes = (Wish("answers in rhyme"), Wish("in blue", "U2"))
    found = lines(requirements(SKILL, replace(BRIEF, wishes=wishes), FOUND, None), "Wishes in your words")
    assert found["W-answers in rhyme"][0].startswith("answers in rhyme (kept as said")
    assert found["W-in blue"][1] == "said by <@U2>"


def test_a_novice_gets_the_words_explained_and_the_same_facts() -> None:
    given = brief(accuracy=said(0.8, "80 %"))
    expert, novice = (requirements(SKILL, given, FOUND, None, level) for level in ("expert", "novice"))
    assert lines(novice, "Words used here") and not lines(expert, "Words used here")
    assert novice.register == expert.register


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
    assert "With the plain default, today: Score 0.55." in document.summary


def test_the_estimate_and_the_ceiling_agree_with_the_text(tmp_path: Path) -> None:
    assert ESTIMATE.search_s == 30 * 0.5 + 10 * 3.0
    assert replace(ESTIMATE, jobs=2).search_s == ESTIMATE.search_s / 2
    assert replace(ESTIMATE, searches=6).search_s == ESTIMATE.search_s * 6
    slow = replace(ESTIMATE, trial_s=20.0, usd=1.5)
    document = architecture(SKILL, problem(tmp_path), slow, 0.5, None)
    minutes = seconds_budget(slow) / 60
    assert f"At most {minutes:.0f} minutes" in lines(document, "Budget")["B-minutes"][0]
    assert lines(document, "Budget")["B-money"][0] == "Money: $1.50."


def test_limits_in_words(tmp_path: Path) -> None:
    def told(limits: Limits) -> list[str]:
        return limits_in_words(replace(problem(tmp_path), limits=limits))

    assert told(Limits()) == []
    assert told(Limits(cost_usd=0.0)) == ["cost at most $0 a question"]
    assert told(Limits(least={"score": 0.9})) == ["Score at least 0.90"]
