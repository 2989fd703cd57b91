"""What a project's database says, read by plain SQL: none of the product's own queries is trusted here."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

BUILDING = ("write_architecture", "tune", "package", "deploy")


@dataclass(frozen=True)
class Doc:
    """A version of a document."""

    id: str
    kind: str
    version: int
    hash: str
    status: str


@dataclass(frozen=True)
class Said:
    """A row of somebody's word on a document."""

    id: str
    document: str
    document_hash: str
    user: str
    verdict: str
    at: float
    withdrawn_at: float | None


@dataclass(frozen=True)
class Job:
    """A job that waits or runs."""

    id: str
    kind: str
    status: str
    not_before: float
    stop_asked: bool


@dataclass(frozen=True)
class Facts:
    """All that the gates are about, at one moment."""

    stage: str
    came_from: str
    approvers: frozenset[str]
    docs: tuple[Doc, ...]
    words: tuple[Said, ...]
    jobs: tuple[Job, ...]
    files: tuple[tuple[str, str], ...]

    @property
    def standing(self) -> tuple[Said, ...]:
        """Approvals that were not taken back."""
        return tuple(one for one in self.words if one.verdict == "approved" and one.withdrawn_at is None)

    @property
    def gate(self) -> tuple[object, ...]:
        """What an event without effect leaves as it is."""
        building = tuple(job for job in self.jobs if job.kind in BUILDING)
        return (self.stage, self.came_from, self.docs, self.words, building)

    def newest(self, kind: str) -> Doc | None:
        """The newest version of a document."""
        return max((doc for doc in self.docs if doc.kind == kind), key=lambda doc: doc.version, default=None)

    def doc(self, id: str) -> Doc:
        """The document with this id."""
        return next(doc for doc in self.docs if doc.id == id)

    def working(self, *kinds: str) -> list[Job]:
        """Open jobs of these kinds that nobody asked to stop; all that build something when none is named."""
        return [job for job in self.jobs if job.kind in (kinds or BUILDING) and not job.stop_asked]


def facts(database: Path, project: str) -> Facts:
    """Read them."""
    with sqlite3.connect(database) as db:
        (stage, came_from, approvers) = db.execute(
            "select stage, coalesce(came_from, ''), approvers from project where id = ?", (project,)
        ).fetchone()
        docs = db.execute(
            "select id, kind, version, hash, status from document where project = ? order by kind, version", (project,)
        )
        words = db.execute(
            "select id, document, document_hash, user, verdict, at, withdrawn_at from approval where project = ? "
            "order by at, id",
            (project,),
        )
        jobs = db.execute(
            "select id, kind, status, not_before, stop_asked from job where project = ? "
            "and status in ('waiting', 'running') order by id",
            (project,),
        )
        files = db.execute("select name, status from file where project = ? order by created_at, id", (project,))
        read = Facts(
            stage,
            came_from,
            frozenset(json.loads(approvers)),
            tuple(Doc(*row) for row in docs),
            tuple(Said(*row) for row in words),
            tuple(Job(*row[:4], bool(row[4])) for row in jobs),
            tuple((name, status) for name, status in files),
        )
    db.close()
    return read


def requirement(database: Path, document: str, key: str) -> str | None:
    """The id of the live requirement that a slot has in a document."""
    with sqlite3.connect(database) as db:
        (body,) = db.execute("select body from document where id = ?", (document,)).fetchone()
    db.close()
    register = json.loads(body)["register"]
    return next((one["id"] for one in register if one["key"] == f"R-{key}" and one["status"] == "live"), None)


def stamp(database: Path, document: str) -> str | None:
    """The timestamp of the message that shows a document."""
    with sqlite3.connect(database) as db:
        row = db.execute(
            "select message.ts from message join post on post.id = message.post where post.document = ?", (document,)
        ).fetchone()
    db.close()
    return row[0] if row else None
