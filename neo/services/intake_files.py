"""A person's files: fetched, kept by content, examined by the skill, and told about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from neo.domain.events import FileRef
from neo.domain.lifecycle import Stage, Trigger
from neo.domain.posts import Post, notice
from neo.errors import UserError
from neo.services.deps import Deps, HeldJob, brief_of, stage_of
from neo.services.hearing import go_on
from neo.services.proposing import offer_once
from neo.services.stages import advance
from neo.skill import Examination
from neo.store.tables import FileRow

MOST_LINES = 12


def receive_files(deps: Deps, job: HeldJob) -> None:
    """Fetch what is waiting, examine all files together, and go on with the intake."""
    with deps.store.read() as tx:
        waiting, team = list(tx.projects.files(job.project, "waiting")), tx.projects.get(job.project).team
    for row in waiting:
        address, problem = _fetch(deps, row, team)
        with job.transaction() as tx:
            _replace(tx.projects.files(job.project, "stored"), row)
            row.address, row.problem = address, problem
            row.status = "refused" if problem else "stored"
            tx.projects.add_file(row)
    with deps.store.read() as tx:
        project = tx.projects.get(job.project)
        inputs = deps.inputs(tx, job.project)
    found = deps.skill_of(project).examine(inputs, brief_of(project))
    with job.finishing() as tx:
        project = tx.projects.get(job.project)
        _apply_roles(tx.projects.files(job.project, "stored"), found)
        tx.projects.save(project, examination=asdict(found))
        refused = [row.problem for row in waiting if row.problem]
        tx.outbox.add(project, Post("text", report(found, refused)), deps.now())
        if stage_of(project) is Stage.REQUIREMENTS_REVIEW:
            advance(deps, tx, project, Trigger.CHANGES_WANTED)
        if stage_of(project) is Stage.INTAKE:
            go_on(deps, tx, project, brief_of(project))
        else:
            tx.outbox.add(project, notice("The files are kept; say *change* to have them used."), deps.now())
        offer_once(deps, tx, project, found)


def _fetch(deps: Deps, row: FileRow, team: str) -> tuple[str, str]:
    """(address, '') or ('', the problem)."""
    try:
        content = deps.fetch_file(FileRef(**row.ref), team)
        return deps.files.put(content), ""
    except UserError as error:
        return "", str(error)


def _replace(stored: Sequence[FileRow], new: FileRow) -> None:
    """The same name again is a newer version of the file."""
    for old in stored:
        if old.name == new.name and old.id != new.id:
            old.status = "replaced"


def _apply_roles(rows: Sequence[FileRow], found: Examination) -> None:
    roles = {report.name: report.role for report in found.files}
    for row in rows:
        row.role = roles.get(row.name, row.role)


def report(found: Examination, refused: list[str]) -> str:
    """What Neo says of the files: what each was taken for, what is wrong, what is worth knowing."""
    lines = [
        f"• *{one.name}*: {one.summary}{f' :warning: {one.problem}' if one.problem else ''}"
        for one in found.files[:MOST_LINES]
    ]
    if len(found.files) > MOST_LINES:
        lines.append(f"• and {len(found.files) - MOST_LINES} more")
    lines += [f"• :warning: {problem}" for problem in refused]
    lines += [f"• {note}" for note in found.notes]
    return "\n".join(["I read your files:", *lines])
