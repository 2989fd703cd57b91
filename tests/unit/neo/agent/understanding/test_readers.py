"""From a person's words to a value: many phrasings, and what must not be read as one."""

from __future__ import annotations

from typing import Any

import pytest

from neo.agent.understanding.values import READERS, in_words

SHARES = {
    "90 %": 0.9, "90%": 0.9, "at least 85.5 %": 0.855, "85,5 %": 0.855, "90 percent": 0.9, "90 per cent": 0.9,
    "ninety percent": 0.9, "ninety-five percent": 0.95, "eighty five per cent": 0.85, "100 %": 1.0,
    "0.9": 0.9, ".9": 0.9, "an accuracy of 0.8": 0.8, "0.9 accuracy": 0.9,
    "nine in ten": 0.9, "9 out of 10": 0.9, "nine out of ten": 0.9, "four in five": 0.8, "one in twenty": 0.05,
    "three quarters": 0.75, "two thirds": 2 / 3,
}  # fmt: skip
SECONDS = {
    "two seconds": 2.0, "2 seconds": 2.0, "2s": 2.0, "2 sec.": 2.0, "2-second": 2.0, "2.5 seconds": 2.5,
    "1,5 seconds": 1.5, "under 3 secs": 3.0, "twenty seconds": 20.0, "twenty-five seconds": 25.0,
    "2000 ms": 2.0, "2,000 ms": 2.0, "500ms": 0.5, "1500 msec": 1.5, "500 milliseconds": 0.5,
    "three hundred milliseconds": 0.3, "sub-second": 1.0, "a second": 1.0, "half a second": 0.5,
    "a tenth of a second": 0.1, "quarter of a second": 0.25, "one and a half seconds": 1.5, "a couple of seconds": 2.0,
    "1 min": 60.0, "a minute": 60.0, "half a minute": 30.0, "two minutes": 120.0,
}  # fmt: skip
DOLLARS = {
    "2 cents a question": 0.02, "1 cent": 0.01, "five cents": 0.05, "a cent": 0.01, "half a cent": 0.005,
    "2ct": 0.02, "0.5¢": 0.005, "$0.02": 0.02, "$ 0.5": 0.5, "0.02 $": 0.02, "0.02 USD": 0.02, "1 dollar": 1.0,
    "two dollars": 2.0, "$1,000": 1000.0, "free": 0.0, "nothing.": 0.0, "it must be free": 0.0, "no cost": 0.0,
    "free of charge": 0.0,
    "$40 a month for 20k questions": 0.002, "$100 per month at 5,000 questions": 0.02,
    "40 dollars a month for 20 thousand questions": 0.002, "$1,000 a month for 100,000 questions": 0.01,
    "$5 per 1000 questions": 0.005, "$2 per thousand answers": 0.002, "one dollar per thousand questions": 0.001,
}  # fmt: skip
DATES = {
    "by Friday": "Friday", "by next Monday": "next Monday", "before the end of March": "the end of March",
    "until 2025-12-01": "2025-12-01", "on 3 May": "3 May", "by May 3rd": "May 3rd", "Friday": "Friday",
    "in two weeks": "in two weeks", "next week": "next week", "tomorrow": "tomorrow",
    "end of the month": "end of the month", "no deadline": "none", "None.": "none", "no hurry": "none",
}  # fmt: skip
TABLE = [
    *(("share", text, value) for text, value in SHARES.items()),
    *(("seconds", text, value) for text, value in SECONDS.items()),
    *(("dollars", text, value) for text, value in DOLLARS.items()),
    *(("date", text, value) for text, value in DATES.items()),
]

# What looks like a value and is none: a wrong value is worse than one more question.
NOTHING = [
    ("share", "150 %"),
    ("share", "0 %"),
    ("share", "answers within 1.5 s"),
    ("share", "0.02 $ a question"),
    ("share", "$0.5"),
    ("share", "version 0.9.1"),
    ("seconds", "20 questions a day"),
    ("seconds", "as fast as you can"),
    ("seconds", "1 1/2 seconds"),
    ("seconds", "a few seconds"),
    ("dollars", "$50 a month"),  # for how many questions?
    ("dollars", "100 dollars per year"),
    ("dollars", "20 cents per 10 answers"),
    ("dollars", "feel free to ask"),
    ("dollars", "nothing else is needed"),
    ("dollars", "nothing leaves this machine"),
    ("dollars", "cents matter"),
    ("date", "based on our handbooks"),
    ("date", "the dock is closed on Sundays"),
]


@pytest.mark.parametrize(("kind", "text", "value"), TABLE, ids=[f"{kind}: {text}" for kind, text, _ in TABLE])
def test_a_phrase_is_read_as_its_value(kind: str, text: str, value: Any) -> None:
    readings = READERS[kind](text, {})
    assert [reading.value for reading in readings] == [pytest.approx(value) if kind != "date" else value]


@pytest.mark.parametrize(("kind", "text", "value"), TABLE, ids=[f"{kind}: {text}" for kind, text, _ in TABLE])
def test_the_words_it_came_from_are_the_persons_own(kind: str, text: str, value: Any) -> None:
    (reading,) = READERS[kind](text, {})
    assert reading.said in text
    assert text[reading.start :].lstrip().startswith(reading.said[:3])


@pytest.mark.parametrize(("kind", "text"), NOTHING, ids=[f"{kind}: {text}" for kind, text in NOTHING])
def test_what_is_no_value_is_not_read(kind: str, text: str) -> None:
    assert READERS[kind](text, {}) == []


def test_several_values_come_in_the_order_in_which_they_stand() -> None:
    readings = READERS["seconds"]("two seconds on average, 500 ms at best, at most 1 min", {})
    assert [reading.value for reading in readings] == [2.0, 0.5, 60.0]


PRIVACY = {"stays": ("stay", "private", "not leave"), "cloud": ("cloud", "openai", "may be sent")}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("everything must stay here", "stays"),
        ("OpenAI is fine", "cloud"),
        ("it may be sent to the cloud", "cloud"),
        ("it must not leave the building", "stays"),
        ("no cloud please", None),
        ("nothing may be sent to OpenAI", None),
        ("don't use the cloud", None),
        ("never, ever OpenAI", None),
        ("do it without openai", None),
        ("no cloud; it must stay here", "stays"),
        ("the documents are not private. Use the cloud", "cloud"),
        ("soundclouds", None),
    ],
)
def test_a_choice_that_is_denied_is_not_chosen(text: str, value: str | None) -> None:
    assert next((reading.value for reading in READERS["choice"](text, PRIVACY)), None) == value


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("share", 0.8, "80 %"),
        ("share", 0.855, "85.5 %"),
        ("seconds", 2.0, "2 s"),
        ("seconds", 0.25, "250 ms"),
        ("seconds", 90.0, "90 s"),
        ("dollars", 0.002, "$0.002"),
        ("dollars", 0.0, "$0"),
        ("dollars", 1.5, "$1.5"),
        ("text", "the staff", "the staff"),
        ("share", "none", "none"),
    ],
)
def test_a_value_reads_as_a_person_writes_it(kind: str, value: Any, words: str) -> None:
    assert in_words(kind, value) == words
