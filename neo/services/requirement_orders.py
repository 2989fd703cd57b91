"""Commands about requirements: explain one, change one, drop one, what changed, and the document as files."""

from __future__ import annotations

from dataclasses import replace

from neo.agent.intake import noted
from neo.agent.merge import Speaker, merged
from neo.domain.approvals import may_approve
from neo.domain.brief import Brief
from neo.domain.documents import Document
from neo.domain.lifecycle import Stage, Trigger
from neo.domain.posts import Attachment, Post, notice
from neo.domain.requirements import LIVE, Requirement
from neo.errors import NotAllowed
from neo.services import people
from neo.services.deps import Deps, brief_of, stage_of
from neo.services.hearing import Message, go_on
from neo.services.stages import advance
from neo.store import Transaction
from neo.store.documents import document_of
from neo.store.tables import ProjectRow

NONE_YET = "The requirements are not written yet."


def explain(deps: Deps, tx: Transaction, project: ProjectRow, message: Message) -> None:
    """A requirement with its source, its reason, and what became of it."""
    document, one = _wanted(tx, project, message)
    item = next((item for item in document.items() if item.id == one.id), None)
    slot = next((slot for slot in deps.skill_of(project).slots if f"R-{slot.name}" == one.key), None)
    status = {"live": "holds", "superseded": f"was superseded by {one.by}", "retired": "is retired"}[one.status]
    lines = [f"*{one.id}* {status}: {one.text}"]
    lines += [f"Where it comes from: {item.source}." if item and item.source else ""]
    lines += [f"Why it is asked: {slot.why}" if slot else ""]
    people.note_touches(tx, project.team, message.user, ["opened_space"])
    tx.outbox.add(project, notice("\n".join(line for line in lines if line)), deps.now())


def change(deps: Deps, tx: Transaction, project: ProjectRow, message: Message) -> None:
    """Another value for a requirement: a new version, in which it is superseded; both gates reopen."""
    _check(project, message.user)
    _, one = _wanted(tx, project, message)
    before = brief_of(project)
    slots = {slot.name: slot for slot in deps.skill_of(project).slots}
    name = one.key.removeprefix("R-")
    values = tuple(said for said in message.heard.values if said.slot == name)
    heard = message.heard.model_copy(update={"values": values, "conflicts": ()})
    after = merged(before, heard, Speaker(message.user, revising=True), slots)
    if after == before:
        what = slots[name].question if name in slots else "Say what it shall be instead."
        text = f"What shall *{one.id}* ({one.text}) be instead? {what} For example: _change {one.id} to …_"
        tx.outbox.add(project, notice(text), deps.now())
        return
    _reopen(deps, tx, project, after, f"{noted(before, after, tuple(slots.values()))} {one.id} is superseded.")


def drop(deps: Deps, tx: Transaction, project: ProjectRow, message: Message) -> None:
    """A wish is retired; a slot goes back to what Neo recommends."""
    _check(project, message.user)
    _, one = _wanted(tx, project, message)
    brief, name = brief_of(project), one.key.removeprefix("R-")
    slot = next((slot for slot in deps.skill_of(project).slots if slot.name == name), None)
    wishes = tuple(wish for wish in brief.wishes if f"W-{wish.text}" != one.key)
    if slot is not None and slot.required:
        raise NotAllowed(f"{one.id} cannot be dropped.", f"Nothing can be built without it: {one.text}", "Change it.")
    if slot is None and wishes == brief.wishes:
        raise NotAllowed(f"{one.id} cannot be dropped.", "It follows from the kind of system.", "Say what to change.")
    after = replace(brief.without([name]), wishes=wishes, raised=(*brief.raised, name))
    _reopen(deps, tx, project, after, f"{one.id} is dropped.")


def _reopen(deps: Deps, tx: Transaction, project: ProjectRow, after: Brief, told: str) -> None:
    if stage_of(project) is not Stage.INTAKE:
        advance(deps, tx, project, Trigger.CHANGES_WANTED)
    tx.outbox.add(project, Post("text", f"{told} I write a new version; it has to be approved again."), deps.now())
    go_on(deps, tx, project, replace(after, asked=()))


def _check(project: ProjectRow, user: str) -> None:
    if not may_approve(user, owner=project.owner, approvers=project.approvers):
        raise NotAllowed("You may not change the requirements.", f"<@{project.owner}> started it;", "tell them here.")


def _wanted(tx: Transaction, project: ProjectRow, message: Message) -> tuple[Document, Requirement]:
    row = tx.documents.latest(project.id, "requirements")
    if row is None:
        raise NotAllowed(NONE_YET)
    document = document_of(row)
    id = message.heard.order.argument if message.heard.order else ""
    one = document.requirement(id)
    if one is None:
        live = ", ".join(one.id for one in document.register if one.status == LIVE)
        raise NotAllowed(f"There is no requirement {id}.", f"The document has {live}.", "Say one of these.")
    return document, one


def diff(deps: Deps, tx: Transaction, project: ProjectRow, user: str) -> None:
    """What the newest version changed against the one before, line by line."""
    rows = tx.documents.versions(project.id, "requirements")
    if not rows:
        tx.outbox.add(project, notice(NONE_YET), deps.now())
        return
    if len(rows) == 1:
        tx.outbox.add(project, notice("There is one version so far; nothing to compare."), deps.now())
        return
    new, old = document_of(rows[-1]), document_of(rows[-2])
    lines = [f"• {line}" for line in new.delta] or ["• nothing that is required"]
    address = deps.files.put(new.difference(old).encode())
    name = f"requirements-v{old.version}-v{new.version}.diff"
    file = Attachment(address, name, f"Requirements, version {old.version} against {new.version}")
    head = f"*Version {new.version} against version {old.version}*"
    tx.outbox.add(project, Post("text", "\n".join([head, *lines]), attachments=(file,)), deps.now())


def export(deps: Deps, tx: Transaction, project: ProjectRow, user: str) -> None:
    """The newest requirements and architecture as Markdown and PDF; a job makes the files."""
    if tx.documents.latest(project.id, "requirements") is None:
        tx.outbox.add(project, notice(NONE_YET), deps.now())
        return
    tx.outbox.add(project, Post("working", "is making the files…"), deps.now())
    tx.jobs.add("short", "export", project.id, deps.now())
