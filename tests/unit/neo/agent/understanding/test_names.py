"""E-mail addresses, addresses of streams and models, files; and no others."""

from __future__ import annotations

import time

import pytest

from neo.agent.understanding import names

MAILS = [
    ("desk@example.com", "desk@example.com"),
    ("<mailto:Desk@Example.com|Desk@Example.com>", "desk@example.com"),  # as Slack writes it
    ("mail Guard@example.com, and desk@example.org.", "guard@example.com, desk@example.org"),
    ("<mailto:a@example.com|a@example.com> and <mailto:b@example.com|b@example.com>", "a@example.com, b@example.com"),
    ("a@example.com or A@example.com", "a@example.com"),  # once
    ("front.desk+alerts@mail.example.co.uk", "front.desk+alerts@mail.example.co.uk"),
    ("guard (at) example.com", "guard@example.com"),
    ("rtsp://user:word@cam.example/1 and guard@example.com", "guard@example.com"),  # a stream's password is none
]
ADDRESSES = [
    ("rtsp://cam.example:554/stream1", ["rtsp://cam.example:554/stream1"]),
    ("<https://example.com/cam?x=1|the camera>", ["https://example.com/cam?x=1"]),
    ("it is at http://cam.example:8080/video.", ["http://cam.example:8080/video"]),
    ("192.0.2.20:554/live, please", ["192.0.2.20:554/live"]),
    ("use /dev/video0", ["/dev/video0"]),
    ("the file entrance.mp4", ["entrance.mp4"]),
    ("~/data/train.jsonl", ["~/data/train.jsonl"]),
    ("C:\\videos\\shop.mp4", ["C:\\videos\\shop.mp4"]),
    ("Qwen/Qwen2.5-0.5B", ["Qwen/Qwen2.5-0.5B"]),
    ("mistralai/Mistral-7B-Instruct-v0.3 please", ["mistralai/Mistral-7B-Instruct-v0.3"]),
    ("llama-3.2-1b", ["llama-3.2-1b"]),
    ("(see https://example.com/a)", ["https://example.com/a"]),
    ("rtsp://a.example/1 or /dev/video1", ["rtsp://a.example/1", "/dev/video1"]),
    ("and/or yes/no, 24/7", []),
    ("$5/month", []),
    ("mail desk@example.com", []),
    ("<#C123|general> <@U123>", []),
    ("the packaged small model", []),
]


@pytest.mark.parametrize(("text", "value"), MAILS)
def test_mail_addresses_are_lower_case_and_joined(text: str, value: str) -> None:
    (one,) = names.emails(text)
    assert one.value == value
    assert one.said == text[one.start : one.end]


@pytest.mark.parametrize("text", ["mail me", "@home", "a@b", "ping @here", ""])
def test_what_is_no_mail_address(text: str) -> None:
    assert names.emails(text) == []


@pytest.mark.parametrize(("text", "values"), ADDRESSES)
def test_addresses_stand_as_they_were_written(text: str, values: list[str]) -> None:
    found = names.addresses(text)
    assert [one.value for one in found] == values
    assert all(one.said == text[one.start : one.end] for one in found)


def test_names_of_files() -> None:
    assert [one.value for one in names.files("handbook.pdf, golden_v2.csv and e.g. this")] == [
        "handbook.pdf",
        "golden_v2.csv",
    ]


@pytest.mark.parametrize("unit", ["a", "a@", "a.", "/a", "<http://", "1.", "a-1", "a/", "<mailto:"])
def test_a_long_text_ends(unit: str) -> None:
    text = (unit * 40_000)[:40_000]
    begun = time.process_time()
    names.emails(text), names.addresses(text), names.files(text)
    assert time.process_time() - begun < 10
