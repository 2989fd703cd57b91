"""Named queries: workspaces and their rules."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from neo.domain.access import Rules
from neo.store.tables import JobRow, PostRow, ProjectRow, WorkspaceRow


class Workspaces:
    """Queries on workspaces."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, team: str) -> WorkspaceRow | None:
        """The workspace's row; None for one that was never seen."""
        return self._session.get(WorkspaceRow, team)

    def is_locked(self, team: str) -> bool:
        """Whether the workspace has removed Neo."""
        row = self.get(team)
        return row is not None and row.status == "locked"

    def save(self, team: str, now: float, **changes: object) -> WorkspaceRow:
        """Change a workspace's row, which is made when it is new."""
        row = self.get(team) or WorkspaceRow(team=team, since=now)
        for name, value in changes.items():
            setattr(row, name, value)
        self._session.add(row)
        self._session.flush()
        return row

    def rules(self, team: str) -> Rules:
        """Who may do what there."""
        row = self.get(team)
        return Rules.from_json(row.access if row else {})

    def projects(self, team: str) -> Sequence[ProjectRow]:
        """All projects of a workspace, newest first."""
        query = select(ProjectRow).where(ProjectRow.team == team)
        return self._session.exec(query.order_by(col(ProjectRow.created_at).desc())).all()

    def drop_posts(self, team: str, reason: str) -> int:
        """Give up what was to be said in a workspace that Neo has left; returns how many posts."""
        query = select(PostRow).where(PostRow.team == team, col(PostRow.status).in_(("waiting", "sending")))
        rows = self._session.exec(query).all()
        for row in rows:
            row.status, row.error = "failed", reason
            self._session.add(row)
        return len(rows)

    def jobs(self, team: str) -> Sequence[JobRow]:
        """The open jobs of a workspace's projects."""
        query = select(JobRow).join(ProjectRow, col(ProjectRow.id) == JobRow.project)
        return self._session.exec(
            query.where(ProjectRow.team == team, col(JobRow.status).in_(("waiting", "running")))
        ).all()
