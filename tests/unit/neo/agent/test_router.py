"""Which skill is wanted, from the opening words."""

from __future__ import annotations

import pytest

from neo.agent.router import route
from skills import SKILLS

KNOWN = {skill.name: skill for skill in SKILLS}


@pytest.mark.parametrize(
    "text",
    [
        "I need a bot that answers questions about our handbooks",
        "Build a chatbot over our PDF manuals",
        "search our knowledge base",
        "RAG please",
        "can you make our policies searchable?",
        "people keep asking the same questions, the answers are in the documents",
    ],
)
def test_question_answering_is_recognised_with_the_words_that_told(text: str) -> None:
    found = route(text, KNOWN)
    assert found.skill is KNOWN["rag"]
    assert found.because


@pytest.mark.parametrize("text", ["good morning!", "", "what can you do?", "hello neo", "!!!", "你好"])
def test_what_names_nothing_is_no_skill(text: str) -> None:
    found = route(text, KNOWN)
    assert (found.skill, found.because) == (None, ())


def test_a_skill_named_outright_wins() -> None:
    assert route("rag", KNOWN).because == ("rag",)


def test_without_skills_there_is_no_route() -> None:
    assert route("documents", {}).skill is None
