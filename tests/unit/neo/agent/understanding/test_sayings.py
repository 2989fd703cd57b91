"""Labelled sayings: their form, and that those of the skills have it."""

from __future__ import annotations

import re

import pytest

from neo.agent.understanding.sayings import ASK, NONE, TALK, UNKNOWN, openings, saying, sayings
from skills import SKILLS

MARK = re.compile(r"\{([^{}|]+)\|([^{}|]*)\}")


def test_a_line_is_cut_into_marks_that_cover_it() -> None:
    one = saying("We need {latency=2|two seconds} and {unknown:cost|no idea what it costs}.")
    assert one.text == "We need two seconds and no idea what it costs."
    assert [(one.text[mark.start : mark.end], mark.labels[0]) for mark in one.marks] == [
        ("We need ", NONE),
        ("two seconds", "latency"),
        (" and ", NONE),
        ("no idea what it costs", UNKNOWN),
        (".", NONE),
    ]


def test_sentences_keep_their_marks_at_their_own_places() -> None:
    first, second = sayings("# a comment\nWe sell shoes. {users|My clerks} ask it.")
    assert first.text == "We sell shoes."
    assert [second.text[mark.start : mark.end] for mark in second.marks if "users" in mark.labels] == ["My clerks"]


def test_openings_are_the_lines_under_their_heading() -> None:
    assert openings("# openings\nhello {users|nurses}\n# answers\n{latency|2 s}") == ["hello nurses"]


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
def test_every_mark_of_a_skill_names_a_slot_and_a_value_that_it_can_have(skill: object) -> None:
    slots = {slot.name: slot for slot in skill.slots}  # type: ignore[attr-defined]
    wrong = []
    for number, line in enumerate(skill.sayings.splitlines(), 1):  # type: ignore[attr-defined]
        rest = MARK.sub("", line)
        if set("{}|") & set(rest):
            wrong.append(f"{number}: a brace or a bar is left over in {rest!r}")
        for match in MARK.finditer(line):
            label, _, value = match[1].partition("=")
            name = label.removeprefix(f"{UNKNOWN}:")
            if name not in slots and label not in (TALK, ASK):
                wrong.append(f"{number}: no slot is called {name!r}")
            elif value and slots[name].choices and value not in slots[name].choices:
                wrong.append(f"{number}: {value!r} is no choice of {name!r}")
    assert wrong == []
