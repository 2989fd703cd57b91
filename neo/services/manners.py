"""What Neo says by itself: a reminder of a waiting approval once a day, and a digest of a day with news."""

from __future__ import annotations

import re
from dataclasses import replace

from neo.domain.events import ButtonPressed
from neo.domain.lifecycle import FINISHED, REVIEW, Stage, words
from neo.domain.manners import DAY_S, Manners, digest_is_due, may_remind
from neo.domain.posts import Button, Post, private
from neo.errors import BadInput
from neo.services.deps import Deps, Turn, stage_of
from neo.services.home import WAITS
from neo.services.spending import spent_of
from neo.store import Transaction
from neo.store.tables import DocumentRow, ProjectRow

WAITING = {Stage.REQUIREMENTS_REVIEW: "requirements", Stage.ARCHITECTURE_REVIEW: "architecture"}
REMINDER = (
    "<@{owner}>, the {kind} document above still waits for your approval: :white_check_mark: approves it, :pencil2: "
    "changes it. I remind you once a day."
)
DIGEST_HELP = "`/neo digest` shows it now; `/neo digest off`, `/neo digest on`, `/neo digest 17` (the hour)."


def manners_of(tx: Transaction, team: str, user: str) -> Manners:
    """What a person wants to hear of by itself."""
    return Manners.from_json(tx.people.get(team, user).manners)


def remind(deps: Deps) -> int:
    """Remind owners of documents that wait for them; returns how many reminders were written."""
    with deps.store.read() as tx:
        due = [row.id for row in tx.projects.all() if _waiting(deps, tx, row) is not None]
    for id in due:
        with deps.store.write() as tx:
            project = tx.projects.get(id)
            if (document := _waiting(deps, tx, project)) is not None:
                _remind(deps, tx, project, document)
    return len(due)


def _waiting(deps: Deps, tx: Transaction, project: ProjectRow) -> DocumentRow | None:
    """The document that waits, where a reminder of it is due."""
    if stage_of(project) not in REVIEW or tx.workspaces.is_locked(project.team):
        return None
    row = tx.documents.latest(project.id, WAITING[stage_of(project)])
    if row is None or row.status != "current":
        return None
    manners = manners_of(tx, project.team, project.owner)
    profile = tx.people.profile(project.team, project.owner)
    return row if may_remind(manners, profile, row.id, row.created_at, deps.now()) else None


def _remind(deps: Deps, tx: Transaction, project: ProjectRow, document: DocumentRow) -> None:
    changed = manners_of(tx, project.team, project.owner).with_reminder(document.id, deps.now())
    tx.people.save(project.team, project.owner, manners=changed.to_json())
    buttons = (Button("No more reminders of this", "silence", f"{project.id}:{document.id}"),)
    post = Post("notice", REMINDER.format(owner=project.owner, kind=document.kind), buttons=buttons)
    tx.outbox.add(project, post, deps.now())


def silence(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """*No more reminders of this*, for whoever presses it; the value is ``<project>:<document>``."""
    id, _, document = event.value.partition(":")
    with turn.transaction() as tx:
        project = tx.projects.get(id)
        manners = manners_of(tx, event.team, event.user)
        kept = tuple(dict.fromkeys((*manners.silenced, document)))
        tx.people.save(event.team, event.user, manners=replace(manners, silenced=kept).to_json())
        told = "Understood: no more reminders of this document. It waits here, and on my Home tab."
        if document.startswith("picture:"):
            told = "Understood: no more daily pictures of this project."
        if event.user != project.owner:
            told = f"Reminders go to <@{project.owner}> alone, who can silence them."
        tx.outbox.add(project, private(told, event.user), deps.now())


def send_digests(deps: Deps) -> int:
    """Send the day's digests that are due; a day without news sends none. Returns how many were sent."""
    with deps.store.read() as tx:
        owners = sorted({(row.team, row.owner) for row in tx.projects.all()})
        due = [(team, user) for team, user in owners if _digest_is_due(deps, tx, team, user)]
    sent = 0
    for team, user in due:
        with deps.store.write(team) as tx:
            sent += _digest_is_due(deps, tx, team, user) and _send_digest(deps, tx, team, user)
    return sent


def _digest_is_due(deps: Deps, tx: Transaction, team: str, user: str) -> bool:
    due = digest_is_due(manners_of(tx, team, user), tx.people.profile(team, user), deps.now())
    return due and not tx.workspaces.is_locked(team)


def _send_digest(deps: Deps, tx: Transaction, team: str, user: str) -> bool:
    manners = manners_of(tx, team, user)
    since = manners.digest_at or deps.now() - DAY_S
    tx.people.save(team, user, manners=replace(manners, digest_at=deps.now()).to_json())
    text = digest(tx, team, user, since)
    if text:
        tx.outbox.add_at(team, user, None, private(f"{text}\n_{DIGEST_HELP}_", user), deps.now())
    return bool(text)


def digest(tx: Transaction, team: str, user: str, since: float) -> str:
    """What happened in a person's projects, and what waits for them; '' where there is nothing to say."""
    rows = [row for row in tx.projects.owned_by(team, user) if row.updated_at >= since or stage_of(row) in WAITS]
    lines = [line for row in rows if (line := _line(tx, row, since))]
    return "*Your projects, since the last digest*\n" + "\n".join(lines) if lines else ""


def _line(tx: Transaction, row: ProjectRow, since: float) -> str:
    stage = stage_of(row)
    if stage in FINISHED and row.updated_at < since:
        return ""
    parts = [f"• *{row.title}*: {words(stage)}"]
    parts += [f"waits for {WAITS[stage]}"] if stage in WAITS else []
    answers = [one for one in tx.feedback.answers(row.id) if one.at >= since]
    thumbs = [one.rating for one in tx.feedback.of_project(row.id) if one.at >= since and one.rating]
    parts += [f"{len(answers)} answers"] if answers else []
    parts += [f"{sum(t > 0 for t in thumbs)} of {len(thumbs)} votes good"] if thumbs else []
    if stage is Stage.LIVE and (running := tx.deployments.current(row.id)):
        parts.append(f"the service is {running.status}")
    left = spent_of(tx, row).left_in_words()
    parts += [left] if left and stage is Stage.TUNING else []
    return "; ".join(parts) + "."


def say(deps: Deps, tx: Transaction, team: str, user: str, text: str) -> str:
    """`/neo digest ...`: the digest now, or when it shall come.

    Raises:
        BadInput: The words are neither on, off nor an hour.
    """
    wanted = text.strip().lower()
    manners = manners_of(tx, team, user)
    if not wanted:
        return digest(tx, team, user, deps.now() - DAY_S) or f"Nothing new since yesterday. {DIGEST_HELP}"
    hour = re.fullmatch(r"(?:at\s+)?([01]?\d|2[0-3])(?::00|h)?", wanted)
    if wanted not in ("on", "off") and hour is None:
        raise BadInput(f"I don't know '/neo digest {text}'.", "", DIGEST_HELP)
    changed = replace(manners, digest=wanted != "off", hour=int(hour[1]) if hour else manners.hour)
    tx.people.save(team, user, manners=changed.to_json())
    if not changed.digest:
        return "No more digests. `/neo digest on` brings them back."
    return f"A digest comes at {changed.hour}:00 of your day, on days with news."
