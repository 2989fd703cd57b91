"""A profile: what a scripted person knows, how they say it, and what they do. One YAML file each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from neo.errors import BadInput

Value = float | str
When = Literal["opening", "volunteer", "asked"]
Step = Literal["words", "emoji", "colleague", "stale", "take_back"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Opening(_Part):
    """The first message, in two paraphrases or more, with the slots whose values every one of them holds."""

    say: tuple[str, ...] = Field(min_length=2)
    gives: tuple[str, ...] = ()


class Fact(_Part):
    """What the person knows of a slot.

    Attributes:
        value: Seconds, dollars of one answer, a share in [0, 1], a count, or the name of a choice; none for a text.
        contains: Of a text, words that its value must hold, in any order.
        accept: Other values that are right too.
        say: Ways to say it, each of which holds the value.
        when: ``opening`` (one of its words says it), ``volunteer`` (unasked, in an early answer) or ``asked``.
    """

    value: Value | None = None
    contains: tuple[str, ...] = ()
    accept: tuple[Value, ...] = ()
    say: tuple[str, ...] = ()
    when: When = "asked"

    @model_validator(mode="after")
    def _has_something(self) -> Fact:
        if self.value is None and not self.contains:
            raise ValueError("needs a value, or for a text the words that it contains")
        if self.when != "opening" and len(self.say) < 2:
            raise ValueError("needs two ways to say it or more, unless the opening gives it")
        return self


class Contradiction(_Part):
    """A second value that the person says without noticing, and what they say when both are shown to them."""

    slot: str
    say: tuple[str, ...] = Field(min_length=1)
    settle: Fact


class Change(_Part):
    """A change of mind after a document was posted (``requirements``) or approved (``approved``)."""

    slot: str
    say: tuple[str, ...] = Field(min_length=1)
    to: Fact
    when: Literal["requirements", "approved"] = "requirements"


class Question(_Part):
    """A question of the person, said beside an answer or alone; Neo's reply must hold one of these words."""

    say: tuple[str, ...] = Field(min_length=1)
    answer: tuple[str, ...] = Field(min_length=1)
    alone: bool = True


class Odd(_Part):
    """A message that tests what Neo does with anything.

    Attributes:
        repeat: How often *say* is repeated, for long ones.
        not_stored: A secret in it that must be found nowhere in the database afterwards.
        reply: Neo's reply must hold one of these words, where there are any.
    """

    say: str
    repeat: int = 1
    not_stored: str = ""
    reply: tuple[str, ...] = ()


class Profile(_Part):
    """One scripted person.

    Attributes:
        unknown: Slots that the person does not know, with ways to say so.
        approves: What the person tries before the tick that approves: words, an emoji that says nothing, a colleague's
            tick, a tick on an outdated version, or a tick taken back.
        words: What they say when they try to approve by words.
    """

    id: str
    skill: str
    level: Literal["novice", "practitioner", "expert"] = "practitioner"
    opening: Opening
    facts: Mapping[str, Fact]
    unknown: Mapping[str, tuple[str, ...]] = {}
    contradictions: tuple[Contradiction, ...] = ()
    changes: tuple[Change, ...] = ()
    asks: tuple[Question, ...] = ()
    talk: tuple[str, ...] = ()
    odd: tuple[Odd, ...] = ()
    approves: tuple[Step, ...] = ()
    words: tuple[str, ...] = ("looks good to me, go ahead",)

    @model_validator(mode="after")
    def _agrees(self) -> Profile:
        for name in self.opening.gives:
            if name not in self.facts:
                raise ValueError(f"the opening gives {name!r}, and facts say nothing of it")
        for name, fact in self.facts.items():
            if (fact.when == "opening") != (name in self.opening.gives):
                raise ValueError(f"facts.{name}.when and opening.gives disagree")
            if name in self.unknown:
                raise ValueError(f"{name!r} is both known and unknown")
        for one in self.contradictions:
            if one.slot not in self.facts:
                raise ValueError(f"the contradiction about {one.slot!r} needs a first value in facts")
        return self

    def final(self, slot: str) -> Fact:
        """What holds in the end: the last change, what a contradiction was settled to, or the fact itself."""
        changed = [one.to for one in self.changes if one.slot == slot]
        settled = [one.settle for one in self.contradictions if one.slot == slot]
        return [self.facts[slot], *settled, *changed][-1] if slot in self.facts else (changed or settled)[-1]

    @property
    def told(self) -> tuple[str, ...]:
        """Slots that have a value in the end."""
        return tuple(dict.fromkeys([*self.facts, *(one.slot for one in self.changes)]))


def load_profiles(folder: Path, only: str = "") -> list[Profile]:
    """All profiles of a folder, by file name.

    Raises:
        BadInput: There are none, or one is not of the form; the message names file, field and rule.
    """
    found = list(_read(folder))
    if only:
        found = [one for one in found if one.id == only]
    if not found:
        what = f"{folder} holds no profile" + (f" with the id {only!r}." if only else " (*.yaml).")
        raise BadInput(what, "", "docs/dialogue-profiles.md says how to write one; tests/dialogue/practice holds some.")
    twice = {one.id for one in found if sum(other.id == one.id for other in found) > 1}
    if twice:
        raise BadInput(f"{folder} has two profiles with the id {sorted(twice)[0]!r}.", "Ids are unique.", "Rename one.")
    return found


def _read(folder: Path) -> Iterator[Profile]:
    for path in sorted(folder.glob("*.yaml")):
        try:
            yield Profile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except yaml.YAMLError as error:
            raise BadInput(f"{path.name} is not YAML.", str(error), "Mend it; quote texts with a colon.") from error
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "the profile"
            raise BadInput(
                f"{path.name}: {field}: {first['msg']}.", "", "docs/dialogue-profiles.md gives the form of each field."
            ) from error
