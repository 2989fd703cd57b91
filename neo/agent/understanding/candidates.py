"""Which slot a value belongs to: every value found is weighed for every slot of its kind.

| sign | weight |
| --- | --- |
| a word of the slot stands in the same clause, or in the same sentence | `CUE`, `CUE_NEAR` |
| the slot was asked about | `ASKED` |
| no other slot takes its kind | `ALONE` |
| the clause means what the slot's phrases mean, in [-1, 1] | `MEANING` |
| the clause means something that is no value at all | `NOTHING` |
| the bound said is the slot's, or the other one | `BOUND`, `-BOUND` |
| each further word of the choice that is named | `WORD` |
| the words name one of the slot's choices, an address, a date | `NAMED` |
| the clause corrects, and the slot has a value that was said | `CORRECTED` |
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from neo.agent.understanding.clauses import Part
from neo.agent.understanding.context import Context
from neo.agent.understanding.marks import corrects
from neo.agent.understanding.readers import READERS
from neo.agent.understanding.reading import Reading
from neo.skill import Slot

CUE, CUE_NEAR, ASKED, ALONE, MEANING, NOTHING, BOUND, NAMED = 0.8, 0.4, 0.6, 0.25, 1.0, 0.8, 0.2, 0.5
CORRECTED, WORD = 0.5, 0.1
LEAST = 0.55  # weight from which a value is taken
LEAST_UNASKED = 0.85  # the same of a choice that was not asked for
TEXTS = ("text", "files")
STEM = 5  # letters up to which a cue is a whole word


@dataclass(frozen=True)
class Candidate:
    """A value that a clause may give to a slot.

    Attributes:
        start: The value's place in the message.
        weight: The sum of the signs; see the module.
    """

    slot: Slot
    reading: Reading
    part: Part
    start: int
    weight: float


@dataclass(frozen=True)
class Clause:
    """A clause with what it means.

    Attributes:
        spelt: Its text with slips mended.
        sentence: The whole sentence that it is of, likewise.
        nearness: To each slot's phrases and to ``none``, in [-1, 1].
    """

    part: Part
    spelt: str
    sentence: str
    nearness: Mapping[str, float]


def candidates(clauses: Sequence[Clause], context: Context) -> list[Candidate]:
    """The values that clauses give, each with the slot that it fits best, in the order of the message."""
    found: list[Candidate] = []
    for clause in clauses:
        found += _best(_weighed(clause, context))
    return sorted((one for one in found if one.weight >= _least(one, context)), key=lambda one: one.start)


def _least(one: Candidate, context: Context) -> float:
    """What is named by common words, and was not asked for, must be meant more clearly."""
    unasked = one.slot.kind == "choice" and one.slot.name not in context.wanted
    return LEAST_UNASKED if unasked else LEAST


def _weighed(clause: Clause, context: Context) -> list[Candidate]:
    slots = [slot for slot in context.readable if slot.kind not in TEXTS]
    # Slips do not matter to numbers and names, whose places in the message count.
    texts = {slot.name: clause.spelt if slot.kind == "choice" else clause.part.text for slot in slots}
    readings = {slot.name: READERS[slot.kind](texts[slot.name], slot) for slot in slots}
    rivals = {kind: sum(slot.kind == kind for slot in slots) for kind in {slot.kind for slot in slots}}
    return [
        Candidate(slot, one, clause.part, clause.part.start + one.start, _weight(clause, slot, one, context, rivals))
        for slot in slots
        for one in readings[slot.name]
    ]


def _weight(clause: Clause, slot: Slot, one: Reading, context: Context, rivals: Mapping[str, int]) -> float:
    takes_back = corrects(clause.spelt)
    # What takes something back is about what was said, and not about what was only asked once.
    asked = slot.name in (context.asked_now if takes_back else context.wanted)
    own = clause.nearness.get(slot.name, 0.0)
    weight = MEANING * max(0.0, own) - NOTHING * max(0.0, clause.nearness.get("none", 0.0) - own)
    weight += ASKED if asked else 0.0
    weight += ALONE if rivals[slot.kind] == 1 and slot.kind != "choice" else 0.0
    weight += NAMED if slot.kind in ("choice", "emails", "address", "date", "number") else 0.0
    weight += WORD * (len(one.said.split()) - 1) if slot.kind == "choice" else 0.0
    if cued(clause.spelt, slot):
        weight += CUE
    elif cued(clause.sentence, slot):
        weight += CUE_NEAR
    said = context.known.get(slot.name)
    if takes_back and said is not None and said.source == "said":
        weight += CORRECTED
    if one.bound and slot.bound:
        weight += BOUND if one.bound == slot.bound else -BOUND
    return weight


def _best(weighed: Sequence[Candidate]) -> list[Candidate]:
    """For each place in the message the slot of greatest weight; a second place of a slot must weigh nearly as much."""
    taken: list[Candidate] = []
    for one in sorted(weighed, key=lambda c: (-c.weight, c.start)):
        if any(_overlap(one, other) for other in taken):
            continue
        rival = any(other.slot is one.slot and other.weight > one.weight + CUE for other in taken)
        if not rival:
            taken.append(one)
    return taken


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.start < other.start + len(other.reading.said) and other.start < one.start + len(one.reading.said)


def cued(text: str, slot: Slot) -> bool:
    """Whether a word of the slot, its title, or one of its patterns stands in the text."""
    return bool(_cues(slot.cues, slot.title.split(" (")[0]).search(text)) or patterned(text, slot)


def patterned(text: str, slot: Slot) -> bool:
    """Whether one of the slot's patterns stands in the text."""
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in slot.patterns)


# Words of slots that say many other things too: they do not name the slot by themselves.
_COMMON = frozenset(
    {"right", "fast", "run", "who", "where", "within", "pay", "quality", "goal", "here", "time", "keep"}
)


def names(text: str, slot: Slot) -> bool:
    """Whether the text names the slot, as in 'no idea about the deadline'."""
    return bool(_cues(tuple(cue for cue in slot.cues if cue not in _COMMON), slot.title.split(" (")[0]).search(text))


@lru_cache(maxsize=512)
def _cues(cues: tuple[str, ...], title: str) -> re.Pattern[str]:
    # A short word stands for itself alone; a longer one may be a stem: 'accura' for 'accurate'.
    words = "|".join(re.escape(word) + (r"s?\b" if len(word) <= STEM else "") for word in (*cues, title))
    return re.compile(rf"\b(?:{words})", re.IGNORECASE)
