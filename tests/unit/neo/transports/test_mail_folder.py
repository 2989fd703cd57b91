"""Mails as files, and what can never get into a mail's head."""

from __future__ import annotations

import email
from dataclasses import replace
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neo.transports.base import Refused, TryLater
from neo.transports.mail import Mail, Picture, is_address, message_of
from neo.transports.mail_folder import MailFolder

FROM = "Neo <neo@example.com>"
MAIL = Mail("<neo.1@example.com>", "guard@example.com", "Über 10", "14 people.\nMore than ten.")


def test_a_repeat_overwrites_itself_and_another_mail_does_not(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path / "mail", FROM)
    for mail in (MAIL, MAIL, replace(MAIL, message_id="<neo.2@example.com>")):
        folder.send(mail)
    files = sorted((tmp_path / "mail").iterdir())
    assert len(files) == 2 and {path.suffix for path in files} == {".eml"}
    read = email.message_from_bytes(folder.path("<neo.1@example.com>").read_bytes(), policy=default)
    assert (read["Subject"], read["To"]) == ("Über 10", "guard@example.com")
    assert read.get_content().split() == MAIL.text.split()


def test_ids_that_look_alike_in_a_file_name_stay_apart(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path, FROM)
    assert folder.path("<a+b@example.com>") != folder.path("<a-b@example.com>")
    assert folder.path("<../../etc/passwd@x>").parent == tmp_path


def test_a_folder_that_cannot_be_made_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file stands there")
    with pytest.raises(TryLater, match="cannot be written"):
        MailFolder(tmp_path / "mail", FROM).send(MAIL)


ANYTHING = st.text(max_size=80) | st.sampled_from(
    ["a\r\nBcc: all@example.com", "a\nX: y", "\r\n\r\nbody", "=?utf-8?q?=0D=0ABcc:_x?=", "a\u2028b"]
)


@settings(max_examples=60, deadline=None)
@given(ANYTHING, ANYTHING, ANYTHING)
@example("=??Q?=0D0:", "", "")
@example("", "", "=??Q?=0D0:")
def test_no_words_become_a_header(subject: str, text: str, reference: str) -> None:
    mail = replace(MAIL, subject=subject, text=text, headers={"References": reference})
    try:
        content = message_of(mail, FROM).as_bytes()
    except Refused:
        content = message_of(replace(mail, headers={}), FROM).as_bytes()
    read = email.message_from_bytes(content, policy=default)
    assert {name.lower() for name in read.keys()} <= {  # noqa: SIM118
        *("from", "to", "subject", "date", "message-id", "auto-submitted", "references"),
        *("content-type", "content-transfer-encoding", "mime-version"),
    }
    assert read["To"] == "guard@example.com" and read["Message-ID"] == "<neo.1@example.com>"


@given(
    st.text(max_size=40) | st.sampled_from(["a@b.c\nBcc: d@e.f", "a@b.c, d@e.f", "a@b.c;d@e.f", "N <a@b.c>", "@", ""])
)
def test_only_one_bare_address_is_written_to(to: str) -> None:
    if is_address(to):
        message = message_of(replace(MAIL, to=to), FROM)
        assert len(message["To"].addresses) == 1
    else:
        with pytest.raises(Refused, match="no e-mail address"):
            message_of(replace(MAIL, to=to), FROM)


@pytest.mark.parametrize("wrong", [{"message_id": "<a@b>\nBcc: x"}, {"headers": {"Bcc": "x@example.com"}}])
def test_ids_and_headers_that_are_none(wrong: dict[str, object]) -> None:
    with pytest.raises(Refused, match="no Message-ID"):
        message_of(replace(MAIL, **wrong), FROM)  # type: ignore[arg-type]


def test_words_of_a_picture_are_no_markup() -> None:
    page = message_of(replace(MAIL, pictures=(Picture(b"\xff\xd8x", '"><script>x</script>'),)), FROM)
    body = page.get_body(("html",))
    assert body is not None and "<script>" not in body.get_content()
