"""Alerts: what was observed steps the rules; their state, the words in the thread and the mails are one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import structlog

from neo.domain.alerts import AlertRule, AlertState, Notice, Observation, step
from neo.domain.posts import Attachment, Button, Post
from neo.errors import Unavailable
from neo.services import mailing
from neo.services.alert_words import SIGNS, Told, subject, text
from neo.services.deps import Deps, brief_of
from neo.store import Transaction
from neo.store.alert_tables import AlertRow
from neo.store.tables import ProjectRow

log = structlog.get_logger(__name__)

OVERLAP_S = 10.0  # observations of several series come a little out of order; what was looked at is not looked at again
MOST_IN_A_BUTTON = 60  # episodes; a button's value is short
PICTURED = ("firing", "still")
TOGETHER = ("offline", "back")  # a network that is down is one thing to tell, not one a series
Key = tuple[str, str]  # rule, series
Pictures = Mapping[str, Attachment]


@dataclass
class Steps:
    """What some observations made of a project's alerts: states that changed, and what is to be told."""

    states: dict[Key, AlertState] = field(default_factory=dict)
    notices: list[tuple[AlertRule, Notice]] = field(default_factory=list)

    def take(
        self,
        rule: AlertRule,
        series: str,
        before: Mapping[Key, AlertState],
        seen: Iterable[Observation | None],
        now: float,
        listens: bool = True,
    ) -> None:
        """Step a rule over a series; of several rules over one, only one *listens*: tells of silence and its end."""
        key = (rule.name, series)
        old = self.states.get(key, before.get(key, AlertState()))
        state = old
        for one in seen:
            state, told = step(rule, state, one, now, series)
            self.notices += [(rule, notice) for notice in told if listens or notice.kind not in TOGETHER]
        if state != old:
            self.states[key] = state


@dataclass(frozen=True)
class Seen:
    """What was read of a deployed system, outside any transaction.

    Attributes:
        answered: Whether it did.
        pictures: Series -> the picture of what is about to be told.
    """

    observations: tuple[Observation, ...]
    answered: bool
    pictures: Pictures = field(default_factory=dict)


def look(deps: Deps, project: ProjectRow, url: str) -> Seen | None:
    """Read what the deployed system observed since the last look; None where its skill has no rules."""
    skill = deps.skill_of(project)
    with deps.store.read() as tx:
        rules = rules_of(deps, tx, project)
        if not rules:
            return None
        cursor, rows = tx.alerts.seen_at(project.id), list(tx.alerts.of_project(project.id))
    try:
        found = tuple(skill.observations(url, max(0.0, cursor - OVERLAP_S)))
    except Unavailable:
        return Seen((), answered=False)  # silence is counted all the same, and the next probe says that it is down
    pictures: dict[str, Attachment] = {}
    for _, notice in _stepped(rules, rows, found, deps.now()).notices:
        if notice.kind in PICTURED and (picture := _picture(deps, project, url, notice)) is not None:
            pictures[notice.series] = picture
    return Seen(found, True, pictures)


def rules_of(deps: Deps, tx: Transaction, project: ProjectRow) -> tuple[AlertRule, ...]:
    """The project's rules, with hours on its owner's clock."""
    zone = tx.people.profile(project.team, project.owner).tz
    return deps.skill_of(project).alert_rules(brief_of(project), zone)


def _picture(deps: Deps, project: ProjectRow, url: str, notice: Notice) -> Attachment | None:
    try:
        got = deps.skill_of(project).picture(url, notice.series, notice.at, brief_of(project))
    except Unavailable:
        return None
    except Exception:  # whatever is wrong with a picture, the alert does not wait for it
        log.exception("a picture could not be had", project=project.id, series=notice.series)
        return None
    if got is None:
        return None
    content, alt_text = got
    kind = "png" if content.startswith(b"\x89PNG") else "jpg"
    return Attachment(deps.files.put(content), f"alert.{kind}", f"{notice.series} at the alert", alt_text)


def observe(
    deps: Deps,
    tx: Transaction,
    project: ProjectRow,
    observations: Iterable[Observation],
    now: float,
    pictures: Pictures | None = None,
) -> list[Notice]:
    """Step the project's rules by what was observed and by the clock, and write all that follows.

    Args:
        observations: In any order; those that were looked at before change nothing.
        pictures: Series -> what is shown with what is told of it: that it is over, or still over.

    Returns:
        What was told.
    """
    skill, brief = deps.skill_of(project), brief_of(project)
    rows, found = list(tx.alerts.of_project(project.id, held=True)), tuple(observations)
    steps = _stepped(rules_of(deps, tx, project), rows, found, now)
    cursors: dict[str, float] = {}
    for row in rows:
        cursors[row.series] = max(row.seen_at, cursors.get(row.series, 0.0))
    tx.alerts.note(project.id, (one for one in found if one.at > cursors.get(one.series, 0.0)))
    entries: dict[Key, list[dict[str, object]]] = {}
    for told in _together(steps.notices, rows):
        shown = [picture for one in told.notices if (picture := (pictures or {}).get(one.series))]
        shown = shown if told.kind in PICTURED else []
        _say(deps, tx, project, told, shown)
        mailing.write(deps, tx, project, told, skill.recipients(brief), shown)
        for one in told.notices:
            entry = {**asdict(one), "root": told.root, "pictures": [picture.address for picture in shown]}
            entries.setdefault((told.rule.name, one.series), []).append(entry)
    for (rule, series), state in steps.states.items():
        tx.alerts.keep(project.id, rule, series, state, entries.get((rule, series), ()))
    return [notice for _, notice in steps.notices]


def _stepped(
    rules: Sequence[AlertRule], rows: Sequence[AlertRow], observations: Sequence[Observation], now: float
) -> Steps:
    """Every rule over every series that it concerns: the observations in their order, then the clock."""
    before = {(row.rule, row.series): AlertState.from_json(row.state) for row in rows}
    by_series: dict[str, list[Observation]] = {}
    for one in sorted(observations, key=lambda one: one.at):
        by_series.setdefault(one.series, []).append(one)
    steps, listened = Steps(), set[str]()
    for rule in rules:
        known = {series for name, series in before if name == rule.name} | set(by_series)
        concerned = sorted(one for one in known | ({rule.series} - {""}) if rule.concerns(one))
        for series in concerned:
            steps.take(rule, series, before, (*by_series.get(series, ()), None), now, series not in listened)
        if any(one.kind == "offline" for of, one in steps.notices if of is rule):
            # The others of one outage fell silent a few seconds apart: they are told with the first.
            sooner = replace(rule, offline_s=rule.offline_s / 2)
            for series in concerned:
                steps.take(sooner, series, before, (None,), now, series not in listened)
        listened |= set(concerned)
    return steps


def _together(notices: Iterable[tuple[AlertRule, Notice]], rows: Sequence[AlertRow]) -> list[Told]:
    """What is told in one message each: a breach by itself, outages that begin or end at once together."""
    groups: dict[tuple[str, ...], list[tuple[AlertRule, Notice]]] = {}
    begun = [(rule, one) for rule, one in notices if one.kind == "offline"]
    root = _digest(*(one.episode for _, one in begun))
    for rule, one in notices:
        known = root if one.kind == "offline" else _root(rows, one)
        own = () if one.kind in TOGETHER else (str(one.at),)
        groups.setdefault((rule.name, one.kind, known, *own), []).append((rule, one))
    return [Told(found[0][0], tuple(one for _, one in found), key[2]) for key, found in groups.items()]


def _root(rows: Sequence[AlertRow], notice: Notice) -> str:
    """How the first mail of an episode was called; an outage may have been told with others."""
    entries = [entry for row in rows if row.series == notice.series for entry in row.episodes]
    return next((str(one["root"]) for one in entries if one["episode"] == notice.episode), notice.episode)


def _digest(*parts: str) -> str:
    return parts[0] if len(parts) == 1 else hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _say(deps: Deps, tx: Transaction, project: ProjectRow, told: Told, shown: Sequence[Attachment]) -> None:
    profile = tx.people.profile(project.team, project.owner)
    said = f"{SIGNS[told.kind]} {text(told, profile)}"
    data = {"notice": told.kind, "series": [one.series for one in told.notices], "subject": subject(told)}
    post = Post("alert", said, data, _buttons(project, told), tuple(shown))
    tx.outbox.add(project, post, deps.now())


def _buttons(project: ProjectRow, told: Told) -> tuple[Button, ...]:
    """*Acknowledge* and *Mute*, whose value is ``<project>:<episode>,<episode>,...``."""
    value = f"{project.id}:{','.join(one.episode for one in told.notices[:MOST_IN_A_BUTTON])}"
    ack = (Button("Acknowledge", "alert_ack", value, style="primary"),) if told.kind in ("firing", "still") else ()
    mutes = (Button("Mute 1 h", "alert_mute_1h", value), Button("Mute until tomorrow", "alert_mute_day", value))
    return (*ack, *mutes) if told.kind in ("firing", "still", "offline") else ()
