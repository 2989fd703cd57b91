"""A real mail server on this machine: TLS, passwords, and the faults that a test asks for."""

from __future__ import annotations

import asyncio
import datetime
import email
import ipaddress
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "neo", "p@ss/wörd"


@dataclass
class Mailbox:
    """What the server took, and how it answers.

    Attributes:
        rcpt: The answers to the next recipients; 250 when there is none left.
        data: The same after the content: an answer, ``hang``, or ``reset``, which hangs up without any.
        on_data: Called with each content before it is answered.
    """

    taken: list[EmailMessage] = field(default_factory=list)
    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    on_data: Callable[[], None] = lambda: None

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt.pop(0) if self.rcpt else "250 OK"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.data.pop(0) if self.data else "250 taken"
        if answer == "hang":
            await asyncio.sleep(30)
        if answer.startswith("2") or answer == "reset":
            content = envelope.content
            assert isinstance(content, bytes)
            message = email.message_from_bytes(content, policy=default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
            self.on_data()
        if answer == "reset":
            assert server.transport is not None
            server.transport.abort()
        return answer

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)  # the server answers 535 by itself

    def ids(self) -> list[str]:
        """The Message-IDs of what was taken."""
        return [str(one["Message-ID"]) for one in self.taken]


@dataclass(frozen=True)
class Certificate:
    """A certificate for this machine, which signed itself, and its key."""

    path: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.path, self.key)
        return context

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.path))


def certificate(folder: Path) -> Certificate:
    """A fresh certificate; skips where nothing here can make one."""
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    try:
        _by_library(made)
    except ImportError:
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        try:
            subprocess.run(
                [*command, "-keyout", str(made.key), "-out", str(made.path)], check=True, capture_output=True
            )
        except FileNotFoundError:
            pytest.skip("neither the package cryptography nor openssl is here to make a certificate")
    return made


def _by_library(made: Certificate) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    made.path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    made.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(box: Mailbox, tls: Certificate | None = None, whole: bool = False, auth: bool = False) -> Iterator[int]:
    """A server's port.

    Args:
        tls: With STARTTLS, or from the first byte where *whole* is set; None for plain text alone.
        auth: A user and a password are wanted.
    """
    port = free_port()
    options: dict[str, Any] = {"authenticator": box.login, "auth_required": True} if auth else {}
    if auth and whole:
        options["auth_require_tls"] = False  # for the server knows STARTTLS alone
    if tls is not None and whole:
        options["ssl_context"] = tls.server()
    elif tls is not None:
        options |= {"tls_context": tls.server(), "require_starttls": True}
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
