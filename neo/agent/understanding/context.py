"""What a reader must know beside the message: what can be said, what was asked, and what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from neo.agent.understanding.result import Understanding
from neo.domain.brief import SlotValue
from neo.skill import Slot


@dataclass(frozen=True)
class Context:
    """What a message is read in.

    Attributes:
        slots: All that can be said.
        asked: The rows of the last question, each with the names of the slots that it is about.
        raised: Names of all slots that were asked about before.
        known: What is known, by slot.
        disputed: Slots of which two values were said.
        private: Whether the person wants that no text leaves this machine.
        opening: Whether the message opens a project: all of it says what the project is for.
    """

    slots: tuple[Slot, ...]
    asked: tuple[tuple[str, ...], ...] = ()
    raised: tuple[str, ...] = ()
    known: Mapping[str, SlotValue] = field(default_factory=dict)
    disputed: tuple[str, ...] = ()
    private: bool = False
    opening: bool = False

    @property
    def readable(self) -> tuple[Slot, ...]:
        """Slots that words can fill."""
        return tuple(slot for slot in self.slots if slot.kind != "files")

    @property
    def wanted(self) -> tuple[str, ...]:
        """Names of the slots that were asked about and are not known, those of the last question first."""
        now = self.asked_now
        return (*now, *(name for name in dict.fromkeys(self.raised) if name not in now and not self._is_said(name)))

    @property
    def asked_now(self) -> tuple[str, ...]:
        """Names of the slots of the question that waits, in the order of its rows."""
        return tuple(name for row in self.asked for name in row)

    def is_open(self, slot: str) -> bool:
        """Whether a bare number may be a value of a slot: it was asked for, or nobody said one."""
        return slot in self.asked_now or not (self._is_said(slot) or slot in self.disputed)

    def _is_said(self, name: str) -> bool:
        return name in self.known and self.known[name].source != "assumed"


Reader = Callable[[str, Context], Understanding]
