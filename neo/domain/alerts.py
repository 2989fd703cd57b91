"""Alerts on observed numbers: told once an episode, cleared under a lower mark, and a word when nothing can be seen.

Pure: a rule, what is known so far, an observation, the time -> what is known then, and what is to be told.

    ok -> pending -> firing -> ok      what an observed series does
    firing, still, resolved            what is told of it: at most one firing an episode, resolved only after it
    offline, back                      what is told when no number came for too long, and when they come again
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from neo.domain.hours import Hours

OK, PENDING, FIRING = "ok", "pending", "firing"
AHEAD_S = 60.0  # an observation that claims to be later than that from now is not believed
KINDS = ("firing", "still", "resolved", "offline", "back")


@dataclass(frozen=True)
class Observation:
    """One number of a series; NaN, with what the trouble is, when nothing can be seen.

    Attributes:
        at: When it was so, in Unix seconds.
    """

    series: str
    value: float
    at: float
    trouble: str = ""

    @property
    def good(self) -> bool:
        """Whether it says anything."""
        return math.isfinite(self.value)


@dataclass(frozen=True)
class AlertRule:
    """When people are to be told of a series.

    Attributes:
        name: Of the rule, unique within a project.
        over: It fires when the value is larger.
        clear_at: It clears only at or under this mark; by default *over* itself.
        unit: What is counted, in the plural, as a person reads it.
        series: The only series that it is for; empty for every series.
        confirm_k: So many ...
        confirm_n: ... of the last so many observations must be over.
        confirm_s: And that for so long.
        clear_s: So long at or under the mark before it is over.
        cooldown_s: So long after the end of an episode a new one is not told; it is when it lasts longer.
        repeat_s: Between two words that it is still over.
        offline_s: So long without a number before that is told.
        hours: When people are told; None for always.
        over_outside: The limit outside of these hours; None when nothing is told then.

    Raises:
        ValueError: The figures make no rule.
    """

    name: str
    over: float
    clear_at: float | None = None
    unit: str = ""
    series: str = ""
    confirm_k: int = 3
    confirm_n: int = 5
    confirm_s: float = 3.0
    clear_s: float = 30.0
    cooldown_s: float = 600.0
    repeat_s: float = 4 * 3600.0
    offline_s: float = 30.0  # and as long away again, as in a restart of Neo, is still under a minute
    hours: Hours | None = None
    over_outside: float | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.confirm_k <= self.confirm_n:
            raise ValueError(f"rule {self.name}: {self.confirm_k} of {self.confirm_n} observations is no rule")
        if self.clear_at is not None and self.clear_at > self.over:
            raise ValueError(f"rule {self.name}: it clears at {self.clear_at}, above its limit of {self.over}")
        if min(self.confirm_s, self.clear_s, self.cooldown_s) < 0 or min(self.repeat_s, self.offline_s) <= 0:
            raise ValueError(f"rule {self.name}: a time is negative")

    def concerns(self, series: str) -> bool:
        """Whether it is for this series."""
        return self.series in ("", series)

    def limit(self, at: float) -> float | None:
        """The limit at a time, in Unix seconds; None when nothing is told then."""
        return self.over if self.hours is None or self.hours.hold(at) else self.over_outside

    def mark(self, limit: float) -> float:
        """The mark at or under which it clears: as far below another hours' limit as below its own."""
        return limit - (self.over - self.clear_at if self.clear_at is not None else 0.0)


@dataclass(frozen=True)
class Notice:
    """Something to tell.

    Attributes:
        kind: One of ``KINDS``.
        value: Now, or last seen; None when nothing was ever seen.
        episode: The same for all that is told of one breach, or of one outage.
        at: When it came to be so, in Unix seconds.
        since: When the breach or the outage began.
        peak: The highest value of the breach; None of an outage.
        reason: Why, where there is more to say: the trouble, or that the hours are over.
    """

    kind: str
    series: str
    value: float | None
    episode: str
    at: float
    since: float
    peak: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class AlertState:
    """What is known of a series under a rule.

    Attributes:
        at: Of the newest observation that was looked at: older ones are not looked at again.
        value: The last good one; None before there was any.
        value_at: When that was so, on the clock of who observes.
        good_at: When it came, on the clock of who watches, or the watch began; None before the first look. Silence is
            counted from here: a clock that is slow makes none.
        window: Whether each of the last good observations was over, the oldest first.
        since: When the present breach began; None while there is none.
        calm_since: Since when a firing series is at or under its lower mark; None while it is not.
        told_at: When the present episode was last told of.
        quiet_until: The end of the pause after the last episode.
        outage: Of the present outage, its id; empty while there is none.
        owed: What could not be told yet: muted, out of hours, or in the pause.
    """

    at: float = 0.0
    value: float | None = None
    value_at: float | None = None
    good_at: float | None = None
    trouble: str = ""
    phase: str = OK
    window: tuple[bool, ...] = ()
    since: float | None = None
    peak: float | None = None
    calm_since: float | None = None
    episode: str = ""
    told_at: float = 0.0
    acknowledged: bool = False
    quiet_until: float = 0.0
    muted_until: float = 0.0
    outage: str = ""
    outage_since: float = 0.0
    owed: tuple[Notice, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The state as plain JSON values."""
        return asdict(self) | {"window": list(self.window), "owed": [asdict(one) for one in self.owed]}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> AlertState:
        """The state that :meth:`to_json` wrote; a fresh one from an empty body."""
        owed = tuple(Notice(**one) for one in body.get("owed", ()))
        return cls(**{**body, "window": tuple(body.get("window", ())), "owed": owed})


def acknowledged(state: AlertState) -> AlertState:
    """Somebody has seen it: no more words that it is still over, in this episode."""
    return replace(state, acknowledged=True)


def muted(state: AlertState, until: float) -> AlertState:
    """Nothing is told before then; what still holds then is."""
    return replace(state, muted_until=until)


def step(
    rule: AlertRule, state: AlertState, seen: Observation | None, now: float, series: str = ""
) -> tuple[AlertState, tuple[Notice, ...]]:
    """What is known after one more observation, or after a look at the clock alone, and what is to be told.

    Observations are given in the order of their times, then a look at the clock: without it nobody notices silence.

    Args:
        seen: None for a look at the clock.
        now: Unix seconds; later than the observation when it is looked at again after an absence.
        series: Needed where there is no observation.

    >>> rule = AlertRule("crowd", over=10, confirm_k=1, confirm_s=0)
    >>> step(rule, AlertState(), Observation("hall", 11, 5.0), 5.0)[1][0].kind
    'firing'
    """
    clock, name = (now, series) if seen is None else (seen.at, seen.series)
    if state.good_at is None:
        state = replace(state, good_at=now)
    if seen is not None and seen.at > now + AHEAD_S:
        return replace(state, trouble="its clock is ahead of mine"), ()
    if seen is not None and seen.at <= state.at:
        return state, ()
    limit = rule.limit(clock)
    if limit is None:
        state = _rest(rule, state, name, clock, now)
    if seen is not None:
        state = _looked(rule, state, seen, limit, now) if seen.good else _in_vain(state, seen)
    elif limit is not None:
        state = _listened(rule, state, name, now)
    return _told(rule, state, name, clock, now, limit is not None)


def _in_vain(state: AlertState, seen: Observation) -> AlertState:
    """One more observation that saw nothing: it says neither that there is nobody, nor that all is well."""
    return replace(state, at=seen.at, trouble=seen.trouble or "nothing can be seen")


def _looked(rule: AlertRule, state: AlertState, seen: Observation, limit: float | None, now: float) -> AlertState:
    """One more good observation."""
    gap = state.value_at is not None and seen.at - state.value_at > rule.offline_s
    state = replace(state, at=seen.at, value=seen.value, value_at=seen.at, good_at=now, trouble="")
    if gap:  # what was before a silence says nothing of what is after it
        state = replace(state, window=(), calm_since=None)
        state = state if state.phase == FIRING else replace(state, phase=OK, since=None)
    if state.outage:
        state = _owing(state, _notice("back", state, seen.series, state.outage, seen.at, state.outage_since))
        state = replace(state, outage="", outage_since=0.0)
    if limit is None:
        return state
    return (_firing if state.phase == FIRING else _watching)(rule, state, seen, limit)


def _watching(rule: AlertRule, state: AlertState, seen: Observation, limit: float) -> AlertState:
    over = seen.value > limit
    window = (*state.window, over)[-rule.confirm_n :]
    enough = sum(window) >= rule.confirm_k
    if not over and not enough:
        return replace(state, phase=OK, window=window, since=None, peak=None)
    since = seen.at if state.since is None else state.since
    peak = max(seen.value, state.peak if state.peak is not None else seen.value)
    state = replace(state, phase=PENDING, window=window, since=since, peak=peak)
    if not (over and enough and seen.at - since >= rule.confirm_s):
        return state
    episode = episode_of(rule.name, seen.series, since)
    state = replace(state, phase=FIRING, window=(), episode=episode, acknowledged=False, calm_since=None)
    return _owing(state, _notice("firing", state, seen.series, episode, seen.at, since))


def _firing(rule: AlertRule, state: AlertState, seen: Observation, limit: float) -> AlertState:
    state = replace(state, peak=max(seen.value, state.peak if state.peak is not None else seen.value))
    if seen.value > rule.mark(limit):
        return replace(state, calm_since=None)
    since = seen.at if state.calm_since is None else state.calm_since
    state = replace(state, calm_since=since)
    return _ended(rule, state, seen.series, seen.at) if seen.at - since >= rule.clear_s else state


def _ended(rule: AlertRule, state: AlertState, series: str, at: float, reason: str = "") -> AlertState:
    notice = _notice("resolved", state, series, state.episode, at, state.since or at, reason)
    ended = replace(
        state, phase=OK, window=(), since=None, peak=None, calm_since=None, quiet_until=at + rule.cooldown_s
    )
    return _owing(ended, notice)


def _rest(rule: AlertRule, state: AlertState, series: str, clock: float, now: float) -> AlertState:
    """Out of hours: an episode ends, and silence is not counted."""
    if state.phase == FIRING:
        state = _ended(rule, state, series, clock, "the hours in which it is watched are over")
    return replace(state, phase=OK, window=(), since=None, peak=None, good_at=now)


def _listened(rule: AlertRule, state: AlertState, series: str, now: float) -> AlertState:
    """A look at the clock: has it been silent for too long?"""
    came = state.good_at if state.good_at is not None else now
    if state.outage or now - came < rule.offline_s:
        return state
    since = state.value_at if state.value_at is not None else came
    lost = episode_of(f"{rule.name} offline", series, since)
    state = replace(state, outage=lost, outage_since=since)
    return _owing(state, _notice("offline", state, series, lost, now, since))


def _notice(
    kind: str, state: AlertState, series: str, episode: str, at: float, since: float, reason: str = ""
) -> Notice:
    peak = state.peak if kind in ("firing", "still", "resolved") else None
    return Notice(kind, series, state.value, episode, at, since, peak, reason or state.trouble)


# What ends before it could be told is not told, and neither is its end.
BEGINNING = {"resolved": "firing", "back": "offline"}


def _owing(state: AlertState, notice: Notice) -> AlertState:
    begun = BEGINNING.get(notice.kind)
    untold = [one for one in state.owed if one.kind == begun and one.episode == notice.episode]
    if untold:
        return replace(state, owed=tuple(one for one in state.owed if one not in untold))
    if notice.kind == "offline" and (back := next((one for one in state.owed if one.kind == "back"), None)):
        # It went again before it was told that it is back: for people the outage goes on.
        rest = tuple(one for one in state.owed if one is not back)
        return replace(state, owed=rest, outage=back.episode, outage_since=back.since)
    return replace(state, owed=(*state.owed, notice))


def _told(
    rule: AlertRule, state: AlertState, series: str, clock: float, now: float, active: bool
) -> tuple[AlertState, tuple[Notice, ...]]:
    """What may be told now of what is owed, and that it is still over."""
    waits_long = active and state.phase == FIRING and clock - state.told_at >= rule.repeat_s
    if now < state.muted_until or not (state.owed or waits_long):
        return state, ()

    def may(one: Notice) -> bool:
        if one.kind == "resolved":
            return True  # also the one that the end of the hours brings
        return active and not (one.kind == "firing" and clock < state.quiet_until)

    told = tuple(one for one in state.owed if may(one))
    if told:
        state = replace(state, owed=tuple(one for one in state.owed if one not in told))
        if any(one.kind == "firing" for one in told):
            state = replace(state, told_at=clock)
    waits = any(one.kind == "firing" for one in state.owed)
    lasts = state.phase == FIRING and not waits and not state.outage and state.calm_since is None
    if active and lasts and not state.acknowledged and clock - state.told_at >= rule.repeat_s:
        state = replace(state, told_at=clock)
        told += (_notice("still", state, series, state.episode, clock, state.since or clock),)
    return state, told


def episode_of(rule: str, series: str, since: float) -> str:
    """The id of a breach or an outage: the same wherever it is worked out again."""
    return hashlib.sha256(f"{rule}\n{series}\n{since!r}".encode()).hexdigest()[:16]
