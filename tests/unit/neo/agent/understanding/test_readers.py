"""From a person's words to a slot's values: many phrasings, and what must not be read as one."""

from __future__ import annotations

from typing import Any

import pytest

from neo.agent.understanding.readers import READERS
from neo.skill import Slot
from skills import SKILLS


def of(kind: str, **more: Any) -> Slot:
    return Slot("x", kind, "X", "What?", "So.", **more)


SHARES = {
    "90 %": 0.9, "90%": 0.9, "at least 85.5 %": 0.855, "85,5 %": 0.855, "90 percent": 0.9, "90 per cent": 0.9,
    "ninety percent": 0.9, "ninety-five percent": 0.95, "eighty five per cent": 0.85, "100 %": 1.0,
    "0.9": 0.9, ".9": 0.9, "an accuracy of 0.8": 0.8, "0.9 accuracy": 0.9,
    "nine in ten": 0.9, "9 out of 10": 0.9, "nine out of ten": 0.9, "four in five": 0.8, "one in twenty": 0.05,
    "three quarters": 0.75, "two thirds": 2 / 3, "four fifths": 0.8, "half of them": 0.5, "9/10 of the answers": 0.9,
    "nine out of every ten": 0.9, "nine answers in ten": 0.9, "four times out of five": 0.8, "80-85 %": 0.8,
    "between 80 and 85 %": 0.8,
    "90 pct": 0.9, "90 procent": 0.9, "zero point nine": 0.9, "¾ of the answers": 0.75,
}  # fmt: skip
SECONDS = {
    "two seconds": 2.0, "2 seconds": 2.0, "2s": 2.0, "2 sec.": 2.0, "2-second": 2.0, "2.5 seconds": 2.5,
    "1,5 seconds": 1.5, "under 3 secs": 3.0, "twenty seconds": 20.0, "twenty-five seconds": 25.0,
    "2000 ms": 2.0, "2,000 ms": 2.0, "500ms": 0.5, "1500 msec": 1.5, "500 milliseconds": 0.5,
    "three hundred milliseconds": 0.3, "sub-second": 1.0, "a second": 1.0, "half a second": 0.5,
    "a tenth of a second": 0.1, "quarter of a second": 0.25, "one and a half seconds": 1.5, "a couple of seconds": 2.0,
    "1 min": 60.0, "a minute": 60.0, "half a minute": 30.0, "two minutes": 120.0,
    "1-2 seconds": 2.0, "between one and two seconds": 2.0, "a second and a half": 1.5, "0,8 s": 0.8,
    "under a second": 1.0,
    "1 1/2 seconds": 1.5, "1 min 30 s": 90.0, "an hour": 3600.0, "2 h": 7200.0, "half an hour": 1800.0,
    "a quarter of an hour": 900.0,
    "a day": 86400.0, "two secnds": 2.0, "200 milli seconds": 0.2, "95 % of the answers within two seconds": 2.0,
    "p95 below 2s": 2.0,
}  # fmt: skip
DOLLARS = {
    "2 cents a question": 0.02, "1 cent": 0.01, "five cents": 0.05, "a cent": 0.01, "half a cent": 0.005,
    "2ct": 0.02, "0.5¢": 0.005, "$0.02": 0.02, "$ 0.5": 0.5, "0.02 $": 0.02, "0.02 USD": 0.02, "1 dollar": 1.0,
    "two dollars": 2.0, "$1,000": 1000.0, "free": 0.0, "nothing.": 0.0, "it must be free": 0.0, "no cost": 0.0,
    "free of charge": 0.0, "we don't want to pay anything": 0.0, "it costs nothing": 0.0, "without any costs": 0.0,
    "€0.02": 0.02, "1c": 0.01, "a penny": 0.01, "a cent and a half": 0.015, "five bucks per thousand questions": 0.005,
    "$5 per 1k answers": 0.005, "20k questions a month for $40": 0.002, "20 cents per 10 answers": 0.02,
    "10-20 cents": 0.2,
    "$40 a month for 20k questions": 0.002, "$100 per month at 5,000 questions": 0.02,
    "40 dollars a month for 20 thousand questions": 0.002, "$1,000 a month for 100,000 questions": 0.01,
    "$5 per 1000 questions": 0.005, "$2 per thousand answers": 0.002, "one dollar per thousand questions": 0.001,
}  # fmt: skip
TABLE = [
    *(("share", text, value) for text, value in SHARES.items()),
    *(("seconds", text, value) for text, value in SECONDS.items()),
    *(("dollars", text, value) for text, value in DOLLARS.items()),
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
    ("seconds", "a few seconds"),
    ("dollars", "$50 a month"),  # for how many questions?
    ("dollars", "100 dollars per year"),
    ("dollars", "feel free to ask"),
    ("dollars", "nothing else is needed"),
    ("dollars", "nothing leaves this machine"),
    ("dollars", "cents matter"),
]


@pytest.mark.parametrize(("kind", "text", "value"), TABLE, ids=[f"{kind}: {text}" for kind, text, _ in TABLE])
def test_a_phrase_is_read_as_its_value(kind: str, text: str, value: float) -> None:
    readings = READERS[kind](text, of(kind))
    assert [reading.value for reading in readings] == [pytest.approx(value)]


@pytest.mark.parametrize(("kind", "text", "value"), TABLE, ids=[f"{kind}: {text}" for kind, text, _ in TABLE])
def test_the_words_it_came_from_are_the_persons_own(kind: str, text: str, value: float) -> None:
    (reading,) = READERS[kind](text, of(kind))
    assert reading.said == text[reading.start : reading.end]


@pytest.mark.parametrize(("kind", "text"), NOTHING, ids=[f"{kind}: {text}" for kind, text in NOTHING])
def test_what_is_no_value_is_not_read(kind: str, text: str) -> None:
    assert READERS[kind](text, of(kind)) == []


def test_several_values_come_in_the_order_in_which_they_stand() -> None:
    readings = READERS["seconds"]("two seconds on average, 500 ms at best, at most 1 min", of("seconds"))
    assert [reading.value for reading in readings] == [2.0, 0.5, 60.0]


PEOPLE = of("number", unit="people", cues=("person", "guest", "crowd"))
RATE = of("number", cues=("learning rate", "lr"))
RANK = of("number", cues=("rank", "r"))


@pytest.mark.parametrize(
    ("slot", "text", "values"),
    [
        (PEOPLE, "more than ten people for 5 s", [10]),
        (PEOPLE, "at most a dozen persons", [12]),
        (PEOPLE, "more than ten", [10]),  # the whole answer is the number
        (PEOPLE, "let's say 12, please", [12]),
        (PEOPLE, "if the crowd is over 15", [15]),
        (PEOPLE, "we have 3 cameras", []),
        (PEOPLE, "200 pages", []),
        (PEOPLE, "10 s", []),
        (RATE, "a learning rate of 2e-4", [2e-4]),
        (RATE, "lr 1e-4, rank 8", [1e-4]),
        (RATE, "use 0.0003 as the learning rate", [3e-4]),
        (RATE, "0.05", [0.05]),  # alone, although it could be a share
        (RATE, "0.05 of them are right", []),
        (RANK, "lr 1e-4, rank 8", [8]),
        (RANK, "r=16", [16]),
        (RANK, "their number is 5", []),  # "r" is no part of "their"
    ],
)
def test_a_number_belongs_to_a_slot_that_counts_such(slot: Slot, text: str, values: list[float]) -> None:
    assert [one.value for one in READERS["number"](text, slot)] == pytest.approx(values)


@pytest.mark.parametrize(
    ("unit", "text", "values"),
    [
        ("", "$200 a month", []),
        ("", "2 cents an answer", [0.02]),
        ("month", "$200 a month", [200]),
        ("month", "200 dollars", [200]),
        ("month", "2 cents a question", []),
        ("total", "$50 in total, $5 a month", [50]),
        ("hour", "$2 per hour", [2]),
    ],
)
def test_a_sum_is_read_for_what_the_slot_pays(unit: str, text: str, values: list[float]) -> None:
    assert [one.value for one in READERS["dollars"](text, of("dollars", unit=unit))] == values


@pytest.mark.parametrize(
    ("text", "value", "bound"),
    [
        ("at most 5 % wrong", 0.95, "at least"),
        ("an error rate below 5 %", 0.95, "at least"),
        ("one wrong answer in twenty", 0.95, ""),
        ("5 % errors", 0.95, ""),
        ("90 % right, never wrong", 0.9, ""),
        ("at least 90 % correct", 0.9, "at least"),
    ],
)
def test_what_may_be_wrong_leaves_what_must_be_right(text: str, value: float, bound: str) -> None:
    (one,) = READERS["share"](text, of("share", bound="at least"))
    assert (one.value, one.bound) == (pytest.approx(value), bound)


def test_a_wish_gives_way_to_a_limit_in_its_sentence() -> None:
    read = READERS["seconds"]
    assert [(one.value, one.soft) for one in read("Ideally 1 s, at most 2 s.", of("seconds"))] == [(2.0, False)]
    assert [(one.value, one.soft) for one in read("Ideally 1 s. At most 2 s.", of("seconds"))] == [
        (1.0, True),
        (2.0, False),
    ]
    assert [(one.value, one.soft) for one in read("Ideally 1 s and 90 %.", of("seconds"))] == [(1.0, True)]


# Phrases that give a value without saying it: a person has to be asked.
UNSAID = {
    "our IP camera speaks RTSP, I'll give you the link", "ping the guard at the front desk by mail",
    "mail the store manager",
    "please e-mail the two addresses of the night shift", "take whatever small model you have",
    "something with seven billion parameters", "any open model that fits our GPU", "on the machine that you are on",
}  # fmt: skip
PHRASES = [
    (slot, phrase)
    for skill in SKILLS
    for slot in skill.slots
    if slot.kind not in ("text", "files")
    for phrase in slot.phrases
]


@pytest.mark.parametrize(("slot", "phrase"), PHRASES, ids=[phrase for _, phrase in PHRASES])
def test_every_phrase_of_a_slot_is_read_as_one_value(slot: Slot, phrase: str) -> None:
    values = {one.value for one in READERS[slot.kind](phrase, slot)}
    assert len(values) == (0 if phrase in UNSAID else 1)
