"""Named queries: the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, literal_column, update
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
        table = EventRow.__table__  # type: ignore[attr-defined]  # SQLModel gives it to every table
        insert = _INSERT[connection.dialect.name](table).on_conflict_do_nothing()
        insert = insert.returning(table.c.team, table.c.event_id)
        kept = {tuple(row) for row in connection.execute(insert, [one.row() for one in arrivals])}
        new = []
        for one in arrivals:  # the same event may be here twice: the first of them is the new one
            key = (one.team, one.event_id)
            new.append(key in kept)
            kept.discard(key)
        return new

    def claim(self, now: float) -> EventRow | None:
        """The oldest event whose lane has no earlier open one, marked as running; None when there is none."""
        row: EventRow | None = self._session.exec(_NEXT, params={"now": now}).first()
        if row is None:
            return None
        self._session.expunge(row)  # what changes is written here, and not once more at the end
        row.status, row.lease_until, row.attempts = "running", now + LEASE_S, row.attempts + 1
        self._set(row.seq, status=row.status, lease_until=row.lease_until, attempts=row.attempts)
        return row

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


def _next() -> Any:
    """The oldest free event whose lane has no earlier open one."""
    earlier = aliased(EventRow)
    blocked = select(earlier.seq).where(earlier.lane == EventRow.lane, col(earlier.seq) < EventRow.seq)
    blocked = blocked.where(col(earlier.status).in_(_OPEN))
    free = (col(EventRow.status) == "waiting") | (col(EventRow.lease_until) < bindparam("now"))
    query = select(EventRow).where(col(EventRow.status).in_(_OPEN), free).where(~blocked.exists())
    return query.order_by(col(EventRow.seq)).limit(1).with_for_update(skip_locked=True)


# Made once: to put a statement together takes longer than to run it, and who waits for the database waits for both.
_NEXT = _next()
_CHANGE = update(EventRow.__table__).where(EventRow.__table__.c.seq == bindparam("event"))  # type: ignore[attr-defined]
