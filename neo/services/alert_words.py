"""What is said of an alert: in the thread, and in a mail's subject and text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neo.domain.access import Profile
from neo.domain.alerts import AlertRule, Notice
from neo.domain.manners import local

SIGNS = {
    "firing": ":rotating_light:",
    "still": ":rotating_light:",
    "resolved": ":large_green_circle:",
    "offline": ":no_entry:",
    "back": ":large_green_circle:",
}
MOST_NAMED = 8


@dataclass(frozen=True)
class Told:
    """Notices of one kind that are told together: one, or the outages of several series at once.

    Attributes:
        root: What the first mail of their thread is called.
    """

    rule: AlertRule
    notices: tuple[Notice, ...]
    root: str

    @property
    def kind(self) -> str:
        """The kind of all of them."""
        return self.notices[0].kind

    @property
    def first(self) -> Notice:
        """The first of them."""
        return self.notices[0]


def number(value: float | None) -> str:
    """A value as a person reads it.

    >>> number(11.0), number(None)
    ('11', 'nothing')
    """
    return "nothing" if value is None else f"{value:g}"


def clock(at: float, profile: Profile) -> str:
    """A time on a person's clock."""
    wall = local(at, profile)
    return f"{wall:%H:%M:%S} on {wall.day} {wall:%B} ({wall.tzname()})"


def lasted(seconds: float) -> str:
    """A duration in words.

    >>> lasted(42.4), lasted(3 * 3600 + 1800)
    ('42 s', '3 h 30 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def names(notices: Sequence[Notice]) -> str:
    """The series of notices."""
    shown = [one.series for one in notices[:MOST_NAMED]]
    rest = len(notices) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def limit_of(told: Told) -> str:
    """The limit that was in force when it began, with what is counted."""
    at = told.rule.limit(told.first.since)
    return f"{number(told.rule.over if at is None else at)} {told.rule.unit}".strip()


def subject(told: Told) -> str:
    """A mail's subject: the same for a whole episode, so that it is one thread."""
    if told.kind in ("offline", "back"):
        begun = f"Nothing is seen of {names(told.notices)}"
    else:
        begun = f"{told.first.series}: more than {limit_of(told)}"
    return begun if told.kind in ("firing", "offline") else f"Re: {begun}"


def text(told: Told, profile: Profile) -> str:
    """What is told, without the platform's marks."""
    first, unit = told.first, told.rule.unit
    facts = {
        "series": names(told.notices),
        "value": f"{number(first.value)} {unit}".strip(),
        "limit": limit_of(told),
        "peak": number(first.peak),
        "at": clock(first.at, profile),
        "since": clock(first.since, profile),
        "lasted": lasted(first.at - first.since),
        "reason": f" ({first.reason})" if first.reason else "",
    }
    return WORDS[told.kind].format(**facts)


WORDS = {
    "firing": "{series}: {value}, more than {limit} since {since}.",
    "still": "{series}: still more than {limit}, after {lasted}; now {value}, at most {peak}.",
    "resolved": "{series}: cleared at {at}, after {lasted}; at most {peak}{reason}.",
    "offline": "Nothing is seen of {series} since {since}{reason}. While that lasts, no alert can come from there.",
    "back": "{series}: seen again since {at}, after {lasted}.",
}
