"""Plain text and Markdown: kept character by character, so that spans given for the file hold."""

from __future__ import annotations

import hashlib
from itertools import pairwise

from ..documents import Document, DocumentError, Heading

# (byte order mark, encoding); the longer marks first, since one begins with another.
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_FALLBACKS = ("utf-8", "cp1252", "latin-1")  # the last accepts every byte
MAX_CONTROL_SHARE = 0.05


def parse_plain(data: bytes, name: str) -> Document:
    """Read plain text."""
    return Document(name, decode(data, name), hashlib.sha256(data).hexdigest())


def parse_markdown(data: bytes, name: str) -> Document:
    """Read Markdown; the text is the source itself, with its headings found."""
    text = decode(data, name)
    return Document(name, text, hashlib.sha256(data).hexdigest(), headings=markdown_headings(text))


def decode(data: bytes, name: str) -> str:
    """Decode text by its byte order mark, as UTF-8, or as Windows-1252; line ends become newlines.

    Raises:
        DocumentError: the bytes are not text.
    """
    encodings = tuple(encoding for mark, encoding in _MARKS if data.startswith(mark))[:1] or _FALLBACKS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise DocumentError(
            f"{name} cannot be decoded.", f"Its mark says {encodings[0]}, but its bytes do not.", "Save it as UTF-8."
        )
    controls = sum(ord(character) < 32 and character not in "\t\n\r\f" for character in text)
    if "\0" in text or controls > MAX_CONTROL_SHARE * len(text):
        raise DocumentError(
            f"{name} is not text.", f"It holds {controls} control characters.", "Send it as text, PDF, DOCX or HTML."
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def markdown_headings(text: str) -> tuple[Heading, ...]:
    """Find the headings of a Markdown text, those in code blocks left out."""
    from markdown_it import MarkdownIt  # only where documents are read, which a deployed package never does

    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    tokens = MarkdownIt("commonmark").disable("inline").parse(text)
    found = []
    for token, content in pairwise(tokens):
        if token.type == "heading_open" and token.map is not None:
            found.append(Heading(starts[token.map[0]], int(token.tag[1:]), content.content.strip()))
    return tuple(found)
