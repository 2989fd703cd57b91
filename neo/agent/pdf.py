"""A document as PDF."""

from __future__ import annotations

import io
from functools import cache
from html import escape
from pathlib import Path

import matplotlib
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Spacer

from neo.domain.documents import Document, Item
from neo.domain.requirements import history

REGULAR, BOLD, ITALIC = "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique"


def as_pdf(document: Document) -> bytes:
    """The whole document as an A4 PDF with its text selectable; any script that DejaVu has."""
    text, small, head, title = _styles()
    story = [Paragraph(escape(document.title), title), Paragraph(f"Version {document.version}", small)]
    story += [Spacer(1, 3 * mm), Paragraph(escape(document.summary), text)]
    if document.delta:
        story += [
            Paragraph("Changed since the last version", head),
            _bullets([escape(one) for one in document.delta], text),
        ]
    for section in document.sections:
        story.append(Paragraph(escape(section.title), head))
        story += [Paragraph(escape(section.text), text)] if section.text else []
        story += [_bullets([_line(item) for item in section.items], text)] if section.items else []
    if past := history(document.register):
        story += [Paragraph("No longer holding", head), _bullets([escape(one) for one in past], text)]
    target = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 20 * mm)
    SimpleDocTemplate(target, pagesize=A4, title=document.title, author="Neo", invariant=1, **margins).build(story)
    return target.getvalue()


def _line(item: Item) -> str:
    head = f"<font name='{BOLD}'>{escape(item.id)}</font> " if item.id else ""
    tail = f" <font name='{ITALIC}' size='8'>({escape(item.source)})</font>" if item.source else ""
    return f"{head}{escape(item.text)}{tail}"


def _bullets(lines: list[str], style: ParagraphStyle) -> ListFlowable:
    return ListFlowable([Paragraph(line, style) for line in lines], bulletType="bullet", start="•", leftIndent=5 * mm)


@cache
def _styles() -> tuple[ParagraphStyle, ParagraphStyle, ParagraphStyle, ParagraphStyle]:
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"  # a font with many scripts that is here already
    for name in (REGULAR, BOLD, ITALIC):
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))
    text = ParagraphStyle("text", fontName=REGULAR, fontSize=10, leading=14, spaceAfter=2)
    small = ParagraphStyle("small", parent=text, fontSize=8, textColor="#555555")
    head = ParagraphStyle("head", parent=text, fontName=BOLD, fontSize=12, leading=16, spaceBefore=8, spaceAfter=3)
    title = ParagraphStyle("title", parent=head, fontSize=16, leading=20)
    return text, small, head, title
