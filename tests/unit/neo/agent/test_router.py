"""Which skill is wanted, from the opening words, by their meaning."""

from __future__ import annotations

import pytest
from world import language_here

from neo.agent.router import Route

ROUTE = language_here().route


def name(found: Route) -> str | None:
    return found.skill.name if found.skill else None


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("I need a bot that answers questions about our handbooks", "rag"),
        ("Build a chatbot over our PDF manuals", "rag"),
        ("search our knowledge base", "rag"),
        ("RAG please", "rag"),  # named outright
        ("can you make our policies searchable?", "rag"),
        ("people keep asking the same questions, the answers are in the documents", "rag"),
        ("our new staff should be able to ask the wiki things", "rag"),
        ("tell me when the lobby gets too full, there is a camera", "people_count"),
        ("people counting for our shop's entrance", "people_count"),
        ("we'd like a warning by mail as soon as the queue is too long on the webcam", "people_count"),
        ("fine-tune a small model on our support replies", "finetune"),
        ("I want a model that writes in our brand's voice, we have 3000 examples", "finetune"),
        ("LoRA on our data, rank 16", "finetune"),
    ],
)
def test_a_skill_is_recognised_with_the_words_that_told(text: str, skill: str) -> None:
    found = ROUTE(text)
    assert name(found) == skill
    assert found.because


@pytest.mark.parametrize("text", ["good morning!", "", "what can you do?", "hello neo", "!!!", "你好", ":tada:"])
def test_what_names_nothing_is_no_skill(text: str) -> None:
    assert ROUTE(text) == Route(None)


@pytest.mark.parametrize(
    "text", ["build us a website for our shop", "forecast our sales for next year", "detect fraud in card payments"]
)
def test_what_neo_does_not_build_is_named_with_what_is_nearest(text: str) -> None:
    found = ROUTE(text)
    assert found.skill is None
    assert found.nearest is not None


@pytest.mark.parametrize(
    ("text", "now", "other"),
    [
        ("no, I meant people counting", "rag", "people_count"),
        ("sorry, I want to fine-tune a model", "rag", "finetune"),
        ("actually a rag over our manuals", "finetune", "rag"),
        ("no, two seconds", "rag", None),
        ("I want at least 90 %", "rag", None),
    ],
)
def test_a_wrong_guess_is_corrected_in_words(text: str, now: str, other: str | None) -> None:
    found = ROUTE.correction(text, now)
    assert (found.name if found else None) == other
