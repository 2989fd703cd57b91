"""Who may do what, by the rules of a workspace."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo.domain.access import Profile, Right, Rules, outsider, refusal

USERS = st.sampled_from(["U1", "U2", "U3"])
RULES = st.builds(
    Rules,
    admins=st.lists(USERS, unique=True).map(tuple),
    guests=st.lists(USERS, unique=True).map(tuple),
    only=st.dictionaries(st.sampled_from([r.value for r in Right]), st.lists(USERS, unique=True).map(tuple)),
)


@pytest.mark.parametrize(
    ("profile", "what"),
    [
        (Profile(team="T1", known=True), ""),
        (Profile(team="T1", known=True, is_guest=True), "a guest of this workspace"),
        (Profile(team="T2", known=True), "a member of another workspace"),
        (Profile(team="T1", known=True, is_bot=True), "a bot"),
        (Profile(team="T2", is_guest=True), ""),
    ],
)
def test_outsiders_are_told_apart(profile: Profile, what: str) -> None:
    assert outsider("U1", "T1", profile, Rules()) == what


@given(RULES)
def test_rules_survive_being_kept(rules: Rules) -> None:
    assert Rules.from_json(rules.to_json()).to_json() == rules.to_json()


@given(RULES, USERS, st.sampled_from(list(Right)))
def test_a_right_is_every_members_or_its_holders_and_administrators(rules: Rules, user: str, right: Right) -> None:
    holders = rules.holders(right)
    allowed = holders is None or user in holders or user in rules.admins
    assert (refusal(user, right, rules) == "") is allowed
