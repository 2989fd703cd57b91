"""Sentences that name what they are about: ``Latency: 2 s``, and ``2. two seconds`` by a question's number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from neo.agent.understanding.clauses import sentences
from neo.agent.understanding.context import Context
from neo.skill import Slot

_LABELLED = re.compile(r"^\s*[-*•]?\s*\**([A-Za-z][A-Za-z0-9 _/()-]{1,40}?)\**\s*(?::|=|->|→)\s*(?!//)(.+)$")
_NUMBERED = re.compile(r"^\s*\(?(\d{1,2})\s*[.):]\s+(.+)$")


@dataclass(frozen=True)
class NamedLine:
    """A line's own words, the slots that it is about, and where the words, and their label, start in the message."""

    text: str
    slots: tuple[Slot, ...]
    start: int
    label: int


def named_lines(text: str, context: Context) -> list[NamedLine]:
    """The lines of a message that name a slot, by its title, its name or one of its cues, or by a question's number."""
    found = []
    for one in sentences(text):
        slots, value, place = _named(one.text, context)
        if slots and value.strip() and not _names_more(value, slots, context):
            found.append(NamedLine(value.strip(), slots, one.start + place, one.start))
    return found


def _names_more(value: str, slots: tuple[Slot, ...], context: Context) -> bool:
    """'epochs=2, rank 8, alpha 16': the words after a comma are about other slots."""
    rest = value.partition(",")[2].lower()
    others = [slot for slot in context.readable if slot not in slots]
    return any(re.search(rf"\b{re.escape(slot.name.replace('_', ' '))}\b", rest) for slot in others)


def _named(line: str, context: Context) -> tuple[tuple[Slot, ...], str, int]:
    known = {slot.name: slot for slot in context.readable}
    if match := _NUMBERED.match(line):
        row = int(match[1]) - 1
        names = context.asked[row] if 0 <= row < len(context.asked) else ()
        return tuple(known[name] for name in names if name in known), match[2], match.start(2)
    if match := _LABELLED.match(line):
        label = match[1].lower().strip()
        exact = [slot for slot in known.values() if label in (slot.name.replace("_", " "), slot.title.lower())]
        words = label.split()
        named = {label, *(words if len(words) <= 2 else ())}
        cued = [slot for slot in known.values() if named & set(slot.cues)]
        return tuple((exact or cued)[:1]), match[2], match.start(2)
    return (), "", 0
