"""Values as people read them, and read back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo.agent.understanding.readers import READERS
from neo.agent.understanding.wording import in_words
from neo.skill import Slot


@pytest.mark.parametrize(
    ("kind", "value", "unit", "words"),
    [
        ("share", 0.8, "", "80 %"),
        ("share", 0.855, "", "85.5 %"),
        ("seconds", 2.0, "", "2 s"),
        ("seconds", 0.25, "", "250 ms"),
        ("seconds", 90.0, "", "90 s"),
        ("seconds", 600.0, "", "10 min"),
        ("seconds", 7200.0, "", "2 h"),
        ("seconds", 259200.0, "", "3 days"),
        ("seconds", 3700.0, "", "3700 s"),  # no round number of a longer unit
        ("dollars", 0.002, "", "$0.002"),
        ("dollars", 0.00001, "", "$0.00001"),
        ("dollars", 0.0, "", "$0"),
        ("dollars", 1.5, "", "$1.5"),
        ("dollars", 200.0, "month", "$200 a month"),
        ("dollars", 50.0, "total", "$50 in total"),
        ("number", 10, "people", "10 people"),
        ("number", 20000, "", "20,000"),
        ("number", 2e-4, "", "0.0002"),
        ("text", "the staff", "", "the staff"),
        ("emails", "a@example.com", "", "a@example.com"),
        ("share", "none", "", "none"),
    ],
)
def test_a_value_reads_as_a_person_writes_it(kind: str, value: Any, unit: str, words: str) -> None:
    assert in_words(kind, value, unit) == words


def rounded(least: float, most: float) -> st.SearchStrategy[float]:
    """Numbers of four figures, as people give them."""
    return st.floats(least, most).map(lambda value: float(f"{value:.4g}")).filter(lambda value: least <= value <= most)


KINDS = [
    ("share", "", rounded(0.001, 1.0)),
    ("seconds", "", rounded(0.001, 1e6)),
    ("dollars", "", rounded(1e-6, 1e5) | st.just(0.0)),
    ("dollars", "month", rounded(0.01, 1e5)),
    ("dollars", "hour", rounded(0.01, 1e3)),
    ("dollars", "total", rounded(0.01, 1e5)),
    ("number", "people", st.integers(2, 99_999).map(float)),
    ("number", "", rounded(1e-6, 0.009) | st.integers(0, 99_999).map(float)),
]


@pytest.mark.parametrize(("kind", "unit", "values"), KINDS)
def test_what_is_written_is_read_back(kind: str, unit: str, values: st.SearchStrategy[float]) -> None:
    slot = Slot("x", kind, "X", "What?", "So.", unit=unit)

    @given(values)
    def holds(value: float) -> None:
        (one,) = READERS[kind](in_words(kind, value, unit), slot)
        assert one.value == pytest.approx(value, rel=1e-9)

    holds()
