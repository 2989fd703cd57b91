"""When Neo may speak up by itself: in working hours of the person's own time zone, and seldom. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from neo.domain.access import Profile

WORKING_HOURS = range(9, 17)
WEEKEND = 5
DAY_S = 86_400.0
SLACK_S = 3600.0  # a clock that ticks by the minute is not missed for a few seconds


@dataclass(frozen=True)
class Manners:
    """What a person wants to hear of by itself.

    Attributes:
        digest: Whether a daily digest is sent; only on days on which there is something to say.
        hour: Of the person's day at which it is sent, 0 to 23.
        digest_at: When the last one was looked into, in Unix seconds.
        silenced: Documents of which no more reminders are wanted.
        reminded: Document -> when its last reminder went.
    """

    digest: bool = True
    hour: int = 9
    digest_at: float = 0.0
    silenced: tuple[str, ...] = ()
    reminded: Mapping[str, float] | None = None

    def to_json(self) -> dict[str, Any]:
        """The manners as plain JSON values."""
        return asdict(self) | {"silenced": list(self.silenced), "reminded": dict(self.reminded or {})}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Manners:
        """The manners that :meth:`to_json` wrote; the defaults of somebody who never said anything."""
        return cls(**{**body, "silenced": tuple(body.get("silenced", ()))})

    def with_reminder(self, document: str, at: float) -> Manners:
        """The same, with a reminder of a document sent now."""
        return replace(self, reminded={**(self.reminded or {}), document: at})


def local(now: float, profile: Profile) -> datetime:
    """The time on the person's clock: by their zone's name, else by the offset that the platform stated.

    >>> local(0.0, Profile(tz="Europe/Amsterdam")).hour
    1
    """
    try:
        return datetime.fromtimestamp(now, ZoneInfo(profile.tz))
    except (KeyError, ValueError, OSError):
        return datetime.fromtimestamp(now, UTC) + timedelta(seconds=profile.tz_offset_s)


def may_remind(manners: Manners, profile: Profile, document: str, since: float, now: float) -> bool:
    """Whether a reminder of a waiting document is due: a day after it or its last one, in working hours, not silenced.

    Args:
        since: When the document was posted.
    """
    last = (manners.reminded or {}).get(document, since)
    clock = local(now, profile)
    in_hours = clock.hour in WORKING_HOURS and clock.weekday() < WEEKEND
    return document not in manners.silenced and now - last >= DAY_S - SLACK_S and in_hours


def digest_is_due(manners: Manners, profile: Profile, now: float) -> bool:
    """Whether the day's digest is due: once a day, from its hour on."""
    clock = local(now, profile)
    today = clock.replace(hour=manners.hour, minute=0, second=0, microsecond=0).timestamp()
    return manners.digest and clock.hour >= manners.hour and manners.digest_at < today
