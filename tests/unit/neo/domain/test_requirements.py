"""Requirements: ids are given once, and every change leaves its trace."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from neo.domain.requirements import LIVE, RETIRED, SUPERSEDED, delta, history, registered

VERSIONS = st.lists(
    st.dictionaries(st.sampled_from("abcde"), st.sampled_from("123"), max_size=5), min_size=1, max_size=6
)


@given(VERSIONS)
def test_ids_are_unique_never_rewritten_and_the_live_ones_are_the_newest_version(
    versions: list[dict[str, str]],
) -> None:
    register: tuple = ()
    texts: dict[str, str] = {}
    for number, version in enumerate(versions, 1):
        before, register = register, registered(register, list(version.items()), number)
        assert len({one.id for one in register}) == len(register)
        for one in register:
            assert texts.setdefault(one.id, one.text) == one.text, "a requirement was rewritten"
        assert {one.key: one.text for one in register if one.status == LIVE} == version
        gone = {one.id for one in before if one.status == LIVE} - {one.id for one in register if one.status == LIVE}
        assert all(any(id in line for line in delta(before, register)) for id in gone)


def test_each_way_of_going_is_told_apart() -> None:
    first = registered((), [("a", "1"), ("b", "1")], 1)
    second = registered(first, [("a", "2"), ("c", "1")], 2)
    assert {one.id: one.status for one in second} == {"R1": SUPERSEDED, "R2": RETIRED, "R3": LIVE, "R4": LIVE}
    assert delta(first, second) == (
        "R3 supersedes R1: was '1', is now '2'",
        "R2 is retired: 1",
        "R4 is new: 1",
    )
    assert history(second) == ("R1 (superseded by R3): 1", "R2 (retired): 1")
    assert delta((), first) == ()
