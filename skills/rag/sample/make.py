"""Makes the sample's PDF and DOCX documents from `sources/`: `python -m skills.rag.sample.make`.

Dates, identifiers and archive times are fixed, so that the same libraries write the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

HERE = Path(__file__).parent
SOURCES = HERE / "sources"
DOCUMENTS = HERE / "documents"
COMPANY = "Quillfen Warehousing"
DATE = datetime(2025, 1, 1)  # the file formats know no time zone
ZIP_DATE = (2025, 1, 1, 0, 0, 0)
MARGIN_MM = 22
BODY_PT = 10.5
CELL_PADDING = 8  # in characters, so that a column of short codes is not too narrow

FORMATS: Mapping[str, str] = {
    "goods-in-handbook": ".pdf",
    "hazardous-goods-manual": ".pdf",
    "service-levels": ".pdf",
    "shifts-and-leave": ".docx",
    "returns-handbook": ".docx",
}


@dataclass(frozen=True)
class Block:
    """One block of a source.

    Attributes:
        kind: heading, paragraph, bullet_list or table.
        rows: A heading or a paragraph has one row of one text, a list one row an item, a table its rows of cells.
        level: Of a heading, from 1.
    """

    kind: str
    rows: tuple[tuple[str, ...], ...]
    level: int = 0

    @property
    def text(self) -> str:
        """The text of a heading or a paragraph."""
        return self.rows[0][0]


def make(out: Path = DOCUMENTS) -> list[Path]:
    """Write every generated document into a folder, and give their paths."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, suffix in FORMATS.items():
        path = out / f"{name}{suffix}"
        path.write_bytes(WRITERS[suffix](read_blocks((SOURCES / f"{name}.md").read_text("utf-8"))))
        paths.append(path)
    return paths


def read_blocks(markdown: str) -> list[Block]:
    """Read headings, paragraphs, bullet lists and tables.

    Raises:
        ValueError: the source has a block of another kind.
    """
    root = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(markdown))
    return [_block(node) for node in root.children]


def _block(node: SyntaxTreeNode) -> Block:
    if node.type in ("heading", "paragraph"):
        return Block(node.type, ((_text(node),),), int(node.tag[1]) if node.type == "heading" else 0)
    if node.type == "bullet_list":
        return Block(node.type, tuple((_text(item),) for item in node.children))
    if node.type == "table":
        rows = [row for part in node.children for row in part.children]
        return Block(node.type, tuple(tuple(_text(cell) for cell in row.children) for row in rows))
    raise ValueError(f"A source has a block of the kind {node.type!r}; write it as a paragraph, a list or a table.")


def _text(node: SyntaxTreeNode) -> str:
    return " ".join(" ".join(child.content for child in node.walk() if child.type == "inline").split())


def write_pdf(blocks: Sequence[Block]) -> bytes:
    """Set blocks as a PDF of A4 pages, with a running foot."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    title, styles, buffer = blocks[0].text, _styles(), io.BytesIO()
    width = A4[0] - 2 * MARGIN_MM * mm

    def foot(canvas: Any, document: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(MARGIN_MM * mm, 12 * mm, f"{COMPANY}, {title}, page {document.page}")

    # ``invariant`` leaves out the time of making and random identifiers.
    pdf = SimpleDocTemplate(
        buffer, pagesize=A4, title=title, author=COMPANY, invariant=1, leftMargin=MARGIN_MM * mm,
        rightMargin=MARGIN_MM * mm, topMargin=MARGIN_MM * mm, bottomMargin=MARGIN_MM * mm,
    )  # fmt: skip
    flowables = [flowable for block in blocks for flowable in _FLOWABLES[block.kind](block, styles, width)]
    pdf.build(flowables, onFirstPage=foot, onLaterPages=foot)
    return buffer.getvalue()


def _styles() -> Any:
    from reportlab.lib.styles import getSampleStyleSheet

    styles = getSampleStyleSheet()
    styles["BodyText"].fontSize, styles["BodyText"].leading, styles["BodyText"].spaceAfter = BODY_PT, 14, 5
    styles["Bullet"].fontSize, styles["Bullet"].leading = BODY_PT, 14
    return styles


def _pdf_paragraph(block: Block, styles: Any, width: float) -> list[Any]:
    from reportlab.platypus import Paragraph

    name = f"Heading{block.level}" if block.level > 1 else ("Title" if block.level else "BodyText")
    return [Paragraph(escape(block.text), styles[name])]


def _pdf_list(block: Block, styles: Any, width: float) -> list[Any]:
    from reportlab.platypus import Paragraph

    return [Paragraph(escape(row[0]), styles["Bullet"], bulletText="\N{BULLET}") for row in block.rows]


def _pdf_table(block: Block, styles: Any, width: float) -> list[Any]:
    from reportlab.lib import colors
    from reportlab.platypus import Paragraph, Spacer, Table

    longest = [max(len(cell) for cell in column) + CELL_PADDING for column in zip(*block.rows, strict=True)]
    widths = [width * length / sum(longest) for length in longest]
    cells = [[Paragraph(escape(cell), styles["Normal"]) for cell in row] for row in block.rows]
    style = [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
        ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return [Spacer(1, 4), Table(cells, widths, repeatRows=1, style=style), Spacer(1, 8)]


def write_docx(blocks: Sequence[Block]) -> bytes:
    """Set blocks as a Word document."""
    import docx

    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = blocks[0].text, COMPANY, ""
    properties.created = properties.modified = DATE
    for block in blocks:
        _DOCX[block.kind](block, document)
    buffer = io.BytesIO()
    document.save(buffer)
    return _fixed_times(buffer.getvalue())


def _docx_heading(block: Block, document: Any) -> None:
    document.add_heading(block.text, block.level - 1)


def _docx_paragraph(block: Block, document: Any) -> None:
    document.add_paragraph(block.text)


def _docx_list(block: Block, document: Any) -> None:
    for row in block.rows:
        document.add_paragraph(row[0], style="List Bullet")


def _docx_table(block: Block, document: Any) -> None:
    table = document.add_table(len(block.rows), len(block.rows[0]), style="Table Grid")
    for cells, texts in zip(table.rows, block.rows, strict=True):
        for cell, text in zip(cells.cells, texts, strict=True):
            cell.text = text
    document.add_paragraph()


def _fixed_times(data: bytes) -> bytes:
    """The same archive with every member at one time; the library writes the present."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(name))
    return buffer.getvalue()


WRITERS: Mapping[str, Callable[[Sequence[Block]], bytes]] = {".pdf": write_pdf, ".docx": write_docx}
_FLOWABLES: Mapping[str, Callable[[Block, Any, float], list[Any]]] = {
    "heading": _pdf_paragraph,
    "paragraph": _pdf_paragraph,
    "bullet_list": _pdf_list,
    "table": _pdf_table,
}
_DOCX: Mapping[str, Callable[[Block, Any], None]] = {
    "heading": _docx_heading,
    "paragraph": _docx_paragraph,
    "bullet_list": _docx_list,
    "table": _docx_table,
}

if __name__ == "__main__":
    make()
