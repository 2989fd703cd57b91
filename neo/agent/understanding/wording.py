"""A normalised value as a person reads it."""

from __future__ import annotations

from collections.abc import Callable
from math import floor, log10
from typing import Any

_PER = {"answer": " an answer", "month": " a month", "hour": " an hour", "total": " in total"}
_LONG = ((86400.0, "days"), (3600.0, "h"), (60.0, "min"))


def in_words(kind: str, value: Any, unit: str = "") -> str:
    """A normalised value as a person reads it, and as ``readers`` read it back.

    Args:
        unit: Of a number: what is counted, in the plural. Of dollars: what they are for, as a quantity's ``per``.

    >>> in_words("share", 0.8), in_words("seconds", 0.5), in_words("dollars", 0.02), in_words("number", 10, "people")
    ('80 %', '500 ms', '$0.02', '10 people')
    >>> in_words("seconds", 600), in_words("dollars", 200, "month")
    ('10 min', '$200 a month')
    """
    if isinstance(value, (int, float)) and kind in WORDS:
        return WORDS[kind](float(value), unit)
    return str(value)


def _seconds(value: float, _unit: str) -> str:
    if value < 1:
        return f"{value * 1000:g} ms"
    for size, name in _LONG:
        # A long unit only where it says the value in full: 3700 s are no round hour.
        if value >= 2 * size and (value * 10 / size).is_integer():
            return f"{value / size:.10g} {name}"
    return f"{value:.10g} s"


def _dollars(value: float, unit: str) -> str:
    if not value:
        return "$0" + _PER.get(unit, "")
    digits = max(4, 3 - floor(log10(value)))  # four that count, of a small price too
    return "$" + f"{value:,.{digits}f}".rstrip("0").rstrip(".") + _PER.get(unit, "")


def _number(value: float, unit: str) -> str:
    plain = f"{value:,.0f}" if value.is_integer() else f"{value:g}"
    return f"{plain} {unit}".strip()


WORDS: dict[str, Callable[[float, str], str]] = {
    "share": lambda value, _unit: f"{value * 100:g} %",
    "seconds": _seconds,
    "dollars": _dollars,
    "number": _number,
}
