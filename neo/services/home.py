"""A person's Home: their projects, where each stands, what waits for them, and how what runs fares."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from neo.agent import charts
from neo.domain.approvals import may_approve
from neo.domain.events import ButtonPressed, HomeOpened
from neo.domain.lifecycle import FINISHED, WORKING, Stage, Trigger, possible, words
from neo.domain.posts import Attachment, Post
from neo.services import commands
from neo.services.deps import Deps, Turn, stage_of
from neo.services.opening import welcome
from neo.services.spending import spent_of
from neo.store import Transaction
from neo.store.tables import ProjectRow

MOST = 10
SEEN_S = 3 * 86_400.0  # a Home that nobody looked at for days is drawn again when it is opened
CONTROLS = (Trigger.PAUSE, Trigger.RESUME, Trigger.RETRY, Trigger.CANCEL, Trigger.CLOSE)


def on_opened(deps: Deps, turn: Turn, event: HomeOpened) -> None:
    """Draw the Home tab; on the messages tab, offer a first sentence to say."""
    post = _look(deps, event.team, event.user) if event.tab == "home" else None
    with turn.transaction() as tx:
        if post is not None:
            row = tx.people.get(event.team, event.user)
            tx.people.save(event.team, event.user, home={**row.home, "seen": deps.now()})
            _publish(deps, tx, event.team, event.user, post)
        elif event.tab != "home" and not tx.projects.in_channel(event.team, event.channel):
            prompts = Post("prompts", "What shall I build?", data={"prompts": PROMPTS})
            tx.outbox.add_at(event.team, event.channel, None, prompts, deps.now())


PROMPTS = [
    {"title": "Answers from our documents", "message": "I need a bot that answers questions about our handbooks"},
    {"title": "What can you do?", "message": "What can you do?"},
]


def on_button(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """A control of a project on the Home tab: the action is ``home_<command>``, the value the project's id."""
    command = event.action.removeprefix("home_")
    if command in commands.COMMANDS:
        commands.run(deps, turn, event.value, event.user, command, command)
    refresh(deps, event.team, event.user)


def refresh_all(deps: Deps) -> int:
    """Draw again the Homes that were looked at lately and show something old; returns how many."""
    with deps.store.read() as tx:
        people = tx.people.with_home(deps.now() - SEEN_S)
    return sum(refresh(deps, row.team, row.user) for row in people)


def refresh(deps: Deps, team: str, user: str) -> bool:
    """Draw one Home again where it shows something old."""
    post = _look(deps, team, user)
    if post is None:
        return False
    with deps.store.write(team) as tx:
        changed = tx.people.get(team, user).home.get("mark") != _mark(post)
        if changed:
            _publish(deps, tx, team, user, post)
    return changed


def _look(deps: Deps, team: str, user: str) -> Post | None:
    """A Home drawn before anything is written, since pictures take their time; None in a workspace that is locked."""
    with deps.store.read(team) as tx:
        return None if tx.workspaces.is_locked(team) else drawn(deps, tx, team, user)


def _mark(post: Post) -> str:
    return hashlib.sha256(json.dumps(post.to_json(), sort_keys=True).encode()).hexdigest()


def _publish(deps: Deps, tx: Transaction, team: str, user: str, post: Post) -> None:
    row = tx.people.get(team, user)
    tx.people.save(team, user, home={**row.home, "mark": _mark(post)})
    tx.outbox.add_at(team, user, None, post, deps.now())


def drawn(deps: Deps, tx: Transaction, team: str, user: str) -> Post:
    """The Home of a person as a post."""
    rows = _concerning(tx, team, user)
    open_ones = [row for row in rows if stage_of(row) not in FINISHED][:MOST]
    rows = rows[: 2 * MOST]
    entries, pictures = [], []
    for row in open_ones:
        entry, picture = _entry(deps, tx, row, user)
        entries.append(entry)
        pictures += [picture] if picture else []
    data = {
        "projects": entries,
        "finished": [{"title": row.title, "stage": words(stage_of(row))} for row in rows if row not in open_ones][
            :MOST
        ],
        "welcome": "" if rows else welcome(deps),
    }
    waiting = sum(bool(entry["waits"]) for entry in entries)
    text = f"{len(entries)} open project{'' if len(entries) == 1 else 's'}, {waiting} waiting for you."
    return Post("home", text, data=data, attachments=tuple(pictures), to_user=user)


def _concerning(tx: Transaction, team: str, user: str) -> list[ProjectRow]:
    """Projects that the person owns, or may approve."""
    rows = tx.workspaces.projects(team)
    return [row for row in rows if may_approve(user, owner=row.owner, approvers=row.approvers)]


def _entry(deps: Deps, tx: Transaction, row: ProjectRow, user: str) -> tuple[dict[str, Any], Attachment | None]:
    stage = stage_of(row)
    deployment = tx.deployments.current(row.id)
    entry: dict[str, Any] = {
        "id": row.id,
        "title": row.title,
        "stage": words(stage),
        "channel": row.channel,
        "thread": row.thread,
        "reason": row.reason,
        "waits": _waits(stage),
        "share": _share(deps, tx, row) if stage in WORKING else None,
        "budget": spent_of(tx, row).left_in_words(),
        "runs": f"{deployment.status}, {deployment.url}" if deployment and stage is Stage.LIVE else "",
        "alert": bool(deployment and stage is Stage.LIVE and deployment.status != "up"),
        "controls": [[one.value, words(one)] for one in possible(stage) if one in CONTROLS],
        "picture": "",
    }
    picture = _quality(deps, tx, row)
    if picture is not None:
        entry["picture"], entry["picture_alt"] = picture.address, picture.alt_text
    return entry, picture


WAITS = {
    Stage.INTAKE: "your answers or files",
    Stage.REQUIREMENTS_REVIEW: "your approval of the requirements",
    Stage.ARCHITECTURE_REVIEW: "your approval of the architecture with its budget",
    Stage.LIMITS_UNMET: "your decision: no configuration meets your limits",
    Stage.FAILED: "you: say *retry*, *change* or *cancel*",
}


def _waits(stage: Stage) -> str:
    return WAITS.get(stage, "")


def _share(deps: Deps, tx: Transaction, row: ProjectRow) -> float:
    return min(1.0, len(tx.projects.trials(row.id, row.study)) / deps.policy.trials)


def _quality(deps: Deps, tx: Transaction, row: ProjectRow) -> Attachment | None:
    thumbs = [(one.at, one.rating) for one in tx.feedback.of_project(row.id) if one.rating]
    latency = [(one.at, one.latency_s) for one in tx.feedback.answers(row.id)]
    png = charts.quality_picture(row.title, thumbs, latency)
    if not png:
        return None
    return Attachment(deps.files.put(png), "quality.png", "Quality over time", charts.in_words(thumbs, latency))
