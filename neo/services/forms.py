"""Forms: opened at once by the listener, filled here, and what is done with what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from neo.domain.access import Right
from neo.domain.events import ButtonPressed, FormSubmitted, MessageReceived, ShortcutUsed
from neo.domain.lifecycle import FINISHED
from neo.domain.posts import Post, notice, private
from neo.domain.requirements import LIVE
from neo.domain.secrets import without_secrets
from neo.errors import BadInput, NotAllowed
from neo.evals.golden_set import MAX_QUESTION_CHARS
from neo.services import commands, feedback
from neo.services.access import check, check_right
from neo.services.deps import Deps, Turn, stage_of
from neo.services.files import made_file, put_made_file
from neo.services.hearing import Message, hear
from neo.services.proposing import OPEN_STAGES
from neo.store import Transaction
from neo.store.documents import document_of
from neo.store.tables import ProjectRow

NOT_OPENED = "Slack did not let me open the form in time. Please try again."
ADDED = "added.jsonl"
MOST_PROJECTS = 50
MOST_TYPED = 3000  # characters that a field of a form takes


def form(name: str, view: str, user: str, subject: str = "", **data: object) -> Post:
    """A form to be filled in place of the empty one that was opened; a line in its stead where none could be."""
    if not view:
        return private(NOT_OPENED, user)
    return Post("form", name, data={"form": name, "view": view, "subject": subject, **data}, to_user=user)


def on_shortcut(deps: Deps, turn: Turn, event: ShortcutUsed) -> None:
    """A shortcut, on a message or from anywhere."""
    if event.name in SHORTCUTS:
        with turn.transaction() as tx:
            tx.outbox.add_at(event.team, event.user, None, SHORTCUTS[event.name](deps, tx, event), deps.now())


def new_project(deps: Deps, tx: Transaction, event: ShortcutUsed) -> Post:
    """The form for a new project, when the person may start one."""
    check(deps, tx, event.team, event.user, Right.CREATE)
    return form("new_project", event.view, event.user, channel=event.channel)


def add_golden(deps: Deps, tx: Transaction, event: ShortcutUsed) -> Post:
    """The form for a golden question, with the message as the question or the answer."""
    rows = [
        row
        for row in tx.workspaces.projects(event.team)
        if stage_of(row) not in FINISHED and deps.skill_of(row).buildable and _may(deps, tx, row, event.user)
    ]
    if not rows:
        text = "You have no open project whose golden questions this could join. Mention me and say what you need."
        return form("told", event.view, event.user, text=text)
    here = [row for row in rows if row.channel == event.channel]
    projects = [[row.id, row.title] for row in [*here, *(row for row in rows if row not in here)][:MOST_PROJECTS]]
    asks = event.text.strip().endswith("?")
    text = event.text.strip()[: min(MAX_QUESTION_CHARS, MOST_TYPED)]
    return form(
        "add_golden", event.view, event.user,
        projects=projects, question=text if asks else "", answer="" if asks else text,
    )  # fmt: skip


def _may(deps: Deps, tx: Transaction, project: ProjectRow, user: str) -> bool:
    try:
        check_right(deps, tx, project, user, "add golden questions to")
    except NotAllowed:
        return False
    return True


SHORTCUTS: dict[str, Callable[[Deps, Transaction, ShortcutUsed], Post]] = {
    "new_project": new_project,
    "add_golden": add_golden,
}


def edit_requirement(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """*Edit a requirement* under the document; the value is the project's id."""
    with turn.transaction() as tx:
        project = tx.projects.get(event.value)
        check_right(deps, tx, project, event.user, "change the requirements of")
        row = tx.documents.latest(project.id, "requirements")
        live = [one for one in document_of(row).register if one.status == LIVE] if row is not None else []
        options = [[one.id, f"{one.id}: {one.text}"] for one in live]
        post = form("edit_requirement", event.view, event.user, subject=project.id, requirements=options)
        tx.outbox.add_at(event.team, event.user, None, post, deps.now())


def button_new(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """*New project* on the Home tab."""
    used = ShortcutUsed(event.event_id, event.team, event.user, "new_project", view=event.view)
    on_shortcut(deps, turn, used)


def on_form(deps: Deps, turn: Turn, event: FormSubmitted) -> None:
    """A form that was sent."""
    if event.form in FORMS:
        FORMS[event.form](deps, turn, event)


def _new_project(deps: Deps, turn: Turn, event: FormSubmitted) -> None:
    with turn.transaction() as tx:
        check(deps, tx, event.team, event.user, Right.CREATE)
        begin(deps, tx, event.team, event.fields.get("channel") or event.user, event.user, _opening(event.fields))


def _opening(fields: Mapping[str, str]) -> str:
    """The person's wish, with the limits that they filled in as sentences of their own."""
    parts = [fields.get("need", "").strip()]
    parts += [said.format(fields[name].strip()) for name, said in LIMITS.items() if fields.get(name, "").strip()]
    return without_secrets(". ".join(part.rstrip(".") for part in parts if part))[0]


LIMITS = {"accuracy": "Accuracy at least {}", "latency": "Answers within {}", "cost": "Cost at most {} an answer"}


def begin(deps: Deps, tx: Transaction, team: str, channel: str, user: str, text: str) -> None:
    """Say in a channel what a person wants; the project opens in the thread of that message once it is sent."""
    if not text:
        raise BadInput("A project needs a sentence that says what you need.", "", "For example: `/neo new a bot ...`.")
    data = {"opens": {"user": user, "text": text}}
    tx.outbox.add_at(team, channel, None, Post("text", f"<@{user}> wants: {text}", data=data), deps.now())


def not_said(opens: Mapping[str, str], reason: str) -> Post:
    """To a person whose project could not be begun where they wanted it."""
    return private(NOT_SAID.format(reason=reason, text=opens["text"]), opens["user"])


NOT_SAID = (
    ":x: I could not write in the conversation that you chose, so nothing is begun. {reason}. Invite me there with "
    "`/invite`, or choose another. You wrote: {text}"
)


def opened(post: str, team: str, channel: str, ts: str, opens: Mapping[str, str]) -> MessageReceived:
    """The first message of a project that a form or a command began, as if the person had written it there."""
    is_dm = channel.startswith(("D", "U"))
    user, text = opens["user"], opens["text"]
    return MessageReceived(f"opens:{post}", team, channel, ts, ts, user, text, is_dm=is_dm, mentions_neo=True)


def _edit_requirement(deps: Deps, turn: Turn, event: FormSubmitted) -> None:
    with deps.store.read(event.team) as tx:
        project = tx.projects.get(event.subject)
    text = f"change {event.fields.get('requirement', '')} to {event.fields.get('value', '').strip()}"
    message = Message(event.user, text, hear(deps, project, text))
    if message.heard.order is not None:
        commands.order(deps, turn, project.id, message)
        return
    text = f"I could not read the new value in “{text}”. Say it in the thread, for example _change R7 to 3 seconds_."
    with turn.transaction() as tx:
        tx.outbox.add(tx.projects.get(event.subject), private(text, event.user), deps.now())


def _add_golden(deps: Deps, turn: Turn, event: FormSubmitted) -> None:
    question, answer = (without_secrets(event.fields.get(name, "").strip())[0] for name in ("question", "answer"))
    if not question or not answer:
        raise BadInput("A golden question needs its words and its right answer.", "", "Nothing is changed.")
    with turn.transaction() as tx:
        project = tx.projects.get(event.fields.get("project", ""))
        check_right(deps, tx, project, event.user, "add golden questions to")
        rows = _added(deps, tx, project)
        if any(row["question"].casefold() == question.casefold() for row in rows):
            raise BadInput(f"The golden questions hold “{question}” already.", "", "Nothing is changed.")
        lines = [json.dumps(row, ensure_ascii=False) for row in (*rows, {"question": question, "answer": answer})]
        put_made_file(deps, tx, project, ADDED, "form", "".join(f"{line}\n" for line in lines).encode())
        text = f"<@{event.user}> added a golden question: _{question}_ → _{answer}_ ({len(rows) + 1} so far). "
        if stage_of(project) in OPEN_STAGES:
            tx.jobs.add("short", "receive_files", project.id, deps.now())
        else:
            text += "It counts from the next search on."
        tx.outbox.add(project, notice(text), deps.now())


def _added(deps: Deps, tx: Transaction, project: ProjectRow) -> list[dict[str, str]]:
    """What was added by form so far."""
    row = made_file(tx, project, ADDED, "form")
    return [json.loads(line) for line in deps.files.get(row.address).decode().splitlines()] if row is not None else []


FORMS: dict[str, Callable[[Deps, Turn, FormSubmitted], None]] = {
    "new_project": _new_project,
    "edit_requirement": _edit_requirement,
    "add_golden": _add_golden,
    "what_went_wrong": feedback.on_form,
}
