"""The rounds of an intake: what matters first, nothing twice, at most five, and every assumption is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from neo.agent.intake import MOST_ROUNDS, NOT_KNOWN, Asker, Turn, next_turn, noted
from neo.domain.brief import Brief, SlotValue
from neo.skill import Examination, FileReport, Slot
from skills import SKILLS
from skills.people_count.slots import SLOTS as COUNTING
from skills.rag.slots import SLOTS

NEW = Brief("rag", "answers from our handbooks", {"purpose": SlotValue("answers", "answers")})
READY = Examination((FileReport("a.md", "document", "2 pages"),))


def turn(
    brief: Brief, found: Examination | None = READY, slots: tuple[Slot, ...] = SLOTS, level: str = "expert"
) -> Turn:
    return next_turn(brief, Asker("prj_1", slots, found, level, "UOWNER"))


def answered(brief: Brief, **values: object) -> Brief:
    """The brief after a person's answer."""
    given = {name: SlotValue(value, str(value), "said", "UOWNER") for name, value in values.items()}
    return replace(brief.with_values(given), asked=())


def text(one: Turn) -> str:
    assert one.question is not None
    return one.question.text


def test_the_first_question_names_the_files_and_the_limits_together() -> None:
    first = turn(NEW, None)
    assert "drop them into this thread" in text(first)
    assert first.brief.asked[:3] == (("accuracy",), ("latency",), ("cost",))
    assert "files" in first.brief.raised


def test_each_row_has_its_recommendation_its_button_and_its_slot() -> None:
    post = turn(NEW).question
    assert post is not None
    assert "_I recommend 2 seconds._" in post.text
    row = post.data["rows"][1]
    assert row["slots"] == ["latency"]
    assert (row["button"]["text"], row["button"]["value"]) == ("Take: 2 seconds", "prj_1:latency")
    assert {"slot": "latency", "row": 1} in post.data["asks"]
    assert [button.action for button in post.buttons] == ["recommended"]


def test_while_a_question_waits_nothing_else_is_asked() -> None:
    first = turn(NEW)
    again = turn(first.brief)
    assert (again.question, again.waits) == (None, True)


def test_what_was_asked_once_is_not_asked_again_and_the_rest_comes_in_one_question() -> None:
    first = turn(NEW)
    second = turn(answered(first.brief, accuracy=0.9))
    assert len(second.brief.asked) == 1
    (shared,) = second.brief.asked
    assert {"users", "deadline", "success"} <= set(shared) and "latency" not in shared
    last = turn(answered(second.brief))
    assert last.question is None and not last.waits
    assert last.brief.values["latency"] == SlotValue(2.0, "2 seconds", "assumed")
    assert last.brief.values["accuracy"].source == "said"


def test_what_is_known_is_never_asked() -> None:
    told = answered(NEW, accuracy=0.9, latency=1.0, cost=0.01, privacy="x")
    assert not {"accuracy", "latency", "cost", "privacy"} & {name for row in turn(told).brief.asked for name in row}


def test_a_conflict_comes_first_with_both_sayings_and_a_button_each() -> None:
    both = (SlotValue(1.0, "under 1 s", "said", "UOWNER"), SlotValue(5.0, "up to 5 s", "said", "UOWNER"))
    one = turn(replace(NEW, conflicts={"latency": both}))
    assert '"under 1 s"' in text(one) and '"up to 5 s"' in text(one)
    assert one.question is not None and one.question.data["conflict"] == "latency"
    assert [(b.action, b.value) for b in one.question.buttons] == [
        ("settle_0", "prj_1:latency:0"),
        ("settle_1", "prj_1:latency:1"),
    ]


def test_a_conflict_between_two_people_names_them_and_asks_the_owner() -> None:
    both = (SlotValue(1.0, "1 s", "said", "UOWNER"), SlotValue(5.0, "5 s", "said", "UOTHER"))
    words = text(turn(replace(NEW, conflicts={"latency": both})))
    assert words.startswith("<@UOWNER>") and "<@UOTHER>" in words


def test_missing_files_keep_the_intake_open_and_are_asked_for_once() -> None:
    brief, found = NEW, None
    first = turn(brief, found)
    brief = answered(first.brief)
    second = turn(brief, found)
    assert "drop them" not in text(second)
    last = turn(answered(second.brief), found)
    assert (last.question, last.waits) == (None, True)


def test_what_the_files_lack_is_named() -> None:
    lacking = replace(READY, missing=("A golden set: ...",))
    assert "Still needed:\n• A golden set: ..." in text(turn(NEW, lacking))


def test_what_nothing_can_be_built_without_is_asked_twice_and_then_said_not_to_be_known() -> None:
    brief = Brief("people_count", "count people", {"purpose": SlotValue("x", "x")})
    rounds = []
    while (one := turn(brief, Examination(()), COUNTING)).question is not None:
        rounds.append({name for row in one.brief.asked for name in row})
        brief = answered(one.brief)
    assert sum("source" in names for names in rounds) == 2
    assert len(rounds) <= MOST_ROUNDS
    assert one.brief.values["source"] == SlotValue(NOT_KNOWN, NOT_KNOWN, "assumed")


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
def test_whatever_a_person_says_the_intake_ends_within_five_rounds(skill: object) -> None:
    slots = skill.slots  # type: ignore[attr-defined]
    brief, questions = Brief("x", "x", {"purpose": SlotValue("x", "x")}), 0
    while (one := turn(brief, READY, slots)).question is not None:
        questions += 1
        assert questions <= MOST_ROUNDS
        brief = answered(one.brief)
    assert {slot.name for slot in slots if slot.kind != "files"} <= set(one.brief.values)


def test_a_novice_is_asked_in_plain_words_and_an_expert_without_reasons() -> None:
    slot = next(slot for slot in SLOTS if slot.name == "latency")
    novice, expert = text(turn(NEW, level="novice")), text(turn(NEW, level="expert"))
    assert slot.plain and slot.plain in novice and slot.plain not in expert
    assert slot.why in novice and slot.why not in expert


def test_neo_repeats_what_it_took_with_what_it_was_before() -> None:
    before = answered(NEW, accuracy=0.8)
    after = answered(before, accuracy=0.9, latency=0.5)
    assert noted(before, after, SLOTS) == "Noted: accuracy *90 %* (was 80 %); latency (p95) *500 ms*."
    unknown = before.with_values({"cost": SlotValue(0.01, "no idea", "assumed", "UOWNER")})
    assert "cost per question *$0.01* (my assumption, since you don't know)" in noted(before, unknown, SLOTS)
    assert noted(before, before, SLOTS) == ""
