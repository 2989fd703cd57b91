"""What a message changes in the brief: new values, corrections, and what contradicts what was said before."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from neo.agent.understanding import dates
from neo.agent.understanding.reading import GROWS
from neo.agent.understanding.result import Said, Understanding, same
from neo.domain.brief import Brief, SlotValue
from neo.skill import Slot

MORE = re.compile(
    r"\b(?:also|too|as well|plus|cc|another|in addition|additionally|and also|copy)\b|\band\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Speaker:
    """Who wrote, and whether their word decides: the owner's and the approvers' does.

    Attributes:
        revising: Whether a written document is being changed, so that a new value is meant to replace the old one.
    """

    user: str
    decides: bool = True
    revising: bool = False


def merged(brief: Brief, heard: Understanding, speaker: Speaker, slots: Mapping[str, Slot]) -> Brief:
    """The brief after a message.

    A value that nobody said before is taken. One that differs from what was said takes its place when the words correct
    it, when it was asked for anew, or when a document is being revised; else both are kept as a conflict, which the
    owner settles.
    """
    for both in heard.conflicts:
        pair = (_value(both.first, speaker), _value(both.second, speaker))
        brief = replace(brief.without([both.slot]), conflicts={**brief.conflicts, both.slot: pair})
    asked = {name for row in brief.asked for name in row}
    for said in heard.values:
        brief = _with(brief, said, speaker, slots[said.slot], said.slot in asked)
    return brief


def _with(brief: Brief, said: Said, speaker: Speaker, slot: Slot, asked: bool) -> Brief:
    new, old = _value(said, speaker), brief.values.get(said.slot)
    if said.slot in brief.conflicts:
        return brief.with_values({said.slot: new}) if speaker.decides and said.kind == "said" else brief
    if old is None or (old.source != "said" and said.kind == "said"):
        return brief.with_values({said.slot: new})
    if said.kind != "said" or same(old.value, new.value) or _within(slot, old, new):
        return brief
    if _may_replace(old, said, speaker, asked):
        return brief.with_values({said.slot: new})
    if slot.kind == "text" or (slot.kind in GROWS and MORE.search(new.said)):
        return brief.with_values({said.slot: _grown(slot, old, new)})
    return replace(brief, conflicts={**brief.conflicts, said.slot: (old, new)})


def _may_replace(old: SlotValue, said: Said, speaker: Speaker, asked: bool) -> bool:
    own = speaker.decides or speaker.user == old.user
    return own and (said.corrects or asked or speaker.revising)


def _within(slot: Slot, old: SlotValue, new: SlotValue) -> bool:
    if slot.kind == "date":
        return dates.alike(str(old.value), str(new.value))
    return slot.kind in GROWS and str(new.value).lower() in str(old.value).lower()


def _grown(slot: Slot, old: SlotValue, new: SlotValue) -> SlotValue:
    joint = ", " if slot.kind == "emails" else "; "
    return replace(new, value=f"{old.value}{joint}{new.value}", said=f"{old.said}{joint}{new.said}")


def _value(said: Said, speaker: Speaker) -> SlotValue:
    return SlotValue(said.value, said.quote, said.kind, speaker.user)


def settled(brief: Brief, name: str, place: int) -> Brief:
    """The brief with one of a conflict's two values chosen."""
    return brief.with_values({name: brief.conflicts[name][place]})


def may_decide(user: str, owner: str, approvers: Collection[str]) -> bool:
    """Whether a person's word decides between two others'."""
    return user == owner or user in approvers
