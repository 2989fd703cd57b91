"""`/neo ...`: what a slash command does, one table; what it answers is the person's alone."""

from __future__ import annotations

from collections.abc import Callable

from neo.domain.access import Right
from neo.domain.approvals import EXPLANATION, may_approve
from neo.domain.events import CommandGiven, ShortcutUsed
from neo.domain.lifecycle import FINISHED, words
from neo.domain.posts import Button, Post, private
from neo.domain.requirements import LIVE
from neo.services import access, commands, forms, manners, people
from neo.services.deps import Deps, Turn, stage_of
from neo.services.spending import spent_of
from neo.store import Transaction
from neo.store.documents import document_of
from neo.store.tables import ProjectRow

Answer = Callable[[Deps, Transaction, CommandGiven, str], str | Post | None]
MOST_LISTED = 10
MOST_COMMENTS = 5


def on_command(deps: Deps, turn: Turn, event: CommandGiven) -> None:
    """Answer a slash command: by its first word from the table, else as an order to the project of this channel."""
    verb, _, rest = event.text.strip().partition(" ")
    answer = SLASH.get(verb.lower().rstrip("?") or "help")
    if answer is not None:
        _reply(deps, turn, event, answer, rest.strip())
        return
    command = commands.in_words(event.text)
    project = _project_here(deps, event)
    if command in commands.COMMANDS and project is not None:
        commands.run(deps, turn, project.id, event.user, command, event.text)
        return
    said = f"I don't know '/neo {event.text}'." if command is None else "There is no open project in this channel."
    with turn.transaction() as tx:
        _tell(deps, tx, event, private(f"{said}\n{HELP}", event.user))


def _reply(deps: Deps, turn: Turn, event: CommandGiven, answer: Answer, rest: str) -> None:
    with turn.transaction() as tx:
        reply = answer(deps, tx, event, rest)
        if reply is not None:
            _tell(deps, tx, event, private(reply, event.user) if isinstance(reply, str) else reply)


def _tell(deps: Deps, tx: Transaction, event: CommandGiven, post: Post) -> None:
    # A form waits behind nothing that is said in the channel.
    place = event.user if event.view else event.channel
    tx.outbox.add_at(event.team, place, None, post, deps.now())


def _project_here(deps: Deps, event: CommandGiven) -> ProjectRow | None:
    with deps.store.read(event.team) as tx:
        return project_here(tx, event)


def project_here(tx: Transaction, event: CommandGiven) -> ProjectRow | None:
    """The person's newest open project in this channel, else the newest of anybody."""
    here = [row for row in tx.projects.in_channel(event.team, event.channel) if stage_of(row) not in FINISHED]
    return next((row for row in here if row.owner == event.user), here[0] if here else None)


def _seen_here(deps: Deps, tx: Transaction, event: CommandGiven) -> ProjectRow | None:
    """The channel's project, when the person may read of it: being in the channel is not enough."""
    row = project_here(tx, event)
    if row is not None and not may_approve(event.user, owner=row.owner, approvers=row.approvers):
        access.check(deps, tx, event.team, event.user, Right.SEE)
    return row


def _help(deps: Deps, tx: Transaction, event: CommandGiven, rest: str) -> str:
    return HELP


def _new(deps: Deps, tx: Transaction, event: CommandGiven, rest: str) -> Post | None:
    if not rest:
        used = ShortcutUsed(event.event_id, event.team, event.user, "new_project", event.channel, view=event.view)
        return forms.new_project(deps, tx, used)
    access.check(deps, tx, event.team, event.user, Right.CREATE)
    forms.begin(deps, tx, event.team, event.channel, event.user, rest)
    return None


def _status(deps: Deps, tx: Transaction, event: CommandGiven, rest: str) -> str:
    here = _seen_here(deps, tx, event)
    rows = [row for row in tx.projects.owned_by(event.team, event.user) if here is None or row.id != here.id]
    lines = [commands.status_line(tx, here)] if here is not None else []
    lines += [f"• {row.title}: {words(stage_of(row))}" for row in rows[:MOST_LISTED]]
    return "\n".join(lines) or "You have no project yet. Mention me in a channel and say what you need, or `/neo new`."


def _requirements(deps: Deps, tx: Transaction, event: CommandGiven, rest: str) -> str | Post:
    project = _seen_here(deps, tx, event)
    row = tx.documents.latest(project.id, "requirements") if project is not None else None
    if project is None or row is None:
        return "There are no requirements in this channel yet."
    live = [one for one in document_of(row).register if one.status == LIVE]
    lines = [f"*{project.title}*, requirements, version {row.version} ({row.status}):"]
    lines += [f"• `{one.id}` {one.text}" for one in live]
    mine = may_approve(event.user, owner=project.owner, approvers=project.approvers)
    buttons = (Button("Edit a requirement", "edit_requirement", project.id),) if mine else ()
    return Post("notice", "\n".join(lines), buttons=buttons, to_user=event.user)


def _budget(deps: Deps, tx: Transaction, event: CommandGiven, rest: str) -> str:
    project = _seen_here(deps, tx, event)
    if project is None:
        return "There is no open project in this channel."
    return f"*{project.title}*: {spent_of(tx, project).in_words()}"


def _approve(deps: Deps, tx: Transaction, event: CommandGiven, rest: str) -> str:
    return (
        "A command approves nothing: approve on the document itself, so that it is clear to which text you agree. "
        f"{EXPLANATION} The buttons below it do the same."
    )


def _digest(deps: Deps, tx: Transaction, event: CommandGiven, rest: str) -> str:
    return manners.say(deps, tx, event.team, event.user, rest)


def _feedback(deps: Deps, tx: Transaction, event: CommandGiven, rest: str) -> str:
    project = _seen_here(deps, tx, event)
    thumbs = [row for row in tx.feedback.of_project(project.id) if row.rating] if project is not None else []
    if project is None or not thumbs:
        return "Nobody has voted on an answer here yet: :+1: or :-1: on it counts, and so do the buttons below it."
    good = sum(row.rating > 0 for row in thumbs)
    lines = [f"*{project.title}*: {good} of {len(thumbs)} votes good."]
    lines += [f"• “{row.comment}”" for row in reversed(thumbs) if row.comment][:MOST_COMMENTS]
    return "\n".join(lines)


def _level(deps: Deps, tx: Transaction, event: CommandGiven, rest: str) -> str | Post:
    word = rest.lower().removeprefix("i am ").removeprefix("a ").removeprefix("an ").strip()
    return people.told_level(tx, event.team, event.user, word)


def _access(deps: Deps, tx: Transaction, event: CommandGiven, rest: str) -> str:
    return access.command(deps, tx, event, rest)


SLASH: dict[str, Answer] = {
    "help": _help,
    "new": _new,
    "status": _status,
    "requirements": _requirements,
    "budget": _budget,
    "approve": _approve,
    "digest": _digest,
    "feedback": _feedback,
    "level": _level,
    "access": _access,
}

HELP = (
    "`/neo new` starts a project (or mention me and say what you need); `status`, `requirements`, `budget` and "
    "`feedback` tell of the one in this channel, to you alone; `pause`, `resume`, `retry`, `change`, `cancel`, `close` "
    "steer it; `digest` and `level` are yours; `access` says who may do what; `approve` explains.\n" + commands.HELP
)
