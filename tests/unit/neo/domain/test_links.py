"""Signed links: nobody makes one up, changes one, or uses an old one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo.domain.links import ORDERS, Link, opened, sign
from neo.errors import BadInput, NotAllowed

SECRET = b"s" * 32
LINK = Link("prj_1", "hall", "e1", "ack", 100.0)


@given(st.text(max_size=20), st.sampled_from(sorted(ORDERS)), st.floats(0, 1e10))
def test_a_link_comes_back_as_it_went(series: str, order: str, expires: float) -> None:
    link = Link("prj_1", series, "e1", order, expires)
    assert opened(SECRET, sign(SECRET, link), expires) == link


@given(st.integers(0, 300), st.characters())
def test_a_link_that_was_changed_anywhere_is_none(place: int, by: str) -> None:
    token = sign(SECRET, LINK)
    place %= len(token)
    changed = token[:place] + by + token[place + 1 :]
    if changed != token:
        with pytest.raises(BadInput):
            opened(SECRET, changed, 0.0)


@given(st.text(max_size=60))
def test_what_is_no_link_is_told_so(token: str) -> None:
    with pytest.raises(BadInput):
        opened(SECRET, token, 0.0)


def test_another_secret_an_unknown_order_and_an_old_link() -> None:
    with pytest.raises(BadInput):
        opened(b"t" * 32, sign(SECRET, LINK), 0.0)
    with pytest.raises(BadInput):
        opened(SECRET, sign(SECRET, Link("prj_1", "hall", "e1", "delete", 100.0)), 0.0)
    with pytest.raises(NotAllowed, match="too old"):
        opened(SECRET, sign(SECRET, LINK), 100.1)
