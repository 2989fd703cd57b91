"""A deployed counter as the core sees it: rules from the brief, series of numbers, pictures."""

from __future__ import annotations

import math

from neo.domain.alerts import AlertRule, Observation
from neo.domain.brief import Brief
from skills.people_count import client
from skills.people_count.alerting import ALIKE, FALSE, MISSED
from skills.people_count.episodes import Waited
from skills.people_count.hours import hours_of
from skills.people_count.runtime.zones import WHOLE
from skills.people_count.slots import NOTHING_KEPT

PROMISED_S = 10.0
LIMIT = 10  # people, as everywhere in what Neo proposes
CLEAR_SHARE = 0.1  # an alert clears this much under its limit, at least one person: a count that hovers is one episode
# Under its mark for so long before an alert is over, or so many times as long as it must be confirmed: who wants to
# know soon of a crowd wants to know soon of its end.
CLEAR_S, CLEAR_TIMES = 30.0, 10
WORSE = 3.0  # people of an error towards the mistake that a person called worse, for each of the other kind
APART = " / "
UNNAMED = (WHOLE, "area")  # a camera with one zone is a series under its own name


def alert_rules(brief: Brief, zone: str) -> tuple[AlertRule, ...]:
    """The rule that a brief asks for.

    Args:
        zone: The time zone in which its hours are meant.
    """
    limit = float(brief.value("threshold", LIMIT))
    confirm_s = float(brief.value("confirm", 3.0))
    hours, _ = hours_of(str(brief.value("hours", "")), zone)
    return (
        AlertRule(
            "too many people",
            over=limit,
            clear_at=max(0.0, limit - max(1.0, math.floor(limit * CLEAR_SHARE))),
            unit="people",
            confirm_s=confirm_s,
            clear_s=min(CLEAR_S, CLEAR_TIMES * confirm_s),
            cooldown_s=float(brief.value("cooldown", 600.0)),
            hours=hours,
        ),
    )


def waited_of(brief: Brief) -> Waited:
    """How alerts are judged in the search."""
    worse = brief.value("mistakes", ALIKE)
    return Waited(
        alert_rules(brief, "UTC")[0],
        float(brief.value("latency", PROMISED_S)),
        missed=WORSE if worse == MISSED else 1.0,
        false=WORSE if worse == FALSE else 1.0,
    )


def recipients(brief: Brief) -> tuple[str, ...]:
    """Who is mailed."""
    said = brief.value("emails", "")
    found = said if isinstance(said, (list, tuple)) else str(said).replace(";", ",").split(",")
    return tuple(one.strip() for one in found if "@" in one)


def observations(url: str, after: float) -> list[Observation]:
    """What the counter at *url* saw since; a series is a camera, with its zone where it has one."""
    return [
        Observation(
            _series(row["camera"], row["zone"]),
            float("nan") if row["count"] is None else float(row["count"]),
            float(row["at"]),
            str(row["trouble"]),
        )
        for row in client.observations(url, after)
    ]


def shows_nothing(brief: Brief) -> bool:
    """Whether the person said, in words of their own, that no frames are kept: a message or a mail keeps what it shows.

    Where that is only what Neo recommends, an alert shows its picture with heads blurred, as the requirements say.
    """
    told = brief.values.get("privacy")
    return told is not None and told.source == "said" and told.value == NOTHING_KEPT


def picture(url: str, series: str) -> tuple[bytes, str] | None:
    """The newest picture of a series' camera, heads blurred, and its alternative text."""
    return client.picture(url, series.partition(APART)[0])


def _series(camera: str, zone: str) -> str:
    return camera if zone in UNNAMED else f"{camera}{APART}{zone}"
