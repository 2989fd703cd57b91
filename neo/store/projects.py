"""Named queries: projects, their files, trials and records."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import Any

from sqlmodel import Session, col, select

from neo.errors import BadInput
from neo.store.places import Place, among
from neo.store.tables import FileRow, ProjectRow, RecordRow, TrialRow, new_id


class Projects:
    """Queries on projects, of one workspace where *team* is given."""

    def __init__(self, session: Session, team: str | None = None) -> None:
        self._session, self._team = session, team

    def add(self, row: ProjectRow) -> ProjectRow:
        """Keep a new project."""
        self._session.add(row)
        self._session.flush()
        return row

    def get(self, id: str) -> ProjectRow:
        """The project with this id.

        Raises:
            BadInput: There is none, or it is another workspace's; the two are not told apart.
        """
        row = self._session.get(ProjectRow, id)
        if row is None or self._team not in (None, row.team):
            raise BadInput(f"There is no project {id!r}.", "", "`neo status` lists the projects.")
        return row

    def in_thread(self, team: str, channel: str, thread: str) -> ProjectRow | None:
        """The project of this thread."""
        query = select(ProjectRow).where(
            ProjectRow.team == team, ProjectRow.channel == channel, ProjectRow.thread == thread
        )
        return self._session.exec(query).first()

    def threads(self, places: Collection[Place]) -> set[Place]:
        """Those of these threads (team, channel, thread) that have a project."""
        if not places:
            return set()
        columns = (ProjectRow.team, ProjectRow.channel, ProjectRow.thread)
        query = select(*columns).where(among(places, *columns))
        return set(self._session.exec(query)) & set(places)

    def in_channel(self, team: str, channel: str) -> Sequence[ProjectRow]:
        """The channel's projects, newest first."""
        query = select(ProjectRow).where(ProjectRow.team == team, ProjectRow.channel == channel)
        return self._session.exec(query.order_by(col(ProjectRow.created_at).desc())).all()

    def owned_by(self, team: str, user: str) -> Sequence[ProjectRow]:
        """A person's projects, newest first."""
        query = select(ProjectRow).where(ProjectRow.team == team, ProjectRow.owner == user)
        return self._session.exec(query.order_by(col(ProjectRow.created_at).desc())).all()

    def all(self) -> Sequence[ProjectRow]:
        """Every project, newest first."""
        return self._session.exec(select(ProjectRow).order_by(col(ProjectRow.created_at).desc())).all()

    def save(self, row: ProjectRow, **changes: Any) -> ProjectRow:
        """Change some columns of a project."""
        for name, value in changes.items():
            setattr(row, name, value)
        row.updated_at = time.time()
        self._session.add(row)
        return row

    def add_file(self, row: FileRow) -> FileRow:
        """Keep a file's row."""
        self._session.add(row)
        return row

    def files(self, project: str, *statuses: str) -> Sequence[FileRow]:
        """A project's files in the order in which they came, of these statuses (all when none is named)."""
        query = select(FileRow).where(FileRow.project == project).order_by(col(FileRow.created_at), col(FileRow.id))
        rows = self._session.exec(query).all()
        return [row for row in rows if not statuses or row.status in statuses]

    def put_trial(self, row: TrialRow) -> None:
        """Keep a trial, or replace it where a resumed study runs it again."""
        self._session.merge(row)

    def trials(self, project: str, study: int) -> Sequence[TrialRow]:
        """A study's trials by number."""
        query = select(TrialRow).where(TrialRow.project == project, TrialRow.study == study)
        return self._session.exec(query.order_by(col(TrialRow.number))).all()

    def add_record(self, project: str, skill: str, body: dict[str, Any], at: float) -> RecordRow:
        """Write a project's record into the knowledge repository."""
        row = RecordRow(id=new_id("rec"), project=project, skill=skill, body=body, at=at)
        self._session.add(row)
        return row

    def records(self, skill: str) -> Sequence[RecordRow]:
        """All records of a skill, oldest first."""
        return self._session.exec(select(RecordRow).where(RecordRow.skill == skill).order_by(col(RecordRow.at))).all()
