"""Files to documents: a table from suffix to the parsers that can read it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath

from ..documents import Document, DocumentError
from .guards import check_bytes, check_text, read_limited
from .html import parse_html
from .ocr import has_ocr, parse_ocr
from .pdf import NoText, parse_pdfium, parse_pdfplumber, parse_pypdf
from .pdf_tables import parse_tables
from .text import parse_markdown, parse_plain
from .word import parse_docx

Parser = Callable[[bytes, str], Document]
"""Takes a file's bytes and its name; raises DocumentError."""

OCR = "ocr"  # the PDF parser that needs an extra

PDF_PARSERS: Mapping[str, Parser] = {
    "pdfium": parse_pdfium,
    "pypdf": parse_pypdf,
    "pdfplumber": parse_pdfplumber,
    "pdfplumber_tables": parse_tables,
    OCR: parse_ocr,
}

# The first parser of a suffix is its default.
PARSERS: Mapping[str, Mapping[str, Parser]] = {
    ".pdf": PDF_PARSERS,
    ".docx": {"docx": parse_docx},
    ".html": {"html": parse_html},
    ".htm": {"html": parse_html},
    ".md": {"markdown": parse_markdown},
    ".markdown": {"markdown": parse_markdown},
    ".txt": {"plain": parse_plain},
    ".text": {"plain": parse_plain},
    ".rst": {"plain": parse_plain},
}


def parse(source: Path | bytes, name: str, parser: str | None = None) -> Document:
    """Read one file.

    Args:
        source: Its path or its bytes.
        name: Its name; the suffix decides which parsers can read it.
        parser: Which of them; a name that this suffix does not have means the suffix's default, so that one
            setting (such as the PDF parser) fits a corpus of several formats. A PDF without text is read by text
            recognition where that is installed.

    Raises:
        DocumentError: empty, unreadable, encrypted, without text, too large or of another type than its name says.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in PARSERS:
        raise DocumentError(
            f"{name} is not a kind of document that can be read.",
            f"Its suffix is {suffix or 'absent'!r}; readable are {', '.join(sorted(PARSERS))}.",
            "Save it as one of these and send it again.",
        )
    data = source if isinstance(source, bytes) else read_limited(source, name)
    check_bytes(data, name, suffix)
    parsers = PARSERS[suffix]
    read = parsers.get(parser or "", next(iter(parsers.values())))
    try:
        document = read(data, name)
    except NoText:
        if not has_ocr():
            raise
        document = parse_ocr(data, name)
    check_text(document)
    return document


def digest(data: bytes) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
