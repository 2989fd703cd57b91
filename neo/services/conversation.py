"""A person's message: a new project, an answer, a wish, a command in words, or a question to what runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict

from neo.agent.intake import next_turn, noted
from neo.agent.router import route
from neo.agent.understanding.rules import read, recommended
from neo.domain.brief import Brief, SlotValue
from neo.domain.events import ButtonPressed, FileRef, MessageReceived
from neo.domain.lifecycle import FINISHED, REVIEW, Stage, Trigger, words
from neo.domain.posts import Post, notice, private
from neo.services import commands, proposing
from neo.services.deps import Deps, Turn, brief_of, examination_of, stage_of
from neo.services.stages import advance
from neo.store import Transaction
from neo.store.tables import FileRow, ProjectRow, new_id

_MENTION = re.compile(r"<@[A-Z0-9]+>\s*")

WELCOME = (
    "I build AI systems with you, from a conversation: I ask, you approve two documents by emoji, I tune on your own "
    "questions, deploy the best and watch it.\nTell me what you need, for example: "
    "_I need a bot that answers questions about our handbooks_. Today I can build: {titles}."
)


def on_message(deps: Deps, turn: Turn, event: MessageReceived) -> None:
    """Route a message to its project's stage, or open a project with it."""
    text = _MENTION.sub("", event.text).strip()
    with deps.store.read() as tx:
        project = find_project(tx, event)
    if project is None:
        if event.is_dm or event.mentions_neo:
            _open(deps, turn, event, text)
        return
    command = commands.in_words(text)
    if command and not event.files:
        commands.run(deps, turn, project.id, event.user, command, text)
        return
    stage = stage_of(project)
    if event.files and stage not in FINISHED:
        _take_files(deps, turn, project.id, event, text)
        return
    if proposing.in_words(deps, turn, project.id, event.user, text):
        return
    TALK.get(stage, _busy)(deps, turn, project.id, event, text)


def find_project(tx: Transaction, event: MessageReceived) -> ProjectRow | None:
    """The project that a message belongs to.

    A thread is one project. In a DM an unthreaded message belongs to the newest project that is not finished.
    """
    if event.thread:
        return tx.projects.in_thread(event.team, event.channel, event.thread)
    if event.is_dm:
        return next((p for p in tx.projects.in_channel(event.team, event.channel) if stage_of(p) not in FINISHED), None)
    return None


def _open(deps: Deps, turn: Turn, event: MessageReceived, text: str) -> None:
    chosen = route(text, deps.skills)
    now, thread = deps.now(), event.thread or event.ts
    with turn.transaction() as tx:
        if chosen.skill is None and not event.files:
            titles = ", ".join(skill.title for skill in deps.skills.values() if skill.buildable)
            place = None if event.is_dm and not event.thread else thread
            tx.outbox.add_at(event.team, event.channel, place, notice(WELCOME.format(titles=titles)), now)
            return
        skill = chosen.skill or next(iter(deps.skills.values()))
        brief = _opening(text, skill.name, event.user)
        brief = brief.with_values(read(text, skill.slots, (), event.user))
        project = tx.projects.add(
            ProjectRow(
                id=new_id("prj"),
                team=event.team,
                channel=event.channel,
                thread=thread,
                is_dm=event.is_dm,
                owner=event.user,
                skill=skill.name,
                title=_title(text),
                stage=Stage.INTAKE.value,
                brief=brief.to_json(),
                created_at=now,
                updated_at=now,
            )
        )
        because = f" (you said: {', '.join(chosen.because)})" if chosen.because else ""
        head = f"This sounds like *{skill.title.lower()}*{because}. I'll ask what matters, then write the requirements."
        tx.outbox.add(project, Post("text", head), now)
        if event.files:
            _store_refs(deps, tx, project, event.files)
        else:
            go_on(deps, tx, project, brief)


def _opening(text: str, skill: str, user: str) -> Brief:
    purpose = {"purpose": SlotValue(text, text, "said", user)} if text else {}
    return Brief(skill=skill, opening=text, values=purpose)


def _title(text: str) -> str:
    line = text.splitlines()[0] if text else "New project"
    return line if len(line) <= 80 else line[:79] + "…"


def go_on(deps: Deps, tx: Transaction, project: ProjectRow, brief: Brief) -> None:
    """Ask the next question of an intake, or close it and have the requirements written."""
    skill = deps.skill_of(project)
    turn = next_turn(brief, skill.slots, examination_of(project), project.id)
    tx.projects.save(project, brief=turn.brief.to_json())
    if turn.question is not None:
        tx.outbox.add(project, turn.question, deps.now())
    else:
        advance(deps, tx, project, Trigger.INTAKE_COMPLETE)


def _take_files(deps: Deps, turn: Turn, project_id: str, event: MessageReceived, text: str) -> None:
    with turn.transaction() as tx:
        project = tx.projects.get(project_id)
        if stage_of(project) not in (Stage.INTAKE, Stage.REQUIREMENTS_REVIEW):
            tx.outbox.add(
                project,
                notice(
                    f"These files came while the project is in '{words(stage_of(project))}'; the work goes on with the "
                    "files that were approved. Say *change* first, then send them again."
                ),
                deps.now(),
            )
            return
        if text:
            brief = brief_of(project)
            values = read(text, deps.skill_of(project).slots, brief.asked, event.user)
            tx.projects.save(project, brief=brief.with_values(values).to_json())
        _store_refs(deps, tx, project, event.files)


def _store_refs(deps: Deps, tx: Transaction, project: ProjectRow, files: tuple[FileRef, ...]) -> None:
    now = deps.now()
    for order, ref in enumerate(files):
        tx.projects.add_file(
            FileRow(
                id=new_id("file"),
                project=project.id,
                ref=asdict(ref),
                name=ref.name,
                size=ref.size,
                created_at=now + order * 1e-6,
            )
        )
    tx.outbox.add(project, Post("working", "is reading your files…"), now)
    tx.jobs.add("short", "receive_files", project.id, now)


def _intake(deps: Deps, turn: Turn, project_id: str, event: MessageReceived, text: str) -> None:
    """Answers to Neo's questions; after a wish for changes, anything said is a wish."""
    with turn.transaction() as tx:
        project = tx.projects.get(project_id)
        before = brief_of(project)
        slots = deps.skill_of(project).slots
        after = before.with_values(read(text, slots, before.asked, event.user))
        reopened = tx.documents.latest(project.id, "requirements") is not None
        if after.values == before.values and reopened and text:
            after = Brief(**{**vars(after), "wishes": (*after.wishes, text)})
        if line := noted(before, after, slots):
            tx.outbox.add(project, Post("text", line), deps.now())
        elif after == before and before.asked:
            tx.outbox.add(project, notice(NOT_UNDERSTOOD), deps.now())
        go_on(deps, tx, project, after)


NOT_UNDERSTOOD = (
    "I found no answer to my questions in that, so I go on with what I recommend; the document will name it as an "
    "assumption, and a sentence such as _accuracy 90 %, answers within 2 s_ corrects it."
)


def _review(deps: Deps, turn: Turn, project_id: str, event: MessageReceived, text: str) -> None:
    """Words never approve; values in them make a new version."""
    with turn.transaction() as tx:
        project = tx.projects.get(project_id)
        before = brief_of(project)
        slots = deps.skill_of(project).slots
        after = before.with_values(read(text, slots, (), event.user))
        line = noted(before, after, slots)
        if not line:
            tx.outbox.add(project, notice(HOW_TO_ANSWER), deps.now())
            return
        advance(deps, tx, project, Trigger.CHANGES_WANTED)
        tx.outbox.add(project, Post("text", f"{line} I write a new version."), deps.now())
        go_on(deps, tx, project, after)


HOW_TO_ANSWER = (
    "Words alone approve nothing. React to the document with :white_check_mark: (or press *Approve*) to approve it, or "
    "with :pencil2: to change it; you can also say what to change, for example _accuracy 90 %, answers within 2 s_."
)


def _question(deps: Deps, turn: Turn, project_id: str, event: MessageReceived, text: str) -> None:
    """The system is live: what is said in its thread is a question to it."""
    if not text:
        return
    with turn.transaction() as tx:
        project = tx.projects.get(project_id)
        tx.outbox.add(project, Post("working", "is looking it up…"), deps.now())
        tx.jobs.add("short", "answer", project.id, deps.now(), question=text, user=event.user)


def _finished(deps: Deps, turn: Turn, project_id: str, event: MessageReceived, text: str) -> None:
    with turn.transaction() as tx:
        project = tx.projects.get(project_id)
        tx.outbox.add(
            project,
            notice(
                f"This project is {words(stage_of(project))} and its thread is kept as it is. "
                "Mention me in a new message to start another."
            ),
            deps.now(),
        )


def _busy(deps: Deps, turn: Turn, project_id: str, event: MessageReceived, text: str) -> None:
    with turn.transaction() as tx:
        project = tx.projects.get(project_id)
        tx.outbox.add(project, notice(commands.status_line(tx, project) + " " + commands.WHAT_YOU_CAN_SAY), deps.now())


def take_recommended(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """*Take all recommendations*, under a question: for what was asked last and is not answered."""
    with turn.transaction() as tx:
        project = tx.projects.get(event.value)
        brief = brief_of(project)
        names = [name for name in brief.asked if name not in brief.values]
        if stage_of(project) is not Stage.INTAKE or not names:
            tx.outbox.add(project, private("These questions are answered already.", event.user), deps.now())
            return
        after = brief.with_values(recommended(deps.skill_of(project).slots, names, event.user))
        tx.outbox.add(project, Post("text", noted(brief, after, deps.skill_of(project).slots)), deps.now())
        go_on(deps, tx, project, after)


Talk = Callable[[Deps, Turn, str, MessageReceived, str], None]
TALK: dict[Stage, Talk] = {
    Stage.INTAKE: _intake,
    **dict.fromkeys(REVIEW, _review),
    Stage.LIVE: _question,
    **dict.fromkeys(FINISHED, _finished),
}
