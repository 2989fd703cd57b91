"""Replies that are JSON of a known form, from any model: by schema where it knows one, from its text where not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from neo.errors import Unavailable
from neo.llm.base import ChatModel, Completion, JsonSchema

Fault = Literal["", "failed", "refused", "unparsable"]
SHOWN_CHARS = 1500  # of a reply that is handed back to be mended
_FENCE = re.compile(r"^```\w*\n?|```$", re.MULTILINE)

Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True)
class Structured(Generic[Form]):
    """What came of a question.

    Attributes:
        value: The reply; None when there is none, and *fault* says why: the model ``failed``, ``refused`` (said
            nothing), or its reply is ``unparsable`` even after it was asked to mend it.
        detail: The fault in words.
        cost_usd: What the replies cost when they were paid.
        paid_usd: What of it was paid now, not before.
    """

    value: Form | None
    fault: Fault = ""
    detail: str = ""
    cost_usd: float = 0.0
    paid_usd: float = 0.0


def ask(
    model: ChatModel, form: type[Form], system: str, user: str, check: Callable[[Form], str] = lambda _: ""
) -> Structured[Form]:
    """Ask for a reply of a form, and once more when it has another.

    Args:
        check: What is wrong with a reply beyond its form, in a sentence; empty when nothing is.
    """
    replies: list[Completion] = []
    try:
        replies.append(model(system, user))
        value, fault = _checked(form, replies[0].text, check)
        if value is None and replies[0].text.strip():
            replies.append(model(system, _mend(user, replies[0].text, fault)))
            value, fault = _checked(form, replies[1].text, check)
    except Unavailable as error:
        return _told(replies, "failed", str(error))
    if value is None:
        empty = not replies[-1].text.strip()
        return _told(replies, "refused" if empty else "unparsable", fault)
    return Structured(value, cost_usd=_cost(replies), paid_usd=_paid(replies))


def _checked(form: type[Form], text: str, check: Callable[[Form], str]) -> tuple[Form | None, str]:
    value, fault = read(form, text)
    wrong = check(value) if value is not None else fault
    return (None, wrong) if wrong else (value, "")


def read(form: type[Form], text: str) -> tuple[Form | None, str]:
    """The first JSON object in a text that has the form, else None and what is wrong.

    >>> class Grade(BaseModel):
    ...     grade: int
    >>> read(Grade, 'Sure! ```json {"grade": 2} ```')[0]
    Grade(grade=2)
    """
    fault = "it holds no JSON object"
    for value in _objects(_FENCE.sub("", text)):
        try:
            return form.model_validate(value), ""
        except ValidationError as error:
            wrong = error.errors()[0]
            fault = f"{'.'.join(map(str, wrong['loc'])) or 'it'}: {wrong['msg']}"
    return None, fault


def schema_of(form: type[BaseModel]) -> JsonSchema:
    """The form as a strict schema: every property required, no other allowed."""
    body = form.model_json_schema()
    for part in (body, *body.get("$defs", {}).values()):
        if part.get("type") == "object":
            part |= {"additionalProperties": False, "required": list(part.get("properties", {}))}
            for field in part.get("properties", {}).values():
                field.pop("default", None)  # what is required has none, and strict endpoints refuse it
    return JsonSchema(form.__name__.lower(), body)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder, at = json.JSONDecoder(), text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            if isinstance(value, dict):
                yield value
        at = text.find("{", end)


def _mend(user: str, reply: str, fault: str) -> str:
    return (
        f"{user}\n\nYour last reply could not be used: {fault}. It was:\n{reply[:SHOWN_CHARS]}\n\n"
        "Reply again, with nothing but one JSON object of the form asked for."
    )


def _told(replies: list[Completion], fault: Fault, detail: str) -> Structured[Form]:
    return Structured(None, fault, detail, _cost(replies), _paid(replies))


def _cost(replies: list[Completion]) -> float:
    return sum(reply.cost_usd for reply in replies)


def _paid(replies: list[Completion]) -> float:
    return sum(reply.cost_usd for reply in replies if not reply.cached)
