"""The database: an engine, and transactions with named queries by noun."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, create_engine

from neo.errors import ConfigurationError, Unavailable
from neo.store.alerts import Alerts
from neo.store.deployments import Deployments
from neo.store.documents import Documents
from neo.store.expenses import Expenses
from neo.store.feedback import Feedback
from neo.store.inbox import Inbox
from neo.store.jobs import Jobs
from neo.store.mails import Mails
from neo.store.outbox import Outbox
from neo.store.people import People
from neo.store.projects import Projects
from neo.store.proposals import Proposals
from neo.store.workspaces import Workspaces

# Measured: four writers with a deferred BEGIN met thousands of lock errors, with an immediate one none.
_BEGIN = "neo_begin"
_BUSY_MS = 5000
_POLL_S = 0.0002


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

    @cached_property
    def alerts(self) -> Alerts:
        """Alerts on observed series, and the series by the minute."""
        return Alerts(self.session)

    @cached_property
    def expenses(self) -> Expenses:
        """What calls to a model's endpoint cost."""
        return Expenses(self.session)

    @cached_property
    def mails(self) -> Mails:
        """Mails on their way."""
        return Mails(self.session)


class Store:
    """A database by its URL; SQLite by default, PostgreSQL in production.

    Args:
        synchronous: When SQLite waits for the disk: NORMAL now and then (a commit outlives the process, not always a
            loss of power), FULL at each commit. PostgreSQL always does.
        poll_s: How often a writer asks for its turn; 0 leaves that to SQLite, whose pauses grow to a tenth of a second.
    """

    def __init__(self, url: str, synchronous: str = "NORMAL", poll_s: float = 0.0) -> None:
        self.url = url
        self.engine = _engine(url, synchronous, poll_s)
        self._writer = self.engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        self._durable: list[Store] = []

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

    @property
    def writer(self) -> Engine:
        """For those who write by themselves: transactions that take the lock at once, so that none fails half-way."""
        return self._writer

    def durable(self) -> Store:
        """The same database over connections of its own: commits outlive a loss of power, and soon get a turn.

        They are given back when this store is closed.
        """
        made = Store(self.url, "FULL", poll_s=_POLL_S)
        self._durable.append(made)
        return made

    def close(self) -> None:
        """Give all connections back."""
        for store in self._durable:
            store.close()
        self.engine.dispose()

    def ping(self) -> None:
        """Raise when the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("select 1"))


def _engine(url: str, synchronous: str, poll_s: float) -> Engine:
    try:
        parsed = make_url(url)
    except Exception as error:
        raise ConfigurationError(
            f"NEO_DATABASE_URL = {url!r} is not a database URL; write sqlite:///neo.db or postgresql+psycopg://..."
        ) from error
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:" and not parsed.database.startswith("file:"):
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 10, "check_same_thread": False})
    event.listen(engine, "connect", partial(_on_connect, synchronous, 0 if poll_s else _BUSY_MS))
    event.listen(engine, "begin", partial(_on_begin, poll_s))
    return engine


def _on_connect(synchronous: str, busy_ms: int, connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"synchronous={synchronous}", f"busy_timeout={busy_ms}"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(poll_s: float, connection: Any) -> None:
    begin = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if not poll_s or not _got_a_turn(connection.connection.dbapi_connection, begin, poll_s):
        connection.exec_driver_sql(begin)


def _got_a_turn(connection: sqlite3.Connection, begin: str, poll_s: float) -> bool:
    """Ask again and again, on the bare connection: an error that SQLAlchemy wraps costs more than the pause."""
    deadline = time.monotonic() + _BUSY_MS / 1000
    while time.monotonic() < deadline:
        try:
            connection.execute(begin)
            return True
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                return False  # asked once more by the caller, who says what is wrong
        time.sleep(poll_s)
    return False


def _storage_error(error: OperationalError) -> Exception:
    words = str(error.orig).lower()
    if "full" in words or "readonly" in words or "read-only" in words:
        return Unavailable(
            "Neo cannot write to its database.",
            f"The database says: {error.orig}.",
            "Make room on the disk, or give Neo the right to write there; nothing is lost, the work goes on then.",
        )
    return error
