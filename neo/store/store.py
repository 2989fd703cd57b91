"""The database: an engine, and transactions with named queries by noun."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, create_engine

from neo.errors import ConfigurationError, Unavailable
from neo.store.deployments import Deployments
from neo.store.documents import Documents
from neo.store.feedback import Feedback
from neo.store.inbox import Inbox
from neo.store.jobs import Jobs
from neo.store.outbox import Outbox
from neo.store.people import People
from neo.store.projects import Projects
from neo.store.proposals import Proposals
from neo.store.workspaces import Workspaces

# Measured: four writers with a deferred BEGIN met thousands of lock errors, with an immediate one none.
_BEGIN = "neo_begin"


class Transaction:
    """One transaction; each attribute holds the named queries of one noun.

    Args:
        team: The workspace on whose behalf it is made: the projects of others are not found in it. None for Neo's own
            work, which is for all of them.
    """

    def __init__(self, session: Session, team: str | None = None) -> None:
        self.session, self.team = session, team

    @cached_property
    def projects(self) -> Projects:
        """Projects, their files, trials and records."""
        return Projects(self.session, self.team)

    @cached_property
    def inbox(self) -> Inbox:
        """Events."""
        return Inbox(self.session)

    @cached_property
    def outbox(self) -> Outbox:
        """Posts and the messages that carry them."""
        return Outbox(self.session)

    @cached_property
    def documents(self) -> Documents:
        """Documents and approvals."""
        return Documents(self.session)

    @cached_property
    def jobs(self) -> Jobs:
        """Jobs and named leases."""
        return Jobs(self.session)

    @cached_property
    def deployments(self) -> Deployments:
        """Versions and where they run."""
        return Deployments(self.session)

    @cached_property
    def people(self) -> People:
        """What is known of people."""
        return People(self.session)

    @cached_property
    def proposals(self) -> Proposals:
        """Golden questions that Neo proposed."""
        return Proposals(self.session)

    @cached_property
    def workspaces(self) -> Workspaces:
        """Workspaces and their rules."""
        return Workspaces(self.session)

    @cached_property
    def feedback(self) -> Feedback:
        """Answers and thumbs."""
        return Feedback(self.session)


class Store:
    """A database by its URL; SQLite by default, PostgreSQL in production."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})

    @contextmanager
    def read(self, team: str | None = None) -> Iterator[Transaction]:
        """A transaction that changes nothing, on behalf of a workspace or of none."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield Transaction(session, team)

    @contextmanager
    def write(self, team: str | None = None) -> Iterator[Transaction]:
        """A transaction that commits at the end, or not at all, on behalf of a workspace or of none.

        Raises:
            Unavailable: The disk is full or the database is read-only; nothing was changed.
        """
        try:
            with Session(self._writer, expire_on_commit=False) as session, session.begin():
                yield Transaction(session, team)
        except OperationalError as error:
            raise _storage_error(error) from error

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def ping(self) -> None:
        """Raise when the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("select 1"))


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except Exception as error:
        raise ConfigurationError(
            f"NEO_DATABASE_URL = {url!r} is not a database URL; write sqlite:///neo.db or postgresql+psycopg://..."
        ) from error
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 10, "check_same_thread": False})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "busy_timeout=5000", "foreign_keys=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


def _on_begin(connection: object) -> None:
    begin = connection.get_execution_options().get(_BEGIN, "BEGIN")  # type: ignore[attr-defined]
    connection.exec_driver_sql(begin)  # type: ignore[attr-defined]


def _storage_error(error: OperationalError) -> Exception:
    words = str(error.orig).lower()
    if "full" in words or "readonly" in words or "read-only" in words:
        return Unavailable(
            "Neo cannot write to its database.",
            f"The database says: {error.orig}.",
            "Make room on the disk, or give Neo the right to write there; nothing is lost, the work goes on then.",
        )
    return error
