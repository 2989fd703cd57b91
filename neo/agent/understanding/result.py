"""What is understood of a message: one type, whoever read it.

The embedded reader and a language model behind an endpoint give the same; the endpoint's strict schema is made from
these very classes.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

Value = float | str


class Intent(StrEnum):
    """What a message is for, in the main; values may come with any of them."""

    ANSWER = "answer"  # gives values, or wishes, or answers what was asked
    QUESTION = "question"  # asks Neo something back
    COMMAND = "command"  # one of Neo's commands, in words
    APPROVAL = "approval"  # words of consent, which approve nothing
    REFUSAL = "refusal"  # words of refusal: something shall change
    UNKNOWN = "unknown"  # the person does not know what was asked
    RECOMMENDATION = "recommendation"  # takes what Neo recommends
    SMALL_TALK = "small_talk"
    OFF_TOPIC = "off_topic"


class Frozen(BaseModel):
    """A model that is not changed once it is made, and knows no other fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Said(Frozen):
    """A value that a message gives to a slot.

    Attributes:
        slot: The slot's name.
        value: Normalised: seconds, dollars, a share in [0, 1], a number, a choice's name, or plain text.
        quote: The person's own words, as they stand in the message.
        corrects: Whether the words say that an earlier value was wrong ("no, two seconds", "make that 90 %").
        kind: ``said``; ``recommended`` when they take what Neo recommends; ``assumed`` when they do not know.
    """

    slot: str
    value: Value
    quote: str
    corrects: bool = False
    kind: Literal["said", "recommended", "assumed"] = "said"


class Conflict(Frozen):
    """Two values of one slot that cannot both hold, each with the words that gave it; nobody took one back."""

    slot: str
    first: Said
    second: Said


class Asked(Frozen):
    """A question that the person asks, with what it is about: a slot's name, a topic of Neo's help, or nothing."""

    quote: str
    about: str = ""


class Ordered(Frozen):
    """A command in words: its name, and what it is to be done to, such as a requirement's id or a person."""

    name: str
    argument: str = ""


class Understanding(Frozen):
    """What is understood of one message.

    Attributes:
        values: At most one a slot, in the order of the message.
        conflicts: Within the message; those with what was said before are found by the intake.
        questions: Asked back.
        approval: Of a document, in words; it approves nothing.
        unread: Parts of the message of which nothing was made, in its words: wishes, or talk.
        reader: ``embedded``, or the name of the model that read it.
        fallback: Why a model did not read it although one is set; empty otherwise.
        language: Of the message, as a two-letter code; empty when it is not known, as without a model.
        paid_usd: What reading it cost, in dollars.
    """

    intent: Intent
    values: tuple[Said, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    questions: tuple[Asked, ...] = ()
    order: Ordered | None = None
    approval: Literal["for", "against", "none"] = "none"
    unread: tuple[str, ...] = ()
    reader: str = "embedded"
    fallback: str = ""
    language: str = ""
    paid_usd: float = 0.0


def same(one: Value, other: Value) -> bool:
    """Whether two values are one: numbers to a thousandth, texts but for case and spaces."""
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) <= 1e-3 * max(abs(one), abs(other))
    return re.sub(r"\W+", " ", str(one)).strip().lower() == re.sub(r"\W+", " ", str(other)).strip().lower()
