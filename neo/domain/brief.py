"""The brief: what a person said, with its source, its unit as said and as normalised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class SlotValue:
    """One thing that is known of a project.

    Attributes:
        value: Normalised: seconds, dollars, a share in [0, 1], or plain text.
        said: The person's own words, or what Neo recommended.
        source: ``said`` (by a person), ``recommended`` (taken by button), ``assumed`` or ``files``.
        user: Who said it; empty for an assumption.
    """

    value: Any
    said: str
    source: str = "said"
    user: str = ""


@dataclass(frozen=True)
class Brief:
    """What is known of a project: its skill, the person's opening words, and the slots filled.

    Attributes:
        asked: Names of the slots that the last question was about.
        rounds: How many rounds of questions were asked, at most five.
        wishes: Changes that a person asked for in free text, in order.
    """

    skill: str
    opening: str
    values: Mapping[str, SlotValue] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    rounds: int = 0
    wishes: tuple[str, ...] = ()

    def value(self, name: str, default: Any = None) -> Any:
        """The normalised value of a slot, or *default* when it is not known."""
        return self.values[name].value if name in self.values else default

    def with_values(self, values: Mapping[str, SlotValue]) -> Brief:
        """The same brief with more, or newer, values."""
        return replace(self, values={**self.values, **values})

    def to_json(self) -> dict[str, Any]:
        """The brief as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Brief:
        """The brief that :meth:`to_json` wrote."""
        values = {name: SlotValue(**value) for name, value in body["values"].items()}
        tuples = {name: tuple(body[name]) for name in ("asked", "wishes")}
        return cls(**{**body, "values": values, **tuples})
