"""When Neo may speak up by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo.domain.access import Profile
from neo.domain.manners import DAY_S, Manners, digest_is_due, local, may_remind

MONDAY_10 = datetime(2026, 11, 23, 10, tzinfo=UTC).timestamp()
HOUR_S = 3600.0
UTC_PERSON = Profile(tz="UTC", known=True)


@pytest.mark.parametrize(
    ("hours_later", "zone", "may"),
    [
        (0, "UTC", True),
        (-2, "UTC", False),  # 8 in the morning
        (7, "UTC", False),  # 17 o'clock
        (0, "Asia/Tokyo", False),  # 19 o'clock there
        (0, "America/New_York", False),  # 5 in the morning there
        (5, "America/New_York", True),
        (-24, "UTC", False),  # a Sunday
        (96, "UTC", True),  # the Friday after
        (120, "UTC", False),  # the Saturday after
    ],
)
def test_reminders_keep_working_hours_of_the_persons_own_zone(hours_later: float, zone: str, may: bool) -> None:
    now = MONDAY_10 + hours_later * HOUR_S
    assert may_remind(Manners(), replace(UTC_PERSON, tz=zone), "doc", now - 2 * DAY_S, now) is may


def test_a_reminder_comes_once_a_day_and_never_once_silenced() -> None:
    sent = Manners().with_reminder("doc", MONDAY_10)
    assert not may_remind(sent, UTC_PERSON, "doc", 0.0, MONDAY_10 + 5 * HOUR_S)
    assert may_remind(sent, UTC_PERSON, "doc", 0.0, MONDAY_10 + DAY_S)
    silenced = replace(sent, silenced=("doc",))
    assert not may_remind(silenced, UTC_PERSON, "doc", 0.0, MONDAY_10 + DAY_S)
    assert may_remind(silenced, UTC_PERSON, "another", 0.0, MONDAY_10 + DAY_S)


def test_an_unknown_zone_falls_back_to_the_offset() -> None:
    odd = Profile(tz="Mars/Olympus", tz_offset_s=7200)
    assert local(MONDAY_10, odd).hour == 12


def test_a_digest_is_due_once_a_day_from_its_hour_on() -> None:
    assert digest_is_due(Manners(), UTC_PERSON, MONDAY_10)
    assert not digest_is_due(Manners(digest_at=MONDAY_10 - HOUR_S), UTC_PERSON, MONDAY_10)
    assert not digest_is_due(Manners(hour=11), UTC_PERSON, MONDAY_10)
    assert not digest_is_due(Manners(digest=False), UTC_PERSON, MONDAY_10)


@given(st.integers(0, 23), st.floats(0, 2e9), st.sampled_from(["UTC", "Asia/Kolkata", "America/St_Johns"]))
def test_looked_at_every_five_minutes_a_digest_comes_once_a_day(hour: int, start: float, zone: str) -> None:
    manners, person, sent = Manners(hour=hour), Profile(tz=zone, known=True), []
    for step in range(3 * 288):
        now = start + step * 300
        if digest_is_due(manners, person, now):
            manners = replace(manners, digest_at=now)
            sent.append(local(now, person).date())
    assert len(sent) == len(set(sent)) and 2 <= len(sent) <= 4


def test_manners_survive_being_kept() -> None:
    manners = Manners(hour=17, silenced=("doc",)).with_reminder("doc", 5.0)
    assert Manners.from_json(manners.to_json()) == manners
