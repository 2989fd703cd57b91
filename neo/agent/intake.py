"""The next turn of an intake: settle what contradicts itself, ask what matters, or say that it is complete.

What matters most comes first: a conflict, then files and the limits that decide the search, a question each, then all
that is left in one question with what Neo would assume. Nothing that was said is asked for, and nothing is asked twice
but what nothing can be built without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from neo.agent.understanding.wording import in_words
from neo.domain.brief import Brief, SlotValue
from neo.domain.posts import Button, Post
from neo.skill import Examination, Slot

MOST_ROUNDS = 5
ALONE_UP_TO_ROUND = 2  # slots of later rounds share one question
MOST_RAISED = 2  # times that a slot is asked about without which nothing can be built
NOT_KNOWN = "not known yet"


@dataclass(frozen=True)
class Turn:
    """What comes next: the brief as it is now, and a question, or none when the brief is complete.

    Attributes:
        waits: Whether an earlier question still waits for its answer, so that nothing new is asked.
    """

    brief: Brief
    question: Post | None
    waits: bool = False


@dataclass(frozen=True)
class Row:
    """One question of a round, about one slot or several."""

    slots: tuple[Slot, ...]
    text: str
    button: Button | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Its slots' names."""
        return tuple(slot.name for slot in self.slots)


@dataclass(frozen=True)
class Asker:
    """What a question needs beside the brief.

    Attributes:
        project: Its id, which the buttons carry.
        level: ``novice``, ``practitioner`` or ``expert``.
        owner: Who settles a conflict.
    """

    project: str
    slots: Sequence[Slot]
    found: Examination | None = None
    level: str = "practitioner"
    owner: str = ""
    titles: Mapping[str, Slot] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "titles", {slot.name: slot for slot in self.slots})


def next_turn(brief: Brief, asker: Asker) -> Turn:
    """The next question, or the complete brief; at most five rounds, then assumptions."""
    if brief.conflicts and (next(iter(brief.conflicts)),) not in brief.asked:
        name = next(iter(brief.conflicts))
        # A question that waits goes on waiting behind it.
        asked = replace(brief, asked=((name,), *brief.asked), raised=_once(brief.raised, (name,)))
        return Turn(asked, _ask_conflict(name, brief.conflicts[name], asker))
    if brief.asked:
        return Turn(brief, None, waits=True)
    rows = _rows(brief, asker) if brief.rounds < MOST_ROUNDS else []
    files = missing_files(asker)
    new_files = [line for line in files if "files" not in brief.raised or asker.found is not None]
    if rows or (files and new_files):
        names = tuple(name for row in rows for name in row.names)
        raised = _once(brief.raised, (*names, *(("files",) if files else ())))
        rounds = brief.rounds + (1 if rows else 0)
        later = _later(brief, asker, names) and bool(rows)
        asked = replace(brief, asked=tuple(row.names for row in rows), raised=raised, rounds=rounds)
        return Turn(asked, _ask(rows, files if new_files else [], later, asker))
    if files:
        return Turn(replace(brief, asked=()), None, waits=True)
    return Turn(assume(replace(brief, asked=()), asker.slots), None)


def _once(raised: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return (*raised, *more)


def _open(brief: Brief, asker: Asker) -> list[Slot]:
    """Slots that may be asked about: not known nor asked about before; then those that nothing can be built without."""
    unknown = [slot for slot in asker.slots if slot.kind != "files" and slot.name not in brief.values]
    new = [slot for slot in unknown if slot.name not in brief.raised]
    again = [slot for slot in unknown if slot.required and slot.recommended is None]
    return new or [slot for slot in again if brief.raised.count(slot.name) < MOST_RAISED]


def _rows(brief: Brief, asker: Asker) -> list[Row]:
    """The next round: the open slots of the first rounds a row each, or those that are left in one row."""
    still = _open(brief, asker)
    alone = [slot for slot in still if slot.round <= ALONE_UP_TO_ROUND]
    if alone:
        return [_row(slot, asker) for slot in alone]
    return [_shared_row(still, asker)] if still else []


def _later(brief: Brief, asker: Asker, now: Sequence[str]) -> bool:
    return any(slot.name not in now for slot in _open(brief, asker))


def _row(slot: Slot, asker: Asker) -> Row:
    question = slot.plain if asker.level == "novice" and slot.plain else slot.question
    why = "" if asker.level == "expert" else f" {slot.why}"
    if slot.recommended is None:
        return Row((slot,), f"*{question}*{why}")
    button = Button(f"Take: {slot.recommended_words}"[:75], "take", f"{asker.project}:{slot.name}")
    return Row((slot,), f"*{question}*{why} _I recommend {slot.recommended_words}._", button)


def _shared_row(slots: Sequence[Slot], asker: Asker) -> Row:
    lines = [f"    • {slot.title}: _{slot.recommended_words or NOT_KNOWN}_" for slot in slots]
    text = "*Is anything different from what I assume?* Say only what is.\n" + "\n".join(lines)
    names = ",".join(slot.name for slot in slots)
    return Row(tuple(slots), text, Button("All as you assume", "take", f"{asker.project}:{names}"))


def missing_files(asker: Asker) -> list[str]:
    """What is still needed of files, a sentence each."""
    if asker.found is not None:
        return list(asker.found.missing)
    return [f"{slot.question} {slot.why}" for slot in asker.slots if slot.kind == "files" and slot.required]


def _ask(rows: Sequence[Row], files: Sequence[str], later: bool, asker: Asker) -> Post:
    lines: list[str] = []
    if files:
        lines.append(
            "Still needed:" if asker.found is not None else "To start I need your files; drop them into this thread."
        )
        lines += [f"• {line}" for line in files]
    head = "\n".join(lines)
    shown = [
        {
            "slots": list(row.names),
            "text": f"{number}. {row.text}" if len(rows) > 1 else row.text,
            "button": vars(row.button) if row.button else None,
        }
        for number, row in enumerate(rows, 1)
    ]
    intro = ""
    if rows:
        intro = (
            "A few questions; answer in your own words, or by number."
            if len(rows) > 1
            else "One question; answer in your own words."
        )
    tail = "One short question follows." if later else ""
    text = "\n".join(part for part in (head, intro, *(str(row["text"]) for row in shown), tail) if part)
    many = sum(row.button is not None for row in rows) > 1
    buttons = (Button("Take all recommendations", "recommended", asker.project, style="primary"),) if many else ()
    data = {
        "head": "\n".join(part for part in (head, intro) if part),
        "rows": shown,
        "tail": tail,
        "asks": [{"slot": name, "row": number} for number, row in enumerate(rows) for name in row.names],
    }
    return Post("question", text, data=data, buttons=buttons)


def _ask_conflict(name: str, both: tuple[SlotValue, SlotValue], asker: Asker) -> Post:
    slot = asker.titles[name]
    first, second = both
    whose = f"<@{asker.owner}>, " if first.user != second.user and asker.owner else ""

    def told(value: SlotValue) -> str:
        by = f" (<@{value.user}>)" if first.user != second.user and value.user else ""
        return f'"{value.said}"{by}'

    head = f"{whose}two things were said about *{slot.title.lower()}*"
    text = f"{head}: {told(first)} and {told(second)}. *Which one holds?*"
    buttons = tuple(
        Button(in_words(slot.kind, value.value, slot.unit)[:75], f"settle_{place}", f"{asker.project}:{name}:{place}")
        for place, value in enumerate(both)
    )
    row = {"slots": [name], "text": text, "button": None}
    data = {"head": "", "rows": [row], "tail": "", "asks": [{"slot": name, "row": 0}], "conflict": name}
    return Post("question", text, data=data, buttons=buttons)


def assume(brief: Brief, slots: Sequence[Slot]) -> Brief:
    """The brief with what nobody said taken as recommended; what cannot be recommended is said not to be known."""
    return brief.with_values(
        {
            slot.name: SlotValue(slot.recommended, slot.recommended_words, "assumed")
            if slot.recommended is not None
            else SlotValue(NOT_KNOWN, NOT_KNOWN, "assumed")
            for slot in slots
            if slot.kind != "files"
            and slot.name not in brief.values
            and (slot.recommended is not None or slot.required)
        }
    )


def noted(before: Brief, after: Brief, slots: Sequence[Slot]) -> str:
    """What Neo took from a message, in a line: each new or changed value, and what it assumes now; may be empty."""
    titles = {slot.name: slot for slot in slots}
    parts: list[str] = []
    for name, value in after.values.items():
        if name not in titles or before.values.get(name) == value or (value.source == "assumed" and not value.user):
            continue
        slot = titles[name]
        old, new = before.values.get(name), in_words(slot.kind, value.value, slot.unit)
        was = (
            f" (was {in_words(slot.kind, old.value, slot.unit)})"
            if old is not None and old.value != value.value
            else ""
        )
        assumed = " (my assumption, since you don't know)" if value.source == "assumed" else ""
        parts.append(f"{slot.title.lower()} *{new}*{was}{assumed}")
    return f"Noted: {'; '.join(parts)}." if parts else ""
