"""A message in parts, each of which says one thing; every part is a piece of the message as it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_CHARS = 12_000  # of a message that are read: what follows is kept, and said to be unread
MOST_PARTS = 60
_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_TABLE_ROW = re.compile(r"^\s*\|.*\|\s*$|^[^\t\n]*\t[^\t\n]*\t.*$", re.MULTILINE)
# A sentence ends at a mark before a space; '1.5' and 'p. 3' do not end one.
_SENTENCE = re.compile(r"(?<=[.!?;…])(?<!\b[A-Za-z]\.)\s+|\n+|\s[–—]\s|\s-\s|(?<=[。！？])")
_JOINT = re.compile(
    r",\s+(?:and|but|so|plus|also|then|while|with|no|nope|wait|actually|because|since|it|that|we|i|they|he|she|"
    r"the|our|my|for|under|at|by|before|until|on|not|max|min|maximum|within|up to|accuracy|latency|cost|budget|"
    r"please|maybe|nothing|everything|no|only|ideally|preferably)\b|"
    r"(?<!hundred)(?<!thousand)\s+(?:and|but|plus|while|whereas|although|though)\s+(?!(?:a\s+)?half\b|(?:\d|one|two|three|four|five|ten)\b)",
    re.IGNORECASE,
)
_SHORT = 2  # words; a shorter part says nothing for itself


@dataclass(frozen=True)
class Part:
    """A sentence, or a clause of one.

    Attributes:
        text: As it stands in the message.
        start: Its first character's place there.
        sentence: Number of the sentence that it is of.
    """

    text: str
    start: int
    sentence: int

    @property
    def asks(self) -> bool:
        """Whether it ends in a question mark."""
        return self.text.rstrip(" \"')*_").endswith("?")


def readable(text: str) -> str:
    """The message with what is not speech blanked, place by place: code, tables, and what is beyond `MOST_CHARS`."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    return _TABLE_ROW.sub(blank, _FENCED.sub(blank, text[:MOST_CHARS]))


def parts(text: str) -> list[Part]:
    """Cut a message into clauses, at most `MOST_PARTS`.

    >>> [part.text for part in parts("Under 2 seconds, and it may cost 1.5 cents. No rush!")]
    ['Under 2 seconds', 'it may cost 1.5 cents.', 'No rush!']
    """
    found: list[Part] = []
    for number, (start, sentence) in enumerate(_cut(text, 0, _SENTENCE)):
        clauses = [(at, clause) for at, clause in _cut(sentence, start, _JOINT) if clause]
        joined = _together(clauses, sentence, start)
        found += [Part(clause, at, number) for at, clause in joined]
        if len(found) >= MOST_PARTS:
            break
    return found[:MOST_PARTS]


def sentences(text: str) -> list[Part]:
    """Cut a message into sentences."""
    return [Part(sentence, start, number) for number, (start, sentence) in enumerate(_cut(text, 0, _SENTENCE))]


def _cut(text: str, base: int, at: re.Pattern[str]) -> list[tuple[int, str]]:
    pieces, last = [], 0
    for match in at.finditer(text):
        cut = match.start()
        # A comma's own word belongs to the clause that it begins.
        begin = match.end() if not match[0].startswith(",") else _after_comma(match)
        pieces.append((last, text[last:cut]))
        last = begin
    pieces.append((last, text[last:]))
    pieces = _topics(pieces, text)
    return [
        (base + place + len(piece) - len(piece.lstrip()), piece.strip()) for place, piece in pieces if piece.strip()
    ]


def _topics(pieces: list[tuple[int, str]], text: str) -> list[tuple[int, str]]:
    """'Accuracy? I don't know': a word or two with a question mark name what the next sentence is about."""
    kept: list[tuple[int, str]] = []
    for place, piece in pieces:
        if kept and kept[-1][1].rstrip().endswith("?") and 0 < len(kept[-1][1].split()) <= _SHORT and piece.strip():
            first = kept.pop()[0]
            kept.append((first, text[first : place + len(piece)]))
        else:
            kept.append((place, piece))
    return kept


_CONJUNCTION = re.compile(r",\s+(?:and|but|so|plus|also|then|while)\s*", re.IGNORECASE)
_COMMA = re.compile(r",\s+")


def _after_comma(match: re.Match[str]) -> int:
    whole = match[0]
    joint = _CONJUNCTION.match(whole) or _COMMA.match(whole)
    return match.start() + (joint.end() if joint else 0)


def _together(clauses: list[tuple[int, str]], sentence: str, start: int) -> list[tuple[int, str]]:
    """Clauses of hardly a word are joined to the one before."""
    kept: list[tuple[int, str]] = []
    for at, clause in clauses:
        if kept and len(clause.split()) < _SHORT and not any(mark.isdigit() for mark in clause):
            first = kept[-1][0]
            kept[-1] = (first, sentence[first - start : at - start + len(clause)])
        elif len(kept) == 1 and len(kept[0][1].split()) < _SHORT and not any(map(str.isdigit, kept[0][1])):
            kept = [(kept[0][0], sentence[kept[0][0] - start : at - start + len(clause)])]
        else:
            kept.append((at, clause))
    return kept
