"""Named queries: the inbox."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from neo.store.tables import EventRow

LEASE_S = 30.0  # handlers are short
MOST_ATTEMPTS = 3


class Inbox:
    """Queries on events."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, team: str, event_id: str, lane: str, body: dict[str, Any], now: float, message_key: str | None = None
    ) -> bool:
        """Keep an event unless it is there already.

        Args:
            lane: Events of one lane (a thread) are handled one at a time and in order.
            message_key: Set for a new message: a mention in a channel arrives twice, under two event ids.

        Returns:
            False when the event, or the message that it is about, was received before.
        """
        row = EventRow(team=team, event_id=event_id, lane=lane, body=body, received_at=now, message_key=message_key)
        try:
            with self._session.begin_nested():
                self._session.add(row)
                self._session.flush()
        except IntegrityError:
            return False  # the database knows it, whichever process was first
        return True

    def claim(self, now: float) -> EventRow | None:
        """The oldest event whose lane has no earlier open one, marked as running; None when there is none."""
        earlier = aliased(EventRow)
        blocked = (
            select(earlier.seq)
            .where(earlier.lane == EventRow.lane, col(earlier.seq) < EventRow.seq)
            .where(col(earlier.status).in_(("waiting", "running")))
        )
        free = (col(EventRow.status) == "waiting") | (
            (col(EventRow.status) == "running") & (col(EventRow.lease_until) < now)
        )
        query = select(EventRow).where(free).where(~blocked.exists()).order_by(col(EventRow.seq)).limit(1)
        row = self._session.exec(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        row.status, row.lease_until, row.attempts = "running", now + LEASE_S, row.attempts + 1
        self._session.add(row)
        return row

    def finish(self, seq: int, error: str = "") -> None:
        """Mark an event as done, or as failed with its error."""
        row = self._session.get(EventRow, seq)
        if row is not None:
            row.status, row.error = ("failed" if error else "done"), error
            self._session.add(row)

    def put_back(self, seq: int, error: str) -> None:
        """Give an event back to be tried again; after the last attempt it is failed."""
        row = self._session.get(EventRow, seq)
        if row is not None:
            row.status = "failed" if row.attempts >= MOST_ATTEMPTS else "waiting"
            row.error = error
            self._session.add(row)

    def open_count(self) -> int:
        """How many events wait or run."""
        query = select(func.count()).select_from(EventRow).where(col(EventRow.status).in_(("waiting", "running")))
        return self._session.exec(query).one()
