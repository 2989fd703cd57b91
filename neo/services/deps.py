"""What services work with, made once by the composition root; tests hand over their own."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neo.agent.language import Language
from neo.automl.problem import InputFile, Resources
from neo.delivery.deployers import Deployer
from neo.domain.brief import Brief
from neo.domain.events import FileRef
from neo.domain.lifecycle import WORKING, Stage
from neo.domain.posts import Post
from neo.skill import THUMBS, Examination, FileReport, Skill
from neo.store import Store, Transaction
from neo.store.files import FileStore
from neo.store.tables import JobRow, ProjectRow


@dataclass(frozen=True)
class Policy:
    """How Neo behaves; every field is a setting.

    Attributes:
        grace_s: Between an approval and the work that it starts; taking the emoji back in it undoes the approval.
        trials: Trials of a search.
        trial_jobs: Trials at the same time.
        dask_address: A Dask scheduler's, for trials on its workers; empty for this machine.
        progress_every_s: The progress message is edited at most so often.
        watch_every_s: Between two probes of a deployed service.
        seed: Of splits and samplers.
        studies_url: Optuna's own database.
        work_dir: Where caches, packages and reports lie.
        admins: Users who may stop any project.
        compare_votes: A new version answers beside the one before it until so many votes are decided; 0 is never.
        mail_from: Who mails are from; its domain names them too.
        public_url: Where people reach Neo's pages, for links in mails; empty for none.
    """

    grace_s: float = 60.0
    trials: int = 40
    trial_jobs: int = 1
    dask_address: str = ""
    progress_every_s: float = 3.0
    watch_every_s: float = 15.0
    seed: int = 1
    studies_url: str = "sqlite:///studies.db"
    work_dir: Path = Path("data")
    admins: frozenset[str] = frozenset()
    compare_votes: int = 10
    mail_from: str = "Neo <neo@localhost>"
    public_url: str = ""


@dataclass(frozen=True)
class Deps:
    """Everything a service function may use."""

    store: Store
    files: FileStore
    skills: Mapping[str, Skill]
    policy: Policy
    resources: Resources
    fetch_file: Callable[[FileRef, str], bytes]
    deployer: Deployer
    language: Language
    now: Callable[[], float] = time.time

    def skill_of(self, project: ProjectRow) -> Skill:
        """The skill of a project."""
        return self.skills[project.skill]

    def inputs(self, tx: Transaction, project: str) -> tuple[InputFile, ...]:
        """The project's stored files, and what people thought of its answers as one more."""
        files = tuple(
            InputFile(row.role, row.name, self.files.path(row.address), row.address)
            for row in tx.projects.files(project, "stored")
        )
        thumbs = tx.feedback.voted(project)
        if not thumbs:
            return files
        address = self.files.put("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in thumbs).encode())
        return (*files, InputFile(THUMBS, f"{THUMBS}.jsonl", self.files.path(address), address))

    def folder(self, project: str) -> Path:
        """Where a project's packages and reports lie."""
        return self.policy.work_dir / "projects" / project

    @property
    def cache_dir(self) -> Path:
        """The stage cache, shared by all projects."""
        return self.policy.work_dir / "cache"


# Jobs that say in the thread that they are at work, outside the stages that do.
SHOWN = ("receive_files", "write_architecture", "answer", "export")


@dataclass
class HeldJob:
    """A claimed job in the hands of its runner; every write goes through its fence."""

    deps: Deps
    id: str
    project: str
    kind: str
    fence: int
    attempts: int
    payload: Mapping[str, Any] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A transaction that is rolled back when the job has been taken over.

        Raises:
            LeaseLost: Another process holds the job now.
        """
        with self.deps.store.write() as tx:
            tx.jobs.hold(self.id, self.fence, self.deps.now())
            yield tx

    @contextmanager
    def finishing(self) -> Iterator[Transaction]:
        """The job's last transaction: what is done in it and the job's end are one."""
        with self.deps.store.write() as tx:
            row = tx.jobs.hold(self.id, self.fence, self.deps.now())
            yield tx
            if row.status == "running":
                tx.jobs.finish(row, "done")
            self.rest(tx)

    def rest(self, tx: Transaction) -> None:
        """Say that nothing goes on in the thread any more, once the last job that shows itself there has ended."""
        if self.kind not in SHOWN:
            return
        project, now = tx.projects.get(self.project), self.deps.now()
        others = [one for one in tx.jobs.open(self.project, *SHOWN) if one.id != self.id and one.not_before <= now]
        if not others and stage_of(project) not in WORKING:
            tx.outbox.add(project, Post("working", ""), now)

    def row(self, tx: Transaction) -> JobRow:
        """The job's row in a transaction of its own."""
        return tx.jobs.hold(self.id, self.fence, self.deps.now())

    def renew(self) -> bool:
        """Renew the lease.

        Returns:
            Whether a person asked for the work to stop.

        Raises:
            LeaseLost: Another process holds the job now.
        """
        with self.transaction() as tx:
            row = tx.jobs.get(self.id)
            return bool(row and row.stop_asked)


@dataclass
class Turn:
    """An event of a workspace in the hands of its handler; its changes and its end are one transaction.

    Attributes:
        finished: Whether that transaction was committed: the event is done, and nobody need say so again.
    """

    deps: Deps
    seq: int
    team: str | None = None
    finished: bool = False

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """The handler's one write transaction; the event is done with it."""
        with self.deps.store.write(self.team) as tx:
            yield tx
            tx.inbox.finish(self.seq)
        self.finished = True


def brief_of(project: ProjectRow) -> Brief:
    """The brief that a project's row holds."""
    return Brief.from_json(project.brief)


def examination_of(project: ProjectRow) -> Examination | None:
    """What was found in the project's files; None before there are any."""
    body = project.examination
    if not body:
        return None
    files = tuple(FileReport(**report) for report in body["files"])
    return Examination(
        files, tuple(body["missing"]), tuple(body["notes"]), body["facts"], body["summary"], body.get("proposable", 0)
    )


def stage_of(project: ProjectRow) -> Stage:
    """The stage that a project's row holds."""
    return Stage(project.stage)
