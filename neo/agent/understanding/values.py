"""Readers: from a person's words to a normalised value, one for each kind of slot."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# Atomic, so that '$50 a month' is never read as '$5' by going back a digit.
_DIGITS = r"(?>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)"
_NUMBER = rf"(?<![\d.,/])({_DIGITS})"
_ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_PARTS = {
    "half a": 0.5,
    "quarter of a": 0.25,
    "a quarter of a": 0.25,
    "a tenth of a": 0.1,
    "a couple of": 2,
    "a": 1,
    "an": 1,
}
_SPELT = "|".join(
    (rf"(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES)}))?", *_ONES, *sorted(_PARTS, key=len, reverse=True))
)
_WORD_NUMBER = rf"\b((?:{_SPELT})(?:\s+hundred)?(?:\s+and a half)?)"
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")


@dataclass(frozen=True)
class Reading:
    """A value found in a text: normalised, the words it came from, and where they start."""

    value: Any
    said: str
    start: int


def _number(text: str) -> float:
    """A number in digits (a comma before three digits parts thousands, else decimals) or spelt out."""
    lowered = re.sub(r"[\s-]+", " ", text.lower().strip())
    if lowered.endswith(" and a half"):
        return _number(lowered.removesuffix(" and a half")) + 0.5
    if lowered.endswith(" hundred"):
        return _number(lowered.removesuffix(" hundred")) * 100
    if lowered[0].isdigit() or lowered[0] == ".":
        return float(lowered.replace(",", "" if _THOUSANDS.fullmatch(lowered) else "."))
    if lowered in _PARTS:
        return float(_PARTS[lowered])
    return float(sum({**_ONES, **_TENS}[word] for word in lowered.split()))


def _for_each(match: re.Match[str]) -> float:
    """Dollars for one answer, from a sum (group 1 or 2) for many (group 3, in thousands where there is a group 4)."""
    return _number(match[1] or match[2]) / (_number(match[3]) * (1000 if match[4] else 1))


# Each row: a pattern whose groups are numbers, and what they come to.
Row = tuple[str, Callable[[re.Match[str]], float]]

SHARES: tuple[Row, ...] = (
    (rf"{_NUMBER}\s*(?:%|per\s?cent\b)", lambda m: _number(m[1]) / 100),
    (rf"{_WORD_NUMBER}\s+(?:%|per\s?cent\b)", lambda m: _number(m[1]) / 100),
    (rf"{_WORD_NUMBER}\s+(?:in|out of)\s+(?:a\s+)?(\w+)", lambda m: _number(m[1]) / _number(m[2])),
    (r"\b(\d+)\s+(?:in|out of)\s+(\d+)\b", lambda m: _number(m[1]) / _number(m[2])),
    (r"\b(three quarters)\b", lambda _: 0.75),
    (r"\b(two thirds)\b", lambda _: 2 / 3),
    (r"(?<![\d.,$€£])(0?\.\d+)(?!\.\d|\s*(?:s\b|sec|ms|cent|ct|min|\$|¢|€|usd|dollar|\d))", lambda m: _number(m[1])),
)
SECONDS: tuple[Row, ...] = (
    (rf"{_NUMBER}\s*-?(?:ms|msecs?|millis\w*)\b", lambda m: _number(m[1]) / 1000),
    (rf"{_NUMBER}\s*-?(?:s|secs?|seconds?)\b", lambda m: _number(m[1])),
    (rf"{_NUMBER}\s*-?(?:mins?|minutes?)\b", lambda m: _number(m[1]) * 60),
    (rf"{_WORD_NUMBER}[\s-]+milliseconds?\b", lambda m: _number(m[1]) / 1000),
    (rf"{_WORD_NUMBER}[\s-]+(?:seconds?|secs?)\b", lambda m: _number(m[1])),
    (rf"{_WORD_NUMBER}[\s-]+minutes?\b", lambda m: _number(m[1]) * 60),
    (r"\b(sub-?\s?second)\b", lambda _: 1.0),
)
_DOLLARS = rf"(?:\$\s*({_DIGITS})|{_NUMBER}\s*(?:\$|usd\b|dollars?\b))"
_MANY = rf"({_DIGITS})\s*(k\b|thousand\b)?"
_ASKED = r"(?:questions?|answers?|queries|calls|requests)"
# A sum for a month, or for many answers, is the price of one answer only after a division.
_ALONE = (
    r"(?!\s*(?:a|per|/|every|each|in a)\s*(?:day|week|month|year)\b)"
    rf"(?!\s*(?:per|/|for)\s*(?:{_MANY}|a?\s*thousand)\s*{_ASKED})"
)
DOLLARS: tuple[Row, ...] = (
    (
        rf"{_DOLLARS}\s*(?:a|per|/)\s*month\s*(?:for|at|with)\s*(?:about\s*)?{_MANY}",
        _for_each,
    ),
    (
        rf"{_DOLLARS}\s*(?:per|/|for)\s*{_MANY}\s*{_ASKED}",
        _for_each,
    ),
    (rf"{_DOLLARS}\s*(?:per|/|for)\s*(?:a\s*)?thousand\s*{_ASKED}", lambda m: _number(m[1] or m[2]) / 1000),
    (rf"{_WORD_NUMBER}\s+dollars?\s*(?:per|/|for)\s*(?:a\s*)?thousand\s*{_ASKED}", lambda m: _number(m[1]) / 1000),
    (rf"{_DOLLARS}{_ALONE}", lambda m: _number(m[1] or m[2])),
    (rf"{_NUMBER}\s*(?:cents?\b|ct\b|¢){_ALONE}", lambda m: _number(m[1]) / 100),
    (rf"{_WORD_NUMBER}\s+cents?\b{_ALONE}", lambda m: _number(m[1]) / 100),
    (rf"{_WORD_NUMBER}\s+dollars?\b{_ALONE}", lambda m: _number(m[1])),
    (r"(?m:^)\W*(nothing|free|zero|none)\W*(?m:$)", lambda _: 0.0),
    (r"\b(for free|free of charge|no cost|zero cost|costs? nothing|(?:be|stay|is|it) free)\b", lambda _: 0.0),
)
DATE = re.compile(
    r"\b(?:by|before|until|on)\s+((?:next\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?:the\s+)?end of (?:the\s+)?\w+|tomorrow|tonight|\d{4}-\d\d-\d\d|"
    r"\d{1,2}(?:st|nd|rd|th)?\s+\w+|\w+\s+\d{1,2}(?:st|nd|rd|th)?)\b",
    re.IGNORECASE,
)

_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
# What is a date only where it is the whole answer.
_DATE_ALONE = re.compile(
    rf"(?:next\s+)?{_DAY}|tomorrow|tonight|next\s+(?:week|month)|in\s+\w+\s+(?:day|week|month)s?|\d{{4}}-\d\d-\d\d|"
    rf"(?:the\s+)?end of .{{3,20}}|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?",
    re.IGNORECASE,
)
_NO_DATE = re.compile(r"(?:no|none|never|no (?:date|deadline|hurry|rush)|there is none)", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:no|not|never|nothing|none|neither|nor|without|avoid|don['’]?t|mustn['’]?t|shouldn['’]?t|can(?:no|['’]?)t)\b"
    r"[^.;\n]{0,40}$"
)

Reader = Callable[[str, Mapping[str, tuple[str, ...]]], list[Reading]]


def _rows(rows: tuple[Row, ...], accept: Callable[[float], bool]) -> Reader:
    def read(text: str, _choices: Mapping[str, tuple[str, ...]]) -> list[Reading]:
        found: list[Reading] = []
        for pattern, value in rows:
            for match in re.finditer(pattern, text, re.IGNORECASE):
                if not _overlaps(match, found) and (number := _try(value, match)) is not None and accept(number):
                    found.append(Reading(number, match[0].strip(), match.start()))
        return sorted(found, key=lambda reading: reading.start)

    return read


def _try(value: Callable[[re.Match[str]], float], match: re.Match[str]) -> float | None:
    try:
        return value(match)
    except (ValueError, KeyError, ZeroDivisionError):
        return None  # 'one in a hundred thousand' and the like: not a number that we know


def _overlaps(match: re.Match[str], found: list[Reading]) -> bool:
    return any(match.start() < r.start + len(r.said) and r.start < match.end() for r in found)


def _choice(text: str, choices: Mapping[str, tuple[str, ...]]) -> list[Reading]:
    """The first choice that is named and not denied: 'nothing may be sent to the cloud' does not choose the cloud."""
    lowered = text.lower()
    spots = [
        (match.start(), value, word)
        for value, words in choices.items()
        for word in words
        for match in re.finditer(rf"\b{re.escape(word)}", lowered)
        if not _NEGATED.search(lowered[: match.start()])
    ]
    return [Reading(value, word, at) for at, value, word in sorted(spots)[:1]]


def _date(text: str, _choices: Mapping[str, tuple[str, ...]]) -> list[Reading]:
    alone = text.strip(" .!")
    if _NO_DATE.fullmatch(alone):
        return [Reading("none", alone, 0)]
    if _DATE_ALONE.fullmatch(alone):
        return [Reading(alone, alone, 0)]
    match = DATE.search(text)
    return [Reading(match[1], match[0], match.start())] if match else []


def _text(text: str, _choices: Mapping[str, tuple[str, ...]]) -> list[Reading]:
    stripped = text.strip()
    return [Reading(stripped, stripped, 0)] if stripped else []


READERS: dict[str, Reader] = {
    "share": _rows(SHARES, lambda value: 0 < value <= 1),
    "seconds": _rows(SECONDS, lambda value: value > 0),
    "dollars": _rows(DOLLARS, lambda value: value >= 0),
    "choice": _choice,
    "date": _date,
    "text": _text,
}


def in_words(kind: str, value: Any) -> str:
    """A normalised value as a person reads it.

    >>> in_words("share", 0.8), in_words("seconds", 0.5), in_words("dollars", 0.02)
    ('80 %', '500 ms', '$0.02')
    """
    if isinstance(value, (int, float)) and kind in WORDS:
        return WORDS[kind](float(value))
    return str(value)


WORDS: dict[str, Callable[[float], str]] = {
    "share": lambda value: f"{value * 100:g} %",
    "seconds": lambda value: f"{value:g} s" if value >= 1 else f"{value * 1000:g} ms",
    "dollars": lambda value: f"${value:.4f}".rstrip("0").rstrip(".") if value else "$0",
}
