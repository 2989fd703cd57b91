"""One value that was found in a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from neo.skill import Slot

GROWS = ("text", "emails")  # kinds of which more may be said without taking anything back


@dataclass(frozen=True)
class Reading:
    """A value found in a text.

    Attributes:
        value: Normalised, as the slot's kind says.
        said: The person's words: the text from *start* to *end*.
        bound: ``at least`` or ``at most``, where the words around say so.
        soft: A wish ("ideally"), and no limit.
        meant: Read from what the words mean as a whole, where none of them names the value.
    """

    value: Any
    said: str
    start: int
    end: int
    bound: str = ""
    soft: bool = False
    meant: bool = False


# Gives every value of a slot that a text holds, in order.
Reader = Callable[[str, Slot], list[Reading]]
