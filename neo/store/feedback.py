"""Named queries: answers and thumbs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from neo.store.tables import AnswerRow, ComparisonRow, FeedbackRow, VoteRow


class Feedback:
    """Queries on answers and on what people thought of them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_answer(self, row: AnswerRow) -> AnswerRow:
        """Keep an answer with the question, the version and the sources."""
        self._session.add(row)
        self._session.flush()
        return row

    def answer(self, id: str) -> AnswerRow | None:
        """The answer with this id."""
        return self._session.get(AnswerRow, id)

    def rate(self, answer: AnswerRow, user: str, rating: int, via: str, at: float) -> FeedbackRow:
        """Keep a person's thumb; their last word on an answer counts.

        Args:
            rating: +1, -1, or 0 when a thumb is taken back.
        """
        row = self._session.get(FeedbackRow, (answer.id, user))
        if row is None:
            row = FeedbackRow(
                answer=answer.id,
                user=user,
                project=answer.project,
                version=answer.version,
                rating=rating,
                via=via,
                at=at,
            )
        row.rating, row.via, row.at = rating, via, at
        self._session.add(row)
        return row

    def comment(self, answer: str, user: str, comment: str) -> bool:
        """Add what went wrong to a person's thumb; False when there is no thumb."""
        row = self._session.get(FeedbackRow, (answer, user))
        if row is None:
            return False
        row.comment = comment
        self._session.add(row)
        return True

    def add_comparison(self, row: ComparisonRow) -> ComparisonRow:
        """Keep which two answers were shown beside each other."""
        self._session.add(row)
        self._session.flush()
        return row

    def comparison(self, id: str) -> ComparisonRow | None:
        """The comparison with this id."""
        return self._session.get(ComparisonRow, id)

    def vote(self, row: VoteRow, at: float) -> VoteRow:
        """Keep a person's vote; their last word on a comparison counts."""
        row.at = at
        return self._session.merge(row)

    def votes(self, project: str, versions: frozenset[str]) -> list[VoteRow]:
        """All votes of a project between these two versions, oldest first."""
        rows = self._session.exec(select(VoteRow).where(VoteRow.project == project).order_by(col(VoteRow.at))).all()
        return [row for row in rows if {row.preferred, row.rival} <= {*versions, ""}]

    def of_project(self, project: str) -> Sequence[FeedbackRow]:
        """All thumbs of a project, oldest first."""
        return self._session.exec(
            select(FeedbackRow).where(FeedbackRow.project == project).order_by(col(FeedbackRow.at))
        ).all()

    def voted(self, project: str) -> list[dict[str, Any]]:
        """The answers that have more thumbs of one kind than of the other, oldest first, each with its label."""
        sums: dict[str, int] = {}
        for row in self.of_project(project):
            sums[row.answer] = sums.get(row.answer, 0) + row.rating
        return [
            {"question": one.question, "answer": one.text, "sources": one.sources, "label": float(sums[one.id] > 0)}
            for one in (self.answers(project) if any(sums.values()) else [])
            if sums.get(one.id)
        ]

    def answers(self, project: str) -> Sequence[AnswerRow]:
        """All answers of a project, oldest first."""
        return self._session.exec(
            select(AnswerRow).where(AnswerRow.project == project).order_by(col(AnswerRow.at))
        ).all()
