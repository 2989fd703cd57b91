"""Named queries: what calls to a model's endpoint cost."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import Session, col, select

from neo.store.tables import ExpenseRow


class Expenses:
    """Queries on expenses: a row each time that something is paid, so that no two writers change one sum."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, project: str, what: str, usd: float, at: float) -> None:
        """Keep that something was paid, in dollars."""
        self._session.add(ExpenseRow(project=project, what=what, usd=usd, at=at))

    def sums(self, project: str) -> dict[str, float]:
        """Dollars that a project paid, by what for, in the order of the names."""
        query = select(ExpenseRow.what, func.sum(ExpenseRow.usd)).where(ExpenseRow.project == project)
        return dict(self._session.exec(query.group_by(ExpenseRow.what).order_by(col(ExpenseRow.what))).all())
