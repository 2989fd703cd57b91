"""Instances that a person labels: chosen by the skill, shown in the thread, answered with a number each."""

from __future__ import annotations

import tempfile
from pathlib import Path

from neo.agent import labels
from neo.domain.events import ButtonPressed
from neo.domain.lifecycle import Stage
from neo.domain.posts import Attachment, Post, notice, private
from neo.errors import NotAllowed
from neo.services.access import check_right
from neo.services.deps import Deps, HeldJob, Turn, brief_of, stage_of
from neo.services.files import put_made_file
from neo.skill import Unlabelled
from neo.store import Transaction
from neo.store.tables import ProjectRow, ProposalRow

BY = "labels"
MOST = 12
NOT_NOW = "The golden set is settled for now; say *change* first, then count again."


def label(deps: Deps, job: HeldJob) -> None:
    """Fetch what there is to look at, where nothing was sent, and ask a person about the most telling instances."""
    with deps.store.read() as tx:
        project = tx.projects.get(job.project)
        inputs = deps.inputs(tx, job.project)
        posted = bool(tx.proposals.batch(job.id))
    skill, brief = deps.skill_of(project), brief_of(project)
    if posted:
        with job.finishing():
            return  # resumed after the list was posted
    with job.transaction() as tx:
        tx.outbox.add(project, Post("working", labels.CHOOSING), deps.now())
    with tempfile.TemporaryDirectory(dir=deps.cache_dir.parent) as scratch:
        for path in skill.gather(brief, inputs, Path(scratch), deps.resources):
            with job.transaction() as tx:
                put_made_file(deps, tx, tx.projects.get(job.project), path.name, BY, path.read_bytes(), role="")
        with deps.store.read() as tx:
            inputs = deps.inputs(tx, job.project)
        round_ = int(job.payload.get("round", 0))
        chosen = skill.unlabelled(inputs, brief, deps.cache_dir, deps.resources, MOST, round_)
        pictures = [_picture(deps, number, one) for number, one in enumerate(chosen, 1)]
    with job.finishing() as tx:
        project = tx.projects.get(job.project)
        if chosen and stage_of(project) is Stage.ARCHITECTURE_REVIEW:
            bodies = [{"label": one.id, "question": one.question, "round": round_} for one in chosen]
            tx.proposals.add(project.id, job.id, bodies, deps.now())
            tx.outbox.add(project, labels.offer([one.question for one in chosen], pictures, job.id), deps.now())


def _picture(deps: Deps, number: int, one: Unlabelled) -> Attachment:
    return Attachment(deps.files.put(one.picture), f"{number}.jpg", f"{number}. {one.question}", one.alt_text)


def in_words(deps: Deps, turn: Turn, project_id: str, user: str, text: str) -> bool:
    """Take a message as the labels of the newest list; False when it is none."""
    with deps.store.read() as tx:
        rows = tx.proposals.newest(project_id)
        stage = stage_of(tx.projects.get(project_id))
    if not rows or "label" not in rows[0].body or stage not in (Stage.ARCHITECTURE_REVIEW, Stage.FAILED):
        return False
    said = labels.values_in(text, len(rows))
    if said is not None:
        _settle(deps, turn, rows[0], user, said)
        return True
    if misread := labels.misread(text, len(rows)):
        with turn.transaction() as tx:
            project = tx.projects.get(project_id)
            if waits(tx, project):
                tx.outbox.add(project, private(misread, user), deps.now())
                return True
    return False


def waits(tx: Transaction, project: ProjectRow) -> int:
    """How many pictures wait for a person's count; 0 where none do."""
    if stage_of(project) is not Stage.ARCHITECTURE_REVIEW or tx.documents.latest(project.id, "architecture"):
        return 0
    rows = tx.proposals.newest(project.id)
    return len(rows) if rows and "label" in rows[0].body and rows[0].status == "open" else 0


def _settle(deps: Deps, turn: Turn, first: ProposalRow, user: str, said: dict[int, int]) -> None:
    with turn.transaction() as tx:
        project = tx.projects.get(first.project)
        rows = tx.proposals.batch(first.batch)
        if refusal := _refusal(deps, tx, project, user, said, len(rows)):
            tx.outbox.add(project, private(refusal, user), deps.now())
            return
        tx.proposals.settle(first.batch, said.keys(), user)
        name, content = deps.skill_of(project).labelled({rows[n - 1].body["label"]: value for n, value in said.items()})
        put_made_file(deps, tx, project, name, BY, content)
        tx.outbox.add(project, notice(labels.taken(len(said), len(rows))), deps.now())
        tx.jobs.add("short", "write_architecture", project.id, deps.now())


def _refusal(deps: Deps, tx: Transaction, project: ProjectRow, user: str, said: dict[int, int], count: int) -> str:
    try:
        check_right(deps, tx, project, user, "label the golden set of")
    except NotAllowed as error:
        return str(error)
    if stage_of(project) is not Stage.ARCHITECTURE_REVIEW or tx.documents.latest(project.id, "architecture"):
        return NOT_NOW
    beyond = sorted(number for number in said if not 1 <= number <= count)
    if beyond:
        return f"There is no picture {beyond[0]}; the list has 1 to {count}. Nothing is changed."
    return "" if said else "That counts no picture. Give at least one number."


def others(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """*Show other pictures*: another choice, in place of this one."""
    with turn.transaction() as tx:
        rows = tx.proposals.batch(event.value)
        if not rows:
            return
        project = tx.projects.get(rows[0].project)
        if stage_of(project) is not Stage.ARCHITECTURE_REVIEW or tx.jobs.open(project.id, "label"):
            tx.outbox.add(project, private(NOT_NOW, event.user), deps.now())
            return
        following = int(rows[0].body.get("round", 0)) + 1
        tx.jobs.add("gather", "label", project.id, deps.now(), round=following)
