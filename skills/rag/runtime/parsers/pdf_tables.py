"""PDF files with tables as rows that stand alone: ``Carrier: Northway; Zone: B; Price: 12.40``."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence
from typing import Any

from ..documents import Document
from .guards import check_pages
from .pdf import WORDS, parse_pages

MIN_ROWS, MIN_COLUMNS = 2, 2  # fewer is a frame around text
Row = Sequence[str | None]


def parse_tables(data: bytes, name: str) -> Document:
    """Read with pdfplumber, each ruled table row by row with its headings; what stands outside as lines of text."""
    return parse_pages(data, name, _pages)


def rows_as_text(rows: Sequence[Row]) -> str:
    r"""A table as lines: each row with the first row's words before its cells, where the first row is full.

    >>> rows_as_text([["Zone", "Price"], ["A", "7"], ["B", None]])
    'Zone: A; Price: 7\nZone: B'
    """
    clean = [[" ".join((cell or "").split()) for cell in row] for row in rows]
    heads, body = clean[0], clean[1:]
    if not body or not all(heads):
        return "\n".join(" | ".join(cell for cell in row if cell) for row in clean if any(row))
    lines = (
        "; ".join(f"{head.rstrip(':')}: {cell}" for head, cell in zip(heads, row, strict=False) if cell) for row in body
    )
    return "\n".join(line for line in lines if line)


def _pages(data: bytes) -> Iterator[str]:
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of each oddity of each font
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        check_pages(len(pdf.pages), "The PDF")
        for page in pdf.pages:
            yield _page(page)
            page.close()  # drops the page's objects; a long file would fill the memory


def _page(page: Any) -> str:
    """The page's lines and tables from top to bottom, an empty line around each table."""
    tables = [(table, rows) for table in page.find_tables() if _is_table(rows := table.extract(**WORDS))]
    if not tables:
        return page.extract_text(**WORDS) or ""
    boxes = [table.bbox for table, _ in tables]
    outside = page.filter(lambda thing: thing["object_type"] != "char" or not any(_inside(thing, box) for box in boxes))
    parts = [(line["top"], line["text"]) for line in outside.extract_text_lines(return_chars=False, **WORDS)]
    parts += [(table.bbox[1], f"\n{rows_as_text(rows)}\n") for table, rows in tables]
    return "\n".join(text for _, text in sorted(parts, key=lambda part: part[0]))


def _is_table(rows: Sequence[Row]) -> bool:
    return len(rows) >= MIN_ROWS and max(map(len, rows)) >= MIN_COLUMNS


def _inside(char: Any, box: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = box
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(left <= x <= right and top <= y <= bottom)
