"""A person's message: a new project, an answer, a wish, a command in words, or a question to what runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from neo.agent import labels
from neo.agent.intake import noted
from neo.agent.merge import Speaker, may_decide, merged
from neo.agent.understanding.result import Intent, Understanding
from neo.domain.access import Right
from neo.domain.brief import Wish
from neo.domain.events import MessageDeleted, MessageEdited, MessageReceived
from neo.domain.lifecycle import FINISHED, REVIEW, Stage, Trigger, words
from neo.domain.posts import Post, notice, private
from neo.services import commands, hearing, labelling, proposing, taking
from neo.services.access import check
from neo.services.deps import Deps, Turn, brief_of, stage_of
from neo.services.files import store_refs
from neo.services.hearing import Message, go_on, hear
from neo.services.opening import open_project, switch_skill
from neo.services.stages import advance
from neo.store import Transaction
from neo.store.tables import ProjectRow

OPEN = (Stage.INTAKE, Stage.REQUIREMENTS_REVIEW)


def on_message(deps: Deps, turn: Turn, event: MessageReceived) -> None:
    """Route a message to its project's stage, or open a project with it."""
    text = event.text.strip()
    with deps.store.read() as tx:
        project = find_project(tx, event)
    if project is None:
        if event.is_dm or event.mentions_neo:
            open_project(deps, turn, event, text)
        return
    stage = stage_of(project)
    command = commands.in_words(text)
    if command and not event.files and not _is_consent(command, stage):
        commands.run(deps, turn, project.id, event.user, command, text)
        return
    if event.files and stage not in FINISHED:
        _take_files(deps, turn, project, event, text)
        return
    if any(one.in_words(deps, turn, project.id, event.user, text) for one in (labelling, proposing)):
        return
    if stage not in READS:
        TALK.get(stage, _busy)(deps, turn, project.id, event, text)
        return
    message = Message(event.user, text, hear(deps, project, text, event.user), event.secrets)
    if message.heard.order is not None and not _is_consent(message.heard.order.name, stage):
        commands.order(deps, turn, project.id, message)
        return
    READS[stage](deps, turn, project, message)


def on_edit(deps: Deps, turn: Turn, event: MessageEdited) -> None:
    """Words that a person changed: in an intake or a review they count as a correction, of a live system as asked."""
    with deps.store.read(event.team) as tx:
        project = tx.projects.in_thread(event.team, event.channel, event.thread or event.ts)
    text = event.text.strip()
    if project is None or not text or text == event.before.strip():
        return  # a link that the platform unfolded changes no word
    stage = stage_of(project)
    if stage is Stage.LIVE:
        said = MessageReceived(event.event_id, event.team, event.channel, event.ts, event.thread, event.user, text)
        if event.thread:
            _question(deps, turn, project.id, said, text)
        return
    if stage not in READS or commands.in_words(text):
        return
    message = Message(event.user, text, hear(deps, project, text, event.user), event.secrets)
    if stage is not Stage.INTAKE:
        _review(deps, turn, project, message)
        return
    with turn.transaction() as tx:
        hearing.take_in(deps, tx, tx.projects.get(project.id), message, revising=True)


def on_deletion(deps: Deps, turn: Turn, event: MessageDeleted) -> None:
    """A message taken away: what it said holds until somebody says otherwise, and its author is told so."""
    with turn.transaction() as tx:
        project = tx.projects.in_thread(event.team, event.channel, event.thread or event.ts)
        if project is None or stage_of(project) not in READS:
            return
        if event.ts == project.thread:
            commands.ask_first(deps, tx, project, event.user, "cancel")
            return
        slots = {slot.name: slot for slot in deps.skill_of(project).slots}
        said = {n: v.said for n, v in brief_of(project).values.items() if v.user == event.user and v.said}
        held = [slots[name].title for name, words in said.items() if name in slots and words in event.text]
        if held:
            text = f"You deleted a message, and what it said still holds: {', '.join(held)}. {STILL_HOLDS}"
            tx.outbox.add(project, private(text, event.user), deps.now())


STILL_HOLDS = "Say what shall hold instead, or *start over*."


def _is_consent(command: str, stage: Stage) -> bool:
    """Whether words that order to go on are said of a document that waits for an approval."""
    return command == "resume" and stage in REVIEW


def find_project(tx: Transaction, event: MessageReceived) -> ProjectRow | None:
    """The project that a message belongs to.

    A thread is one project. In a DM an unthreaded message belongs to the newest project that is not finished.
    """
    if event.thread:
        return tx.projects.in_thread(event.team, event.channel, event.thread)
    if event.is_dm:
        return next((p for p in tx.projects.in_channel(event.team, event.channel) if stage_of(p) not in FINISHED), None)
    return None


def _take_files(deps: Deps, turn: Turn, project: ProjectRow, event: MessageReceived, text: str) -> None:
    """Files, and what is said beside them."""
    heard = hear(deps, project, text, event.user) if text else Understanding(intent=Intent.ANSWER)
    with turn.transaction() as tx:
        project = tx.projects.get(project.id)
        if stage_of(project) not in OPEN:
            tx.outbox.add(
                project,
                notice(
                    f"These files came while the project is in '{words(stage_of(project))}'; the work goes on with the "
                    "files that were approved. Say *change* first, then send them again."
                ),
                deps.now(),
            )
            return
        slots = {slot.name: slot for slot in deps.skill_of(project).slots}
        before, message = brief_of(project), Message(event.user, text, heard, event.secrets)
        speaker = Speaker(event.user, may_decide(event.user, project.owner, project.approvers))
        after = merged(before, heard, speaker, slots)
        if told := hearing.told_of(deps, tx, project, message, before, after, slots):
            tx.outbox.add(project, Post("text", told), deps.now())
        answered = after.values.keys() - before.values.keys() or after.conflicts
        tx.projects.save(project, brief=(taking.without_asked(after) if answered else after).to_json())
        store_refs(deps, tx, project, event.files)


def _intake(deps: Deps, turn: Turn, project: ProjectRow, message: Message) -> None:
    """Answers to Neo's questions; after a wish for changes, anything said is a wish."""
    other = deps.language.route.correction(message.text, project.skill)
    again = hearing.hear_opening(deps, project, other) if other is not None else None
    with turn.transaction() as tx:
        project = tx.projects.get(project.id)
        if other is not None and again is not None and message.user == project.owner:
            switch_skill(deps, tx, project, other, message.user, again)
            return
        reopened = tx.documents.latest(project.id, "requirements") is not None
        hearing.take_in(deps, tx, project, message, revising=reopened)


def _review(deps: Deps, turn: Turn, project: ProjectRow, message: Message) -> None:
    """Words never approve; values in them make a new version."""
    with turn.transaction() as tx:
        project = tx.projects.get(project.id)
        before, slots = brief_of(project), {slot.name: slot for slot in deps.skill_of(project).slots}
        decides = may_decide(message.user, project.owner, project.approvers)
        after = merged(before, message.heard, Speaker(message.user, decides, revising=True), slots)
        if after != before and not decides:
            _colleague(deps, tx, project, message)
            return
        told = hearing.told_of(deps, tx, project, message, before, after, slots)
        if after == before:
            if told:
                tx.outbox.add(project, Post("text", told), deps.now())
            if not message.heard.questions:
                how = labels.WAITING + labels.HOW if labelling.waits(tx, project) else HOW_TO_ANSWER
                tx.outbox.add(project, notice(how), deps.now())
            return
        advance(deps, tx, project, Trigger.CHANGES_WANTED)
        tx.outbox.add(project, Post("text", f"{told}\nI write a new version."), deps.now())
        go_on(deps, tx, project, after)


def _colleague(deps: Deps, tx: Transaction, project: ProjectRow, message: Message) -> None:
    """A colleague's wish beside a written document is theirs; whether it counts is the owner's to say."""
    slots = deps.skill_of(project).slots
    brief = brief_of(project)
    wish = Wish(message.text, message.user)
    tx.projects.save(project, brief=replace(brief, wishes=(*brief.wishes, wish)).to_json())
    after = merged(brief, message.heard, Speaker(message.user, True, revising=True), {s.name: s for s in slots})
    text = (
        f"<@{project.owner}>, <@{message.user}> wishes: _{message.text}_ {noted(brief, after, slots)} "
        "It is kept as their wish. Say it yourself, or react with :pencil2:, to change the requirements."
    )
    tx.outbox.add(project, notice(text), deps.now())


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
        check(deps, tx, project.team, event.user, Right.SEE)
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


Talk = Callable[[Deps, Turn, str, MessageReceived, str], None]
TALK: dict[Stage, Talk] = {Stage.LIVE: _question, **dict.fromkeys(FINISHED, _finished)}

Reads = Callable[[Deps, Turn, ProjectRow, Message], None]
READS: dict[Stage, Reads] = {Stage.INTAKE: _intake, **dict.fromkeys((*REVIEW, Stage.KEPT), _review)}
