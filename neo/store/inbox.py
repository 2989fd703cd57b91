"""Named queries: the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, func, literal_column, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from neo.store.tables import EventRow

LEASE_S = 30.0  # handlers are short
MOST_ATTEMPTS = 3
# Written into the statement, not bound to it: only so does SQLite see that its indices of open events serve.
_OPEN: list[Any] = [literal_column("'waiting'"), literal_column("'running'")]
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Arrival:
    """An event on its way into the inbox.

    Attributes:
        lane: Events of one lane (a thread) are handled one at a time and in order.
        message_key: Set for a new message: a mention in a channel arrives twice, under two event ids.
        item: (team, channel, timestamp) of the message that it is about, whose thread is its lane.
    """

    team: str
    event_id: str
    lane: str
    body: dict[str, Any]
    received_at: float
    message_key: str | None = None
    item: tuple[str, str, str] | None = None

    def row(self) -> dict[str, Any]:
        """The values of its row, as it is before anybody has handled it."""
        given = {"team": self.team, "event_id": self.event_id, "lane": self.lane, "body": self.body}
        fresh = {"status": "waiting", "attempts": 0, "lease_until": 0.0, "error": ""}
        return {**given, **fresh, "message_key": self.message_key, "received_at": self.received_at}


class Inbox:
    """Queries on events."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, team: str, event_id: str, lane: str, body: dict[str, Any], now: float, message_key: str | None = None
    ) -> bool:
        """Keep one event; see :meth:`add_all`."""
        return self.add_all([Arrival(team, event_id, lane, body, now, message_key)])[0]

    def add_all(self, arrivals: Sequence[Arrival]) -> list[bool]:
        """Keep events in their order, each unless it is there already.

        Returns:
            For each, False when it, or the message that it is about, was received before: the database knows it,
            whichever process was first.
        """
        if not arrivals:
            return []
        connection = self._session.connection()
        insert = _INSERT[connection.dialect.name](_EVENTS).on_conflict_do_nothing()
        insert = insert.returning(_EVENTS.c.team, _EVENTS.c.event_id)
        kept = {tuple(row) for row in connection.execute(insert, [one.row() for one in arrivals])}
        new = []
        for one in arrivals:  # the same event may be here twice: the first of them is the new one
            key = (one.team, one.event_id)
            new.append(key in kept)
            kept.discard(key)
        return new

    def free(self, now: float, most: int) -> Sequence[EventRow]:
        """The oldest events that may be handled, oldest first: each is its lane's first open one, and nobody holds it.

        Nothing is locked: who wants them calls :meth:`claim` or :meth:`finish_free`, which look again.
        """
        rows: Sequence[EventRow] = self._session.exec(_FREE, params={"now": now, "most": most}).all()
        return rows

    def claim(self, rows: Sequence[EventRow], now: float) -> list[EventRow]:
        """Mark free events as running, for as long as the lease; returns those that nobody else took meanwhile."""
        mine = self._session.exec(_still_free(select(EventRow), rows, now)).all() if rows else []
        for row in mine:
            row.status, row.lease_until, row.attempts = "running", now + LEASE_S, row.attempts + 1
            self._session.add(row)
        self._session.flush()
        return list(mine)

    def finish_free(self, rows: Sequence[EventRow], now: float) -> None:
        """Mark free events as done that need no handler, but for those that somebody else took meanwhile."""
        mine = self._session.exec(_still_free(select(EventRow.seq), rows, now)).all() if rows else []
        if mine:
            done = update(_EVENTS).where(_EVENTS.c.seq.in_(mine)).values(status="done", error="")
            self._session.connection().execute(done)

    def _set(self, seq: int | None, **values: Any) -> None:
        self._session.connection().execute(_CHANGE.values(**values), {"event": seq})

    def finish(self, seq: int, error: str = "") -> None:
        """Mark an event as done, or as failed with its error."""
        self._set(seq, status="failed" if error else "done", error=error)

    def put_back(self, seq: int, error: str) -> None:
        """Give an event back to be tried again; after the last attempt it is failed."""
        row = self._session.get(EventRow, seq)
        if row is not None:
            row.status = "failed" if row.attempts >= MOST_ATTEMPTS else "waiting"
            row.error = error
            self._session.add(row)

    def open_count(self, at_most: int | None = None) -> int:
        """How many events wait or run; counted no further than *at_most*."""
        rows = select(EventRow.seq).where(col(EventRow.status).in_(_OPEN)).limit(at_most).subquery()
        return self._session.exec(select(func.count()).select_from(rows)).one()


def _still_free(query: Any, rows: Sequence[EventRow], now: float) -> Any:
    """Lock those of these events that are free, in one order: two who want the same never wait for each other."""
    free = (_EVENTS.c.status == "waiting") | ((_EVENTS.c.status == "running") & (_EVENTS.c.lease_until < now))
    query = query.where(_EVENTS.c.seq.in_([row.seq for row in rows]), free).order_by(_EVENTS.c.seq)
    return query.with_for_update(skip_locked=True).execution_options(populate_existing=True)


def _free() -> Any:
    """The oldest free events whose lanes have no earlier open one."""
    earlier = aliased(EventRow)
    blocked = select(earlier.seq).where(earlier.lane == EventRow.lane, col(earlier.seq) < EventRow.seq)
    blocked = blocked.where(col(earlier.status).in_(_OPEN))
    free = (col(EventRow.status) == "waiting") | (col(EventRow.lease_until) < bindparam("now"))
    query = select(EventRow).where(col(EventRow.status).in_(_OPEN), free).where(~blocked.exists())
    return query.order_by(col(EventRow.seq)).limit(bindparam("most"))


# Made once: to put a statement together takes longer than to run it, and who waits for the database waits for both.
_FREE = _free()
_EVENTS: Table = EventRow.__table__  # type: ignore[attr-defined]  # SQLModel gives it to every table
_CHANGE = update(_EVENTS).where(_EVENTS.c.seq == bindparam("event"))
