"""The next turn of an intake: ask the questions that matter, or say that the brief is complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from neo.agent.understanding.wording import in_words
from neo.domain.brief import Brief, SlotValue
from neo.domain.posts import Button, Post
from neo.skill import Examination, Slot

MOST_ROUNDS = 5


@dataclass(frozen=True)
class Turn:
    """What comes next: the brief as it is now, and a question, or none when the brief is complete."""

    brief: Brief
    question: Post | None


def next_turn(brief: Brief, slots: Sequence[Slot], found: Examination | None, project: str) -> Turn:
    """The next question, most valuable round first; at most five rounds, then assumptions.

    Args:
        found: What the files say; None while there are no files.
        project: The project's id, which the buttons carry.
    """
    open_files = _missing_files(slots, found)
    if open_files:
        return Turn(replace(brief, asked=()), _ask_files(open_files, found))
    open_slots = [slot for slot in slots if slot.kind != "files" and slot.name not in brief.values]
    if not open_slots or brief.rounds >= MOST_ROUNDS:
        return Turn(_assume(brief, open_slots), None)
    first = min(slot.round for slot in open_slots)
    now = [slot for slot in open_slots if slot.round == first]
    if brief.asked == tuple(slot.name for slot in now) and not any(slot.required for slot in now):
        # Asked once and not answered: not asked again, but named as an assumption.
        return next_turn(replace(_assume(brief, now), asked=()), slots, found, project)
    asked = replace(brief, asked=tuple(slot.name for slot in now), rounds=brief.rounds + 1)
    return Turn(asked, _ask(now, project, rounds_left=len({slot.round for slot in open_slots}) - 1))


def _missing_files(slots: Sequence[Slot], found: Examination | None) -> list[str]:
    if found is not None:
        return list(found.missing)
    return [f"{slot.question} {slot.why}" for slot in slots if slot.kind == "files" and slot.required]


def _ask_files(open_files: Sequence[str], found: Examination | None) -> Post:
    head = "To start I need your files; drop them into this thread." if found is None else "Still needed:"
    return Post("question", "\n".join([head, *(f"• {line}" for line in open_files)]))


def _ask(slots: Sequence[Slot], project: str, rounds_left: int) -> Post:
    lines = ["A few questions; answer in your own words, or by number."]
    for number, slot in enumerate(slots, 1):
        tail = f" _I recommend {slot.recommended_words}._" if slot.recommended is not None else ""
        lines.append(f"{number}. *{slot.question}* {slot.why}{tail}")
    if rounds_left:
        lines.append("One more short round follows." if rounds_left == 1 else f"{rounds_left} more rounds follow.")
    button = Button("Take all recommendations", "recommended", project, style="primary")
    return Post("question", "\n".join(lines), buttons=(button,))


def _assume(brief: Brief, slots: Sequence[Slot]) -> Brief:
    return brief.with_values(
        {
            slot.name: SlotValue(slot.recommended, slot.recommended_words, "assumed")
            for slot in slots
            if slot.recommended is not None
        }
    )


def noted(before: Brief, after: Brief, slots: Sequence[Slot]) -> str:
    """What Neo took from a message, in a line: each new or changed value, and what it assumes now; may be empty."""
    titles = {slot.name: slot for slot in slots}
    parts: list[str] = []
    for name, value in after.values.items():
        if name not in titles or before.values.get(name) == value or (value.source == "assumed" and not value.user):
            continue
        slot, new = titles[name], in_words(titles[name].kind, value.value, titles[name].unit)
        old = before.values.get(name)
        was = (
            f" (was {in_words(slot.kind, old.value, slot.unit)})"
            if old is not None and old.value != value.value
            else ""
        )
        assumed = " (my assumption, since you don't know)" if value.source == "assumed" else ""
        parts.append(f"{slot.title.lower()} *{new}*{was}{assumed}")
    return f"Noted: {'; '.join(parts)}." if parts else ""
