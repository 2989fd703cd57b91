"""Named queries: the outbox of mails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from neo.store.alert_tables import MailRow
from neo.store.tables import WorkspaceRow, new_id

LEASE_S = 90.0  # longer than one mail may take
HOUR_S = 3600.0
MOST_AN_HOUR = 10  # to one address, a digest of what is held included
_OPEN = ("waiting", "sending")
_OUTSIDE = ("held", "told")  # these are not sent by themselves


class Mails:
    """Queries on mails."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, project: str, team: str, recipient: str, subject: str, body: dict[str, Any], message_id: str, now: float
    ) -> MailRow | None:
        """Write a mail to one address; held where the address had enough in the last hour, or others are held for it.

        Returns:
            None when a mail with this id was written before.
        """
        if self._session.exec(select(MailRow).where(MailRow.message_id == message_id)).first() is not None:
            return None
        full = self.in_the_hour(recipient, now) >= MOST_AN_HOUR or bool(self.held(recipient))
        return self._add(project, team, recipient, subject, body, message_id, now, "held" if full else "waiting")

    def add_digest(self, like: MailRow, subject: str, body: dict[str, Any], message_id: str, now: float) -> MailRow:
        """Write the mail that tells of those that were held, for the address and workspace of one of them."""
        args = (like.project, like.team, like.recipient, subject, body, message_id, now, "waiting")
        return self._add(*args)

    def _add(
        self,
        project: str,
        team: str,
        recipient: str,
        subject: str,
        body: dict[str, Any],
        message_id: str,
        now: float,
        status: str,
    ) -> MailRow:
        row = MailRow(
            id=new_id("mail"),
            project=project,
            team=team,
            recipient=recipient,
            subject=subject,
            body=body,
            message_id=message_id,
            status=status,
            created_at=now,
        )
        self._session.add(row)
        self._session.flush()
        return row

    def in_the_hour(self, recipient: str, now: float) -> int:
        """How many mails to an address were written in the last hour, without those that were held."""
        query = select(func.count()).select_from(MailRow).where(MailRow.recipient == recipient)
        query = query.where(col(MailRow.created_at) > now - HOUR_S, col(MailRow.status).not_in(_OUTSIDE))
        return self._session.exec(query).one()

    def held(self, recipient: str = "") -> Sequence[MailRow]:
        """Mails that are held, in order: to this address, or to all."""
        query = select(MailRow).where(MailRow.status == "held")
        if recipient:
            query = query.where(MailRow.recipient == recipient)
        return self._session.exec(query.order_by(col(MailRow.seq))).all()

    def claim(self, now: float) -> MailRow | None:
        """The next mail that may go, leased to the caller; none of a workspace that removed Neo."""
        free = (col(MailRow.status) == "waiting") & (col(MailRow.not_before) <= now)
        orphan = (col(MailRow.status) == "sending") & (col(MailRow.lease_until) < now)
        locked = select(WorkspaceRow.team).where(WorkspaceRow.team == MailRow.team, WorkspaceRow.status == "locked")
        query = select(MailRow).where(free | orphan).where(~locked.exists()).order_by(col(MailRow.seq)).limit(1)
        row = self._session.exec(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        row.status, row.lease_until = "sending", now + LEASE_S
        row.attempts, row.fence = row.attempts + 1, row.fence + 1
        self._session.add(row)
        return row

    def mark(self, claimed: MailRow, status: str, **changes: Any) -> bool:
        """Say what became of a claimed mail; False when another has claimed it since, and will say so."""
        query = select(MailRow).where(MailRow.id == claimed.id).with_for_update()
        row = self._session.exec(query.execution_options(populate_existing=True)).first()
        if row is None or row.fence != claimed.fence or row.status != "sending":
            return False
        row.status = status
        for name, value in changes.items():
            setattr(row, name, value)
        self._session.add(row)
        return True

    def save(self, row: MailRow) -> None:
        """Keep changes to a mail."""
        self._session.add(row)

    def open_of(self, project: str) -> int:
        """How many mails of a project wait to be sent."""
        query = select(func.count()).select_from(MailRow)
        return self._session.exec(query.where(MailRow.project == project, col(MailRow.status).in_(_OPEN))).one()

    def of_project(self, project: str) -> Sequence[MailRow]:
        """A project's mails in the order in which they were written."""
        return self._session.exec(select(MailRow).where(MailRow.project == project).order_by(col(MailRow.seq))).all()

    def drop(self, team: str, reason: str) -> int:
        """Give up the mails of a workspace that removed Neo; returns how many."""
        query = select(MailRow).where(MailRow.team == team, col(MailRow.status).in_((*_OPEN, "held")))
        rows = self._session.exec(query).all()
        for row in rows:
            row.status, row.error = "failed", reason
            self._session.add(row)
        return len(rows)
