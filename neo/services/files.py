"""A person's files, noted as they come; a job fetches and reads them."""

from __future__ import annotations

from dataclasses import asdict

from neo.domain.events import FileRef
from neo.domain.posts import Post
from neo.services.deps import Deps
from neo.store import Transaction
from neo.store.tables import FileRow, ProjectRow, new_id


def made_file(tx: Transaction, project: ProjectRow, name: str, by: str) -> FileRow | None:
    """The file of this name that Neo itself keeps for a project; *by* says from whose words."""
    rows = tx.projects.files(project.id, "stored")
    return next((row for row in rows if row.name == name and row.ref.get("by") == by), None)


def put_made_file(
    deps: Deps, tx: Transaction, project: ProjectRow, name: str, by: str, content: bytes, role: str = "golden"
) -> None:
    """Keep such a file in place of the one before it; without content there is none any more."""
    if (before := made_file(tx, project, name, by)) is not None:
        before.status = "replaced"
        tx.projects.add_file(before)
    if not content:
        return
    row = FileRow(id=new_id("file"), project=project.id, name=name, created_at=deps.now(), role=role)
    row.ref, row.size, row.status, row.address = {"by": by}, len(content), "stored", deps.files.put(content)
    tx.projects.add_file(row)


def store_refs(deps: Deps, tx: Transaction, project: ProjectRow, files: tuple[FileRef, ...]) -> None:
    """Note the files and have them fetched."""
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
