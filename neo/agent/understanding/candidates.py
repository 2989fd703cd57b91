"""Which slot a value belongs to: every value found is weighed for every slot of its kind.

| sign | weight |
| --- | --- |
| a word of the slot stands in the same clause, or in the same sentence | `CUE`, `CUE_NEAR` |
| the slot was asked about | `ASKED` |
| the value is all that the clause says, and it is the slot's turn to be answered | `IN_TURN`, less for later ones |
| no other slot takes its kind | `ALONE` |
| the value's own words, and the clause around them, say something of the slot: the tagger's score | `MEANING` |
| they say something that is no value at all | `NOTHING` |
| the clause means this choice more than the others | `VALUE` |
| the bound said is the slot's, or the other one | `BOUND`, `-BOUND` |
| each further word of the choice that is named | `WORD` |
| the words name one of the slot's choices, an address, a date | `NAMED` |
| the clause corrects, and the slot has a value that was said | `CORRECTED` |
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from neo.agent.understanding import dates
from neo.agent.understanding.clauses import Part
from neo.agent.understanding.context import Context
from neo.agent.understanding.dates import NO_DATE
from neo.agent.understanding.marks import corrects, unknown
from neo.agent.understanding.readers import READERS, loose_numbers
from neo.agent.understanding.reading import Reading
from neo.agent.understanding.sayings import ABOUT, NONE, UNKNOWN
from neo.agent.understanding.tagger import Tagged
from neo.skill import Slot

CUE, CUE_NEAR, ASKED, ALONE, MEANING, NOTHING, BOUND, NAMED = 0.35, 0.15, 0.5, 0.25, 1.2, 0.3, 0.15, 0.4
CORRECTED, WORD = 0.5, 0.1
VALUE = 0.8  # weight of a choice that is meant more than the others
FEW_CHOICES = 3
IN_TURN, NEARLY = 0.3, 0.75
HERE = 0.7  # share of the value's own words in what a clause says of it
CLEARLY, LEAST_VALUE = 1.3, 0.15  # by which the choice that is meant scores above the next, and above nothing
MEANT = 0.4  # score of a label from which its value is meant
DECIDED = 0.4  # by which it must score above the next where words say that something is not known
SURE, SURE_UNASKED = 0.5, 0.75  # from which an occasion without a day in it is a date, asked for or not
MOST_WORDS = 16  # of a date
MEANT_UNASKED = 0.6  # the same of a choice that was not asked for
LEAST = 0.5  # weight from which a value is taken
LEAST_UNASKED = 0.75  # the same of a choice that was not asked for
TEXTS = ("text", "files")
_BARE = re.compile(r"[+-]?[\d.,]+")
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
        meaning: By label of the sayings about 1 where it applies and 0 where it does not.
        tags: The words' scores in its sentence, in which it begins at *first*.
        whole: The sentence as it stands in the message.
    """

    part: Part
    spelt: str
    sentence: str
    nearness: Mapping[str, float]
    meaning: Mapping[str, float]
    tags: Tagged | None = None
    first: int = 0
    whole: str = ""

    def at(self, start: int, end: int) -> Mapping[str, float]:
        """The scores of a stretch of the clause."""
        if self.tags is None:
            return self.meaning
        return self.tags.of(self.first + start, self.first + end) or self.meaning


def candidates(clauses: Sequence[Clause], context: Context) -> list[Candidate]:
    """The values that clauses give, each with the slot that it fits best, in the order of the message."""
    found: list[Candidate] = []
    for clause in clauses:
        given = {one.slot.name for one in found}
        found += [one for one in _best(_weighed(clause, context, given)) if one.weight >= _least(one, context)]
    return sorted(found, key=lambda one: one.start)


def _least(one: Candidate, context: Context) -> float:
    """What is named by common words, and was not asked for, must be meant more clearly."""
    unasked = one.slot.kind == "choice" and one.slot.name not in context.wanted
    return LEAST_UNASKED if unasked else LEAST


def _weighed(clause: Clause, context: Context, given: Collection[str] = ()) -> list[Candidate]:
    """All values of a clause; *given* are the slots that clauses before it gave."""
    slots = [slot for slot in context.readable if slot.kind not in TEXTS]
    waits = [name for name in (*context.disputed, *context.asked_now) if name not in given]
    # Slips do not matter to numbers and names, whose places in the message count.
    texts = {slot.name: clause.spelt if slot.kind == "choice" else clause.part.text for slot in slots}
    readings = {slot.name: READERS[slot.kind](texts[slot.name], slot) for slot in slots}
    for slot in slots:
        if slot.kind == "dollars" and clause.whole:
            readings[slot.name] = _in_sentence(clause, slot)
        if slot.kind == "date" and next(iter(waits), "") != slot.name:
            readings[slot.name] = [one for one in readings[slot.name] if not _BARE.fullmatch(one.said.strip(" ."))]
        if slot.kind == "date":
            readings[slot.name] = [_in_full(clause, slot, one) for one in readings[slot.name]]
        if not (context.is_open(slot.name) or corrects(clause.spelt) or cued(clause.spelt, slot)):
            readings[slot.name] = [one for one in readings[slot.name] if not _BARE.fullmatch(one.said.strip())]
        # Of few choices the words that name one may deny it; of many they are surer than what is meant.
        if not readings[slot.name] or (slot.kind == "choice" and len(slot.choices) <= FEW_CHOICES):
            readings[slot.name] = [
                *readings[slot.name],
                *(replace(one, meant=True) for one in _meant(clause, slot, context)),
            ]
    turn = {slot.name: _turn(slot, slots, waits) for slot in slots}
    rivals = {kind: sum(slot.kind == kind for slot in slots) for kind in {slot.kind for slot in slots}}
    return [
        Candidate(
            slot,
            one,
            clause.part,
            clause.part.start + one.start,
            _weight(clause, slot, one, context, rivals) + (turn[slot.name] if _is_all(clause, one) else 0.0),
        )
        for slot in slots
        for one in readings[slot.name]
    ]


def _turn(slot: Slot, slots: Sequence[Slot], waits: Sequence[str]) -> float:
    """What speaks for a slot where a value stands alone: people answer in the order in which they are asked."""
    kinds = {one.name: one.kind for one in slots}
    row = [name for name in waits if kinds.get(name) == slot.kind]
    return IN_TURN / (1 + row.index(slot.name)) if slot.name in row else 0.0


def _is_all(clause: Clause, one: Reading) -> bool:
    """Whether a value is all that its clause says."""
    return len(one.said.strip()) >= NEARLY * len(clause.part.text.strip(" .,!"))


def _in_sentence(clause: Clause, slot: Slot) -> list[Reading]:
    """Sums that begin in a clause, with what the rest of the sentence says they are for: '$90, for 3,000 questions'."""
    inside = range(clause.first, clause.first + len(clause.part.text))
    found = [one for one in READERS[slot.kind](clause.whole, slot) if one.start in inside]
    return [replace(one, start=one.start - clause.first, end=one.end - clause.first) for one in found]


def _best_other(clause: Clause, slot: Slot, one: Reading) -> float:
    """The greatest score of another slot at a reading."""
    here = clause.at(one.start, one.end)
    return max(
        (score for name, score in here.items() if name not in (slot.name, NONE) and not _is_part(name)), default=0
    )


def _is_part(label: str) -> bool:
    return "=" in label or label.startswith(ABOUT)


def _other_choice(clause: Clause, slot: Slot, context: Context) -> float:
    """The greatest score of another slot with choices: 'it can run where you are' says nothing of privacy."""
    others = (one.name for one in context.readable if one.kind == "choice" and one is not slot)
    return max((clause.meaning.get(name, 0.0) for name in others), default=0.0)


def _clearer(clause: Clause, slot: Slot, one: Reading) -> float:
    """By how much a clause means one choice more than any other, in [-1, 1] or about; less if it hardly means any."""
    if len(slot.choices) == 1:
        return 0.0
    about = min(1.0, max(0.0, clause.meaning.get(slot.name, 0.0)))
    scores = {value: clause.meaning.get(f"{slot.name}={value}", 0.0) for value in slot.choices}
    rest = max((score for value, score in scores.items() if value != one.value), default=0.0)
    return about * (scores.get(one.value, 0.0) - rest)


def _meant(clause: Clause, slot: Slot, context: Context) -> list[Reading]:
    """What a clause says of a slot without a word of it: a choice, a bare number, or a point in time."""
    text = clause.part.text
    if slot.kind == "choice":
        if clause.meaning.get(slot.name, 0.0) < (MEANT if slot.name in context.wanted else MEANT_UNASKED):
            return []
        if len(slot.choices) == 1 and slot.name not in context.wanted:
            return []
        if clause.meaning[slot.name] < _other_choice(clause, slot, context):
            return []
        scores = {value: clause.meaning.get(f"{slot.name}={value}", 0.0) for value in slot.choices}
        first, *others = sorted(scores, key=lambda value: -scores[value])
        rest = max((scores[value] for value in others), default=0.0)
        if clause.meaning.get(UNKNOWN, 0.0) > clause.meaning[slot.name]:
            return []
        if unknown(clause.spelt) and scores[first] - rest < DECIDED:
            return []  # 'whatever you like' leaves it open, and 'send it to whatever model you like' does not
        clear = not others or scores[first] > CLEARLY * rest
        return [Reading(first, text, 0, len(text))] if clear and scores[first] > LEAST_VALUE else []
    if slot.kind in ("number", "share", "dollars"):
        return (
            []
            if not context.is_open(slot.name)
            else [
                one
                for one in loose_numbers(text, slot)
                if clause.at(one.start, one.end).get(slot.name, 0.0) >= max(MEANT, _best_other(clause, slot, one))
            ]
        )
    if slot.kind == "address" and clause.tags is not None:
        found = clause.tags.stretch(slot.name, clause.first, clause.first + len(text), MEANT)
        start, end = (found[0] - clause.first, found[1] - clause.first) if found else (0, 0)
        said = text[start:end]
        return [Reading(said, said, start, end)] if any(map(str.isdigit, said)) else []
    if slot.kind == "date" and clause.meaning.get(slot.name, 0.0) >= MEANT:
        points = [_in_full(clause, slot, one) for one in dates.loose(text)]
        return points or _occasion(clause, slot, context)
    return []


def _occasion(clause: Clause, slot: Slot, context: Context) -> list[Reading]:
    """A date without a day or a month in it: 'ready by Hogmanay'."""
    text, own = clause.part.text, clause.meaning.get(slot.name, 0.0)
    least = SURE if slot.name in context.wanted else SURE_UNASKED
    rival = max(_best_other(clause, slot, Reading("", "", 0, len(text))), clause.meaning.get(UNKNOWN, 0.0))
    said = _stretch(clause, slot, 0, len(text)) if own >= max(least, rival) else ""
    start = text.find(said)
    return [Reading(said, said, start, start + len(said))] if said else []


def _stretch(clause: Clause, slot: Slot, start: int, end: int) -> str:
    """The words of a clause that speak of a slot, with all from *start* to *end* where they meet; else empty."""
    text = clause.part.text
    found = clause.tags.stretch(slot.name, clause.first, clause.first + len(text), MEANT) if clause.tags else None
    if found is None:
        return ""
    first, last = (max(0, place - clause.first) for place in found)
    if first >= end or last <= start:
        return ""
    return text[min(first, start) : max(last, end)].strip(" .,;:!")


def _in_full(clause: Clause, slot: Slot, one: Reading) -> Reading:
    """A date in the words around it: 'a month before the 8th' is not the 8th."""
    words = _stretch(clause, slot, one.start, one.end) if one.value != NO_DATE else ""
    return replace(one, value=words) if 0 < len(words.split()) <= MOST_WORDS else one


def _weight(clause: Clause, slot: Slot, one: Reading, context: Context, rivals: Mapping[str, int]) -> float:
    takes_back = corrects(clause.spelt)
    # What takes something back is about what was said, and not about what was only asked once.
    asked = slot.name in (context.asked_now if takes_back else context.wanted)
    here = clause.meaning if slot.kind == "choice" else clause.at(one.start, one.end)
    own, none = (HERE * here.get(name, 0.0) + (1 - HERE) * clause.meaning.get(name, 0.0) for name in (slot.name, NONE))
    weight = MEANING * max(0.0, own) - NOTHING * max(0.0, none - own)
    weight += ASKED if asked else 0.0
    weight += VALUE * _clearer(clause, slot, one) if slot.kind == "choice" else 0.0
    weight += ALONE if rivals[slot.kind] == 1 and slot.kind != "choice" else 0.0
    weight += NAMED if slot.kind in ("choice", "emails", "address", "date", "number") else 0.0
    weight += WORD * (len(one.said.split()) - 1) if slot.kind == "choice" else 0.0
    if cued(clause.spelt, slot):
        weight += CUE
    elif cued(clause.sentence, slot):
        weight += CUE_NEAR
    said = context.known.get(slot.name)
    if takes_back and said is not None and said.source == "said" and not one.meant:
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
    if one.slot.kind != other.slot.kind and (one.reading.meant or other.reading.meant):
        return False  # the meaning of a clause leaves the values in it to others
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
