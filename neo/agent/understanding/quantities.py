"""Every quantity in a text: shares, times, sums of money, counts, with what the words around say of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from neo.agent.understanding import numerals
from neo.agent.understanding.bounds import bound_of, mark_soft
from neo.agent.understanding.lookalikes import hide
from neo.agent.understanding.nouns import named, noun_after, noun_before
from neo.agent.understanding.numerals import Numeral
from neo.agent.understanding.units import ANSWER, PER, months_in, unit_of


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
class _Atom(Quantity):
    """A quantity in the making: *scale* is what one of its unit comes to."""

    scale: float = 1.0


_MILLI = re.compile(r"[\s-]*(?:milli?|mili)[\s-]?sec\w*", re.IGNORECASE)
_UNIT = re.compile(r"(?P<gap>\s*-?\s*)(?P<word>%|[$€£¢]|per\s?cent(?:age)?\b|[A-Za-z]+)(?P<points>\s*-?points?\b)?", re.IGNORECASE)
_SHORT_UNITS = {"c": "", "h": " ", "s": " "}  # letters that are a unit only so close to the number
_CURRENCY = re.compile(r"(?:(?:US)?[$€£]|\b(?:usd|eur|gbp))\s*$", re.IGNORECASE)
_HALF_MORE = re.compile(r"\s+and\s+a\s+half\b", re.IGNORECASE)

# A unit with an article is one of it, where the article is no "per" and the unit no ordinal.
_ONE = re.compile(
    r"(?:^|[.,;:(!?\n=<>≤≥~]|\b(?:under|within|in|below|than|about|around|roughly|takes?|take|taking|over|after|for|most|least|to|"
    r"only|just|be|is|are|max(?:imum)?|min(?:imum)?|lasts?|costs?|pay|exceed|sub|above|beyond|ideally|preferably|every|"
    r"say|maybe|perhaps|inside|and|or|but|until|not|even|almost|nearly|spend|once|like))\s*"
    r"(?P<one>(?:an?|one)\s+(?P<word>second|sec|minute|min|hour|day|week|cent|dollar|buck|euro|penny|millisecond))\b"
    r"(?P<half>\s+and\s+a\s+half\b)?"
    r"(?=\s*(?:$|[^\w\s]|and\b|or\b|is\b|are\b|at\b|for\b|per\b|max|on\b|in\b|to\b|with\b|would\b|but\b|when\b|tops\b|please\b|"
    r"each\b|if\b|from\b|before\b|until\b|after\b|later\b|a\b|an\b|than\b|by\b|as\b|every\b|so\b|because\b|total\b|long\b))",
    re.IGNORECASE,
)
_SUB = re.compile(r"\bsub[\s-]?(?P<word>second|minute|cent|millisecond|hour|dollar)s?\b", re.IGNORECASE)
_FREE = re.compile(
    r"(?m:^)[^\w\n]{0,9}(?P<alone>nothing|free|zero|gratis|nada|for nothing)[^\w\n]{0,9}(?m:$)|"
    r"(?:\bnot|n['’]?t|\bnever)\s+(?:\w+\s+){0,3}?(?:cost|pay|spend)(?:ing)?\s+(?:us\s+|me\s+)?"
    r"(?:anything|a (?:thing|cent|penny|dime))\b|"
    r"\b(?:for free|free of (?:charge|cost)|(?:at )?(?:no|zero) (?:extra |additional |running )?costs?|"
    r"costs?\s+(?:us |me )?nothing|(?:pay|spend|spending|paying)\s+nothing|without (?:any )?(?:costs?|paying)|"
    r"(?:no|zero) (?:budget|money)(?!\s+(?:is|limit))|"
    r"(?:be|stay|stays|is|it['’]s|remain|completely|totally|entirely|absolutely)\s+free)\b"
    r"(?!\s+(?:of|to|from|text|form|at|on|after|when)\b)(?!-)",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\s*(?:faster|slower|cheaper|better|worse|more(?!\s+or\b)|less|fewer|off\b|discount|smaller|larger|bigger|lower|higher|"
    r"increase|decrease|reduction|improvement|cut\b|growth|battery|charged?\b)",
    re.IGNORECASE,
)
_CHANGED_BY = re.compile(r"\bby\s+(?:about\s+|at least\s+|around\s+)?$", re.IGNORECASE)
_LEAST_SHARE = 0.01  # a smaller bare decimal is no share that somebody would want, but a learning rate
_OF_PART = re.compile(r"\s+(?:of|the|our|your|all|my)\b", re.IGNORECASE)
_DECIMAL_IS_NO_SHARE = re.compile(r"\s?(?!(?:is|was|as|precis|recall|f1|its|this|answers?|questions?|times?)\b)[a-z]+s\b(?<!us)", re.IGNORECASE)

_PERIOD = "|".join(sorted((word for word in PER), key=len, reverse=True))
_PER = re.compile(
    rf"\s*[,(]?\s*(?:(?:(?:a|an|per|/|each|every|pro|for (?:each|every|one|an?)|in an?|on each)\s*(?:single\s+|calendar\s+|one\s+|"
    rf"gpu[\s-]|machine[\s-])?(?P<of>{_PERIOD}))\b|(?P<each>each|apiece|a pop|monthly|hourly|daily|weekly|yearly|annually)\b|"
    r"(?P<total>in total|total(?:ly)?|overall|altogether|all[\s-]in|one[\s-]off|once|"
    r"for (?:the |this )?(?:whole |entire |full )?(?:thing|training|run|job|project|fine-?tun\w+))\b)",
    re.IGNORECASE,
)
_PER_BEFORE = re.compile(
    rf"\b(?:(?:a|an|per|each|every|for (?:each|every|one|an?)|one)\s+(?P<of>{_PERIOD})|(?P<each>monthly|hourly|daily|weekly|yearly|"
    r"total|overall|in total|all together|altogether))\b[^.;\n$€£\d]{0,40}$",
    re.IGNORECASE,
)
_ADVERBS = {
    "each": "answer", "apiece": "answer", "a pop": "answer", "monthly": "month", "hourly": "hour", "daily": "day",
    "weekly": "week", "yearly": "year", "annually": "year",
}  # fmt: skip
_ASKED = frozenset({"req", "reqs", *(f"{word}s" for word in ANSWER), *ANSWER, "answers", "queries", "replies", "searches", "lookups"})


def find(text: str) -> list[_Atom]:
    """Every quantity of a text, in order, never overlapping.

    >>> [(one.kind, one.value, one.bound) for one in find("under two seconds, 9 in 10 right, max. 10 people")]
    [('seconds', 2.0, 'at most'), ('share', 0.9, ''), ('number', 10.0, 'at most')]
    >>> [(one.value, one.per) for one in find("$40 a month for 20k questions")]
    [(0.002, 'answer')]
    """
    seen = hide(text)
    found = _apart([*_wordless(seen), *_counted(seen)])
    for table in (_JOINS, _RANGES, _PRICES):
        found = [_priced(seen, one) if not one.per else one for one in _joined(seen, found, table)]
    found = [one for number, one in enumerate(found) if not _is_percentile(seen, found[number : number + 2])]
    found = [
        replace(one, said=text[one.start : one.end], bound=one.bound or bound_of(seen, one.start, one.end))
        for one in found
    ]
    soft = mark_soft(seen, [(one.start, one.end) for one in found])
    found = [replace(one, soft=wish) for one, wish in zip(found, soft, strict=True) if _counts(seen, one)]
    return [_plainly(one) for one in _same_unit(seen, found)]


def _plainly(one: _Atom) -> Quantity:
    return Quantity(one.kind, one.value, one.said, one.start, one.end, one.noun, one.bound, one.soft, one.per)


# A number that is seen through: a unit stands by it and makes no quantity of it.
_NOTHING = _Atom("", 0.0, "", 0, 0)


def _apart(found: list[_Atom]) -> list[_Atom]:
    kept: list[_Atom] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _wordless(text: str) -> Iterator[_Atom]:
    """Quantities without a number: 'a second', 'sub-second', 'free'."""
    for match in _ONE.finditer(text):
        kind, scale = unit_of(match["word"]) or ("", 0.0)
        value = scale * (1.5 if match["half"] else 1.0)
        yield _priced(text, _Atom(kind, value, "", match.start("one"), match.end("half" if match["half"] else "one"), scale=scale))
    for match in _SUB.finditer(text):
        kind, scale = unit_of(match["word"]) or ("", 0.0)
        yield _priced(text, _Atom(kind, scale, "", *match.span(), bound="at most", scale=scale))
    for match in _FREE.finditer(text):
        name = "alone" if match["alone"] else 0
        yield _Atom("dollars", 0.0, "", *match.span(name))


def _counted(text: str) -> Iterator[_Atom]:
    last = 0
    for numeral in numerals.find(text):
        one = _of_money_sign(text, numeral) or _of_unit(text, numeral) or _of_part(text, numeral) or _plain(text, numeral, last)
        if one.kind:
            last = one.end
            yield one


def _of_money_sign(text: str, numeral: Numeral) -> _Atom | None:
    match = _CURRENCY.search(text, max(0, numeral.start - 5), numeral.start)
    if match is None:
        return None
    return _priced(text, _Atom("dollars", numeral.value, "", match.start(), numeral.end))


def _of_unit(text: str, numeral: Numeral) -> _Atom | None:
    if match := _MILLI.match(text, numeral.end):
        return _Atom("seconds", round(numeral.value / 1000, 12), "", numeral.start, match.end(), scale=0.001)
    match = _UNIT.match(text, numeral.end)
    if match is None:
        return None
    word = re.sub(r"\s+", " ", match["word"].lower())
    known = unit_of(word)
    if known is None or match["gap"] not in (_SHORT_UNITS.get(word, match["gap"]), "") or (match["points"] and known[0] == "share"):
        return _NOTHING if known else None
    kind, scale = known
    end = match.end("word")
    value = numeral.value * scale
    if kind == "share":
        if _COMPARED.match(text, end) or _CHANGED_BY.search(text, max(0, numeral.start - 20), numeral.start) or value > 1:
            return _NOTHING
        return _Atom(kind, round(value, 12), "", numeral.start, end, scale=scale)
    if half := _HALF_MORE.match(text, end):
        value, end = value + scale / 2, half.end()
    return _priced(text, _Atom(kind, round(value, 12), "", numeral.start, end, scale=scale))


def _of_part(text: str, numeral: Numeral) -> _Atom | None:
    """'four fifths', 'half of them', '0.9'."""
    if not 0 < numeral.value <= 1:
        return None
    if numeral.part and (numeral.value > 0.5 or _OF_PART.match(text, numeral.end)):
        return _Atom("share", numeral.value, "", numeral.start, numeral.end)
    if not numeral.decimal or numeral.value < _LEAST_SHARE or named(text, numeral.start) or _DECIMAL_IS_NO_SHARE.match(text, numeral.end):
        return None
    return _Atom("share", numeral.value, "", numeral.start, numeral.end)


def _plain(text: str, numeral: Numeral, last: int) -> _Atom:
    noun, end = named(text, numeral.start, last), numeral.end
    if not noun:
        noun, end = noun_after(text, numeral.end)
    noun = noun or noun_before(text, numeral.start, last)
    raw, value = text[numeral.start : numeral.end], numeral.value
    if end > numeral.end and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", raw):
        value = float(raw.replace(".", ""))  # a count is whole: 20.000 questions
    return _Atom("number", value, "", numeral.start, end, noun=noun)


def _priced(text: str, one: _Atom) -> _Atom:
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
    if per in ("day", "week", "year"):
        return replace(one, value=one.value / months_in(per), per="month", end=end)
    return replace(one, per=per, end=end)


# Two neighbours become one: the words between them, and what the two come to, or None.
Join = tuple[re.Pattern[str], Callable[[str, _Atom, _Atom], _Atom | None]]
_MANY = frozenset({5, 10, 20, 50, 100, 1000})


def _both(first: _Atom, second: _Atom, kind: str, value: float, **more: str) -> _Atom:
    return replace(first, kind=kind, value=value, end=second.end, **{"noun": "", **more})  # type: ignore[arg-type]


def _ratio(gap: str, first: _Atom, second: _Atom) -> _Atom | None:
    if (first.kind, second.kind) != ("number", "number") or not 0 < first.value <= second.value <= 1000:
        return None
    # "Nine answers in ten" is a share; "three people in ten rooms" is none.
    if first.noun and second.noun or gap.split()[0].lower() == "of" and second.value not in _MANY:
        return None
    return _both(first, second, "share", first.value / second.value)


def _compound(gap: str, first: _Atom, second: _Atom) -> _Atom | None:
    """'1 min 30 s'."""
    if (first.kind, second.kind) != ("seconds", "seconds"):
        return None
    fits = any(first.value % unit == 0 and first.value and second.value < unit for unit in (60, 3600))
    return _both(first, second, "seconds", first.value + second.value) if fits else None


def _range(gap: str, first: _Atom, second: _Atom) -> _Atom | None:
    """'1-2 seconds': the laxer end, which is the upper of a time or a price, and the lower of a share."""
    if first.kind != second.kind and (first.kind != "number" or first.noun) and (second.kind != "number" or second.noun):
        return None
    if first.kind == second.kind == "number" and first.noun and first.noun != second.noun:
        return None
    whole = first if second.kind == "number" else second
    low, high = (_as(one, whole) for one in (first, second))
    if low > high:
        return None
    value = low if whole.kind == "share" else high
    return replace(whole, value=value, start=first.start, end=second.end, noun=second.noun or first.noun)


def _as(one: _Atom, whole: _Atom) -> float:
    """The value of a bare number beside a quantity with a unit: in that unit."""
    if one.kind == whole.kind:
        return one.value
    return one.value * whole.scale


_TOGETHER = re.compile(r"\b(?:for|per|to answer|covering|answering|each|every|month)\b|/", re.IGNORECASE)


def _many(gap: str, first: _Atom, second: _Atom) -> _Atom | None:
    """A sum for many answers, or for a month with so many, as the price of one."""
    money, count = (first, second) if first.kind == "dollars" else (second, first)
    if (money.kind, count.kind) != ("dollars", "number") or count.noun not in _ASKED or not count.value:
        return None
    if money.per not in ("month", "total", "") or money.value == 0:
        return None
    if not money.per and not _TOGETHER.search(gap):
        return None  # "20k questions, 2 cents" is no sum for all of them
    return replace(money, value=money.value / count.value, per="answer", start=first.start, end=second.end, noun="")


_JOINS: tuple[Join, ...] = (
    (re.compile(r"\s+(?:times\s+)?(?:in|out of|of|of out)\s+(?:every\s+|each\s+|the\s+|a\s+)?", re.IGNORECASE), _ratio),
    (re.compile(r"\s*(?:,\s*)?(?:and\s+)?", re.IGNORECASE), _compound),
)
_RANGES: tuple[Join, ...] = (
    (re.compile(r"\s*(?:-|–|—|to|or|up to|till|until|\.\.\.?)\s*[$€£]?\s*", re.IGNORECASE), _range),
)
_PRICES: tuple[Join, ...] = (
    (
        re.compile(
            r"\s*(?:[,(:/]\s*)?(?:(?:a|per|each|every|in the|in a|by|by the|/)\s*(?:month|day)\s*,?\s*)?(?:(?:and|with|for|at|per|on|covering|when|we|have|get|"
            r"expect|to answer|answering|about|around|roughly|some|up to|each|every|a|an|the|cost|costs|should|must|may|can|"
            r"under|below|at most|max|maximum|it|is|are|be|handle|handling|serve|serving|of|over|there|will|budget|our|"
            r"volume|traffic|approx\.?|~|≈|asked|coming in|monthly|@|=|-|–)\s*)*+",
            re.IGNORECASE,
        ),
        _many,
    ),
)
_BETWEEN = re.compile(r"\b(?:between|from)\s+(?:about\s+)?$", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|to)\s+", re.IGNORECASE)
_NEVER = re.compile(r"(?!)")


def _joined(text: str, found: Sequence[_Atom], table: Sequence[Join]) -> list[_Atom]:
    kept: list[_Atom] = []
    for one in found:
        joined = _join(text, kept[-1], one, table) if kept else None
        if joined is not None:
            kept[-1] = joined
        else:
            kept.append(one)
    return kept


def _join(text: str, first: _Atom, second: _Atom, table: Sequence[Join]) -> _Atom | None:
    if second.start - first.end > 60:
        return None
    gap = text[first.end : second.start]
    if table is _RANGES and _AND.fullmatch(gap) and _BETWEEN.search(text, max(0, first.start - 20), first.start):
        return _range(gap, first, second)
    results = (join(gap, first, second) for between, join in table if between.fullmatch(gap))
    return next((one for one in results if one is not None), None)


_WITHIN = re.compile(
    r"\s*(?:of\s+(?:the |all |our )?\w+\s+(?:\w+\s+){0,3}?)?(?:in|within|under|below|faster than|less than|at most|inside)\s+(?:at most\s+)?",
    re.IGNORECASE,
)
_QUALITY = re.compile(r"\b(?:right|correct|accura\w*|good|true)\b", re.IGNORECASE)


def _is_percentile(text: str, pair: Sequence[_Atom]) -> bool:
    """'95 % of the answers within two seconds' says how many must be so fast, and not how many right."""
    if len(pair) < 2 or (pair[0].kind, pair[1].kind) != ("share", "seconds") or pair[1].start - pair[0].end > 60:
        return False
    gap = text[pair[0].end : pair[1].start]
    return "of" in gap and bool(_WITHIN.fullmatch(gap)) and not _QUALITY.search(gap)


def _counts(text: str, one: _Atom) -> bool:
    """Whether it is a quantity at all: 'one' alone is mostly a pronoun."""
    return one.kind != "number" or bool(one.noun) or not one.said.lower() == "one" or text.strip(" .!").lower() == "one"


def _same_unit(text: str, found: Sequence[_Atom]) -> list[_Atom]:
    """'ideally one second, two at most': a bare number beside a wish, or a wish beside a limit, has the other's unit."""
    filled = list(found)
    for number, one in enumerate(found):
        if one.kind != "number" or one.noun or not (one.bound or one.soft):
            continue
        for other in (*found[max(0, number - 1) : number], *found[number + 1 : number + 2]):
            between = text[min(one.end, other.end) : max(one.start, other.start)]
            if other.kind != "number" and one.soft != other.soft and not re.search(r"[.!?](?=\s)|\n", between):
                filled[number] = replace(one, kind=other.kind, value=one.value * other.scale, per=other.per)
    return filled
