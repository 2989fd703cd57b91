"""What Neo answers to a person's own questions, and what a skill says of the same words."""

from __future__ import annotations

import pytest

from neo.agent.help import TOPICS, answer
from neo.agent.understanding.result import Asked
from skills import SKILLS

BY_NAME = {skill.name: skill for skill in SKILLS}


@pytest.mark.parametrize(
    ("skill", "asked", "told"),
    [
        ("rag", Asked(quote="what is a golden set?", about="meaning"), "questions with the answers"),
        ("people_count", Asked(quote="what is a golden set?", about="meaning"), "the number of people"),
        ("people_count", Asked(quote="what do I have to prepare?", about="golden"), "the number of people"),
        ("people_count", Asked(quote="which files can you read?", about="formats"), "MP4"),
        ("people_count", Asked(quote="what is p95?", about="meaning"), "95 of 100"),
    ],
)
def test_a_word_means_what_it_means_in_the_skill(skill: str, asked: Asked, told: str) -> None:
    one = BY_NAME[skill]
    assert told in answer(asked, one.slots, one.topics)


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
def test_a_skill_answers_to_topics_that_there_are(skill: object) -> None:
    assert set(skill.topics) <= set(TOPICS)  # type: ignore[attr-defined]
