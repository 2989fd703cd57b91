"""The documents as files: Markdown and PDF."""

from __future__ import annotations

from neo.agent.pdf import as_pdf
from neo.domain.posts import Attachment, Post
from neo.services.deps import Deps, HeldJob
from neo.store.documents import document_of

KINDS = ("requirements", "architecture")


def export(deps: Deps, job: HeldJob) -> None:
    """Post the newest version of each document as Markdown and as PDF."""
    with deps.store.read() as tx:
        rows = [row for kind in KINDS if (row := tx.documents.latest(job.project, kind)) is not None]
        documents = [(document_of(row), row.status) for row in rows]
    files = []
    for document, status in documents:
        name = f"{document.kind}-v{document.version}"
        title = f"{document.title}, version {document.version} ({status})"
        files += [
            Attachment(deps.files.put(document.markdown().encode()), f"{name}.md", title),
            Attachment(deps.files.put(as_pdf(document)), f"{name}.pdf", title),
        ]
    with job.finishing() as tx:
        text = "The documents as Markdown and as PDF."
        tx.outbox.add(tx.projects.get(job.project), Post("text", text, attachments=tuple(files)), deps.now())
