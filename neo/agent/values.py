"""Readers: from a person's words to a normalised value, one for each kind of slot."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_NUMBER = r"(\d+(?:[.,]\d+)?|\.\d+)"
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twenty": 20, "thirty": 30, "half a": 0.5, "a": 1, "an": 1,
}  # fmt: skip
_WORD_NUMBER = r"\b(" + "|".join(_WORDS) + r")"


@dataclass(frozen=True)
class Reading:
    """A value found in a text: normalised, the words it came from, and where they start."""

    value: Any
    said: str
    start: int


def _number(text: str) -> float:
    lowered = text.lower().strip()
    return float(_WORDS[lowered]) if lowered in _WORDS else float(lowered.replace(",", "."))


# Each row: a pattern whose groups are numbers, and what they come to.
Row = tuple[str, Callable[[re.Match[str]], float]]

SHARES: tuple[Row, ...] = (
    (rf"{_NUMBER}\s*(?:%|per\s?cent\b|percent\b)", lambda m: _number(m[1]) / 100),
    (rf"{_WORD_NUMBER}\s+(?:in|out of)\s+(\w+)", lambda m: _number(m[1]) / _number(m[2])),
    (r"\b(\d+)\s+(?:in|out of)\s+(\d+)\b", lambda m: _number(m[1]) / _number(m[2])),
    (r"(?<![\d.$€£])(0?\.\d+)(?!\s*(?:s\b|sec|ms|cent|\$|\d))", lambda m: _number(m[1])),
)
SECONDS: tuple[Row, ...] = (
    (rf"{_NUMBER}\s*(?:ms|millis\w*)\b", lambda m: _number(m[1]) / 1000),
    (rf"{_NUMBER}\s*-?(?:s|secs?|seconds?)\b", lambda m: _number(m[1])),
    (rf"{_NUMBER}\s*-?(?:min|minutes?)\b", lambda m: _number(m[1]) * 60),
    (rf"{_WORD_NUMBER}\s+(?:seconds?|secs?)\b", lambda m: _number(m[1])),
    (r"\b(sub-?\s?second)\b", lambda _: 1.0),
)
_MONTHLY = rf"\$\s*{_NUMBER}\s*(?:a|per|/)\s*month\s*(?:for|at|with)\s*{_NUMBER}\s*(k|thousand)?"
DOLLARS: tuple[Row, ...] = (
    (_MONTHLY, lambda m: _number(m[1]) / (_number(m[2]) * (1000 if m[3] else 1))),
    (rf"\$\s*{_NUMBER}", lambda m: _number(m[1])),
    (rf"{_NUMBER}\s*(?:\$|usd\b|dollars?\b)", lambda m: _number(m[1])),
    (rf"{_NUMBER}\s*(?:cents?|ct|¢)(?:\b|$)", lambda m: _number(m[1]) / 100),
    (rf"{_WORD_NUMBER}\s+cents?\b", lambda m: _number(m[1]) / 100),
    (r"\b(for free|no cost|nothing|free)\b", lambda _: 0.0),
)
DATE = re.compile(
    r"\b(?:by|before|until|on)\s+((?:next\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?:the\s+)?end of (?:the\s+)?\w+|tomorrow|tonight|\d{4}-\d\d-\d\d|\d{1,2}(?:st|nd|rd|th)?\s+\w+|\w+\s+\d{1,2}(?:st|nd|rd|th)?)\b",
    re.IGNORECASE,
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
    except (ValueError, ZeroDivisionError):
        return None  # 'one in a hundred thousand' and the like: not a number that we know


def _overlaps(match: re.Match[str], found: list[Reading]) -> bool:
    return any(match.start() < r.start + len(r.said) and r.start < match.end() for r in found)


def _choice(text: str, choices: Mapping[str, tuple[str, ...]]) -> list[Reading]:
    lowered = text.lower()
    spots = [(lowered.find(word), value, word) for value, words in choices.items() for word in words if word in lowered]
    return [Reading(value, word, at) for at, value, word in sorted(spots)[:1]]


def _date(text: str, _choices: Mapping[str, tuple[str, ...]]) -> list[Reading]:
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
