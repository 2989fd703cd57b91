"""HTML pages as text, headings as in Markdown."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from ..documents import Document, DocumentError
from .text import decode, markdown_headings

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

_DROPPED = ("script", "style", "template", "noscript", "head", "svg", "iframe", "form", "nav")
_HEADINGS = tuple(f"h{level}" for level in range(1, 7))
_BLOCKS = (*_HEADINGS, "p", "div", "section", "article", "ul", "ol", "table", "blockquote", "pre", "dl", "figure")
_LINES = ("li", "tr", "dt", "dd")
_CELLS = ("td", "th")
_SPACE = re.compile(r"\s+")
_BLANK_LINES = re.compile(r"[ \t]*\n(?:[ \t]*\n)+[ \t]*")


def parse_html(data: bytes, name: str) -> Document:
    """Read an HTML page: visible text, block by block; scripts and navigation are left out."""
    from bs4 import BeautifulSoup  # only where documents are read, which a deployed package never does

    try:
        # UTF-8 is tried first; where it fails, Beautiful Soup looks for a declared encoding.
        markup: str | bytes = data.decode("utf-8")
    except UnicodeDecodeError:
        markup = data if b"charset" in data[:2048].lower() else decode(data, name)
    try:
        text = _text(BeautifulSoup(markup, "lxml"))
    except (RecursionError, ValueError) as error:
        raise DocumentError(
            f"{name} cannot be read as HTML.", f"{type(error).__name__}: {error}.", "Save the page again and send it."
        ) from error
    return Document(name, text, hashlib.sha256(data).hexdigest(), headings=markdown_headings(text))


def _text(soup: BeautifulSoup) -> str:
    from bs4.element import NavigableString

    for tag in soup.find_all(_DROPPED):
        tag.decompose()
    for string in soup.find_all(string=True):
        if string.find_parent("pre") is None:
            string.replace_with(type(string)(_SPACE.sub(" ", string)))
    for tag in soup.find_all("br"):
        tag.replace_with(NavigableString("\n"))
    for tag in soup.find_all(_CELLS):
        tag.append(NavigableString(" | "))
    for tag in soup.find_all(_LINES):
        tag.insert_before(NavigableString("\n- " if tag.name == "li" else "\n"))
        tag.insert_after(NavigableString("\n"))
    for tag in soup.find_all(_BLOCKS):
        marks = "#" * int(tag.name[1]) + " " if tag.name in _HEADINGS else ""
        tag.insert_before(NavigableString("\n\n" + marks))
        tag.insert_after(NavigableString("\n\n"))
    lines = (line.strip().removesuffix(" |") for line in soup.get_text().split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
