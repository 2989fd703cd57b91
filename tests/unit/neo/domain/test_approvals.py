"""Which emoji says what, who may say it, and of which text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo.domain.approvals import EXPLANATION, VERDICTS, DocumentState, Verdict, bare, is_stale, may_approve, verdict

APPROVES, CHANGES = Verdict.APPROVED, Verdict.CHANGES


@pytest.mark.parametrize(
    ("emoji", "expected"),
    [
        ("white_check_mark", APPROVES),
        ("+1", APPROVES),
        ("thumbsup", APPROVES),  # the same emoji by its other name
        ("heavy_check_mark", APPROVES),
        (":+1:", APPROVES),
        ("x", CHANGES),
        ("-1", CHANGES),
        ("thumbsdown", CHANGES),
        ("pencil2", CHANGES),
        ("warning", CHANGES),
        ("tada", None),
        ("eyes", None),
        ("ok_hand", None),  # looks like consent, and is not
        ("white_check_mark_2", None),
        ("", None),
    ],
)
def test_each_emoji_has_one_meaning_or_none(emoji: str, expected: Verdict | None) -> None:
    assert verdict(emoji) is expected


@given(st.sampled_from(sorted(VERDICTS)), st.integers(2, 6))
def test_a_skin_tone_changes_no_meaning(emoji: str, tone: int) -> None:
    assert verdict(f"{emoji}::skin-tone-{tone}") is VERDICTS[emoji]


@given(st.text(max_size=30))
def test_a_name_made_bare_twice_is_the_same(emoji: str) -> None:
    assert bare(bare(emoji)) == bare(emoji) or "::skin-tone-" in bare(emoji)


def test_the_explanation_names_every_emoji_that_counts() -> None:
    named = {name for name in VERDICTS if f":{name}:" in EXPLANATION}
    assert named == set(VERDICTS) - {"thumbsup", "thumbsdown"}  # other names of two that are named


@pytest.mark.parametrize(
    ("user", "allowed"), [("UOWNER", True), ("UNAMED", True), ("UOTHER", False), ("", False), ("uowner", False)]
)
def test_the_owner_and_named_people_may_approve(user: str, allowed: bool) -> None:
    assert may_approve(user, owner="UOWNER", approvers=["UNAMED"]) is allowed


def test_nobody_may_approve_a_project_without_an_owner() -> None:
    assert not may_approve("", owner="", approvers=[""])


@pytest.mark.parametrize(
    ("current", "shown", "stale"), [(True, "h1", False), (True, "h2", True), (False, "h1", True), (True, "", True)]
)
def test_an_approval_counts_for_the_current_text_as_shown(current: bool, shown: str, stale: bool) -> None:
    assert is_stale(DocumentState("doc_1", "h1", current), shown) is stale
