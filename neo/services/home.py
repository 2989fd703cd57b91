"""A person's Home: their projects, where each stands, what waits for them, and how what runs fares."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
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
    facts = _look(deps, event.team, event.user) if event.tab == "home" else None
    post = _pictured(deps, facts) if facts is not None else None
    with turn.transaction() as tx:
        if facts is not None and post is not None:
            _publish(deps, tx, event.team, event.user, post, {"mark": _mark(facts), "seen": deps.now()})
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
    facts = _look(deps, team, user)
    if facts is None:
        return False
    with deps.store.read(team) as tx:
        shown = tx.people.get(team, user).home
    mark = _mark(facts)
    if shown.get("mark") == mark:
        return False
    post = _pictured(deps, facts)
    with deps.store.write(team) as tx:
        _publish(deps, tx, team, user, post, {**shown, "mark": mark})
    return True


def _look(deps: Deps, team: str, user: str) -> Post | None:
    """What a Home is to show, without its pictures; None in a workspace that is locked."""
    with deps.store.read(team) as tx:
        return None if tx.workspaces.is_locked(team) else facts_of(deps, tx, team, user)


def _mark(facts: Post) -> str:
    return hashlib.sha256(json.dumps(facts.to_json(), sort_keys=True).encode()).hexdigest()


def _publish(deps: Deps, tx: Transaction, team: str, user: str, post: Post, home: dict[str, Any]) -> None:
    tx.people.save(team, user, home=home)
    tx.outbox.add_at(team, user, None, post, deps.now())


def facts_of(deps: Deps, tx: Transaction, team: str, user: str) -> Post:
    """The Home of a person as a post, without pictures, which take their time."""
    rows = _concerning(tx, team, user)
    open_ones = [row for row in rows if stage_of(row) not in FINISHED][:MOST]
    finished = [row for row in rows if stage_of(row) in FINISHED][:MOST]
    entries = [_entry(deps, tx, row) for row in open_ones]
    data = {
        "projects": entries,
        "finished": [{"title": row.title, "stage": words(stage_of(row))} for row in finished],
        "welcome": "" if rows else welcome(deps),
    }
    waiting = sum(bool(entry["waits"]) for entry in entries)
    text = f"{len(entries)} open project{'' if len(entries) == 1 else 's'}, {waiting} waiting for you."
    return Post("home", text, data=data, to_user=user)


def _pictured(deps: Deps, facts: Post) -> Post:
    """The same with a picture of each project that has answers or votes; outside any transaction that writes."""
    entries, pictures = [], []
    for entry in facts.data["projects"]:
        with deps.store.read() as tx:
            thumbs, latency = _measured(tx, entry["id"])
        if png := charts.quality_picture(entry["title"], thumbs, latency):
            address, alt = deps.files.put(png), charts.in_words(thumbs, latency)
            pictures.append(Attachment(address, "quality.png", "Quality over time", alt))
            entry = {**entry, "picture": address, "picture_alt": alt}
        entries.append(entry)
    return replace(facts, data={**facts.data, "projects": entries}, attachments=tuple(pictures))


def _concerning(tx: Transaction, team: str, user: str) -> list[ProjectRow]:
    """Projects that the person owns, or may approve."""
    rows = tx.workspaces.projects(team)
    return [row for row in rows if may_approve(user, owner=row.owner, approvers=row.approvers)]


def _entry(deps: Deps, tx: Transaction, row: ProjectRow) -> dict[str, Any]:
    stage = stage_of(row)
    deployment = tx.deployments.current(row.id) if stage is Stage.LIVE else None
    thumbs, latency = _measured(tx, row.id)
    return {
        "id": row.id,
        "title": row.title,
        "stage": words(stage),
        "channel": row.channel,
        "thread": row.thread,
        "reason": row.reason,
        "waits": WAITS.get(stage, ""),
        "share": _share(deps, tx, row) if stage in WORKING else None,
        "budget": spent_of(tx, row).left_in_words(),
        "runs": f"{deployment.status}, {deployment.url}" if deployment else "",
        "alert": deployment is not None and deployment.status != "up",
        "controls": [[one.value, words(one)] for one in possible(stage) if one in CONTROLS],
        "measured": [thumbs[-1:], latency[-1:], len(thumbs), len(latency)],
        "picture": "",
    }


WAITS = {
    Stage.INTAKE: "your answers or files",
    Stage.REQUIREMENTS_REVIEW: "your approval of the requirements",
    Stage.ARCHITECTURE_REVIEW: "your approval of the architecture with its budget",
    Stage.LIMITS_UNMET: "your decision: no configuration meets your limits",
    Stage.FAILED: "you: say *retry*, *change* or *cancel*",
}


def _share(deps: Deps, tx: Transaction, row: ProjectRow) -> float:
    return min(1.0, len(tx.projects.trials(row.id, row.study)) / deps.policy.trials)


def _measured(tx: Transaction, project: str) -> tuple[list[tuple[float, int]], list[tuple[float, float]]]:
    """Votes and latencies, each with when it was."""
    thumbs = [(one.at, one.rating) for one in tx.feedback.of_project(project) if one.rating]
    return thumbs, [(one.at, one.latency_s) for one in tx.feedback.answers(project)]
