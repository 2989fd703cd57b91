"""Readers: from a person's words to the values of a slot, one for each kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from neo.agent.understanding import choices, dates, names
from neo.agent.understanding.bounds import LEAST, MOST
from neo.agent.understanding.quantities import Quantity, find
from neo.agent.understanding.reading import Reader, Reading
from neo.skill import Slot

_SENTENCE = re.compile(r"[.!?](?=\s|$)|\n")
_ERRORS = (
    r"(?:errors?|error[\s-]rate|wrong\w*|incorrect\w*|false|mistakes?|fail\w*|hallucinat\w*|bad|miss(?:es|"
    r"ed)?|inaccura\w*)\b"
)
_WRONG_AFTER = re.compile(rf"\s*(?:of\s+(?:the\s+|all\s+|its\s+|our\s+)?)?(?:\w+\s+){{0,3}}?{_ERRORS}", re.IGNORECASE)
_WRONG_BEFORE = re.compile(rf"\b{_ERRORS}[^.,;\d]{{0,25}}$", re.IGNORECASE)
_RIGHT = re.compile(r"\b(?:right|correct\w*|accura\w*|good)\b", re.IGNORECASE)
# Words beside a number that is a whole answer.
_BESIDE = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|maybe|perhaps|say|i|we|think|guess|suppose|would|be|fine|good|"
    r"please|ok(?:ay)?|more|"
    r"than|over|above|at|least|most|under|below|max(?:imum)?|min(?:imum)?|or|so|up|to|no|not|less|fewer|the|a|an|"
    r"is|it|should|"
    r"make|let['’]?s|let|us|set|of|use|with|go|take|just|only|yes|then|want|like|that|them|and|from|between|"
    r"exactly|in|total|usual|default|standard|normal)\b|"
    r"[\s.,;:!?~<>=≥≤()+'\"*_-])*",
    re.IGNORECASE,
)
_AS = re.compile(r"\s*(?:as|for)\s+(?:the\s+|an?\s+|our\s+)?\w+(?:\s+\w+)?", re.IGNORECASE)
_ASIDE = re.compile(r"\s*[,;(]\s")  # 'fourteen, Saturdays are busy'
_SHORT = 3
LEAST_PERCENT = 20  # a smaller number without a sign is no percentage
_REACHED_BEFORE = re.compile(r"(?:\bat least|\bfrom|≥|>=|\breach(?:es|ed)?|\bhits?|\bas of)\s*$", re.IGNORECASE)
_REACHED = re.compile(r"\+|\b(?:or|and)\s+(?:more|above|over|upwards?)\b", re.IGNORECASE)
_REACHED_AFTER = re.compile(r"\s*\+|\s*(?:\w+\s+){0,2}?(?:or|and)\s+(?:more|above|over|upwards?)\b", re.IGNORECASE)
_CUE_NEAR = 40  # characters before a number without a noun in which a cue tells what it counts


def _quantities(kind: str, fits: Callable[[str, Slot, Quantity], bool]) -> Reader:
    def read(text: str, slot: Slot) -> list[Reading]:
        of_kind = [one for one in find(text) if one.kind == kind and fits(text, slot, one)]
        return [_reading(text, slot, one) for one in _firm(text, of_kind)]

    return read


def _reading(text: str, slot: Slot, one: Quantity) -> Reading:
    # Of what is to be exceeded, "ten or more" is more than nine.
    reached = slot.exceeded and (
        _REACHED.search(one.said) or _REACHED_BEFORE.search(text, 0, one.start) or _REACHED_AFTER.match(text, one.end)
    )
    value = one.value - 1 if reached and one.value >= 1 else one.value
    return Reading(value, one.said, one.start, one.end, one.bound, one.soft)


def _firm(text: str, found: list[Quantity]) -> list[Quantity]:
    """Without the wishes that stand in a sentence with a limit of the same kind."""
    ends = [match.start() for match in _SENTENCE.finditer(text)]

    def sentence(one: Quantity) -> int:
        return sum(end < one.start for end in ends)

    firm = {sentence(one) for one in found if not one.soft}
    return [one for one in found if not (one.soft and sentence(one) in firm)]


def _shares(text: str, slot: Slot) -> list[Reading]:
    """Shares; of what may be wrong, the rest is what must be right."""
    found = [one for one in find(text) if one.kind == "share" and one.value > 0]
    readings = [_reading(text, slot, one) for one in _firm(text, found)]
    if slot.bound != LEAST:
        return readings
    return [_of_right(one) if _is_of_errors(text, one) else one for one in readings]


def _is_of_errors(text: str, one: Reading) -> bool:
    if re.search(rf"\b{_ERRORS}", one.said, re.IGNORECASE):
        return True
    after = _WRONG_AFTER.match(text, one.end, one.end + 40)
    if after:
        return not _RIGHT.search(after[0])
    return bool(_WRONG_BEFORE.search(text, max(0, one.start - 45), one.start))


def _of_right(one: Reading) -> Reading:
    other = {LEAST: MOST, MOST: LEAST, "": ""}
    return replace(one, value=round(1 - one.value, 12), bound=other[one.bound])


def _priced_for(_text: str, slot: Slot, one: Quantity) -> bool:
    """A sum for a month is no price of an answer."""
    return one.per in ("", slot.unit or "answer")


def _numbers(text: str, slot: Slot) -> list[Reading]:
    """Numbers of what the slot counts; a number that is the whole answer needs no noun, and may be below 1."""
    found = [
        one
        for one in find(text)
        if (one.kind == "number" and (_counts(slot, one) or _stands_near(text, slot, one) or _is_alone(text, one)))
        or (one.kind == "share" and _is_bare(one) and (_stands_near(text, slot, one) or _is_alone(text, one)))
    ]
    return [_reading(text, slot, one) for one in _firm(text, found)]


def loose_numbers(text: str, slot: Slot) -> list[Reading]:
    """Numbers of a text that is known to be about a slot: without a unit, or of what no word of the slot names."""
    found = [one for one in find(text) if one.kind in ("number", "share")]
    if slot.kind == "number":
        return [_reading(text, slot, one) for one in found if one.kind == "number" or _is_bare(one)]
    numbers = [one for one in found if one.kind == "number" and not one.noun]
    if slot.kind == "share":
        whole = [one for one in numbers if LEAST_PERCENT <= one.value <= 100]
        return [Reading(one.value / 100, one.said, one.start, one.end, one.bound, one.soft) for one in whole]
    return [_reading(text, slot, one) for one in numbers] if slot.unit in ("total", "month") else []


def _names(slot: Slot) -> set[str]:
    return {_stem(name) for name in (slot.unit, slot.name.replace("_", " "), slot.title, *slot.cues) if name}


def _stem(noun: str) -> str:
    return noun.lower().removesuffix("s")


def _counts(slot: Slot, one: Quantity) -> bool:
    return bool(one.noun) and _stem(one.noun) in _names(slot)


def _stands_near(text: str, slot: Slot, one: Quantity) -> bool:
    near = _SENTENCE.split(text[max(0, one.start - _CUE_NEAR) : one.start])[-1].lower()
    near += (_AS.match(text, one.end, one.end + _CUE_NEAR) or [""])[0].lower()
    # A short name, such as "r", is met as a whole word alone.
    return not one.noun and any(
        re.search(rf"\b{re.escape(name)}" + (r"\b" if len(name) <= _SHORT else ""), near) for name in _names(slot)
    )


def _is_bare(one: Quantity) -> bool:
    return re.fullmatch(r"[\d.,]+", one.said) is not None


def _is_alone(text: str, one: Quantity) -> bool:
    noun = not one.noun
    after = text[one.end :]
    return noun and bool(_BESIDE.fullmatch(text[: one.start]) and (_BESIDE.fullmatch(after) or _ASIDE.match(after)))


def _text(text: str, _slot: Slot) -> list[Reading]:
    said = text.strip()
    start = text.find(said)
    return [Reading(said, said, start, start + len(said))] if said else []


READERS: dict[str, Reader] = {
    "share": _shares,
    "seconds": _quantities("seconds", lambda _text, _slot, one: one.value > 0),
    "dollars": _quantities("dollars", _priced_for),
    "number": _numbers,
    "choice": lambda text, slot: choices.find(text, slot.choices),
    "date": lambda text, _slot: dates.find(text),
    "emails": lambda text, _slot: names.emails(text),
    "address": lambda text, _slot: names.addresses(text),
    "text": _text,
}
