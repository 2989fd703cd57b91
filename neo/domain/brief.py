"""The brief: what people said, with its source, its unit as said and as normalised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class SlotValue:
    """One thing that is known of a project.

    Attributes:
        value: Normalised: seconds, dollars, a share in [0, 1], a number, or plain text.
        said: The person's own words, or what Neo recommended.
        source: ``said`` (by a person), ``recommended`` (taken by a person), ``assumed`` or ``files``.
        user: Who said it; empty for an assumption of Neo's own.
    """

    value: Any
    said: str
    source: str = "said"
    user: str = ""


@dataclass(frozen=True)
class Wish:
    """What a person wants and no slot holds, in their words."""

    text: str
    user: str = ""


@dataclass(frozen=True)
class Brief:
    """What is known of a project: its skill, the person's opening words, and the slots filled.

    Attributes:
        asked: The rows of the question that waits for an answer, each with its slots' names; empty when none does.
        raised: Names of all slots that were asked about: none is asked about twice without a reason.
        rounds: How many rounds of questions were asked, at most five.
        missed: How many answers were not understood.
        wishes: What people asked for and no slot holds, in order.
        conflicts: Slots of which two things were said that cannot both hold, each with both.
        language: Of the person who began the project, as a two-letter code; what Neo says is said in it.
    """

    skill: str
    opening: str
    values: Mapping[str, SlotValue] = field(default_factory=dict)
    asked: tuple[tuple[str, ...], ...] = ()
    raised: tuple[str, ...] = ()
    rounds: int = 0
    missed: int = 0
    wishes: tuple[Wish, ...] = ()
    conflicts: Mapping[str, tuple[SlotValue, SlotValue]] = field(default_factory=dict)
    language: str = "en"

    def value(self, name: str, default: Any = None) -> Any:
        """The normalised value of a slot, or *default* when it is not known."""
        return self.values[name].value if name in self.values else default

    def with_values(self, values: Mapping[str, SlotValue]) -> Brief:
        """The same brief with more, or newer, values; what is settled is no conflict any more."""
        conflicts = {name: both for name, both in self.conflicts.items() if name not in values}
        return replace(self, values={**self.values, **values}, conflicts=conflicts)

    def without(self, names: Iterable[str]) -> Brief:
        """The same brief with these slots not known."""
        gone = set(names)
        return replace(self, values={name: value for name, value in self.values.items() if name not in gone})

    def to_json(self) -> dict[str, Any]:
        """The brief as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Brief:
        """The brief that :meth:`to_json` wrote, in this version or an earlier one."""
        fields = dict(body)
        fields["values"] = {name: SlotValue(**value) for name, value in body["values"].items()}
        fields["asked"] = tuple((row,) if isinstance(row, str) else tuple(row) for row in body["asked"])
        fields["raised"] = tuple(body.get("raised", ()))
        fields["wishes"] = tuple(Wish(one) if isinstance(one, str) else Wish(**one) for one in body["wishes"])
        fields["conflicts"] = {
            name: (SlotValue(**first), SlotValue(**second))
            for name, (first, second) in body.get("conflicts", {}).items()
        }
        return cls(**fields)
