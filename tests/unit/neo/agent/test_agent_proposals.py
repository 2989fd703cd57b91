"""What a person says to a numbered list of proposed questions, and how the list reads."""

from __future__ import annotations

import pytest

from neo.agent.proposals import offer, selection, taken
from neo.skill import Proposal


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("keep 1-5, 8, drop 3", {1, 2, 4, 5, 8}),
        ("keep 1-5, 8", {1, 2, 3, 4, 5, 8}),
        ("Please keep 1, 2 and 4.", {1, 2, 4}),
        ("drop 3", {1, 2, 4, 5, 6, 7, 8, 9}),
        ("drop 3 and 5, keep the rest", {1, 2, 4, 6, 7, 8, 9}),
        ("keep all", set(range(1, 10))),
        ("take them all", set(range(1, 10))),
        ("keep all but 2", set(range(1, 10)) - {2}),
        ("keep all except 2 to 4", {1, 5, 6, 7, 8, 9}),
        ("Keep questions 2 3 4", {2, 3, 4}),
        ("keep 5–7", {5, 6, 7}),
        ("keep 7-5", {5, 6, 7}),
        ("none", set()),
        ("none of them", set()),
        ("keep none", set()),
        ("drop all", set()),
        ("drop everything", set()),
        ("use 2; remove 2", set()),
        ("keep 12", {12}),  # beyond the list: kept here, so that the caller can say so
        ("drop 12", set(range(1, 10)) | {12}),
    ],
)
def test_choices(text: str, kept: set[int]) -> None:
    assert selection(text, 9) == kept


@pytest.mark.parametrize(
    "text",
    [
        "keep it under 2 seconds",
        "accuracy 90 %, answers within 2 s",
        "1. 80 % 2. two seconds",
        "3",
        "all",
        "yes",
        "keep our handbooks on this machine",
        "drop dead",
        "keep",
        "we keep 3 copies",
        "",
        "take all recommendations",
        "keep " + "9" * 5000,
        "keep 1 " * 400 + "x",  # long and almost a choice: read in no time
    ],
)
def test_what_is_no_choice_is_left_to_the_conversation(text: str) -> None:
    assert selection(text, 9) is None


def test_a_huge_range_is_no_burden() -> None:
    kept = selection("keep 1-999999", 9)
    assert kept is not None and len(kept) <= 1000


def test_the_list_shows_question_answer_evidence_and_where_it_stands() -> None:
    made = Proposal("Where?", "shelf Q9", "It is on\nshelf Q9.", "returns.md", 10, 27, "model")
    post = offer([made], "job_1", 4)
    assert "1. Where? *shelf Q9*\n   _It is on shelf Q9._ (returns.md)" in post.text
    assert post.text.startswith("Your golden set has 4 questions")
    assert "written by the language model" in post.text
    assert [button.value for button in post.buttons] == ["job_1", "job_1"]


def test_an_answer_that_is_the_evidence_is_not_said_twice() -> None:
    made = Proposal("Where?", "It is on shelf Q9.", "It is on shelf Q9.", "returns.md", 0, 18)
    assert offer([made], "b", 0).text.count("It is on shelf Q9.") == 1


def test_what_was_taken_is_told() -> None:
    assert taken(1, 3).startswith("Kept 1 of 3: they join the golden set as synthetic question.")
    assert "None of them counts" in taken(0, 3)
