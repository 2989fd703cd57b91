"""Hours of the week in people's words."""

from __future__ import annotations

import re

from text_to_num import alpha2digit

from neo.domain.hours import DAY_MINUTES, EVERY_DAY, Hours, Span

_ALWAYS = (
    "always",
    "24/7",
    "around the clock",
    "round the clock",
    "day and night",
    "all day",
    "any time",
    "all the time",
)
_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_DAYS_RANGE = re.compile(_DAY + r"\.?\s*(?:to|-|–|until|through)\s*" + _DAY)
_ONE_DAY = re.compile(_DAY)
_CLOCK = r"(\d{1,2})(?:[:.h](\d{2}))?\s*(a\.?m\.?|p\.?m\.?)?"
_TIMES = re.compile(_CLOCK + r"\s*(?:o'clock)?\s*(?:to|-|–|until|till|and)\s*" + _CLOCK)
_NIGHT = Span(start=22 * 60, end=6 * 60)
UNCLEAR = (
    "I cannot tell hours from “{said}”, so it watches day and night. Say for example _Monday to Friday, 8:00 to 18:00_."
)


def hours_of(said: str, zone: str) -> tuple[Hours | None, str]:
    """The hours that words mean, None for always; and what to tell where they mean none.

    Args:
        zone: Name of the time zone whose clock is meant.

    >>> hours_of("on weekdays from nine to five", "UTC")[0].spans
    (Span(days=(0, 1, 2, 3, 4), start=540, end=1020),)
    """
    words = alpha2digit(said.lower(), "en")
    if not words.strip() or any(one in words for one in _ALWAYS):
        return None, ""
    days, times = _days(words), _TIMES.search(words)
    if times is not None:
        span = _span(times, days or EVERY_DAY)
        return (Hours(zone, (span,)), "") if span else (None, UNCLEAR.format(said=said))
    if "night" in words:
        return Hours(zone, (Span(days or EVERY_DAY, _NIGHT.start, _NIGHT.end),)), ""
    if days:
        return Hours(zone, (Span(days),)), ""
    return None, UNCLEAR.format(said=said)


def _days(words: str) -> tuple[int, ...]:
    if "weekday" in words or "working day" in words or "workday" in words:
        return (0, 1, 2, 3, 4)
    if "weekend" in words:
        return (5, 6)
    if found := _DAYS_RANGE.search(words):
        first, last = _NAMES.index(found[1]), _NAMES.index(found[2])
        return tuple(sorted((first + step) % 7 for step in range((last - first) % 7 + 1)))
    return tuple(sorted({_NAMES.index(one) for one in _ONE_DAY.findall(words)}))


def _span(times: re.Match[str], days: tuple[int, ...]) -> Span | None:
    """The span of two times; without am and pm "nine to five" ends in the afternoon."""
    start = _minutes(times[1], times[2], times[3] or "")
    end = _minutes(times[4], times[5], times[6] or "")
    if start is None or end is None or not 0 <= start < DAY_MINUTES:
        return None
    told = times[3] or times[6] or times[2] or times[5]
    if not told and end <= start and end < DAY_MINUTES // 2:
        end += DAY_MINUTES // 2
    return Span(days, start, end or DAY_MINUTES)


def _minutes(hour: str, minute: str | None, half: str) -> int | None:
    hours, minutes = int(hour), int(minute or 0)
    if half:
        hours = hours % 12 + (12 if half.startswith("p") else 0)
    return hours * 60 + minutes if hours * 60 + minutes <= DAY_MINUTES and minutes < 60 else None
