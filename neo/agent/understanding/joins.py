"""Neighbours that make one quantity: ranges, shares of so many, compound times, prices of many answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from neo.agent.understanding.atoms import Atom
from neo.agent.understanding.rates import priced
from neo.agent.understanding.units import ANSWER

_ASKED = frozenset(
    {"req", "reqs", *(f"{word}s" for word in ANSWER), *ANSWER, "answers", "queries", "replies", "searches", "lookups"}
)

_SUCH = frozenset({"ones", "cases", "times", "tries", "attempts", "examples", "instances"})

# Two neighbours become one: the words between them, and what the two come to, or None.
Join = tuple[re.Pattern[str], Callable[[str, Atom, Atom], Atom | None]]
_MANY = frozenset({5, 10, 20, 50, 100, 1000})


def _both(first: Atom, second: Atom, kind: str, value: float) -> Atom:
    return replace(first, kind=kind, value=value, end=second.end, noun="")


def _ratio(gap: str, first: Atom, second: Atom) -> Atom | None:
    if (first.kind, second.kind) != ("number", "number") or not 0 < first.value <= second.value <= 1000:
        return None
    # "Nine answers in ten" is a share; "three people in ten rooms" is none.
    of_such = second.noun in _ASKED or second.noun in _SUCH or (second.noun and second.noun.startswith(first.noun))
    if (first.noun and second.noun and not of_such) or (
        gap.split()[0].lower() == "of" and second.value not in _MANY and second.noun not in _ASKED
    ):
        return None
    return _both(first, second, "share", first.value / second.value)


def _compound(gap: str, first: Atom, second: Atom) -> Atom | None:
    """'1 min 30 s'."""
    if (first.kind, second.kind) != ("seconds", "seconds"):
        return None
    fits = any(first.value % unit == 0 and first.value and second.value < unit for unit in (60, 3600))
    return _both(first, second, "seconds", first.value + second.value) if fits else None


def _range(gap: str, first: Atom, second: Atom) -> Atom | None:
    """'1-2 seconds': the laxer end, which is the upper of a time or a price, and the lower of a share."""
    # A unit stands at the end of a range, but a currency's sign at its start: "$20-30".
    if first.kind != second.kind and not first.bare and not (second.bare and first.kind == "dollars"):
        return None
    if first.kind == second.kind == "number" and not first.bare and first.noun != second.noun:
        return None
    whole = first if second.bare and (not first.bare or first.kind == "share") else second
    low, high = (one.value if one.kind == whole.kind else one.value * whole.scale for one in (first, second))
    if low > high:
        return None
    value = low if whole.kind == "share" else high
    return replace(whole, value=value, start=first.start, end=second.end, noun=second.noun or first.noun)


_TOGETHER = re.compile(r"\b(?:for|per|to answer|covering|answering|each|every|month)\b|/", re.IGNORECASE)


def _many(gap: str, first: Atom, second: Atom) -> Atom | None:
    """A sum for many answers, or for a month with so many, as the price of one."""
    money, count = (first, second) if first.kind == "dollars" else (second, first)
    if (money.kind, count.kind) != ("dollars", "number") or count.noun not in _ASKED or not count.value:
        return None
    if money.per not in ("month", "total", "") or money.value == 0:
        return None
    if not money.per and not _TOGETHER.search(gap):
        return None  # "20k questions, 2 cents" is no sum for all of them
    # A count without a time of its own is of the same time as the sum.
    count_period = count.period or money.period
    many = count.value / count_period if count_period and money.per == "month" else count.value
    return replace(money, value=money.value / many, per="answer", start=first.start, end=second.end, noun="")


_JOINS: tuple[Join, ...] = (
    (
        re.compile(
            r"\s+(?:times\s+)?(?:in|out of|of|of out|per)\s+(?:every\s+|each\s+|the\s+|"
            r"a\s+)?",
            re.IGNORECASE,
        ),
        _ratio,
    ),
    (re.compile(r"\s*(?:,\s*)?(?:and\s+)?", re.IGNORECASE), _compound),
)
_RANGES: tuple[Join, ...] = (
    (re.compile(r"\s*(?:-|–|—|to|or|up to|till|until|\.\.\.?)\s*[$€£]?\s*", re.IGNORECASE), _range),
)
_PRICES: tuple[Join, ...] = (
    (
        re.compile(
            r"\s*(?:[,(:/]\s*)?(?:(?:a|per|each|every|in the|in a|by|by the|/)\s*(?:month|day)\s*,?\s*)?"
            r"(?:(?:and|with|for|at|per|on|covering|when|we|have|get|expect|to answer|answering|about|around|"
            r"roughly|some|up to|each|every|a|an|the|cost|costs|should|must|may|can|"
            r"under|below|at most|max|maximum|it|is|are|be|handle|handling|serve|serving|of|over|there|will|"
            r"budget|our|"
            r"volume|traffic|approx\.?|~|≈|asked|coming in|monthly|@|=|-|–)\s*)*+",
            re.IGNORECASE,
        ),
        _many,
    ),
)
_BETWEEN = re.compile(r"\b(?:between|from)\s+(?:about\s+)?$", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|to)\s+", re.IGNORECASE)


def joined(text: str, found: Sequence[Atom]) -> list[Atom]:
    """The quantities of a text, in order, with all joined that belong together, and without shares of a percentile.

    Args:
        found: In order, never overlapping.
    """
    for table in (_JOINS, _RANGES, _PRICES):
        found = [one if one.per else priced(text, one) for one in _pairs(text, found, table)]
    return [one for number, one in enumerate(found) if not _is_percentile(text, found[number : number + 2])]


def _pairs(text: str, found: Sequence[Atom], table: Sequence[Join]) -> list[Atom]:
    kept: list[Atom] = []
    for one in found:
        both = _join(text, kept[-1], one, table) if kept else None
        if both is not None:
            kept[-1] = both
        else:
            kept.append(one)
    return kept


_OUT_OF = re.compile(r"\b(?:of|from|in|among)\s+(?:every\s+|each\s+|all\s+|an?\s+)?$", re.IGNORECASE)
_THE_PART = re.compile(r"[^.;:!?\d]{1,40}", re.IGNORECASE)
_VERDICT = re.compile(r"\b(?:right|correct\w*|accura\w*|good|wrong|false|fail\w*|fit|hit|match\w*)\b", re.IGNORECASE)


def _part_of(text: str, first: Atom, second: Atom) -> Atom | None:
    """'Of a hundred answers, 95 must be correct'."""
    gap, after = text[first.end : second.start], re.split(r"[.;!?]", text[second.end : second.end + 40])[0]
    fits = (first.kind, second.kind) == ("number", "number") and 0 < second.value <= first.value
    if not fits or first.value not in _MANY or not _OUT_OF.search(text, max(0, first.start - 12), first.start):
        return None
    if not _THE_PART.fullmatch(gap) or not (_VERDICT.search(gap) or _VERDICT.search(after)):
        return None
    return replace(second, kind="share", value=second.value / first.value, start=first.start, noun="", bound="")


def _join(text: str, first: Atom, second: Atom, table: Sequence[Join]) -> Atom | None:
    if second.start - first.end > 60:
        return None
    gap = text[first.end : second.start]
    if table is _RANGES and _AND.fullmatch(gap) and _BETWEEN.search(text, max(0, first.start - 20), first.start):
        return _range(gap, first, second)
    if table is _JOINS and (part := _part_of(text, first, second)) is not None:
        return part
    results = (join(gap, first, second) for between, join in table if between.fullmatch(gap))
    return next((one for one in results if one is not None), None)


_WITHIN = re.compile(
    r"\s*(?:of\s+(?:the |all |our )?\w+\s+(?:\w+\s+){0,3}?)?"
    r"(?:in|within|under|below|faster than|less than|at most|inside)\s+(?:at most\s+)?",
    re.IGNORECASE,
)
_QUALITY = re.compile(r"\b(?:right|correct|accura\w*|good|true)\b", re.IGNORECASE)


def _is_percentile(text: str, pair: Sequence[Atom]) -> bool:
    """'95 % of the answers within two seconds' says how many must be so fast, and not how many right."""
    if len(pair) < 2 or (pair[0].kind, pair[1].kind) != ("share", "seconds") or pair[1].start - pair[0].end > 60:
        return False
    gap = text[pair[0].end : pair[1].start]
    return "of" in gap and bool(_WITHIN.fullmatch(gap)) and not _QUALITY.search(gap)
