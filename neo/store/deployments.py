"""Named queries: the registry of versions, and where they run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from neo.store.tables import DeploymentRow, VersionRow, new_id


class Deployments:
    """Queries on versions and deployments."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_version(self, project: str, config: dict[str, Any], scores: dict[str, Any], now: float) -> VersionRow:
        """Register the next version of a project."""
        last = self.latest_version(project)
        row = VersionRow(
            id=new_id("ver"),
            project=project,
            number=(last.number if last else 0) + 1,
            config=config,
            scores=scores,
            created_at=now,
        )
        self._session.add(row)
        self._session.flush()
        return row

    def latest_version(self, project: str) -> VersionRow | None:
        """The newest version of a project."""
        query = select(VersionRow).where(VersionRow.project == project).order_by(col(VersionRow.number).desc())
        return self._session.exec(query).first()

    def version(self, id: str) -> VersionRow | None:
        """The version with this id."""
        return self._session.get(VersionRow, id)

    def save(self, row: VersionRow | DeploymentRow) -> None:
        """Keep changes to a version or a deployment."""
        self._session.add(row)

    def add(
        self, project: str, version: str, url: str, pid: int, now: float, *, keep: str | None = None
    ) -> DeploymentRow:
        """Keep where a version runs; earlier deployments of the project are stopped.

        Args:
            keep: An earlier deployment that runs on beside it, to be compared.
        """
        for old in self.of_project(project):
            old.status = "rival" if old.id == keep else "stopped"
            self._session.add(old)
        row = DeploymentRow(id=new_id("dep"), project=project, version=version, url=url, pid=pid, created_at=now)
        self._session.add(row)
        self._session.flush()
        return row

    def of_project(self, project: str) -> Sequence[DeploymentRow]:
        """A project's deployments that are not stopped, newest first."""
        query = select(DeploymentRow).where(DeploymentRow.project == project, DeploymentRow.status != "stopped")
        return self._session.exec(query.order_by(col(DeploymentRow.created_at).desc())).all()

    def current(self, project: str) -> DeploymentRow | None:
        """Where the project runs now."""
        rows = self.of_project(project)
        return rows[0] if rows else None

    def rival(self, project: str) -> DeploymentRow | None:
        """The earlier version that runs beside the current one, to be compared with it."""
        return next((row for row in self.of_project(project)[1:] if row.status == "rival"), None)

    def get(self, id: str) -> DeploymentRow | None:
        """The deployment with this id."""
        return self._session.get(DeploymentRow, id)

    def running(self) -> Sequence[DeploymentRow]:
        """Every deployment that is not stopped."""
        return self._session.exec(select(DeploymentRow).where(DeploymentRow.status != "stopped")).all()
