"""Other wordings of a question that are searched beside it, from a language model.

A reply that cannot be read is counted, and the plain question is searched alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .meter import Meter

MOST_TEXTS = 3  # more wordings cost a search each and mostly repeat the first ones
MOST_CHARS = 300
PASSAGE_CHARS = (40, 1500)  # least and most of an imagined passage
SIMPLE = "SIMPLE"
_ITEM = re.compile(r"^\s*(?:[-*\u2022]|\(?\d{1,2}[.):])?\s*")
_LIST = re.compile(r"\[[^\[\]]*\]", re.DOTALL)
_EMPTY_TALK = re.compile(r"(?i)^(?:sure|here (?:are|is)|okay|certainly|of course|i (?:can't|cannot|am unable))\b")


@dataclass(frozen=True)
class Transform:
    """A way of wording: the standing orders, and how the reply is read (None when it cannot be)."""

    system: str
    read: Callable[[str], list[str] | None]


def search_texts(question: str, transform: str, meter: Meter) -> list[str]:
    """The texts to search for a question: itself first, then what the language model adds.

    Args:
        question: As it was asked.
        transform: A key of TRANSFORMS.
        meter: Asks the model, and counts a reply that could not be read.
    """
    way = TRANSFORMS[transform]
    if way is None:
        return [question]
    found = way.read(meter(way.system, f"Question: {question}").text)
    if found is None:
        meter.unread += 1
        return [question]
    return list(dict.fromkeys([question, *found]))


def read_questions(reply: str) -> list[str] | None:
    r"""One question a line, or a JSON list of them; numbering, quotes and polite openings are taken off.

    >>> read_questions("Sure:\n1. When is noon?\n2) What is noon?")
    ['When is noon?', 'What is noon?']
    """
    lines = _json_list(reply) or reply.splitlines()
    items = [_ITEM.sub("", line).strip().strip("\"'`").strip() for line in lines]
    kept = [item for item in items if _is_text(item) and not _EMPTY_TALK.match(item)]
    return list(dict.fromkeys(kept))[:MOST_TEXTS] or None


def read_parts(reply: str) -> list[str] | None:
    """As `read_questions`; none for a question that the model calls simple."""
    return [] if reply.strip().strip(".").upper() == SIMPLE else read_questions(reply)


def read_passage(reply: str) -> list[str] | None:
    """The whole reply as one passage; nothing when it is too short to be one or refuses."""
    text = " ".join(reply.split())
    least, most = PASSAGE_CHARS
    return None if len(text) < least or _EMPTY_TALK.match(text) else [text[:most]]


def _is_text(item: str) -> bool:
    return len(item) <= MOST_CHARS and sum(character.isalnum() for character in item) >= 3 and " " in item


def _json_list(reply: str) -> list[str]:
    match = _LIST.search(reply)
    try:
        items = json.loads(match.group()) if match else []
    except ValueError:
        return []
    return [item for item in items if isinstance(item, str)]


TRANSFORMS: Mapping[str, Transform | None] = {
    "none": None,
    "multi_query": Transform(
        "You help to search documents. Word the question anew in three ways, with other terms that a document might "
        "use for the same things. Reply with the three questions, one a line, and nothing else.",
        read_questions,
    ),
    "hyde": Transform(
        "You help to search documents. Write the short passage (two or three sentences, in the style of a handbook or "
        "report) that would answer the question. Invent what you do not know; never refuse and never comment.",
        read_passage,
    ),
    "decompose": Transform(
        "You help to search documents. If the question asks for several facts, reply with one question for each fact, "
        f"at most three, one a line, each understandable alone. If it asks for one fact, reply exactly: {SIMPLE}",
        read_parts,
    ),
}
