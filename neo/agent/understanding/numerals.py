"""Numbers in a text, in digits or in words, with their places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from text_to_num import find_numbers

_POWERS = {"k": 1e3, "thousand": 1e3, "grand": 1e3, "hundred": 1e2, "million": 1e6, "mio": 1e6, "dozen": 12.0}
_DIGITS = re.compile(
    r"(?<![\w.,])(?:"
    r"(?P<mantissa>\d+(?:\.\d+)?)\s?[x*×]\s?10\s?(?:\^|\*\*)\s?(?P<exponent>[-−]?\d+)"
    r"|(?:(?P<whole>\d{1,3})\s+)?(?P<over>\d{1,4})\s?/\s?(?P<under>\d{1,4})(?![\d/])"
    r"|(?P<vulgar>\d{0,3}\s?[½¼¾⅓⅔⅕⅖⅗⅘])"
    r"|(?P<plain>\d+(?:\.\d+)?e[-−+]?\d+"  # 2e-4
    r"|[1-9]\d{0,2}(?:[,'’]\d{3})+(?:\.\d+)?(?!\d)"  # 20,000
    r"|[1-9]\d{0,2}(?:[  ]\d{3})+(?![\d.,]\d|\d)"  # 20 000
    r"|\d+(?:[.,]\d+)?|\.\d+)"
    r")(?:(?:\s?(?P<k>k)|\s(?P<power>thousand|grand|hundred|million|mio|dozen))(?![a-z]))?",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[,'’  ]\d{3})+(?:\.\d+)?")
_DECIMAL = re.compile(r"\d*[.,]\d+")
_WORDS = re.compile(r"[A-Za-z]+|\d+|\s+|[^\w\s]|\w+")
# Not numbers for find_numbers: a unit that looks like an ordinal, and "point" and "and" at the wrong place.
_UNITS = frozenset({"second", "seconds"})
_MISSPELT = {
    "ninty": "ninety",
    "fourty": "forty",
    "tow": "two",
    "eigth": "eight",
    "eigthy": "eighty",
    "fivteen": "fifteen",
}
_PARTS = {"half": 0.5, "quarter": 0.25, "third": 1 / 3, "fifth": 0.2, "tenth": 0.1, "hundredth": 0.01}
_PHRASES = re.compile(
    r"\b(?:"
    r"(?P<six>(?:an?\s+)?half[\s-](?:an?\s+)?dozen)"
    r"|(?P<dozen>(?:an?\s+)?dozen)"
    r"|(?P<couple>(?:an?\s+)?couple(?:\s+of)?)(?=\s)"
    r"|(?:(?:an?|one)\s+)?(?P<part>half|quarter|third|fifth|tenth|hundredth)(?P<of>(?:\s+of)?[\s-]+an?)(?=\s)"
    r"|(?P<quarters>three[\s-]quarters)|(?P<third>(?:one|a)[\s-](?:third|quarter|fifth|tenth))(?=\s+of\b)"
    r"|(?P<half>half|(?:an?\s+)?quarter(?=[\s-]+(?:second|hour|minute)))(?=\s+(?:of|the|our|all|your|my)\b|"
    r"-?\s*(?:second|sec|cent|dollar|minute|hour)s?\b)"
    r")(?![\w])",
    re.IGNORECASE,
)
_AND_PART = re.compile(r"[\s-]+and[\s-]+an?[\s-]+(half|quarter)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"\ban?\s+$", re.IGNORECASE)
_BIG = re.compile(r"(?:hundred|thousand|million)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Numeral:
    """A number: its value, and its offsets in the text.

    Attributes:
        spelt: Written in words.
        part: Written as a part of a whole: "four fifths", "9/10", "half".
        decimal: With a decimal point, or comma.
    """

    value: float
    start: int
    end: int
    spelt: bool = False
    part: bool = False
    decimal: bool = False


class _Token:
    """A word, as find_numbers asks for it."""

    def __init__(self, match: re.Match[str]) -> None:
        self.start, self.end = match.span()
        word = match[0].lower()
        self._text = "-" if word in _UNITS else _MISSPELT.get(word, word)

    def text(self) -> str:
        return self._text

    def nt_separated(self, previous: _Token) -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


def find(text: str) -> list[Numeral]:
    """Every number, in order, never overlapping.

    >>> [one.value for one in find("twenty-five or 1,500, half a dozen, four fifths")]
    [25.0, 1500.0, 6.0, 0.8]
    """
    phrases = list(_phrases(text))
    digits = _beside(list(_digits(text)), phrases)
    spelt = _beside(list(_spelt(text)), [*phrases, *digits])
    found = sorted([*phrases, *digits, *spelt], key=lambda one: one.start)
    return [_with_part(text, one) for one in _multiplied(text, found)]


def _beside(found: list[Numeral], taken: list[Numeral]) -> list[Numeral]:
    """Those that overlap none that is taken."""
    places = {place for one in taken for place in range(one.start, one.end)}
    return [one for one in found if places.isdisjoint(range(one.start, one.end))]


def _phrases(text: str) -> Iterator[Numeral]:
    for match in _PHRASES.finditer(text):
        name = match.lastgroup if match.lastgroup != "of" else "part"
        word = re.split(r"[\s-]+", match[name or 0].lower())[-1]
        value = {"six": 6.0, "dozen": 12.0, "couple": 2.0, "quarters": 0.75}.get(name or "") or _PARTS[word]
        yield Numeral(value, *match.span(), spelt=True, part=name in ("part", "quarters", "third", "half"))


def _digits(text: str) -> Iterator[Numeral]:
    for match in _DIGITS.finditer(text):
        value = _value(match)
        if value is None:
            continue
        times = _POWERS[(match["k"] or match["power"] or "").lower()] if match["k"] or match["power"] else 1.0
        decimal = bool(match["plain"]) and _DECIMAL.fullmatch(match["plain"]) and not _GROUPED.fullmatch(match["plain"])
        yield Numeral(
            value * times,
            *match.span(),
            part=bool(match["under"] or match["vulgar"]),
            decimal=bool(decimal) and times == 1.0,
        )


def _value(match: re.Match[str]) -> float | None:
    if match["plain"]:
        plain = match["plain"].replace("−", "-")
        grouped = _GROUPED.fullmatch(plain)
        return float(re.sub(r"[,'’  ]", "", plain) if grouped else plain.replace(",", "."))
    if match["mantissa"]:
        return float(match["mantissa"]) * 10.0 ** int(match["exponent"].replace("−", "-"))
    if match["vulgar"]:
        return float(match["vulgar"][:-1].strip() or 0) + unicodedata.numeric(match["vulgar"][-1])
    return float(match["whole"] or 0) + float(match["over"]) / float(match["under"]) if float(match["under"]) else None


def _spelt(text: str) -> Iterator[Numeral]:
    tokens = [_Token(match) for match in _WORDS.finditer(text)]
    before: Numeral | None = None
    for one in find_numbers(tokens, "en", 0):
        start, end = tokens[one.start].start, tokens[one.end - 1].end
        touching = before is not None and not text[before.end : start].strip(" -")
        if one.is_ordinal:
            if before is not None and touching and one.value > 2 and (one.text.endswith("s") or before.value == 1):
                before = Numeral(before.value / one.value, before.start, end, spelt=True, part=True)
        else:
            if before is not None:
                yield before
            if _BIG.match(text, start) and (article := _ARTICLE.search(text, max(0, start - 4), start)):
                start = article.start()
            before = Numeral(one.value, start, end, spelt=True, decimal="." in one.text)
    if before is not None:
        yield before


def _multiplied(text: str, found: list[Numeral]) -> Iterator[Numeral]:
    """'two dozen' and '1.5 million': a number before a power is multiplied by it."""
    before: Numeral | None = None
    for one in found:
        word = text[one.start : one.end].lower()
        if before is not None and word in _POWERS and not text[before.end : one.start].strip():
            before = replace(before, value=before.value * one.value, end=one.end, decimal=False)
            continue
        if before is not None:
            yield before
        before = one
    if before is not None:
        yield before


def _with_part(text: str, one: Numeral) -> Numeral:
    """'two and a half'."""
    match = _AND_PART.match(text, one.end)
    return replace(one, value=one.value + _PARTS[match[1].lower()], end=match.end()) if match and not one.part else one
