"""Named queries: what is known of people."""

from __future__ import annotations

from sqlmodel import Session

from neo.store.tables import PersonRow

MOST_EVIDENCE = 60


class People:
    """Queries on people."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, team: str, user: str) -> PersonRow:
        """The person's row; a new one, not kept yet, for somebody who was not met before."""
        return self._session.get(PersonRow, (team, user)) or PersonRow(team=team, user=user)

    def note(self, team: str, user: str, evidence: list[tuple[str, float]]) -> PersonRow:
        """Keep what a person's words or touches show; the oldest goes when there is much."""
        row = self.get(team, user)
        row.evidence = [*row.evidence, *map(list, evidence)][-MOST_EVIDENCE:]
        self._session.add(row)
        return row

    def say_level(self, team: str, user: str, level: str) -> PersonRow:
        """Keep the level that a person named; empty to go back to the estimate."""
        row = self.get(team, user)
        row.level = level
        self._session.add(row)
        return row
