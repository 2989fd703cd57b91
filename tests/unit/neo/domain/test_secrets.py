"""Secrets that people paste: cut out, and nothing else is."""

from __future__ import annotations

import pytest

from neo.domain.secrets import without_secrets

JOIN = "".join  # so that no scanner takes these for real ones


@pytest.mark.parametrize(
    "secret",
    [
        JOIN(["xox", "b-123456789-abcdefghij"]),
        JOIN(["sk", "-proj-abcdefgh12345678"]),
        JOIN(["gh", "p_abcdefghijklmnop1234"]),
        JOIN(["AK", "IAABCDEFGHIJKLMNOP"]),
        JOIN(["ey", "JhbGciOiJI.eyJzdWIiOiIx.abcdef"]),
        "postgres://user:hunter2@db.example/x".removeprefix("postgres://").split("@")[0].join(["://", "@"]),
    ],
)
def test_a_secret_is_cut_out_and_counted(secret: str) -> None:
    text, count = without_secrets(f"here it is: {secret} - use it")
    assert count == 1
    assert secret.strip(":/@") not in text
    assert text.startswith("here it is: ") and text.endswith(" - use it")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("the password is hunter22", "the password is ***"),
        ("API key: abc123def", "API key: ***"),
        ("passwd=Secr3t!", "passwd=***"),
    ],
)
def test_spoken_secrets_are_cut_out(said: str, kept: str) -> None:
    assert without_secrets(said) == (kept, 1)


@pytest.mark.parametrize(
    "text",
    ["a password is required", "the API key is somewhere else", "answers within 2 s", "sk-1", "mail me: a@b.example"],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert without_secrets(text) == (text, 0)


def test_a_private_key_is_cut_to_its_end() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nabc\ndef\n-----END PRIVATE KEY-----"
    assert without_secrets(f"see\n{key}\nthanks") == ("see\n***\nthanks", 1)
