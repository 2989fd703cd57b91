"""What a message says about the slots: labelled and numbered lines first, then units and cues."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from neo.agent.values import READERS, Reading
from neo.domain.brief import SlotValue
from neo.skill import Slot

_LABELLED = re.compile(r"^\s*[-*•]?\s*\**([A-Za-z][A-Za-z0-9 _/-]{1,40}?)\**\s*[:=]\s*(.+)$")
_NUMBERED = re.compile(r"^\s*(\d)\s*[.):]\s+(.+)$")
_TAKE = re.compile(
    r"\b(recommend\w*|default\w*|your (?:call|choice|suggestion)s?|as you (?:suggest|recommend|propose)|you decide|fine with me)\b",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(r"\b(?:don'?t|do not|dunno|no idea|not sure|unsure)\b", re.IGNORECASE)
_NEAR = 40  # characters before a value in which a cue still belongs to it


def read(text: str, slots: Sequence[Slot], asked: Sequence[str], user: str) -> dict[str, SlotValue]:
    """The slot values that a message gives.

    Args:
        slots: All slots of the skill.
        asked: Names of the slots that Neo asked about last, in the order of their numbers.
        user: Who wrote it.

    Returns:
        By slot name; the person's own words are kept beside each normalised value.
    """
    known = {slot.name: slot for slot in slots if slot.kind != "files"}
    found: dict[str, SlotValue] = {}
    rest: list[str] = []
    for line in text.splitlines():
        slot, value = _labelled(line, known, asked)
        reading = _first(slot, value) if slot else None
        if slot and reading:
            found[slot.name] = SlotValue(reading.value, value.strip(), "said", user)
        else:
            rest.append(line)
    remaining = "\n".join(rest)
    found = {**_by_unit(remaining, known, asked, user), **found}
    return {**_stand_ins(remaining, known, asked, found, user), **found}


def _labelled(line: str, known: Mapping[str, Slot], asked: Sequence[str]) -> tuple[Slot | None, str]:
    if match := _NUMBERED.match(line):
        names = [name for name in asked if name in known]
        place = int(match[1]) - 1
        return (known[names[place]], match[2]) if 0 <= place < len(names) else (None, "")
    if match := _LABELLED.match(line):
        label = match[1].lower().strip()
        for slot in known.values():
            if label in (slot.name.replace("_", " "), slot.title.lower()) or label in slot.cues:
                return slot, match[2]
    return None, ""


def _first(slot: Slot, text: str) -> Reading | None:
    readings = READERS[slot.kind](text, slot.choices)
    return readings[0] if readings else None


def _by_unit(text: str, known: Mapping[str, Slot], asked: Sequence[str], user: str) -> dict[str, SlotValue]:
    """Values that their unit gives away: one slot of a kind takes it; of several, the one whose cue stands near."""
    found: dict[str, SlotValue] = {}
    for slot in known.values():
        if slot.kind == "text":
            continue
        rivals = [other for other in known.values() if other.kind == slot.kind and other is not slot]
        for reading in READERS[slot.kind](text, slot.choices):
            needs_cue = slot.kind == "choice" and slot.name not in asked or bool(rivals) and slot.kind != "choice"
            if not needs_cue or _cue_near(text, reading, slot):
                found.setdefault(slot.name, SlotValue(reading.value, reading.said, "said", user))
    return found


def _cue_near(text: str, reading: Reading, slot: Slot) -> bool:
    near = text[max(0, reading.start - _NEAR) : reading.start + len(reading.said) + _NEAR].lower()
    return any(cue in near for cue in slot.cues)


def _stand_ins(
    text: str, known: Mapping[str, Slot], asked: Sequence[str], found: Mapping[str, SlotValue], user: str
) -> dict[str, SlotValue]:
    """What was asked and not answered by a value: 'as you recommend', 'I don't know', or the words themselves."""
    still = [known[name] for name in asked if name in known and name not in found]
    for pattern, source in ((_TAKE, "recommended"), (_UNKNOWN, "assumed")):
        if pattern.search(text):
            return {
                slot.name: SlotValue(slot.recommended, slot.recommended_words, source, user)
                for slot in still
                if slot.recommended is not None
            }
    texts = [slot for slot in still if slot.kind == "text"]
    if len(texts) == 1 and len(still) == 1 and text.strip():
        return {texts[0].name: SlotValue(text.strip(), text.strip(), "said", user)}
    return {}


def recommended(slots: Sequence[Slot], names: Sequence[str], user: str) -> dict[str, SlotValue]:
    """The recommended values of the named slots, as taken by a person."""
    return {
        slot.name: SlotValue(slot.recommended, slot.recommended_words, "recommended", user)
        for slot in slots
        if slot.name in names and slot.recommended is not None
    }
