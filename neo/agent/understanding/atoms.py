"""What a quantity is, and how it looks while it is being read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """One quantity.

    Attributes:
        kind: ``share``, ``seconds``, ``dollars`` or ``number``.
        value: A share in [0, 1]; seconds; dollars, of any currency one to one, and for one answer where a price of many
            is given; a plain count.
        said: The text from *start* to *end*.
        noun: Of a number, what is counted ("people") or named ("learning rate").
        bound: ``at least``, ``at most`` or empty, as the words around say.
        soft: A wish ("ideally"), and no limit.
        per: Of dollars: ``answer``, ``month``, ``hour``, ``total``, or empty where nothing is said.
    """

    kind: str
    value: float
    said: str
    start: int
    end: int
    noun: str = ""
    bound: str = ""
    soft: bool = False
    per: str = ""


@dataclass(frozen=True)
class Atom(Quantity):
    """A quantity in the making.

    Attributes:
        scale: What one of its unit comes to.
        period: Months in the time that it is for ("a year": 12), or 0 where none is said.
        bare: A number without a unit or a noun, which may take its neighbour's.
    """

    scale: float = 1.0
    period: float = 0.0
    bare: bool = False
