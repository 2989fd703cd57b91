"""Limits on files, checked before and after a parser sees them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from ..documents import Document, DocumentError

MAX_FILE_BYTES = 200_000_000
MAX_TEXT_CHARS = 30_000_000
MAX_PAGES = 5_000
MAX_UNPACKED_BYTES = 300_000_000
MAX_ARCHIVE_MEMBERS = 10_000

# First bytes of what a file really is, whatever it is called.
_MAGIC: Mapping[bytes, str] = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a zip archive or an Office file",
    b"\xd0\xcf\x11\xe0": "an old Office file (.doc, .xls)",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"\x1f\x8b": "a gzip archive",
    b"\x7fELF": "a program",
    b"MZ": "a Windows program",
}
_EXPECTED: Mapping[str, bytes] = {".pdf": b"%PDF-", ".docx": b"PK\x03\x04"}
_HEADER_BYTES = 1024  # readers allow some bytes before a PDF's header


def read_limited(path: Path, name: str) -> bytes:
    """Read a file of at most MAX_FILE_BYTES. Raises DocumentError when it is larger or cannot be read."""
    try:
        size = path.stat().st_size
        _check_size(size, name)
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(
            f"{name} could not be read.", f"{type(error).__name__}: {error}.", "Send the file again."
        ) from error


def check_bytes(data: bytes, name: str, suffix: str) -> None:
    """Check that a file is not empty, not too large, and what its suffix says. Raises DocumentError."""
    if not data:
        raise DocumentError(f"{name} is empty.", "The file has 0 bytes.", "Send the file again, or leave it out.")
    _check_size(len(data), name)
    expected = _EXPECTED.get(suffix)
    is_other = expected is None and not data.startswith(b"MZ") and _kind(data) is not None
    if is_other or (expected is not None and expected not in data[:_HEADER_BYTES]):
        kind = _kind(data) or "something else"
        raise DocumentError(
            f"{name} is not what its name says.",
            f"Its suffix is {suffix}, but its first bytes are those of {kind}.",
            "Rename it or save it as the right type, and send it again.",
        )


def check_archive(data: bytes, name: str) -> None:
    """Check that a zip container unpacks to a bearable size. Raises DocumentError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise DocumentError(
            f"{name} is damaged.", f"It is not a whole zip container: {error}.", "Save it again and send it."
        ) from error
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES or len(members) > MAX_ARCHIVE_MEMBERS:
        raise DocumentError(
            f"{name} is refused.",
            f"It unpacks to {unpacked / 1e6:.0f} MB in {len(members)} parts; the limits are "
            f"{MAX_UNPACKED_BYTES / 1e6:.0f} MB and {MAX_ARCHIVE_MEMBERS} parts.",
            "Split it into smaller files.",
        )


def check_pages(count: int, name: str) -> None:
    """Check the number of pages. Raises DocumentError."""
    if count > MAX_PAGES:
        raise DocumentError(
            f"{name} has too many pages.", f"It has {count}; the limit is {MAX_PAGES}.", "Split it into smaller files."
        )


def check_text(document: Document) -> None:
    """Check that a document has text, and not too much of it. Raises DocumentError."""
    if not any(character.isalnum() for character in document.text):
        raise DocumentError(
            f"{document.name} has no text.", "Not one letter or digit was found in it.", "Send it with its text."
        )
    if len(document.text) > MAX_TEXT_CHARS:
        raise DocumentError(
            f"{document.name} is too long.",
            f"It has {len(document.text):,} characters; the limit is {MAX_TEXT_CHARS:,}.",
            "Split it into smaller files.",
        )


def _check_size(size: int, name: str) -> None:
    if size > MAX_FILE_BYTES:
        raise DocumentError(
            f"{name} is too large.",
            f"It has {size / 1e6:.0f} MB; the limit is {MAX_FILE_BYTES / 1e6:.0f} MB.",
            "Split it into smaller files.",
        )


def _kind(data: bytes) -> str | None:
    return next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
