"""Named queries: what is known of people."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, select

from neo.domain.access import Profile
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

    def keep_profile(self, team: str, user: str, profile: Profile, at: float) -> PersonRow:
        """Keep what the platform says of a person, and when."""
        return self.save(team, user, profile=profile.to_json(), profile_at=at)

    def profile(self, team: str, user: str) -> Profile:
        """What the platform said of a person."""
        return Profile.from_json(self.get(team, user).profile)

    def save(self, team: str, user: str, **changes: object) -> PersonRow:
        """Change some columns of a person's row."""
        row = self.get(team, user)
        for name, value in changes.items():
            setattr(row, name, value)
        self._session.add(row)
        self._session.flush()
        return row

    def with_home(self, since: float) -> Sequence[PersonRow]:
        """People who looked at their Home since then."""
        rows = self._session.exec(select(PersonRow)).all()
        return [row for row in rows if float(row.home.get("seen", 0)) >= since]

    def say_level(self, team: str, user: str, level: str) -> PersonRow:
        """Keep the level that a person named; empty to go back to the estimate."""
        row = self.get(team, user)
        row.level = level
        self._session.add(row)
        return row
