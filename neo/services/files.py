"""A person's files, noted as they come; a job fetches and reads them."""

from __future__ import annotations

from dataclasses import asdict

from neo.domain.events import FileRef
from neo.domain.posts import Post
from neo.services.deps import Deps
from neo.store import Transaction
from neo.store.tables import FileRow, ProjectRow, new_id


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
