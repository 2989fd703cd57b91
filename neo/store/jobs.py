"""Named queries: jobs and named leases.

A job is claimed with a lease and a fencing number, which rises with each claim. Whoever writes for
a job first calls :meth:`Jobs.hold` in the same transaction: a holder that was asleep past its lease
finds another fence there, and its transaction is rolled back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from neo.errors import LeaseLost
from neo.store.tables import JobRow, LeaseRow, new_id

LEASE_S = 45.0
RENEW_S = 10.0
MOST_ATTEMPTS = 5


class Jobs:
    """Queries on jobs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, queue: str, kind: str, project: str | None, now: float, *, delay_s: float = 0.0, **payload: Any
    ) -> JobRow:
        """Enqueue a job, to be run after *delay_s*."""
        row = JobRow(
            id=new_id("job"),
            project=project,
            queue=queue,
            kind=kind,
            payload=payload,
            not_before=now + delay_s,
            created_at=now,
        )
        self._session.add(row)
        self._session.flush()
        return row

    def get(self, id: str) -> JobRow | None:
        """The job with this id."""
        return self._session.get(JobRow, id)

    def claim(self, queue: str, now: float) -> JobRow | None:
        """The next job of a queue, leased and fenced; one whose holder's lease ran out is taken over."""
        free = (col(JobRow.status) == "waiting") & (col(JobRow.not_before) <= now)
        orphan = (col(JobRow.status) == "running") & (col(JobRow.lease_until) < now)
        query = select(JobRow).where(JobRow.queue == queue).where(free | orphan)
        query = query.order_by(col(JobRow.not_before), col(JobRow.created_at)).limit(1)
        row = self._session.exec(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        row.status, row.lease_until = "running", now + LEASE_S
        row.fence, row.attempts = row.fence + 1, row.attempts + 1
        self._session.add(row)
        return row

    def hold(self, id: str, fence: int, now: float) -> JobRow:
        """Check that the caller still holds the job, and renew its lease.

        Raises:
            LeaseLost: Another process has claimed the job since, or it is no longer running.
        """
        query = select(JobRow).where(JobRow.id == id).with_for_update()
        row = self._session.exec(query.execution_options(populate_existing=True)).first()
        if row is None or row.fence != fence or row.status != "running":
            raise LeaseLost(f"job {id}: fence {fence} is no longer the holder's")
        row.lease_until = now + LEASE_S
        self._session.add(row)
        return row

    def finish(self, row: JobRow, status: str, error: str = "") -> None:
        """End a held job as done, failed or cancelled."""
        row.status, row.error = status, error
        self._session.add(row)

    def put_back(self, row: JobRow, not_before: float, error: str) -> None:
        """Give a held job back, to be tried again later."""
        row.status, row.not_before, row.error = "waiting", not_before, error
        self._session.add(row)

    def release(self, row: JobRow) -> None:
        """Give a held job back at once, as it was: its process is going down in good order."""
        row.status, row.attempts = "waiting", max(0, row.attempts - 1)
        self._session.add(row)

    def stop(self, project: str, *kinds: str) -> list[JobRow]:
        """Stop a project's jobs of these kinds (all when none is named): waiting ones now, running ones are asked."""
        query = select(JobRow).where(JobRow.project == project, col(JobRow.status).in_(("waiting", "running")))
        rows = [row for row in self._session.exec(query).all() if not kinds or row.kind in kinds]
        for row in rows:
            row.stop_asked = True
            if row.status == "waiting":
                row.status = "cancelled"
            self._session.add(row)
        return rows

    def open(self, project: str, *kinds: str) -> Sequence[JobRow]:
        """A project's waiting and running jobs of these kinds (all when none is named)."""
        query = select(JobRow).where(JobRow.project == project, col(JobRow.status).in_(("waiting", "running")))
        return [row for row in self._session.exec(query).all() if not kinds or row.kind in kinds]

    def take_lease(self, name: str, holder: str, now: float, seconds: float) -> bool:
        """Take, or renew, a named lease; False when another holds it."""
        query = select(LeaseRow).where(LeaseRow.name == name).with_for_update()
        row = self._session.exec(query).first()
        if row is not None and row.holder != holder and row.until > now:
            return False
        self._session.merge(LeaseRow(name=name, holder=holder, until=now + seconds))
        return True
