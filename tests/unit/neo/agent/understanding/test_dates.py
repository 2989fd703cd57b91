"""Deadlines, in the person's own words."""

from __future__ import annotations

import time

import pytest

from neo.agent.understanding import dates

DATES = {
    "by Friday": "Friday", "by next Monday": "next Monday", "before the end of March": "before the end of March",
    "until 2025-12-01": "2025-12-01", "on 3 May": "3 May", "by May 3rd": "May 3rd", "Friday": "Friday",
    "in two weeks": "in two weeks", "next week": "next week", "tomorrow": "tomorrow",
    "end of the month": "end of the month", "end of March": "end of March", "before 2026-12-15": "before 2026-12-15",
    "asap": "asap", "As soon as possible, please": "As soon as possible", "next quarter": "next quarter",
    "mid-January": "mid-January", "before Christmas": "before Christmas", "by Friday noon": "Friday noon",
    "it must be live by Friday": "Friday", "we need it ready on Tuesday": "Tuesday",
    "demo is on 12 December": "12 December",
    "we launch in March": "March", "within 3 weeks": "within 3 weeks", "in a couple of weeks": "in a couple of weeks",
    "by the end of next month": "end of next month", "EOD Friday": "EOD Friday", "by Q1 2027": "Q1 2027",
    "no later than 15.01.2027": "15.01.2027", "two weeks from now": "two weeks from now",
    "deadline: 01/15/2027": "01/15/2027",
    "by the 15th": "15th", "in two days' time": "in two days' time", "next quarter is early enough": "next quarter",
    "before the trade fair in March": "before the trade fair in March", "by tomorrow evening": "tomorrow evening",
    "no deadline": "none", "None.": "none", "no hurry": "none", "no rush": "none", "there's no fixed date": "none",
    "whenever you like": "none", "it's not urgent": "none", "take your time": "none", "we are not in a hurry": "none",
    "We don't have a deadline": "none",
}  # fmt: skip
NO_DATE = [
    "based on our handbooks",
    "the dock is closed on Sundays",
    "documents of March 2024",
    "our policy of 3 May 2023 is old",  # a date, and no deadline
    "Monday to Friday",  # hours
    "I may need it",
    "answers in two seconds",
    "by hand",
    "20k questions in the month",
    "10 people by the door",
]


@pytest.mark.parametrize(("text", "value"), DATES.items())
def test_a_deadline_is_kept_in_the_persons_words(text: str, value: str) -> None:
    (one,) = dates.find(text)
    assert one.value == value
    assert one.said == text[one.start : one.end]


@pytest.mark.parametrize("text", NO_DATE)
def test_what_is_no_deadline(text: str) -> None:
    assert dates.find(text) == []


def test_several_come_in_order() -> None:
    assert [one.value for one in dates.find("by Friday, or else by the end of May")] == ["Friday", "end of May"]


@pytest.mark.parametrize("unit", ["by ", "in ", "before the ", "a ", "no ", "\n", " ", "1/", "end of "])
def test_a_long_text_ends(unit: str) -> None:
    text = (unit * 40_000)[:40_000]
    begun = time.process_time()
    dates.find(text)
    assert time.process_time() - begun < 10
