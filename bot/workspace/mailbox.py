"""Mails that an app wrote into a folder as ``.eml`` files: listed, and taken apart for the page."""

from __future__ import annotations

import base64
import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from email.policy import default
from pathlib import Path

MOST_LISTED = 200
MOST_BYTES = 40 * 2**20  # of a mail that is opened
_HEAD_BYTES = 64 * 1024
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}\.eml")
_CID = re.compile(r"""(["'(])cid:([^"')\s]+)""", re.IGNORECASE)
_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass(frozen=True)
class Head:
    """What the list shows of a mail.

    Attributes:
        name: Of its file.
        at: Its date, with a time zone.
    """

    name: str
    subject: str
    sender: str
    to: str
    at: datetime


@dataclass(frozen=True)
class Part:
    """Something that is attached: its number within the mail, and what is needed to hand it over."""

    number: int
    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A whole mail.

    Attributes:
        text: As plain text.
        html: As HTML whose inline pictures are part of it; empty where the mail has none.
        parts: What is attached and not shown within.
    """

    head: Head
    text: str
    html: str
    parts: tuple[Part, ...]


def newest(folder: Path) -> list[Head]:
    """The newest mails of a folder, the newest first; none where the folder is not there yet."""
    found = []
    for path in folder.glob("*.eml") if folder.is_dir() else ():
        try:
            found.append((path.stat().st_mtime, path))
        except FileNotFoundError:
            continue  # it was taken away meanwhile
    listed = [_head(path) for _, path in sorted(found, reverse=True)[:MOST_LISTED] if _NAME.fullmatch(path.name)]
    return sorted(listed, key=lambda head: head.at, reverse=True)


def opened(folder: Path, name: str) -> Letter | None:
    """A mail by the name of its file; None where there is none, or it is too large to be shown."""
    path = folder / name
    if not _NAME.fullmatch(name) or not path.is_file() or path.stat().st_size > MOST_BYTES:
        return None
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    html = _with_pictures(_words(page), message) if page is not None else ""
    return Letter(_head(path), _words(plain), html, tuple(_attached(message)))


def _head(path: Path) -> Head:
    with path.open("rb") as file:
        start = file.read(_HEAD_BYTES)
    message = email.message_from_bytes(start, policy=default)
    told = {key: str(message.get(key, "")) for key in ("Subject", "From", "To")}
    at = getattr(message.get("Date"), "datetime", None) or datetime.fromtimestamp(path.stat().st_mtime)
    return Head(path.name, told["Subject"] or "(no subject)", told["From"], told["To"], at.astimezone())


def _words(part: MIMEPart | None) -> str:
    if part is None:
        return ""
    content = part.get_payload(decode=True)
    charset = part.get_content_charset("utf-8")
    try:
        return content.decode(charset, "replace") if isinstance(content, bytes) else ""
    except LookupError:  # a charset that nobody knows
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _with_pictures(html: str, message: EmailMessage) -> str:
    """The page with its pictures written into it: a closed frame fetches nothing."""
    pictures = {}
    for part in message.walk():
        content = part.get_payload(decode=True)
        if part.get("Content-ID") and part.get_content_type() in _INLINE and isinstance(content, bytes):
            data = base64.b64encode(content).decode()
            pictures[str(part["Content-ID"]).strip("<> ")] = f"data:{part.get_content_type()};base64,{data}"
    return _CID.sub(lambda found: found[1] + pictures.get(found[2], ""), html)


def _attached(message: EmailMessage) -> Iterator[Part]:
    for number, part in enumerate(message.walk()):
        content = part.get_payload(decode=True)
        if part.get_content_disposition() == "attachment" and isinstance(content, bytes):
            name = part.get_filename() or f"attachment-{number}"
            yield Part(number, name, part.get_content_type(), content)
