"""Hours of the week on a clock on the wall: what is watched when, right across changes of summer time. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from neo.errors import BadInput

DAY_MINUTES = 24 * 60
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True)
class Span:
    """A stretch of some days; one that ends at or before its start goes on into the next day.

    Attributes:
        days: On which it starts, 0 (Monday) to 6.
        start: Minutes after midnight on the wall's clock, 0 to 1439.
        end: The same, 1 to 1440; not itself in the span.
    """

    days: tuple[int, ...] = EVERY_DAY
    start: int = 0
    end: int = DAY_MINUTES

    def holds(self, day: int, minute: int) -> bool:
        """Whether a minute of a weekday lies in it.

        >>> night = Span(days=(4,), start=22 * 60, end=6 * 60)
        >>> night.holds(4, 23 * 60), night.holds(5, 60), night.holds(4, 60)
        (True, True, False)
        """
        if self.start < self.end:
            return day in self.days and self.start <= minute < self.end
        return (day in self.days and minute >= self.start) or ((day - 1) % 7 in self.days and minute < self.end)


@dataclass(frozen=True)
class Hours:
    """When something is watched.

    Args:
        zone: Name of the time zone whose clock is meant.
        spans: Any of them counts; none is never.

    Raises:
        BadInput: There is no such zone, or a span is no span of a day.
    """

    zone: str = "UTC"
    spans: tuple[Span, ...] = (Span(),)

    def __post_init__(self) -> None:
        zone_of(self.zone)
        for one in self.spans:
            if not (0 <= one.start < DAY_MINUTES and 0 < one.end <= DAY_MINUTES and set(one.days) <= set(EVERY_DAY)):
                raise BadInput(
                    "These are no hours of a week.",
                    f"Start {one.start}, end {one.end} (minutes after midnight), days {one.days}.",
                    "Days go from 0 to 6, the start from 0 to 1439, the end from 1 to 1440.",
                )

    def hold(self, at: float) -> bool:
        """Whether a time, in Unix seconds, lies in them.

        >>> Hours("Europe/Amsterdam", (Span(start=9 * 60, end=17 * 60),)).hold(8 * 3600.0)
        True
        """
        wall = datetime.fromtimestamp(at, zone_of(self.zone))
        return any(one.holds(wall.weekday(), wall.hour * 60 + wall.minute) for one in self.spans)

    def to_json(self) -> dict[str, Any]:
        """The hours as plain JSON values."""
        return {"zone": self.zone, "spans": [[list(one.days), one.start, one.end] for one in self.spans]}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Hours:
        """The hours that :meth:`to_json` wrote."""
        return cls(body["zone"], tuple(Span(tuple(days), start, end) for days, start, end in body["spans"]))


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name.

    Raises:
        BadInput: There is none.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(f"There is no time zone {name!r}.", "", "Name one such as Europe/Amsterdam.") from error


def yesterday(at: float, zone: str) -> tuple[float, float]:
    """The begin and the end of the day before, on the wall's clock, in Unix seconds: 23 to 25 hours.

    >>> yesterday(1.5 * 86_400, "UTC")
    (0.0, 86400.0)
    """
    known = _zone_or_utc(zone)
    end = datetime.fromtimestamp(at, known).date()
    begin = end - timedelta(days=1)
    first, last = (datetime(day.year, day.month, day.day, tzinfo=known).timestamp() for day in (begin, end))
    return first, last


def next_morning(at: float, zone: str, hour: int = 8) -> float:
    """The next day at this hour of the wall's clock, in Unix seconds; by UTC where the zone is not known.

    >>> next_morning(0.0, "UTC") / 3600
    32.0
    """
    known = _zone_or_utc(zone)
    day = datetime.fromtimestamp(at, known).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, tzinfo=known).timestamp()


def _zone_or_utc(name: str) -> tzinfo:
    try:
        return zone_of(name)
    except BadInput:
        return UTC
