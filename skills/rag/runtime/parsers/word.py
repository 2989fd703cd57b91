"""DOCX files as text, headings and lists as in Markdown."""

from __future__ import annotations

import hashlib
import io
import re
from typing import TYPE_CHECKING

from ..documents import Document, DocumentError
from .guards import check_archive
from .text import markdown_headings

if TYPE_CHECKING:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_HEADING_STYLE = re.compile(r"heading (\d)", re.IGNORECASE)


def parse_docx(data: bytes, name: str) -> Document:
    """Read a DOCX file: paragraphs and tables in their order. XML entities are never resolved."""
    import docx  # only where documents are read, which a deployed package never does

    check_archive(data, name)
    try:
        blocks = [_block(item) for item in docx.Document(io.BytesIO(data)).iter_inner_content()]
    except Exception as error:  # a damaged package makes the reader raise KeyError, XMLSyntaxError and more
        raise DocumentError(
            f"{name} is damaged.",
            f"The DOCX reader stopped with {type(error).__name__}: {error}.",
            "Save it again as DOCX and send it.",
        ) from error
    text = "\n\n".join(block for block in blocks if block)
    return Document(name, text, hashlib.sha256(data).hexdigest(), headings=markdown_headings(text))


def _block(item: Paragraph | Table) -> str:
    from docx.text.paragraph import Paragraph

    return _paragraph(item) if isinstance(item, Paragraph) else _table(item)


def _paragraph(paragraph: Paragraph) -> str:
    text = paragraph.text.strip()
    style = (paragraph.style.name if paragraph.style is not None else "") or ""
    heading = _HEADING_STYLE.match(style)
    if text and heading:
        return "#" * min(6, int(heading.group(1))) + " " + " ".join(text.split())
    if text and style == "Title":
        return "# " + " ".join(text.split())
    return f"- {text}" if text and style.startswith("List") else text


def _table(table: Table) -> str:
    rows = (" | ".join(" ".join(cell.text.split()) for cell in row.cells) for row in table.rows)
    return "\n".join(row for row in rows if row.strip(" |"))
