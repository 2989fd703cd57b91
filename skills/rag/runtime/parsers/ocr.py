"""Pictures of pages as text, by RapidOCR: an extra, imported only where a page is read."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from ..documents import Document, DocumentError
from .pdf import INSTALL_OCR, MIN_CHARACTERS_PER_PAGE, parse_pages, pdfium_lock, pdfium_pages

DPI = 200  # small print is read; more takes longer and reads no better
SAME_LINE = 0.6  # pieces whose middles are nearer than this share of their height stand in one line
MIN_SCORE = 0.5  # of a piece of text, in [0, 1]; below it is a stain or a drawing


class Piece(NamedTuple):
    """Words on a page: left and middle in pixels, height, text."""

    left: float
    middle: float
    height: float
    text: str


def has_ocr() -> bool:
    """Whether text recognition is installed."""
    return importlib.util.find_spec("rapidocr") is not None


def parse_ocr(data: bytes, name: str) -> Document:
    """Read a page's text where it has some, else recognise its picture; about a second a page. Raises DocumentError."""
    if not has_ocr():
        raise DocumentError(
            f"{name} cannot be read by text recognition.", "It is not installed.", f"Install it: {INSTALL_OCR}."
        )
    with pdfium_lock:
        return parse_pages(data, name, _pages)


def in_lines(pieces: list[Piece]) -> str:
    r"""Pieces as text: from top to bottom, those beside one another in one line.

    >>> in_lines([Piece(90, 11, 10, "6"), Piece(0, 40, 10, "Closed"), Piece(0, 10, 10, "Opens at")])
    'Opens at 6\nClosed'
    """
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        if lines and piece.middle - lines[-1][-1].middle < SAME_LINE * min(piece.height, lines[-1][-1].height):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return "\n".join(" ".join(piece.text for piece in sorted(line)) for line in lines)


def _pages(data: bytes) -> Iterator[str]:
    for page, text in pdfium_pages(data):
        is_picture = sum(map(str.isalnum, text)) < MIN_CHARACTERS_PER_PAGE
        yield _recognised(page.render(scale=DPI / 72).to_numpy()) if is_picture else text


def _recognised(picture: Any) -> str:
    found = _engine()(picture)
    if found.boxes is None or found.txts is None:
        return ""
    pieces = []
    for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        top, bottom = float(box[:, 1].min()), float(box[:, 1].max())
        if score >= MIN_SCORE and text.strip():
            pieces.append(Piece(float(box[:, 0].min()), (top + bottom) / 2, bottom - top, text.strip()))
    return in_lines(pieces)


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error"})
