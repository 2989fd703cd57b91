"""Named queries: documents and approvals."""

from __future__ import annotations

from sqlmodel import Session, col, select

from neo.domain.documents import Document
from neo.store.tables import ApprovalRow, DocumentRow, new_id


class Documents:
    """Queries on documents and on what people said of them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, project: str, document: Document, now: float) -> DocumentRow:
        """Keep a new version; earlier versions of its kind are superseded."""
        self.supersede(project, document.kind)
        row = DocumentRow(
            id=new_id("doc"),
            project=project,
            kind=document.kind,
            version=document.version,
            hash=document.hash,
            body=document.to_json(),
            created_at=now,
        )
        self._session.add(row)
        self._session.flush()
        return row

    def supersede(self, project: str, *kinds: str) -> None:
        """Make all versions of these kinds history: an approval of one of them counts no more."""
        query = select(DocumentRow).where(DocumentRow.project == project, col(DocumentRow.kind).in_(kinds))
        for row in self._session.exec(query).all():
            row.status = "superseded"
            self._session.add(row)

    def get(self, id: str) -> DocumentRow | None:
        """The document with this id."""
        return self._session.get(DocumentRow, id)

    def latest(self, project: str, kind: str) -> DocumentRow | None:
        """The newest version of a kind, whatever its status."""
        query = select(DocumentRow).where(DocumentRow.project == project, DocumentRow.kind == kind)
        return self._session.exec(query.order_by(col(DocumentRow.version).desc())).first()

    def versions(self, project: str, kind: str) -> list[DocumentRow]:
        """All versions of a kind, oldest first."""
        query = select(DocumentRow).where(DocumentRow.project == project, DocumentRow.kind == kind)
        return list(self._session.exec(query.order_by(col(DocumentRow.version))).all())

    def set_status(self, id: str, status: str) -> None:
        """Mark a document as current, approved or superseded."""
        row = self._session.get(DocumentRow, id)
        if row is not None:
            row.status = status
            self._session.add(row)

    def add_approval(self, row: ApprovalRow) -> ApprovalRow:
        """Keep a person's word on a document."""
        self._session.add(row)
        return row

    def approval(self, document: str, verdict: str) -> ApprovalRow | None:
        """The standing approval (not taken back) of a document."""
        query = select(ApprovalRow).where(
            ApprovalRow.document == document,
            ApprovalRow.verdict == verdict,
            col(ApprovalRow.withdrawn_at).is_(None),
        )
        return self._session.exec(query.order_by(col(ApprovalRow.at).desc())).first()

    def approvals(self, project: str) -> list[ApprovalRow]:
        """All words on a project's documents, oldest first."""
        query = select(ApprovalRow).where(ApprovalRow.project == project).order_by(col(ApprovalRow.at))
        return list(self._session.exec(query).all())


def document_of(row: DocumentRow) -> Document:
    """The document that a row holds."""
    return Document.from_json(row.body)
