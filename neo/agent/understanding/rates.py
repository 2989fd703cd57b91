"""What a sum of money is for: an answer, a month, an hour, all of it."""

from __future__ import annotations

import re
from dataclasses import replace

from neo.agent.understanding.atoms import Atom
from neo.agent.understanding.units import PER, months_in

_PERIOD = "|".join(sorted((word for word in PER), key=len, reverse=True))
_PER = re.compile(
    rf"\s*[,(]?\s*(?:(?:(?:a|an|per|/|each|every|pro|for (?:each|every|one|an?)|in an?|on each)\s*(?:single\s+|"
    rf"calendar\s+|one\s+|"
    rf"gpu[\s-]|machine[\s-])?(?P<of>{_PERIOD}))\b|(?P<each>each|apiece|a pop|monthly|hourly|daily|weekly|yearly|"
    rf"annually)\b|"
    r"(?P<total>in total|total(?:ly)?|overall|altogether|all[\s-]in|one[\s-]off|once|"
    r"for (?:the |this )?(?:whole |entire |full )?(?:thing|training|run|job|project|fine-?tun\w+))\b)",
    re.IGNORECASE,
)
_PER_BEFORE = re.compile(
    rf"\b(?:(?:a|an|per|each|every|for (?:each|every|one|an?)|one)\s+(?P<of>{_PERIOD})|(?P<each>monthly|hourly|"
    rf"daily|weekly|yearly|"
    r"total|overall|in total|all together|altogether))\b[^.;\n$€£\d]{0,40}$",
    re.IGNORECASE,
)
_PERIODS = ("day", "week", "month", "year")
_ADVERBS = {
    "each": "answer", "apiece": "answer", "a pop": "answer", "monthly": "month", "hourly": "hour", "daily": "day",
    "weekly": "week", "yearly": "year", "annually": "year",
}  # fmt: skip


def priced(text: str, one: Atom) -> Atom:
    """A sum with what it is for; sums of days, weeks and years become those of a month."""
    if one.kind != "dollars":
        return one
    match = _PER.match(text, one.end)
    end = match.end() if match else one.end
    if match is None:
        match = _PER_BEFORE.search(text, max(0, one.start - 70), one.start)
    if match is None:
        return one
    groups = match.groupdict()
    word = (groups["of"] or groups["each"] or "total").lower()
    per = PER.get(word) or _ADVERBS.get(word) or "total"
    if per in _PERIODS:
        period = months_in(per)
        return replace(one, value=one.value / period, per="month", end=end, period=period)
    return replace(one, per=per, end=end)


def period_after(text: str, end: int) -> float:
    """Months in the time that a count which ends at *end* is for: 12 for "a year"; 0 where none is said."""
    match = _PER.match(text, end)
    word = (match["of"] or match["each"] or "").lower() if match else ""
    per = PER.get(word) or _ADVERBS.get(word, "")
    return months_in(per) if per in _PERIODS else 0.0
