"""PDF files as pages of text, by three readers that differ in speed and in how they order it."""

from __future__ import annotations

import hashlib
import io
import logging
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

from ..documents import Document, DocumentError
from .guards import check_pages

PAGE_BREAK = "\n\n"
# The gap between words, in widths of a character: pdfplumber's own three points glue the words of papers together.
WORDS = {"x_tolerance_ratio": 0.15}
MIN_CHARACTERS_PER_PAGE = 3  # fewer letters and digits than that on average: pictures of pages

_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\u00ad": None, "\0": None}
)
# PDFium writes U+FFFE for a hyphen at a line's end, and joins the lines itself.
_HYPHENATED = re.compile(r"(?<=[a-z])[-\u2010]\n(?=[a-z])|[\ufffe\u0002]\n?")
_TRAILING = re.compile(r"[ \t]+(?=\n)")
pdfium_lock = threading.Lock()  # PDFium may be called from one thread at a time

INSTALL_OCR = "pip install 'neo-engineer[ocr]'"

Pages = Callable[[bytes], Iterator[str]]
"""Takes a file's bytes; gives the text of each page."""


class NoText(DocumentError):
    """A PDF of pictures: text recognition may read it."""


def parse_pypdf(data: bytes, name: str) -> Document:
    """Read with pypdf: pure Python, content-stream order."""
    return parse_pages(data, name, _pypdf_pages)


def parse_pdfium(data: bytes, name: str) -> Document:
    """Read with PDFium: the fastest, text as a viewer would select it."""
    with pdfium_lock:
        return parse_pages(data, name, _pdfium_pages)


def parse_pdfplumber(data: bytes, name: str) -> Document:
    """Read with pdfplumber: lines put together from the characters' places; the slowest, good at tables."""
    return parse_pages(data, name, _pdfplumber_pages)


def _pypdf_pages(data: bytes) -> Iterator[str]:
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of each oddity of each page
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise FileNotDecryptedError("the file needs a password")
    check_pages(len(reader.pages), "The PDF")
    for page in reader.pages:
        yield page.extract_text()


def _pdfium_pages(data: bytes) -> Iterator[str]:
    return (text for _, text in pdfium_pages(data))


def pdfium_pages(data: bytes) -> Iterator[tuple[Any, str]]:
    """Each page, open until the next one is taken, and its text. Hold `pdfium_lock` meanwhile."""
    import pypdfium2  # type: ignore[import-untyped]

    pdf = pypdfium2.PdfDocument(data)
    try:
        check_pages(len(pdf), "The PDF")
        for number in range(len(pdf)):
            page = pdf[number]
            text_page = page.get_textpage()
            yield page, text_page.get_text_range().replace("\r\n", "\n")
            text_page.close()
            page.close()
    finally:
        pdf.close()


def _pdfplumber_pages(data: bytes) -> Iterator[str]:
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of each oddity of each font
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        check_pages(len(pdf.pages), "The PDF")
        for page in pdf.pages:
            yield page.extract_text(**WORDS) or ""
            page.close()  # drops the page's objects; a long file would fill the memory


def parse_pages(data: bytes, name: str, read: Pages) -> Document:
    """Make a document of the pages that a reader gives. Raises DocumentError."""
    try:
        pages = [_clean(text) for text in read(data)]
    except DocumentError:
        raise
    except Exception as error:  # a damaged file makes these readers raise almost anything
        raise _unreadable(name, error) from error
    letters = sum(character.isalnum() for page in pages for character in page)
    if letters < MIN_CHARACTERS_PER_PAGE * max(1, len(pages)):
        raise NoText(
            f"{name} has no text that can be read.",
            f"Its {len(pages)} page(s) hold {letters} letters and digits: it is probably a scan.",
            f"Run text recognition (OCR) on it, send the original file, or let it be read here: `{INSTALL_OCR}`.",
        )
    offsets, position = [], 0
    for page in pages:
        offsets.append(position)
        position += len(page) + len(PAGE_BREAK)
    return Document(name, PAGE_BREAK.join(pages), hashlib.sha256(data).hexdigest(), tuple(offsets))


def _clean(text: str) -> str:
    """Undo what typesetting did: ligatures, soft hyphens and words broken at a line's end."""
    text = text.translate(_LIGATURES).encode("utf-8", "replace").decode("utf-8")
    return _TRAILING.sub("", _HYPHENATED.sub("", text)).strip()


def _unreadable(name: str, error: Exception) -> DocumentError:
    reason = f"{type(error).__name__}: {error}"
    words = f"{reason} {type(error.__cause__).__name__} {error.args}".lower()
    if "password" in words or "decrypt" in words or "encrypt" in words:
        return DocumentError(
            f"{name} is encrypted.", "It cannot be opened without its password.", "Send it without a password."
        )
    return DocumentError(
        f"{name} is damaged.", f"The PDF reader stopped with {reason}.", "Save it again as PDF and send it."
    )
