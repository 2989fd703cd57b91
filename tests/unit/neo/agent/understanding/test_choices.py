"""Choices that are named and not denied."""

from __future__ import annotations

import pytest

from neo.agent.understanding import choices

PRIVACY = {
    "stays": ("stay", "private", "not leave", "nothing leaves", "not go to the cloud"),
    "cloud": ("cloud", "openai", "may be sent"),
}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("everything must stay here", ["stays"]),
        ("OpenAI is fine", ["cloud"]),
        ("it may be sent to the cloud", ["cloud", "cloud"]),
        ("it must not leave the building", ["stays"]),
        ("nothing leaves our building", ["stays"]),
        ("it must not go to the cloud", ["stays"]),  # the longer phrase holds the shorter
        ("no cloud please", []),
        ("nothing may be sent to OpenAI", []),
        ("don't use the cloud", []),
        ("never, ever OpenAI", []),
        ("do it without openai", []),
        ("not to OpenAI, Azure or any cloud", []),
        ("the cloud is not allowed", []),
        ("cloud is off the table", []),
        ("something other than the cloud", []),
        ("I don't mind the cloud", ["cloud"]),
        ("no problem with the cloud", ["cloud"]),
        ("no, the cloud is fine", ["cloud"]),
        ("not here but in the cloud", ["cloud"]),
        ("there is nothing secret in it, use the cloud", ["cloud"]),
        ("no cloud; it must stay here", ["stays"]),
        ("no cloud, it stays here", ["stays"]),
        ("no cloud, private only", ["stays"]),
        ("the documents are not private. Use the cloud", ["cloud"]),
        ("it must stay here, although OpenAI would be better", ["stays", "cloud"]),  # both: somebody has to ask
        ("soundclouds", []),
    ],
)
def test_all_that_is_named_and_not_denied(text: str, values: list[str]) -> None:
    found = choices.find(text, PRIVACY)
    assert [one.value for one in found] == values
    assert all(one.said == text[one.start : one.end] for one in found)
