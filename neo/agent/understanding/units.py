"""Units as people write them, and what they come to."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache, lru_cache

import pint

# By kind: what people write, and the unit's name. Of time the name is pint's.
_TIME = {
    "ms": "millisecond", "msec": "millisecond", "msecs": "millisecond", "millis": "millisecond", "milli": "millisecond",
    "millisec": "millisecond", "millisecs": "millisecond", "millisecond": "millisecond", "milliseconds": "millisecond",
    "s": "second", "sec": "second", "secs": "second", "second": "second", "seconds": "second",
    "sekunden": "second", "sek": "second",
    "min": "minute", "mins": "minute", "minute": "minute", "minutes": "minute",
    "h": "hour", "hr": "hour", "hrs": "hour", "hour": "hour", "hours": "hour",
    "day": "day", "days": "day", "wk": "week", "wks": "week", "week": "week", "weeks": "week",
}  # fmt: skip
# Currencies are taken one to one: what Neo knows of prices is in dollars, and a limit is a person's round figure.
_MONEY = {
    "$": 1.0, "€": 1.0, "£": 1.0, "usd": 1.0, "eur": 1.0, "dollar": 1.0, "dollars": 1.0, "buck": 1.0, "bucks": 1.0,
    "euro": 1.0, "euros": 1.0, "quid": 1.0, "pounds": 1.0,
    "¢": 0.01, "c": 0.01, "ct": 0.01, "cts": 0.01, "cent": 0.01, "cents": 0.01, "penny": 0.01, "pennies": 0.01,
    "pence": 0.01,
}  # fmt: skip
_SHARE = dict.fromkeys(("%", "percent", "per cent", "percents", "pct", "procent", "prozent", "percentage"), 0.01)
_SHORTEST_TYPO = 5  # letters: shorter words are too like others
_LIKENESS = 0.84

# What a rate of money is for, by the word after "a" or "per".
ANSWER = (
    *("question", "answer", "query", "request", "call", "reply", "response", "message", "prompt", "chat", "ask"),
    *("search", "lookup", "conversation", "one"),
)
PER = {
    **dict.fromkeys((*ANSWER, "questions", "answers", "queries", "requests", "q"), "answer"),
    **dict.fromkeys(("month", "mo", "mth", "monthly", "months"), "month"),
    **dict.fromkeys(("hour", "hr", "h", "hourly"), "hour"),
    **dict.fromkeys(("run", "training", "job", "project", "experiment"), "total"),
    **dict.fromkeys(("day", "daily"), "day"),
    **dict.fromkeys(("week", "weekly"), "week"),
    **dict.fromkeys(("year", "yearly", "annum", "yr"), "year"),
}


@cache
def _registry() -> pint.UnitRegistry[float]:
    return pint.UnitRegistry()


@cache
def seconds_in(unit: str) -> float:
    """Seconds in one of a unit that pint knows.

    >>> seconds_in("minute"), seconds_in("day")
    (60.0, 86400.0)
    """
    return float(_registry().Quantity(1.0, unit).to("second").magnitude)


@cache
def months_in(unit: str) -> float:
    """Months in one of a unit of time."""
    return float(_registry().Quantity(1.0, unit).to("month").magnitude)


def unit_of(word: str) -> tuple[str, float] | None:
    """The kind of a unit's word (``seconds``, ``dollars`` or ``share``) and what one comes to; None for another word.

    A slip in a long word is forgiven.

    >>> unit_of("min"), unit_of("secnds"), unit_of("people")
    (('seconds', 60.0), ('seconds', 1.0), None)
    """
    return _unit_of(word.lower()) if len(word) < 20 else None


@lru_cache(4096)
def _unit_of(word: str) -> tuple[str, float] | None:
    known = _known()
    if word in known:
        return known[word]
    if len(word) < _SHORTEST_TYPO or word in _NO_TYPO:
        return None
    close = get_close_matches(word, [name for name in known if len(name) >= _SHORTEST_TYPO], 1, _LIKENESS)
    return known[close[0]] if close else None


_NO_TYPO = frozenset({"collars", "scholars"})


@cache
def _known() -> dict[str, tuple[str, float]]:
    return {
        **{word: ("seconds", seconds_in(unit)) for word, unit in _TIME.items()},
        **{word: ("dollars", dollars) for word, dollars in _MONEY.items()},
        **{word: ("share", one) for word, one in _SHARE.items()},
    }
