"""A mail, and what a way out for mails must do."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from html import escape
from typing import Protocol

from neo.transports.base import Refused

_LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\x85]+")
# Headers that a mail may carry beside those that every mail has.
EXTRA_HEADERS = frozenset({"In-Reply-To", "References", "X-Neo-Episode"})
_ID = re.compile(r"<[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+>")
_HEADER = re.compile(r"[<>A-Za-z0-9._+@ -]{0,900}")  # ids, and nothing that the reader of a mail would decode
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"(?!.*=\?)(?=.{{1,254}}$){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_LONGEST = 200  # characters of a subject


@dataclass(frozen=True)
class Picture:
    """A picture inside a mail: PNG or JPEG bytes, and what it shows in words."""

    content: bytes
    alt_text: str
    name: str = "picture"

    @property
    def kind(self) -> str:
        """``png`` or ``jpeg``, by its first bytes."""
        return "png" if self.content.startswith(b"\x89PNG") else "jpeg"


@dataclass(frozen=True)
class Mail:
    """One mail to one address.

    Attributes:
        message_id: With its angle brackets; the same whenever the same mail is sent again.
        text: The whole mail as plain text.
        html: The same as HTML; empty to have it made from the text where there are pictures.
        pictures: Shown below the text, each with its alternative text, which stands in the plain part too.
        headers: Of ``EXTRA_HEADERS``.
        at: Its date, in Unix seconds; 0 for now.
    """

    message_id: str
    to: str
    subject: str
    text: str
    html: str = ""
    pictures: tuple[Picture, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    at: float = 0.0


class MailTransport(Protocol):
    """Carries mails; raises ``TryLater`` for what may pass and ``Refused`` for what will not."""

    def send(self, mail: Mail) -> None:
        """Hand it over; when this returns, whoever took it answers for it."""


def one_line(text: str) -> str:
    r"""A header's value: whatever would begin another header is a space.

    >>> one_line("Alert\r\nBcc: everyone@example.com")
    'Alert Bcc: everyone@example.com'
    """
    return _LINE_BREAKS.sub(" ", text).replace("=?", "= ?").strip()[:_LONGEST]


def is_address(text: str) -> bool:
    r"""Whether this is one bare address, and nothing else.

    >>> is_address("a@example.com"), is_address("a@example.com, b@example.com"), is_address("a@example.com\nBcc: b")
    (True, False, False)
    """
    return bool(_ADDRESS.fullmatch(text)) and ".." not in text


def message_of(mail: Mail, sender: str) -> EmailMessage:
    """The mail as it goes out.

    Args:
        sender: An address, or a name with an address in angle brackets.

    Raises:
        Refused: Its recipient is no address, or its id or a header is none.
    """
    if not is_address(mail.to):
        raise Refused(f"{one_line(mail.to)!r} is no e-mail address")
    known = set(mail.headers) <= EXTRA_HEADERS and all(_HEADER.fullmatch(value) for value in mail.headers.values())
    if not _ID.fullmatch(mail.message_id) or not known:
        raise Refused(f"the mail {mail.message_id!r} has no Message-ID, or headers that are not known")
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr(parseaddr(one_line(sender)))
    message["To"] = mail.to
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(datetime.fromtimestamp(mail.at or time.time(), UTC))
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"  # no out-of-office note answers it
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content("\n\n".join([mail.text, *(f"[Picture: {one.alt_text}]" for one in mail.pictures)]))
    if mail.html or mail.pictures:
        _add_html(message, mail)
    return message


def _add_html(message: EmailMessage, mail: Mail) -> None:
    local, _, domain = mail.message_id.strip("<>").partition("@")
    body = mail.html or "<br>\n".join(escape(mail.text).splitlines())
    ids = [f"{local}.{number}@{domain}" for number in range(len(mail.pictures))]
    shown = [
        f'<p><img src="cid:{id}" alt="{escape(one.alt_text, quote=True)}" style="max-width:100%"></p>'
        for id, one in zip(ids, mail.pictures, strict=True)
    ]
    message.add_alternative("\n".join([f"<html><body><p>{body}</p>", *shown, "</body></html>"]), subtype="html")
    parts = message.get_payload()
    page = parts[-1] if isinstance(parts, list) else None
    for id, one in zip(ids, mail.pictures, strict=True):
        assert isinstance(page, EmailMessage)
        name = f"{one_line(one.name)}.{one.kind}"
        page.add_related(one.content, "image", one.kind, cid=f"<{id}>", filename=name, disposition="inline")
