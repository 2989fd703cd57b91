"""Named queries: golden questions that Neo proposed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlmodel import Session, col, select

from neo.store.tables import ProposalRow


class Proposals:
    """Queries on proposed questions; a project's newest list is the one that a person's words are about."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, project: str, batch: str, bodies: Sequence[dict[str, Any]], at: float) -> None:
        """Keep a numbered list, from 1."""
        for number, body in enumerate(bodies, 1):
            self._session.add(ProposalRow(batch=batch, number=number, project=project, body=body, at=at))

    def newest(self, project: str) -> Sequence[ProposalRow]:
        """The project's newest list, in its order; empty when nothing was proposed."""
        query = select(ProposalRow).where(ProposalRow.project == project)
        last = self._session.exec(query.order_by(col(ProposalRow.at).desc())).first()
        return self.batch(last.batch) if last else []

    def batch(self, batch: str) -> Sequence[ProposalRow]:
        """A list, in its order."""
        query = select(ProposalRow).where(ProposalRow.batch == batch)
        return self._session.exec(query.order_by(col(ProposalRow.number))).all()

    def settle(self, batch: str, kept: Collection[int], user: str) -> Sequence[ProposalRow]:
        """Take a person's word on a list: these numbers count, the others do not. Gives the kept ones."""
        rows = self.batch(batch)
        for row in rows:
            row.status, row.user = ("kept" if row.number in kept else "dropped"), user
            self._session.add(row)
        return [row for row in rows if row.status == "kept"]
