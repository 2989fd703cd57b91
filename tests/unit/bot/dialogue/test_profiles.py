"""Profiles: what is not of the form is refused by file, field and rule; all that the checkout holds is of the form."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.profiles import Fact, Profile, load_profiles
from neo.errors import BadInput
from skills import SKILLS

FOLDERS = [Path(__file__).parents[3] / "dialogue" / name for name in ("practice", "aside")]
GOOD = """
id: one
skill: rag
opening: {say: ["a bot for our manuals", "manuals bot"], gives: []}
facts:
  latency: {value: 2.0, say: ["two seconds", "2 s"]}
"""


def load(folder: Path, text: str, name: str = "one.yaml") -> list[Profile]:
    (folder / name).write_text(text, encoding="utf-8")
    return load_profiles(folder)


def test_a_profile_is_read(tmp_path: Path) -> None:
    (one,) = load(tmp_path, GOOD)
    assert one.facts["latency"].value == 2.0 and one.told == ("latency",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("id: one", "name: one"), "id: Field required"),
        (GOOD.replace('"manuals bot"', "").replace(", ]", "]"), "opening.say"),  # one paraphrase
        (GOOD.replace("value: 2.0, ", ""), "needs a value"),
        (GOOD.replace('say: ["two seconds", "2 s"]', 'say: ["two seconds"]'), "two ways to say it"),
        (GOOD.replace("gives: []", "gives: [cost]"), "facts say nothing of it"),
        (GOOD.replace("gives: []", "gives: [latency]"), "disagree"),
        (GOOD + "unknown: {latency: [x]}\n", "both known and unknown"),
        (GOOD + "colour: red\n", "colour: Extra inputs"),
        (GOOD.replace("{say:", "{say"), "is not YAML"),
    ],
)
def test_what_is_not_of_the_form_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadInput, match=r"one\.yaml") as error:
        load(tmp_path, text)
    assert words in str(error.value)


def test_two_profiles_of_one_id_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no profile"):
        load_profiles(tmp_path)
    load(tmp_path, GOOD)
    with pytest.raises(BadInput, match="two profiles with the id 'one'"):
        load(tmp_path, GOOD, "two.yaml")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_checkouts_profiles_name_slots_that_there_are(folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip(f"{folder} is not in this checkout")
    slots = {skill.name: {slot.name: slot for slot in skill.slots} for skill in SKILLS}
    for one in load_profiles(folder):
        known = slots[one.skill]
        assert {*one.told, *one.unknown} <= known.keys(), one.id
        for name, fact in one.facts.items():
            values = [fact.value, *fact.accept] if fact.value is not None else []
            if known[name].kind == "choice":
                assert all(value in known[name].choices for value in values), f"{one.id}: {name}"


def test_what_holds_in_the_end_is_the_last_word(tmp_path: Path) -> None:
    text = GOOD + (
        'contradictions: [{slot: latency, say: ["5 s"], settle: {value: 5.0, say: ["5 s", "five"]}}]\n'
        'changes: [{slot: latency, say: ["no, 3 s"], to: {value: 3.0, say: ["3 s", "three"]}}]\n'
    )
    (one,) = load(tmp_path, text)
    assert one.final("latency").value == 3.0
    assert one.model_copy(update={"changes": ()}).final("latency").value == 5.0


def test_a_fact_of_words_needs_no_value() -> None:
    assert Fact(contains=("nurses",), say=("the nurses", "nurses do")).value is None
