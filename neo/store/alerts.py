"""Named queries: alerts on observed series, and the series by the minute."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from neo.domain.alerts import AlertState, Observation
from neo.store.alert_tables import AlertRow, ObservedRow

MOST_EPISODES = 200  # kept of each series and rule
KEPT_S = 35 * 86_400.0  # of the series by the minute: a month and a few days
MINUTE_S = 60


class Alerts:
    """Queries on alerts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_project(self, project: str, held: bool = False) -> Sequence[AlertRow]:
        """A project's rows, by rule and series.

        Args:
            held: Until the end of the transaction nobody else changes them.
        """
        query = select(AlertRow).where(AlertRow.project == project).order_by(col(AlertRow.rule), col(AlertRow.series))
        return self._session.exec(query.with_for_update() if held else query).all()

    def seen_at(self, project: str) -> float:
        """The time of the newest observation of any series; 0 before there was any."""
        query = select(func.max(AlertRow.seen_at)).where(AlertRow.project == project)
        return float(self._session.exec(query).one() or 0.0)

    def keep(
        self, project: str, rule: str, series: str, state: AlertState, told: Iterable[dict[str, Any]] = ()
    ) -> None:
        """Keep the state of a series under a rule, and what was told now."""
        row = self._session.get(AlertRow, (project, rule, series))
        if row is None:
            row = AlertRow(project=project, rule=rule, series=series)
        row.state, row.seen_at = state.to_json(), state.at
        if new := list(told):
            row.episodes = [*row.episodes, *new][-MOST_EPISODES:]
        self._session.add(row)

    def with_episode(self, project: str, episodes: Collection[str]) -> list[AlertRow]:
        """The rows whose newest episode, or present outage, is one of these; nobody else changes them meanwhile."""
        wanted = set(episodes)
        return [row for row in self.of_project(project) if {row.state.get("episode"), row.state.get("outage")} & wanted]

    def note(self, project: str, observations: Iterable[Observation]) -> None:
        """Add good observations to their minutes."""
        minutes: dict[tuple[str, int], list[float]] = {}
        for one in observations:
            if one.good:
                minutes.setdefault((one.series, int(one.at // MINUTE_S)), []).append(one.value)
        for (series, minute), values in minutes.items():
            row = self._session.get(ObservedRow, (project, series, minute))
            if row is None:
                row = ObservedRow(project=project, series=series, minute=minute, count=0, mean=0.0, highest=max(values))
            row.mean = (row.mean * row.count + sum(values)) / (row.count + len(values))
            row.count, row.highest = row.count + len(values), max(row.highest, *values)
            self._session.add(row)

    def observed(self, project: str, start: float, end: float) -> Sequence[ObservedRow]:
        """A project's minutes from *start* to before *end*, in Unix seconds, by series and time."""
        query = select(ObservedRow).where(ObservedRow.project == project)
        query = query.where(col(ObservedRow.minute) >= start // MINUTE_S, col(ObservedRow.minute) * MINUTE_S < end)
        return self._session.exec(query.order_by(col(ObservedRow.series), col(ObservedRow.minute))).all()

    def observing(self) -> list[str]:
        """The projects of which there are alert rows."""
        return list(self._session.exec(select(AlertRow.project).distinct()).all())

    def without_pictures(self, project: str, before: float) -> list[str]:
        """Take the pictures from what was told before then; returns their addresses."""
        addresses: list[str] = []
        for row in self.of_project(project, held=True):
            old = [one for one in row.episodes if one.get("pictures") and one["at"] < before]
            if old:
                addresses += [address for one in old for address in one["pictures"]]
                row.episodes = [{**one, "pictures": []} if one in old else one for one in row.episodes]
                self._session.add(row)
        return addresses

    def forget(self, before: float) -> int:
        """Drop minutes from before then; returns how many."""
        query = delete(ObservedRow).where(col(ObservedRow.minute) < before // MINUTE_S)
        return int(self._session.connection().execute(query).rowcount)
