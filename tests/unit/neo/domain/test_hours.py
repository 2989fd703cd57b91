"""Hours of the week on the wall's clock, across midnight and across changes of summer time."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo.domain.hours import DAY_MINUTES, Hours, Span, next_morning, yesterday
from neo.errors import BadInput

BERLIN = ZoneInfo("Europe/Berlin")
OPEN = Hours("Europe/Berlin", (Span((0, 1, 2, 3, 4), 9 * 60, 17 * 60),))
NIGHT = Hours("Europe/Berlin", (Span((5,), 22 * 60, 6 * 60),))


def at(*wall: int, fold: int = 0) -> float:
    return datetime(*wall, tzinfo=BERLIN, fold=fold).timestamp()  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("hours", "when", "holds"),
    [
        (OPEN, at(2026, 3, 27, 9, 0), True),  # a Friday before summer time
        (OPEN, at(2026, 3, 30, 9, 0), True),  # the Monday after: by UTC it is an hour earlier
        (OPEN, at(2026, 3, 30, 8, 59), False),
        (OPEN, at(2026, 3, 30, 17, 0), False),
        (OPEN, at(2026, 3, 28, 12, 0), False),  # Saturday
        (NIGHT, at(2026, 3, 28, 23, 0), True),
        (NIGHT, at(2026, 3, 29, 1, 59), True),
        (NIGHT, at(2026, 3, 29, 3, 0), True),  # the hour between does not exist
        (NIGHT, at(2026, 3, 29, 6, 0), False),
        (NIGHT, at(2026, 10, 25, 2, 30), True),  # this hour comes twice
        (NIGHT, at(2026, 10, 25, 2, 30, fold=1), True),
        (NIGHT, at(2026, 10, 25, 23, 0), False),  # Sunday's evening is not Saturday's
        (Hours("UTC", ()), 0.0, False),
    ],
)
def test_hours(hours: Hours, when: float, holds: bool) -> None:
    assert hours.hold(when) is holds


SPANS = st.builds(
    Span,
    st.frozensets(st.integers(0, 6)).map(lambda days: tuple(sorted(days))),
    st.integers(0, DAY_MINUTES - 1),
    st.integers(1, DAY_MINUTES),
)


@given(st.lists(SPANS, max_size=3), st.floats(0, 4e9), st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]))
def test_hours_go_through_json(spans: list[Span], when: float, zone: str) -> None:
    hours = Hours(zone, tuple(spans))
    assert Hours.from_json(json.loads(json.dumps(hours.to_json()))).hold(when) is hours.hold(when)


def test_the_day_before_has_23_or_25_hours_when_the_clock_changes() -> None:
    for day, length in (((2026, 3, 30, 5), 23), ((2026, 10, 26, 5), 25), ((2026, 7, 1, 5), 24)):
        start, end = yesterday(at(*day), "Europe/Berlin")
        assert end - start == length * 3600


def test_tomorrow_morning_is_eight_on_the_wall_whatever_the_clock_does() -> None:
    assert next_morning(at(2026, 3, 28, 12), "Europe/Berlin") == at(2026, 3, 29, 8)
    assert next_morning(0.0, "Nowhere/Atall") == 32 * 3600


@pytest.mark.parametrize(
    "wrong", [{"zone": "Nowhere/Atall"}, {"spans": (Span(start=1440),)}, {"spans": (Span(days=(7,)),)}]
)
def test_hours_that_are_none(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        Hours(**wrong)  # type: ignore[arg-type]
