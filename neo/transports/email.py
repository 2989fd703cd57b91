"""Mail over SMTP, by a URL: encrypted unless the URL says otherwise, the certificate checked, errors sorted."""

from __future__ import annotations

import asyncio
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from neo.errors import ConfigurationError
from neo.transports.base import Refused, TryLater
from neo.transports.mail import Mail, message_of

TIMEOUT_S = 20.0  # for each answer of the server
WHOLE_S = 60.0  # for one mail from the connection to the end: a lease of the outbox is longer
_OUTAGE_S = 15.0
_PERSON_S = 300.0  # what a person must mend: a password, a certificate
_PORTS = {"smtp": 587, "smtps": 465}
EXAMPLE = "smtp://user:password@mail.example.com:587"


@dataclass(frozen=True)
class SmtpAddress:
    """Where mails go.

    Attributes:
        tls: ``start`` (STARTTLS, required), ``whole`` (from the first byte) or ``none`` (asked for explicitly).
    """

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "start"

    @property
    def shown(self) -> str:
        """The address without its password."""
        return f"{self.host}:{self.port}"


def smtp_address(url: str) -> SmtpAddress:
    """Read a URL such as ``smtp://user:password@host:587`` (STARTTLS), ``smtps://host`` or ``smtp://host:25?tls=none``.

    Raises:
        ConfigurationError: It is no such URL, or it would send a password in the clear.

    >>> smtp_address("smtps://mail.example.com").port
    465
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise ConfigurationError(f"NEO_SMTP_URL is no address ({error}); write {EXAMPLE}.") from error
    options = parse_qs(parts.query, keep_blank_values=True)
    plain = options.get("tls") == ["none"]
    options = {} if plain and len(options) == 1 else options
    if parts.scheme not in _PORTS or not parts.hostname or options or (plain and parts.scheme == "smtps"):
        raise ConfigurationError(
            f"NEO_SMTP_URL is no address of a mail server (scheme {parts.scheme!r}, host {parts.hostname!r}); "
            f"write {EXAMPLE}, smtps://... for TLS from the first byte, or add ?tls=none on a network that you trust."
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if plain and password:
        raise ConfigurationError(
            "NEO_SMTP_URL has a password and ?tls=none: it would go over the network in the clear. "
            "Leave ?tls=none out, or the user and the password."
        )
    tls = "none" if plain else "whole" if parts.scheme == "smtps" else "start"
    return SmtpAddress(parts.hostname, port, user, password, tls)


class SmtpSender:
    """Sends each mail over a connection of its own.

    Args:
        address: Of the server.
        sender: Who the mails are from: an address, or a name with an address in angle brackets.
        trusted: What the server's certificate is checked with; by default what this machine trusts.
        timeout_s: For each answer of the server.
    """

    def __init__(
        self, address: SmtpAddress, sender: str, trusted: ssl.SSLContext | None = None, timeout_s: float = TIMEOUT_S
    ) -> None:
        self.address, self._sender, self._timeout_s = address, sender, timeout_s
        self._trusted = trusted

    def send(self, mail: Mail) -> None:
        """Send it; see :class:`neo.transports.mail.MailTransport`."""
        message = message_of(mail, self._sender)

        async def send() -> None:
            async with self._client() as client:
                await client.send_message(message)

        self._run(send())

    def check(self) -> None:
        """Connect, encrypt and give the password, and send nothing; raises as :meth:`send` does."""

        async def check() -> None:
            async with self._client() as client:
                await client.noop()

        self._run(check())

    def _client(self) -> aiosmtplib.SMTP:
        at = self.address
        context = (self._trusted or ssl.create_default_context()) if at.tls != "none" else None
        return aiosmtplib.SMTP(
            hostname=at.host,
            port=at.port,
            username=at.user or None,
            password=at.password or None,
            use_tls=at.tls == "whole",
            start_tls=at.tls == "start",  # True: without it there is no mail and no password
            tls_context=context,
            timeout=self._timeout_s,
        )

    def _run(self, doing: object) -> None:
        try:
            # In a thread of its own: whoever sends may have a loop that runs, in which no other may.
            with ThreadPoolExecutor(1) as pool:
                pool.submit(asyncio.run, asyncio.wait_for(doing, WHOLE_S)).result()  # type: ignore[arg-type]
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise judged(error, self.address.shown) from error


def judged(error: BaseException, where: str) -> TryLater | Refused:
    """What an error of the server's means for the mail: again later, or never."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or "no encryption"
            return TryLater(_PERSON_S, f"the certificate or the encryption of {where} is not good: {reason}")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return TryLater(_PERSON_S, f"{where} offers no STARTTLS or no way to log in that I know: {error}")
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return TryLater(_PERSON_S, f"{where} refuses the user or the password ({error.code} {error.message})")
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        first = error.recipients[0]
        return _by_code(first.code, first.message, where)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _by_code(error.code, error.message, where)
    if isinstance(error, aiosmtplib.SMTPServerDisconnected | aiosmtplib.SMTPTimeoutError | TimeoutError | OSError):
        return TryLater(_OUTAGE_S, f"{where} is out of reach or hung up ({type(error).__name__}: {error})")
    return TryLater(_OUTAGE_S, f"{where}: {type(error).__name__}: {error}")


def _by_code(code: int, message: str, where: str) -> TryLater | Refused:
    said = f"{where} answered {code} {message}"
    if code == 530:  # it wants a password first: nothing is wrong with the mail
        return TryLater(_PERSON_S, said)
    return Refused(said) if 500 <= code < 600 else TryLater(_OUTAGE_S, said)
