"""The tables. Times are Unix seconds (UTC); ids are prefixed random hex, so a log line says what it names."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

IS_OPEN = "status IN ('waiting', 'running')"


def new_id(prefix: str) -> str:
    """A fresh id such as ``prj_3f9a...``: 12 random bytes in hex."""
    return f"{prefix}_{secrets.token_hex(12)}"


def as_json(default: Any = dict) -> Any:
    """A column of plain JSON values."""
    return Field(default_factory=default, sa_column=Column(JSON, nullable=False))


class ProjectRow(SQLModel, table=True):
    """One project: one thread in a channel, or one conversation in a DM."""

    __tablename__ = "project"
    __table_args__ = (UniqueConstraint("team", "channel", "thread"),)

    id: str = Field(primary_key=True)
    team: str
    channel: str
    thread: str
    is_dm: bool = False
    owner: str
    approvers: list[str] = as_json(list)
    skill: str
    title: str
    stage: str
    came_from: str | None = None
    reason: str = ""
    brief: dict[str, Any] = as_json()
    examination: dict[str, Any] = as_json()
    outcome: dict[str, Any] = as_json()
    study: int = 0
    created_at: float
    updated_at: float


class PersonRow(SQLModel, table=True):
    """What is known of a person.

    Attributes:
        level: The level that they named.
        evidence: What their words and touches showed, each with a weight.
        profile: What the platform says of them (see `domain/access.Profile`), and when it was asked.
        manners: When they want to hear of what: digest, silenced reminders, when the last ones went.
        home: What their Home showed last, as a digest of it, and when they looked.
    """

    __tablename__ = "person"

    team: str = Field(primary_key=True)
    user: str = Field(primary_key=True)
    level: str = ""
    evidence: list[list[Any]] = as_json(list)
    profile: dict[str, Any] = as_json()
    profile_at: float = 0.0
    manners: dict[str, Any] = as_json()
    home: dict[str, Any] = as_json()


class WorkspaceRow(SQLModel, table=True):
    """A workspace that Neo works in, and who may do what there; a locked one has removed Neo."""

    __tablename__ = "workspace"

    team: str = Field(primary_key=True)
    name: str = ""
    status: str = "active"  # active, locked
    reason: str = ""
    access: dict[str, Any] = as_json()
    since: float


class EventRow(SQLModel, table=True):
    """The inbox: an event as it came, done once."""

    __tablename__ = "event"
    # Only what is open is looked for, in order and by lane; what is done, nearly all, is in neither index.
    __table_args__ = (
        UniqueConstraint("team", "event_id"),
        Index("event_open_seq", "seq", sqlite_where=text(IS_OPEN), postgresql_where=text(IS_OPEN)),
        Index("event_open_lane", "lane", "seq", sqlite_where=text(IS_OPEN), postgresql_where=text(IS_OPEN)),
    )

    seq: int | None = Field(default=None, primary_key=True)
    team: str
    event_id: str
    message_key: str | None = Field(default=None, unique=True)
    lane: str
    body: dict[str, Any] = as_json()
    status: str = "waiting"  # waiting, running, done, failed
    attempts: int = 0
    lease_until: float = 0.0
    error: str = ""
    received_at: float


class PostRow(SQLModel, table=True):
    """The outbox: something Neo says, or an edit of it, sent once and in order.

    Attributes:
        spoken: The post as it is said in the person's language; empty where it is said as it was written.
    """

    __tablename__ = "post"
    __table_args__ = (Index("post_open", "status", "channel", "seq"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    project: str | None = Field(default=None, index=True)
    team: str
    channel: str
    thread: str | None = None
    body: dict[str, Any] = as_json()
    spoken: dict[str, Any] = as_json()
    edits: str | None = None
    document: str | None = Field(default=None, index=True)
    answer: str | None = None
    status: str = "waiting"  # waiting, sending, sent, failed
    attempts: int = 0
    not_before: float = 0.0
    lease_until: float = 0.0
    error: str = ""
    created_at: float


class MessageRow(SQLModel, table=True):
    """A message on the platform that carries a post, by its timestamp; one post may be several messages."""

    __tablename__ = "message"

    team: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    ts: str = Field(primary_key=True)
    post: str = Field(index=True)
    part: int = 0


class DocumentRow(SQLModel, table=True):
    """A version of a requirements or architecture document."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("project", "kind", "version"),)

    id: str = Field(primary_key=True)
    project: str = Field(index=True)
    kind: str
    version: int
    hash: str
    body: dict[str, Any] = as_json()
    status: str = "current"  # current, approved, superseded
    created_at: float


class ApprovalRow(SQLModel, table=True):
    """One person's word on one document."""

    __tablename__ = "approval"

    id: str = Field(primary_key=True)
    project: str = Field(index=True)
    document: str = Field(index=True)
    document_hash: str
    user: str
    verdict: str
    via: str
    emoji: str = ""
    job: str | None = None
    at: float
    withdrawn_at: float | None = None


class JobRow(SQLModel, table=True):
    """Long work, claimed with a lease and a fencing number."""

    __tablename__ = "job"
    __table_args__ = (Index("job_open", "status", "queue", "not_before"),)

    id: str = Field(primary_key=True)
    project: str | None = Field(default=None, index=True)
    queue: str
    kind: str
    payload: dict[str, Any] = as_json()
    status: str = "waiting"  # waiting, running, done, failed, cancelled
    not_before: float = 0.0
    lease_until: float = 0.0
    fence: int = 0
    attempts: int = 0
    stop_asked: bool = False
    error: str = ""
    created_at: float


class FileRow(SQLModel, table=True):
    """A file that a person gave to a project; its content lies in the file store, by address."""

    __tablename__ = "file"

    id: str = Field(primary_key=True)
    project: str = Field(index=True)
    ref: dict[str, Any] = as_json()
    name: str
    address: str = ""
    size: int = 0
    role: str = ""
    status: str = "waiting"  # waiting, stored, refused, replaced
    problem: str = ""
    created_at: float


class ProposalRow(SQLModel, table=True):
    """A golden question that Neo proposed, in a numbered list; a person's last word says whether it counts."""

    __tablename__ = "proposal"

    batch: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    project: str = Field(index=True)
    body: dict[str, Any] = as_json()
    status: str = "open"  # open, kept, dropped
    user: str = ""
    at: float


class TrialRow(SQLModel, table=True):
    """One trial of a project's study, as the thread and the record show it."""

    __tablename__ = "trial"

    project: str = Field(primary_key=True)
    study: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    config: dict[str, Any] = as_json()
    source: str = ""
    accuracy: float | None = None
    latency_p95_s: float | None = None
    cost_usd: float | None = None
    feasible: bool = True
    error: str = ""
    seconds: float = 0.0


class VersionRow(SQLModel, table=True):
    """The registry: a packaged configuration of a project."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("project", "number"),)

    id: str = Field(primary_key=True)
    project: str = Field(index=True)
    number: int
    config: dict[str, Any] = as_json()
    scores: dict[str, Any] = as_json()
    folder: str = ""
    command: list[str] = as_json(list)
    status: str = "packaged"  # packaged, live, retired
    created_at: float


class DeploymentRow(SQLModel, table=True):
    """Where a version runs, and how it is."""

    __tablename__ = "deployment"

    id: str = Field(primary_key=True)
    project: str = Field(index=True)
    version: str
    url: str
    pid: int = 0
    status: str = "up"  # up, down, stopped
    health: dict[str, Any] = as_json()
    probes: list[list[float]] = as_json(list)
    created_at: float


class AnswerRow(SQLModel, table=True):
    """An answer given in a thread, with what it rests on."""

    __tablename__ = "answer"

    id: str = Field(primary_key=True)
    project: str = Field(index=True)
    version: str
    user: str
    question: str
    text: str
    sources: list[dict[str, Any]] = as_json(list)
    latency_s: float = 0.0
    at: float


class ComparisonRow(SQLModel, table=True):
    """Two versions' answers to one question, shown blind: *first* and *second* as they stand in the thread."""

    __tablename__ = "comparison"

    id: str = Field(primary_key=True)
    project: str = Field(index=True)
    first: str
    second: str
    at: float


class VoteRow(SQLModel, table=True):
    """One person's vote in a comparison: the version they prefer over its rival, or that neither is better."""

    __tablename__ = "vote"

    comparison: str = Field(primary_key=True)
    user: str = Field(primary_key=True)
    project: str = Field(index=True)
    preferred: str  # a version, or empty
    rival: str
    choice: str  # first, second, equal, neither
    at: float = 0.0


class FeedbackRow(SQLModel, table=True):
    """A thumb on an answer: one row for each person and answer, the last word counts."""

    __tablename__ = "feedback"

    answer: str = Field(primary_key=True)
    user: str = Field(primary_key=True)
    project: str = Field(index=True)
    version: str
    rating: int  # +1 or -1; 0 when taken back
    via: str
    comment: str = ""
    at: float


class ExpenseRow(SQLModel, table=True):
    """What a call to a model's endpoint cost a project beside its searches."""

    __tablename__ = "expense"

    seq: int | None = Field(default=None, primary_key=True)
    project: str = Field(index=True)
    what: str
    usd: float
    at: float


class RecordRow(SQLModel, table=True):
    """A project's record in the knowledge repository: brief, fingerprint of the data, trials, outcome."""

    __tablename__ = "record"

    id: str = Field(primary_key=True)
    project: str = Field(index=True)
    skill: str
    body: dict[str, Any] = as_json()
    at: float


class LeaseRow(SQLModel, table=True):
    """A named lease, such as the scheduler's: at most one holder at a time."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    until: float
