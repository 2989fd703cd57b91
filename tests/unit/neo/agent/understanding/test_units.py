"""Units, with slips of the pen."""

from __future__ import annotations

import pytest

from neo.agent.understanding.units import months_in, seconds_in, unit_of


@pytest.mark.parametrize(
    ("word", "kind", "one"),
    [
        ("ms", "seconds", 0.001), ("s", "seconds", 1), ("Minutes", "seconds", 60), ("h", "seconds", 3600),
        ("days", "seconds", 86400), ("weeks", "seconds", 604800), ("secnds", "seconds", 1), ("secounds", "seconds", 1),
        ("mintues", "seconds", 60), ("miliseconds", "seconds", 0.001), ("%", "share", 0.01), ("percant", "share", 0.01),
        ("procent", "share", 0.01), ("dolars", "dollars", 1), ("EUR", "dollars", 1), ("ct", "dollars", 0.01),
    ],
)  # fmt: skip
def test_a_unit_is_known(word: str, kind: str, one: float) -> None:
    assert unit_of(word) == (kind, pytest.approx(one))


@pytest.mark.parametrize(
    "word", ["people", "pages", "section", "records", "collars", "months", "present", "m", "a" * 100]
)
def test_other_words_are_no_units(word: str) -> None:
    assert unit_of(word) is None


def test_units_of_time() -> None:
    assert seconds_in("week") == 604800
    assert months_in("year") == pytest.approx(12)
