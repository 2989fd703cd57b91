"""What a message says about the slots: labelled and numbered lines first, then units and cues."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from neo.agent.understanding.readers import READERS
from neo.agent.understanding.reading import Reading
from neo.domain.brief import SlotValue
from neo.skill import Slot

_LABELLED = re.compile(r"^\s*[-*•]?\s*\**([A-Za-z][A-Za-z0-9 _/-]{1,40}?)\**\s*[:=]\s*(.+)$")
_NUMBERED = re.compile(r"^\s*(\d)\s*[.):]\s+(.+)$")
_TAKE = re.compile(
    r"\b(recommend\w*|default\w*|your (?:call|choice|suggestion)s?|as you (?:suggest|recommend|propose)|"
    r"you decide|fine with me)\b",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"\b(?:(?:don['’]?t|do not|can['’]?t|cannot) (?:\w+ )?(?:know|say|tell)|dunno|idk|no (?:idea|clue)|not sure|"
    r"unsure|"
    r"not decided|undecided|no preference|don['’]?t (?:mind|care))\b",
    re.IGNORECASE,
)
# Words in place of a value, and where a value that is taken for them comes from.
_STAND_INS = ((_TAKE, "recommended"), (_UNKNOWN, "assumed"))
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
        answer = _answer(slot, value, user) if slot else None
        if slot and answer:
            found[slot.name] = answer
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


def _answer(slot: Slot, text: str, user: str) -> SlotValue | None:
    """What a line says that names its slot: a value, or words in place of one."""
    stand_in = _stand_in(slot, text, user)
    readings = READERS[slot.kind](text, slot)
    if readings and not (stand_in and slot.kind == "text"):
        return SlotValue(readings[0].value, text.strip(), "said", user)
    return stand_in


def _stand_in(slot: Slot, text: str, user: str) -> SlotValue | None:
    """The recommended value, where *text* says 'as you recommend' or 'I don't know'."""
    if slot.recommended is None:
        return None
    source = next((source for pattern, source in _STAND_INS if pattern.search(text)), None)
    return SlotValue(slot.recommended, slot.recommended_words, source, user) if source else None


def _by_unit(text: str, known: Mapping[str, Slot], asked: Sequence[str], user: str) -> dict[str, SlotValue]:
    """Values that their unit gives away: one slot of a kind takes it; of several, the one whose cue stands near."""
    found: dict[str, SlotValue] = {}
    for slot in known.values():
        if slot.kind == "text":
            continue
        rivals = [other for other in known.values() if other.kind == slot.kind and other is not slot]
        for reading in READERS[slot.kind](text, slot):
            needs_cue = slot.name not in asked if slot.kind == "choice" else bool(rivals)
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
    if any(pattern.search(text) for pattern, _ in _STAND_INS):
        taken = {slot.name: _stand_in(slot, text, user) for slot in still}
        return {name: value for name, value in taken.items() if value is not None}
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
