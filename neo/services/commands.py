"""Commands, in words in a thread or behind `/neo`: one table."""

from __future__ import annotations

import re
from collections.abc import Callable

from neo.agent.understanding.result import Ordered
from neo.domain.approvals import EXPLANATION
from neo.domain.brief import Brief, SlotValue
from neo.domain.documents import Document
from neo.domain.events import ButtonPressed
from neo.domain.lifecycle import Stage, Trigger, possible, words
from neo.domain.posts import Attachment, Button, Post, notice, private
from neo.errors import NotAllowed
from neo.services import people, requirement_orders
from neo.services.access import check_right, is_admin
from neo.services.deps import Deps, Turn, brief_of, stage_of
from neo.services.hearing import Message, go_on, warn_of_secrets
from neo.services.stages import advance
from neo.store import Transaction
from neo.store.tables import ProjectRow

WHAT_YOU_CAN_SAY = "You can say *status*, *pause*, *resume*, *cancel*, *change*, *retry* or *help*."
_POLITE = re.compile(r"^(?:please|neo|hey|ok|okay|now|can you|could you)[\s,]+|[.!?\s]+$|\s+please$", re.IGNORECASE)

Command = Callable[[Deps, Transaction, ProjectRow, str], None]


def in_words(text: str) -> str | None:
    """The command that a whole message is, or None: 'please cancel.' is one, 'cancel policy for members?' is not.

    >>> in_words("Please pause."), in_words("what is the cancel policy?")
    ('pause', None)
    """
    bare = text.strip().lower()
    for _ in range(3):
        bare = _POLITE.sub("", bare)
    return SYNONYMS.get(bare, bare if bare in COMMANDS else None)


def run(deps: Deps, turn: Turn, project_id: str, user: str, command: str, text: str) -> None:
    """Carry out a command on a project; a refusal is said to the person alone."""
    try:
        with turn.transaction() as tx:
            COMMANDS[command](deps, tx, tx.projects.get(project_id), user)
    except NotAllowed as error:
        with turn.transaction() as tx:
            tx.outbox.add(tx.projects.get(project_id), private(str(error), user), deps.now())


def status_line(tx: Transaction, project: ProjectRow) -> str:
    """Where a project stands, what waits for whom."""
    stage = stage_of(project)
    line = f"*{project.title}* is in the stage _{words(stage)}_."
    if stage in (Stage.REQUIREMENTS_REVIEW, Stage.ARCHITECTURE_REVIEW):
        line += f" It waits for an approval by <@{project.owner}>."
    if stage is Stage.TUNING:
        line += f" {len(tx.projects.trials(project.id, project.study))} trials are done."
    if stage is Stage.LIVE and (deployment := tx.deployments.current(project.id)):
        line += f" It is {deployment.status}, at {deployment.url}"
    return line + (f" Reason: {project.reason}" if project.reason else "")


def _status(deps: Deps, tx: Transaction, project: ProjectRow, user: str) -> None:
    tx.outbox.add(project, notice(status_line(tx, project)), deps.now())


def _help(deps: Deps, tx: Transaction, project: ProjectRow, user: str) -> None:
    now_possible = ", ".join(words(trigger) for trigger in possible(stage_of(project)))
    tx.outbox.add(project, notice(f"{HELP}\nPossible here and now: {now_possible or 'nothing'}."), deps.now())


def _requirements(deps: Deps, tx: Transaction, project: ProjectRow, user: str) -> None:
    row = tx.documents.latest(project.id, "requirements")
    if row is None:
        tx.outbox.add(project, notice("The requirements are not written yet."), deps.now())
        return
    address = deps.files.put(Document.from_json(row.body).markdown().encode())
    file = Attachment(address, f"requirements-v{row.version}.md", f"Requirements, version {row.version} ({row.status})")
    tx.outbox.add(
        project, Post("text", f"Requirements, version {row.version}, {row.status}.", attachments=(file,)), deps.now()
    )


def order(deps: Deps, turn: Turn, project_id: str, message: Message) -> None:
    """A command that the reader found in a person's words, with what it is about; a refusal is theirs alone."""
    wanted = message.heard.order or Ordered(name="help")
    try:
        with turn.transaction() as tx:
            project = tx.projects.get(project_id)
            warn_of_secrets(deps, tx, project, message)
            if wanted.name in ASKED_FIRST:
                ask_first(deps, tx, project, message.user, wanted.name)
            elif wanted.name in ORDERS:
                ORDERS[wanted.name](deps, tx, project, message)
            else:
                COMMANDS[wanted.name](deps, tx, project, message.user)
    except NotAllowed as error:
        with turn.transaction() as tx:
            tx.outbox.add(tx.projects.get(project_id), private(str(error), message.user), deps.now())


# What cannot be taken back is done on its very word, or by a button: a free sentence may mean something else.
ASKED_FIRST = {
    "cancel": "Shall I cancel the project? Running work stops and both approvals are void.",
    "restart": "Shall I start over? What you said is forgotten, your files are kept.",
}


def ask_first(deps: Deps, tx: Transaction, project: ProjectRow, user: str, name: str) -> None:
    """Ask a person alone whether they mean it."""
    button = Button(f"Yes, {SURE_WORDS[name]}", "sure", f"{project.id}:{name}", style="danger")
    tx.outbox.add(project, Post("notice", ASKED_FIRST[name], buttons=(button,), to_user=user), deps.now())


SURE_WORDS = {"cancel": "cancel it", "restart": "start over"}


def sure(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """*Yes* to what cannot be taken back; the value is ``<project>:<command>``."""
    id, _, name = event.value.partition(":")
    if name in ASKED_FIRST:
        run(deps, turn, id, event.user, name, name)


def level_button(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """A person's own word for their level; the value is ``<project>:<level>``."""
    id, _, level = event.value.partition(":")
    with turn.transaction() as tx:
        people.say_level(deps, tx, tx.projects.get(id), event.user, level)


def _restart(deps: Deps, tx: Transaction, project: ProjectRow, user: str) -> None:
    check_right(deps, tx, project, user, "start over")
    if stage_of(project) is not Stage.INTAKE:
        advance(deps, tx, project, Trigger.CHANGES_WANTED)
    before = brief_of(project)
    opening = before.opening
    purpose = {"purpose": SlotValue(opening, opening, "said", project.owner)} if opening else {}
    tx.outbox.add(project, notice("Starting over: what you said is forgotten, your files are kept."), deps.now())
    go_on(deps, tx, project, Brief(project.skill, opening, purpose, language=before.language))


def _approvers(deps: Deps, tx: Transaction, project: ProjectRow, user: str) -> None:
    others = "".join(f", <@{one}>" for one in project.approvers)
    text = (
        f"<@{project.owner}>{others} may approve. <@{project.owner}> can name others, for example "
        "_let @colleague approve_. Words never approve: an emoji or a button on the document does."
    )
    tx.outbox.add(project, notice(text), deps.now())


def _name_approver(deps: Deps, tx: Transaction, project: ProjectRow, message: Message) -> None:
    _check_owner(deps, tx, project, message.user)
    who = message.heard.order.argument if message.heard.order else ""
    names = [one for one in project.approvers if one != who]
    adds = message.heard.order is not None and message.heard.order.name == "approver"
    tx.projects.save(project, approvers=[*names, who] if adds else names)
    told = "may approve this project's documents from now on." if adds else "may not approve any more."
    tx.outbox.add(project, notice(f"<@{who}> {told}"), deps.now())


def _check_owner(deps: Deps, tx: Transaction, project: ProjectRow, user: str) -> None:
    if user != project.owner and not is_admin(deps, tx, project.team, user):
        raise NotAllowed(
            "You may not name approvers.", f"<@{project.owner}> started this project;", "ask them to do it."
        )


def _say_level(deps: Deps, tx: Transaction, project: ProjectRow, message: Message) -> None:
    people.say_level(deps, tx, project, message.user, message.heard.order.argument if message.heard.order else "")


def _how_seen(deps: Deps, tx: Transaction, project: ProjectRow, user: str) -> None:
    people.tell(deps, tx, project, user)


ORDERS: dict[str, Callable[[Deps, Transaction, ProjectRow, Message], None]] = {
    "approver": _name_approver,
    "no_approver": _name_approver,
    "level": _say_level,
    "change": requirement_orders.change,
    "drop": requirement_orders.drop,
    "explain": requirement_orders.explain,
}


def _pull(trigger: Trigger, told: str) -> Command:
    def command(deps: Deps, tx: Transaction, project: ProjectRow, user: str) -> None:
        check_right(deps, tx, project, user, words(trigger))
        advance(deps, tx, project, trigger)
        tx.outbox.add(project, notice(told), deps.now())

    return command


COMMANDS: dict[str, Command] = {
    "status": _status,
    "help": _help,
    "requirements": _requirements,
    "diff": requirement_orders.diff,
    "export": requirement_orders.export,
    "approvers": _approvers,
    "restart": _restart,
    "level": _how_seen,
    "pause": _pull(Trigger.PAUSE, "Paused. Finished trials are kept; say *resume* to go on."),
    "resume": _pull(Trigger.RESUME, "Going on where it stopped."),
    "retry": _pull(Trigger.RETRY, "Trying again; what was done is kept."),
    "cancel": _pull(Trigger.CANCEL, "Cancelled. Running work stops, both approvals are void; the thread stays."),
    "change": _pull(
        Trigger.CHANGES_WANTED,
        "The approvals are void and running work stops. What shall change? Say it in a sentence, for example "
        "_accuracy 90 %, answers within 2 s_, or send files.",
    ),
    "close": _pull(Trigger.CLOSE, "Closed. The service is stopped; its package and report are kept."),
}  # fmt: skip

SYNONYMS: dict[str, str] = {
    "stop": "cancel",
    "abort": "cancel",
    "continue": "resume",
    "go on": "resume",
    "try again": "retry",
    "change requirements": "change",
    "change the requirements": "change",
    "show the requirements": "requirements",
    "show requirements": "requirements",
    "how far are you": "status",
    "what is the status": "status",
    "what's the status": "status",
    "start over": "restart",
    "who may approve": "approvers",
    "differences": "diff",
    "pdf": "export",
    "how do you see me": "level",
}

HELP = (
    "Mention me and say what you need; I ask, you approve two documents by emoji, I tune, deploy and watch.\n"
    "In a project's thread, or after `/neo`: *status*, *requirements*, *pause*, *resume*, *retry*, *change*, *cancel*, "
    "*close*, *start over*, *diff*, *export*, *who may approve*, *how do you see me*, *help*; "
    "_explain R3_, _change R7 to 3 seconds_, _let @colleague approve_.\n" + EXPLANATION
)
