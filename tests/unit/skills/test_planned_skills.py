"""Every skill's slots and phrases, and what cannot be built yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from neo.agent.understanding.readers import READERS
from neo.agent.understanding.wording import in_words
from neo.automl.problem import InputFile, Resources
from neo.domain.brief import Brief
from neo.errors import NotAllowed
from neo.skill import Skill, Slot
from skills import SKILLS

SLOTS = [(skill, slot) for skill in SKILLS for slot in skill.slots]
PLANNED = [skill for skill in SKILLS if not skill.buildable]


@pytest.mark.parametrize(("skill", "slot"), SLOTS, ids=[f"{skill.name}-{slot.name}" for skill, slot in SLOTS])
def test_a_slot_says_all_that_asking_needs(skill: Skill, slot: Slot) -> None:
    assert slot.question.endswith((".", "?")) and slot.why.endswith(".")
    assert slot.kind in (*READERS, "files")
    assert 6 <= len(slot.phrases) <= 12 and len(set(slot.phrases)) == len(slot.phrases)
    assert slot.required or slot.recommended is not None
    assert bool(slot.choices) == (slot.kind == "choice")
    assert slot.bound in ("", "at least", "at most")


@pytest.mark.parametrize(("skill", "slot"), SLOTS, ids=[f"{skill.name}-{slot.name}" for skill, slot in SLOTS])
def test_a_recommended_limit_is_read_back(skill: Skill, slot: Slot) -> None:
    if slot.kind in ("share", "seconds", "dollars", "number"):
        (one,) = READERS[slot.kind](in_words(slot.kind, slot.recommended, slot.unit), slot)
        assert one.value == pytest.approx(slot.recommended)


@pytest.mark.parametrize("skill", SKILLS, ids=[skill.name for skill in SKILLS])
def test_a_skill_has_phrases_of_its_own(skill: Skill) -> None:
    assert len(skill.phrases) >= 25
    others = {phrase for other in SKILLS if other is not skill for phrase in other.phrases}
    assert not others & set(skill.phrases)
    assert len({slot.name for slot in skill.slots}) == len(skill.slots)
    assert [slot.name for slot in skill.slots if slot.round == 0] == ["purpose"]


@pytest.mark.parametrize("skill", PLANNED, ids=[skill.name for skill in PLANNED])
def test_what_cannot_be_built_keeps_requirements_and_refuses_the_rest(skill: Skill, tmp_path: Path) -> None:
    brief = Brief(skill.name, "please")
    path = tmp_path / "a.txt"
    path.write_text("a")
    found = skill.examine([InputFile("kept", "a.txt", path, "0" * 64)], brief)
    assert found.missing == () and [one.role for one in found.files] == ["kept"]
    assert all(item.id for item in skill.requirements(brief, found))
    with pytest.raises(NotAllowed, match="cannot build"):
        skill.problem(brief, [], tmp_path, Resources(models_dir=tmp_path))
