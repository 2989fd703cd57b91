"""What a message changes in the brief: taken, corrected, grown, or kept as a conflict that the owner settles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from neo.agent.merge import Speaker, merged, settled
from neo.agent.understanding.result import Conflict, Intent, Said, Understanding
from neo.domain.brief import Brief, SlotValue
from skills.people_count.slots import SLOTS as COUNTING
from skills.rag.slots import SLOTS as RAG

SLOTS = {slot.name: slot for slot in (*COUNTING, *RAG)}
OWNER, COLLEAGUE = Speaker("UOWNER"), Speaker("UOTHER", decides=False)
OLD = Brief("rag", "x", {"latency": SlotValue(2.0, "two seconds", "said", "UOWNER")})


def heard(*values: Said, conflicts: tuple[Conflict, ...] = ()) -> Understanding:
    return Understanding(intent=Intent.ANSWER, values=values, conflicts=conflicts)


def latency(value: float, corrects: bool = False, kind: str = "said") -> Said:
    return Said(slot="latency", value=value, quote=f"{value} s", corrects=corrects, kind=kind)  # type: ignore[arg-type]


def test_a_new_value_is_taken_with_who_said_it() -> None:
    after = merged(Brief("rag", "x"), heard(latency(1.0)), COLLEAGUE, SLOTS)
    assert after.values["latency"] == SlotValue(1.0, "1.0 s", "said", "UOTHER")


def test_another_value_without_a_correction_is_a_conflict_and_the_old_one_stands() -> None:
    after = merged(OLD, heard(latency(1.0)), OWNER, SLOTS)
    assert after.value("latency") == 2.0
    assert [one.value for one in after.conflicts["latency"]] == [2.0, 1.0]


@pytest.mark.parametrize(
    ("brief", "said", "speaker"),
    [
        (OLD, latency(1.0, corrects=True), OWNER),  # no, one second
        (replace(OLD, asked=(("latency",),)), latency(1.0), OWNER),  # it was asked for anew
        (OLD, latency(1.0), replace(OWNER, revising=True)),  # a document is being changed
        (OLD.with_values({"latency": SlotValue(2.0, "2", "assumed")}), latency(1.0), OWNER),
        (OLD.with_values({"latency": SlotValue(2.0, "2", "recommended", "UOWNER")}), latency(1.0), OWNER),
    ],
)
def test_a_correction_takes_its_place(brief: Brief, said: Said, speaker: Speaker) -> None:
    after = merged(brief, heard(said), speaker, SLOTS)
    assert (after.value("latency"), after.conflicts) == (1.0, {})


def test_a_colleague_cannot_correct_the_owner() -> None:
    after = merged(OLD, heard(latency(1.0, corrects=True)), COLLEAGUE, SLOTS)
    assert after.value("latency") == 2.0
    assert after.conflicts["latency"][1].user == "UOTHER"


def test_what_is_said_again_changes_nothing() -> None:
    assert merged(OLD, heard(latency(2.0)), OWNER, SLOTS) == OLD


def test_not_knowing_takes_nothing_away() -> None:
    assert merged(OLD, heard(latency(9.0, kind="assumed")), OWNER, SLOTS) == OLD


def test_a_conflict_within_one_message_leaves_the_slot_open_until_it_is_settled() -> None:
    both = Conflict(slot="latency", first=latency(1.0), second=latency(5.0))
    brief = merged(Brief("rag", "x"), heard(conflicts=(both,)), OWNER, SLOTS)
    assert "latency" not in brief.values
    assert settled(brief, "latency", 1).value("latency") == 5.0
    assert settled(brief, "latency", 1).conflicts == {}


def test_a_conflict_is_settled_by_a_value_of_the_owner_and_not_of_a_colleague() -> None:
    both = Conflict(slot="latency", first=latency(1.0), second=latency(5.0))
    brief = merged(Brief("rag", "x"), heard(conflicts=(both,)), OWNER, SLOTS)
    assert merged(brief, heard(latency(1.0)), COLLEAGUE, SLOTS).conflicts
    assert merged(brief, heard(latency(1.0)), OWNER, SLOTS).value("latency") == 1.0


def test_another_address_is_added_and_not_a_conflict() -> None:
    brief = Brief("people_count", "x", {"emails": SlotValue("a@b.example", "a@b.example", "said", "UOWNER")})
    said = Said(slot="emails", value="c@d.example", quote="and c@d.example")
    after = merged(brief, heard(said), OWNER, SLOTS)
    assert after.value("emails") == "a@b.example, c@d.example"
