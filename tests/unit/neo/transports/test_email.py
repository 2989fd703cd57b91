"""Mails over SMTP to a real server: encrypted, with a password, and with everything that goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from mail_server import PASSWORD, USER, Certificate, Mailbox, certificate, free_port, serving

from neo.errors import ConfigurationError
from neo.transports.base import Refused, TryLater
from neo.transports.email import SmtpSender, smtp_address
from neo.transports.mail import Mail, Picture

FROM = "Neo <neo@example.com>"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "789c63606060000000040001f61738550000000049454e44ae426082"
)
MAIL = Mail(
    "<neo.1@example.com>", "guard@example.com", "Hall: more than 10", "14 people.", "", (Picture(PIXEL, "14 people"),)
)
LOGIN = f"{USER}:{quote(PASSWORD, safe='')}@"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"))


def test_it_goes_encrypted_with_its_password_and_comes_as_it_was_meant(own: Certificate) -> None:
    box = Mailbox()
    with serving(box, own, auth=True) as port:
        sender = SmtpSender(smtp_address(f"smtp://{LOGIN}localhost:{port}"), FROM, own.trusted())
        sender.check()
        assert box.taken == []
        sender.send(MAIL)
    (message,) = box.taken
    assert box.logins[-1] == (USER.encode(), PASSWORD.encode())
    assert (message["To"], message["From"], message["Subject"]) == ("guard@example.com", FROM, "Hall: more than 10")
    assert message["Message-ID"] == "<neo.1@example.com>" and message["Auto-Submitted"] == "auto-generated"
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and "14 people." in plain.get_content() and "[Picture: 14 people]" in plain.get_content()
    assert page is not None and 'alt="14 people"' in page.get_content() and 'src="cid:' in page.get_content()
    (picture,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert picture.get_content() == PIXEL and str(picture["Content-ID"]).strip("<>") in page.get_content()


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_encryption_from_the_first_byte(own: Certificate) -> None:
    box = Mailbox()
    with serving(box, own, whole=True, auth=True) as port:
        SmtpSender(smtp_address(f"smtps://{LOGIN}localhost:{port}"), FROM, own.trusted()).send(MAIL)
    assert len(box.taken) == 1


def test_plain_text_only_where_it_is_asked_for() -> None:
    box = Mailbox()
    with serving(box, auth=False) as port:
        with pytest.raises(TryLater, match="STARTTLS"):
            SmtpSender(smtp_address(f"smtp://{LOGIN}127.0.0.1:{port}"), FROM).send(MAIL)
        assert box.taken == [] and box.logins == [], "neither a mail nor a password went in the clear"
        SmtpSender(smtp_address(f"smtp://127.0.0.1:{port}?tls=none"), FROM).send(MAIL)
    assert len(box.taken) == 1


def test_a_certificate_that_nobody_trusts_is_never_taken(own: Certificate, tmp_path: Path) -> None:
    box = Mailbox()
    for whole in (False, True):
        with serving(box, own, whole=whole) as port:
            url = f"{'smtps' if whole else 'smtp'}://localhost:{port}"
            with pytest.raises(TryLater, match="certificate") as told:
                SmtpSender(smtp_address(url), FROM).send(MAIL)
            assert told.value.wait_s >= 300, "a person must mend it"
    assert box.taken == []


def test_a_wrong_password_waits_for_a_person(own: Certificate) -> None:
    box = Mailbox()
    with serving(box, own, auth=True) as port:
        sender = SmtpSender(smtp_address(f"smtp://{USER}:wrong@localhost:{port}"), FROM, own.trusted())
        with pytest.raises(TryLater, match="password") as told:
            sender.send(MAIL)
        with pytest.raises(TryLater, match="530"):
            SmtpSender(smtp_address(f"smtp://localhost:{port}"), FROM, own.trusted()).send(MAIL)
    assert told.value.wait_s >= 300 and "wrong" not in str(told.value) and box.taken == []


def answers(**faults: list[str]) -> Callable[[Mailbox], None]:
    def change(box: Mailbox) -> None:
        for name, replies in faults.items():
            setattr(box, name, list(replies))

    return change


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (answers(rcpt=["451 greylisted"]), TryLater, "451 greylisted"),
        (answers(rcpt=["550 no such person"]), Refused, "550 no such person"),
        (answers(data=["451 disk full"]), TryLater, "451 disk full"),
        (answers(data=["554 that is spam"]), Refused, "554 that is spam"),
        (answers(data=["hang"]), TryLater, "out of reach"),
        (answers(data=["reset"]), TryLater, "out of reach"),
    ],
)
def test_faults_are_sorted(fault: Callable[[Mailbox], None], kind: type[Exception], words: str) -> None:
    box = Mailbox()
    fault(box)
    with serving(box) as port:
        sender = SmtpSender(smtp_address(f"smtp://127.0.0.1:{port}?tls=none"), FROM, timeout_s=0.5)
        with pytest.raises(kind, match=words):
            sender.send(MAIL)
        box.on_data = lambda: None
        sender.send(MAIL)
    assert box.ids()[-1] == "<neo.1@example.com>"


def test_a_server_that_is_not_there_is_tried_later() -> None:
    with pytest.raises(TryLater, match="out of reach"):
        SmtpSender(smtp_address(f"smtp://127.0.0.1:{free_port()}"), FROM).send(MAIL)


def test_a_server_that_never_says_a_word_is_tried_later() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TryLater, match="out of reach"):
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        SmtpSender(smtp_address(url), FROM, timeout_s=0.3).send(MAIL)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mail.example.com", "smtp://user:password@"),
        ("http://mail.example.com", "smtp://user:password@"),
        ("smtp://", "smtp://user:password@"),
        ("smtp://mail.example.com:port", "no address"),
        ("smtp://mail.example.com?tls=maybe", "tls=none"),
        ("smtp://mail.example.com?timeout=3", "tls=none"),
        ("smtps://mail.example.com?tls=none", "tls=none"),
        ("smtp://neo:hunter2@mail.example.com?tls=none", "in the clear"),
    ],
)
def test_addresses_that_are_none(url: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as told:
        smtp_address(url)
    assert "hunter2" not in str(told.value)


def test_an_address_shows_no_password() -> None:
    assert "hunter2" not in repr(smtp_address("smtp://neo:hunter2@mail.example.com"))
