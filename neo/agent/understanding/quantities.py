"""Every quantity in a text: shares, times, sums of money, counts, with what the words around say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from neo.agent.understanding import numerals
from neo.agent.understanding.atoms import Atom, Quantity
from neo.agent.understanding.bounds import bound_of, mark_soft
from neo.agent.understanding.joins import joined
from neo.agent.understanding.lookalikes import hide
from neo.agent.understanding.nouns import named, noun_after, noun_before
from neo.agent.understanding.numerals import Numeral
from neo.agent.understanding.rates import period_after, priced
from neo.agent.understanding.units import unit_of

__all__ = ["Quantity", "find"]

_MILLI = re.compile(r"[\s-]*(?:milli?|mili)[\s-]?sec\w*", re.IGNORECASE)
_UNIT = re.compile(
    r"(?P<gap>\s*-?\s*)(?P<word>%|[$€£¢]|per\s?cent(?:age)?\b|[A-Za-z]+)(?P<points>\s*-?points?\b)?", re.IGNORECASE
)
_OF_ONE = re.compile(r"(?:\s+of\s+an?(?=\s))?", re.IGNORECASE)  # 'three quarters of a minute'
_SHORT_UNITS = {"c": "", "h": " ", "s": " "}  # letters that are a unit only so close to the number
_CURRENCY = re.compile(r"(?:(?:US)?[$€£]|\b(?:usd|eur|gbp))\s*$", re.IGNORECASE)
_HALF_MORE = re.compile(r"\s+and\s+a\s+half\b", re.IGNORECASE)

# A unit with an article is one of it, where the article is no "per" and the unit no ordinal.
_ONE = re.compile(
    r"(?:^|[.,;:(!?\n=<>≤≥~]|\b(?:under|within|in|below|than|about|around|roughly|takes?|take|taking|over|after|"
    r"for|most|least|to|"
    r"only|just|be|is|are|max(?:imum)?|min(?:imum)?|lasts?|costs?|pay|exceed|sub|above|beyond|ideally|preferably|"
    r"every|"
    r"holds?|stays?|leave|allow|gives?|give it|remains?|persists?|sustained|pause|silence|quiet|gap|break|"
    r"say|maybe|perhaps|inside|and|or|but|until|not|even|almost|nearly|spend|once|like))\s*"
    r"(?P<one>(?:(?:an?|one)\s+(?:(?:full|whole|good|single|solid|entire)\s+)?|(?=[a-z]+\s+and\s+a\s+half\b))"
    r"(?P<word>second|sec|minute|min|hour|day|week|cent|dollar|buck|euro|penny|millisecond))\b"
    r"(?P<half>\s+and\s+a\s+half\b)?"
    r"(?=\s*(?:$|[^\w\s]|and\b|or\b|is\b|are\b|at\b|for\b|per\b|max|on\b|in\b|to\b|with\b|would\b|but\b|when\b|"
    r"tops\b|please\b|"
    r"of\b|between\b|above\b|over\b|each\b|if\b|from\b|before\b|until\b|after\b|later\b|a\b|an\b|than\b|by\b|as\b|every\b|so\b|because\b|"
    r"total\b|long\b))",
    re.IGNORECASE,
)
_SUB = re.compile(r"\bsub[\s-]?(?P<word>second|minute|cent|millisecond|hour|dollar)s?\b", re.IGNORECASE)
# One mail an hour is an hour between two.
_RATE = re.compile(
    r"\b(?:one|1|a|an|a single|once|no more than one|at most one)\s*(?:e-?mail|mail|alert|message|warning|"
    r"notification|alarm)?s?"
    r"\s+(?:per|an?|every|each|in an?|within an?)\s+(?P<word>minute|hour|day|week)\b",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"(?m:^)[^\w\n]{0,9}(?P<alone>nothing|free|zero|gratis|nada|for nothing)[^\w\n]{0,9}(?m:$)|"
    r"(?:\bnot|n['’]?t|\bnever)\s+(?:\w+\s+){0,3}?(?:cost|pay|spend)(?:ing)?\s+(?:us\s+|me\s+)?"
    r"(?:anything|a (?:thing|cent|penny|dime))\b|"
    r"\b(?:for free|free of (?:charge|cost)|(?:at )?(?:no|zero) (?:extra |additional |running )?costs?|"
    r"costs?\s+(?:us |me )?nothing|(?:pay|spend|spending|paying)\s+nothing|without (?:any )?(?:costs?|paying)|"
    r"(?:no|zero) (?:budget|money)(?!\s+(?:is|limit))|"
    r"costs?\s*(?:is|are|=|:|must be|should be)\s*(?:zero|nothing|nil)|zero (?:per|a|an|each)(?=\s)|"
    r"(?:be|stay|stays|is|it['’]s|remain|completely|totally|entirely|absolutely)\s+free)\b"
    r"(?!\s+(?:of|to|from|text|form|at|on|after|when)\b)(?!-)",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\s*(?:faster|slower|cheaper|better|worse|more(?!\s+or\b)|less|fewer|off\b|discount|smaller|larger|bigger|"
    r"lower|higher|"
    r"increase|decrease|reduction|improvement|cut\b|growth|battery|charged?\b)",
    re.IGNORECASE,
)
_CHANGED_BY = re.compile(r"\bby\s+(?:about\s+|at least\s+|around\s+)?$", re.IGNORECASE)
_LEAST_SHARE = 0.01  # a smaller bare decimal is no share that somebody would want, but a learning rate
_OF_PART = re.compile(r"\s+(?:of|the|our|your|all|my)\b", re.IGNORECASE)
_DECIMAL_IS_NO_SHARE = re.compile(
    r"\s?(?!(?:is|was|as|precis|recall|f1|its|this|answers?|questions?|times?)\b)[a-z]+s\b(?<!us)", re.IGNORECASE
)


def find(text: str) -> list[Quantity]:
    """Every quantity of a text, in order, never overlapping.

    >>> [(one.kind, one.value, one.bound) for one in find("under two seconds, 9 in 10 right, max. 10 people")]
    [('seconds', 2.0, 'at most'), ('share', 0.9, ''), ('number', 10.0, 'at most')]
    >>> [(one.value, one.per) for one in find("$40 a month for 20k questions")]
    [(0.002, 'answer')]
    """
    return list(_found(text))


@lru_cache(maxsize=256)  # every slot of a kind asks for the same clause
def _found(text: str) -> tuple[Quantity, ...]:
    seen = hide(text)
    found = [
        replace(one, said=text[one.start : one.end], bound=one.bound or bound_of(seen, one.start, one.end))
        for one in joined(seen, _apart([*_wordless(seen), *_counted(seen)]))
    ]
    soft = mark_soft(seen, [(one.start, one.end) for one in found])
    found = [replace(one, soft=wish) for one, wish in zip(found, soft, strict=True) if _counts(seen, one)]
    return tuple(_plainly(one) for one in _same_unit(seen, found))


def _plainly(one: Atom) -> Quantity:
    return Quantity(one.kind, one.value, one.said, one.start, one.end, one.noun, one.bound, one.soft, one.per)


# A number that is seen through: a unit stands by it and makes no quantity of it.
_NOTHING = Atom("", 0.0, "", 0, 0)


def _apart(found: list[Atom]) -> list[Atom]:
    kept: list[Atom] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _wordless(text: str) -> Iterator[Atom]:
    """Quantities without a number: 'a second', 'sub-second', 'free'."""
    for match in _ONE.finditer(text):
        kind, scale = unit_of(match["word"]) or ("", 0.0)
        value = scale * (1.5 if match["half"] else 1.0)
        yield priced(
            text, Atom(kind, value, "", match.start("one"), match.end("half" if match["half"] else "one"), scale=scale)
        )
    for match in _RATE.finditer(text):
        kind, scale = unit_of(match["word"]) or ("", 0.0)
        yield Atom(kind, scale, "", *match.span(), scale=scale)
    for match in _SUB.finditer(text):
        kind, scale = unit_of(match["word"]) or ("", 0.0)
        yield priced(text, Atom(kind, scale, "", *match.span(), bound="at most", scale=scale))
    for match in _FREE.finditer(text):
        name = "alone" if match["alone"] else 0
        yield Atom("dollars", 0.0, "", *match.span(name))


def _counted(text: str) -> Iterator[Atom]:
    last = 0
    for numeral in numerals.find(text):
        one = (
            _of_money_sign(text, numeral)
            or _of_unit(text, numeral)
            or _of_part(text, numeral)
            or _plain(text, numeral, last)
        )
        if one.kind:
            last = one.end
            yield one


def _of_money_sign(text: str, numeral: Numeral) -> Atom | None:
    match = _CURRENCY.search(text, max(0, numeral.start - 5), numeral.start)
    if match is None:
        return None
    return priced(text, Atom("dollars", numeral.value, "", match.start(), numeral.end))


def _of_unit(text: str, numeral: Numeral) -> Atom | None:
    if match := _MILLI.match(text, numeral.end):
        return Atom("seconds", round(numeral.value / 1000, 12), "", numeral.start, match.end(), scale=0.001)
    of_one = _OF_ONE.match(text, numeral.end) if numeral.part else None
    match = _UNIT.match(text, of_one.end() if of_one else numeral.end)
    if match is None:
        return None
    word = re.sub(r"\s+", " ", match["word"].lower())
    known = unit_of(word)
    if (
        known is None
        or match["gap"] not in (_SHORT_UNITS.get(word, match["gap"]), "")
        or (match["points"] and known[0] == "share")
    ):
        return _NOTHING if known else None
    kind, scale = known
    if word == "min" and numeral.decimal and numeral.value < 1:
        return None  # '0.82 min' is a least share
    end = match.end("word")
    value = numeral.value * scale
    if kind == "share":
        if (
            _COMPARED.match(text, end)
            or _CHANGED_BY.search(text, max(0, numeral.start - 20), numeral.start)
            or value > 1
        ):
            return _NOTHING
        return Atom(kind, round(value, 12), "", numeral.start, end, scale=scale)
    if half := _HALF_MORE.match(text, end):
        value, end = value + scale / 2, half.end()
    return priced(text, Atom(kind, round(value, 12), "", numeral.start, end, scale=scale))


def _of_part(text: str, numeral: Numeral) -> Atom | None:
    """'four fifths', 'half of them', '0.9'."""
    if not 0 < numeral.value <= 1:
        return None
    if numeral.part and (numeral.value > 0.5 or _OF_PART.match(text, numeral.end)):
        return Atom("share", numeral.value, "", numeral.start, numeral.end)
    if (
        not numeral.decimal
        or numeral.value < _LEAST_SHARE
        or named(text, numeral.start)
        or _DECIMAL_IS_NO_SHARE.match(text, numeral.end)
    ):
        return None
    return Atom("share", numeral.value, "", numeral.start, numeral.end, bare=True)


def _plain(text: str, numeral: Numeral, last: int) -> Atom:
    noun, end = named(text, numeral.start, last), numeral.end
    if not noun:
        noun, end = noun_after(text, numeral.end)
    noun = noun or noun_before(text, numeral.start, last)
    raw, value = text[numeral.start : numeral.end], numeral.value
    if end > numeral.end and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", raw):
        value = float(raw.replace(".", ""))  # a count is whole: 20.000 questions
    bound = "at least" if "+" in text[numeral.end : end] else ""
    return Atom(
        "number", value, "", numeral.start, end, noun=noun, bound=bound, bare=not noun, period=period_after(text, end)
    )


def _counts(text: str, one: Atom) -> bool:
    """Whether it is a quantity at all: 'one' alone is mostly a pronoun."""
    is_pronoun = one.said.lower() == "one" and text.strip(" .!").lower() != "one"
    return one.kind != "number" or bool(one.noun) or not is_pronoun


def _same_unit(text: str, found: Sequence[Atom]) -> list[Atom]:
    """'ideally one second, two at most': of a wish and a limit beside it, one may lack its unit."""
    filled = list(found)
    for number, one in enumerate(found):
        if one.kind != "number" or one.noun or not (one.bound or one.soft):
            continue
        for other in (*found[max(0, number - 1) : number], *found[number + 1 : number + 2]):
            between = text[min(one.end, other.end) : max(one.start, other.start)]
            if other.kind != "number" and one.soft != other.soft and not re.search(r"[.!?](?=\s)|\n", between):
                filled[number] = replace(one, kind=other.kind, value=one.value * other.scale, per=other.per)
    return filled


def named_of(text: str, values: Sequence[object]) -> int | None:
    """Which of some values the first number of a text names, with its unit or without: '95 it is' names 0.95.

    >>> named_of("95 it is, 85 was the pilot", [0.85, 0.95])
    1
    """
    for one in find(text):
        for place, value in enumerate(values):
            if isinstance(value, (int, float)) and any(
                abs(one.value - shown) <= 1e-6 * max(1.0, abs(shown)) for shown in (value, value * 100, value * 1000)
            ):
                return place
    return None
