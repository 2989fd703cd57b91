"""What a form would get: one that asks everything once, and one that asks nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.dialogue.profiles import Fact, Profile
from bot.dialogue.scoring import right
from neo.agent.language import Language
from neo.agent.understanding.context import Context
from neo.agent.understanding.readers import READERS
from neo.evals.stats import wilson
from neo.skill import Skill


def questions_of_form(skill: Skill) -> int:
    """How many questions a form that asks everything has."""
    return sum(slot.kind != "files" for slot in skill.slots)


def asks_everything(profiles: Sequence[Profile], skills: Mapping[str, Skill]) -> dict[str, Any]:
    """A form with a field for each slot; what is written into a field is read as that slot's value.

    It is filled in once, with the person's first way to say a thing, so it notices no contradiction and no change.
    """
    taken, exact = [], []
    for profile in profiles:
        slots = {slot.name: slot for slot in skills[profile.skill].slots}
        for name in profile.told:
            fact = profile.facts.get(name, profile.final(name))
            readings = READERS[slots[name].kind](_first(profile, fact), slots[name])
            taken.append(bool(readings))
            exact += [right(profile.final(name), readings[0].value)] if readings else []
    return {
        "questions_per_conversation": _mean([questions_of_form(skills[one.skill]) for one in profiles]),
        "slot_recall": _mean(taken),
        "value_exact": _mean(exact),
        "contradictions_surfaced": 0.0,
        "intervals": {"slot_recall": _wilson(taken), "value_exact": _wilson(exact)},
    }


def asks_nothing(profiles: Sequence[Profile], skills: Mapping[str, Skill], language: Language) -> dict[str, Any]:
    """Only the opening is read."""
    taken, exact = [], []
    for profile in profiles:
        heard = language.read(profile.opening.say[0], Context(tuple(skills[profile.skill].slots), opening=True))
        values = {one.slot: one.value for one in heard.values} | {"purpose": profile.opening.say[0]}
        for name in profile.told:
            taken.append(name in values)
            exact += [right(profile.final(name), values[name])] if name in values else []
    return {
        "questions_per_conversation": 0.0,
        "slot_recall": _mean(taken),
        "value_exact": _mean(exact),
        "contradictions_surfaced": 0.0,
        "intervals": {"slot_recall": _wilson(taken), "value_exact": _wilson(exact)},
    }


def _first(profile: Profile, fact: Fact) -> str:
    return fact.say[0] if fact.say else profile.opening.say[0]


def _mean(values: Sequence[float]) -> float:
    return float(sum(values) / len(values)) if values else float("nan")


def _wilson(values: Sequence[bool]) -> list[float]:
    return list(wilson(sum(values), len(values))) if values else []
