"""Approvals: which emoji says what, who may say it, and of which document.

A model proposes and this module disposes: only an event from a person, checked here, approves.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a person says of a document."""

    APPROVED = "approved"
    CHANGES = "changes"


VERDICTS: dict[str, Verdict] = {
    "white_check_mark": Verdict.APPROVED,
    "+1": Verdict.APPROVED,
    "thumbsup": Verdict.APPROVED,
    "heavy_check_mark": Verdict.APPROVED,
    "x": Verdict.CHANGES,
    "-1": Verdict.CHANGES,
    "thumbsdown": Verdict.CHANGES,
    "pencil2": Verdict.CHANGES,
    "warning": Verdict.CHANGES,
}

EXPLANATION = (
    "On a document :white_check_mark: :+1: or :heavy_check_mark: approves, "
    ":x: :-1: :pencil2: or :warning: asks for changes; every other emoji changes nothing."
)

_SKIN_TONE = re.compile(r"::skin-tone-[2-6]$")


@dataclass(frozen=True)
class DocumentState:
    """What must be known of a document to judge an approval of it."""

    id: str
    hash: str
    current: bool


def bare(emoji: str) -> str:
    """The emoji's name without colons and skin tone.

    >>> bare("+1::skin-tone-4")
    '+1'
    """
    return _SKIN_TONE.sub("", emoji).strip(":")


def verdict(emoji: str) -> Verdict | None:
    """What the emoji says of a document, or None when it says nothing.

    >>> verdict("+1::skin-tone-6").value
    'approved'
    """
    return VERDICTS.get(bare(emoji))


def may_approve(user: str, *, owner: str, approvers: Collection[str]) -> bool:
    """Whether *user* may approve or refuse: the person who started the project, and those they named."""
    return bool(user) and (user == owner or user in approvers)


def is_stale(document: DocumentState, shown_hash: str) -> bool:
    """Whether the approval is of a text that is no longer the one to be approved."""
    return not document.current or document.hash != shown_hash
