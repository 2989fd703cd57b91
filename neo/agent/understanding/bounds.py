"""Whether the words around a quantity make it a least, a most, or a wish."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

LEAST, MOST = "at least", "at most"
_OTHER = {LEAST: MOST, MOST: LEAST}
_ABOUT = (
    r"(?:\s*(?:about|around|roughly|approx(?:imately|\.)?|circa|ca\.|~|some|an?|the|of|only|just|like|say|be|is|:|"
    r"=|than|in|at|"
    r"[$€£]|latency|time|response|reply|delay|costs?|price|budget|wait(?:ing)?|accuracy|training|number|duration)"
    r"(?=[\s\d$€£]|$))*\s*$"
)
# Firm words mean what they say whatever is denied before them; comparisons are turned by "not".
_FIRM = (
    (
        MOST,
        r"[<≤]=?|at (?:the )?(?:very )?most|max(?:\.|imum|imal(?:ly)?)?(?: of)?|within|inside|up to|no later than|"
        r"capped?(?: at)?|"
        r"limit(?:ed)?(?: of| to)?|ceiling(?: of)?|tops|upper (?:limit|bound)(?: of)?|sub-?",
    ),
    (
        LEAST,
        r"[>≥]=?|at (?:the )?(?:very )?least|min(?:\.|imum|imal(?:ly)?)?(?: of)?|upwards? of|north of|"
        r"starting (?:at|from)|"
        r"lower (?:limit|bound)(?: of)?|floor of|or above",
    ),
)
_THAN = r" (?:than|then|as)"
_COMPARED = (
    (
        MOST,
        rf"under|below|beneath|beat|(?<!or )less(?:{_THAN})?|fewer(?:{_THAN})?|(?:drop|fall)s? (?:below|under)|"
        rf"(?:lower|shorter|faster|quicker|cheaper|smaller|sooner){_THAN}",
    ),
    (
        LEAST,
        rf"above|over(?! in\b)|exceed(?:s|ed|ing)?|beyond|past|surpass(?:es)?|(?:more|longer|slower)(?:{_THAN})?|"
        rf"(?:greater|higher|better|larger|bigger|worse|later|costlier|dearer|more expensive){_THAN}",
    ),
)
_DENIAL = re.compile(
    r"\b(?:no|not|never|nobody|nothing|none|without|neither|nor|can(?:no|['’]?)t|(?:do|does|must|should|sha|wo|"
    r"would|could|may|need|is|are)n['’]?t)\b"
    r"(?![^,]*\b(?:sure|know|certain|care|idea|matter|mind|important|maybe|perhaps|problem|"
    r"issue)\b)(?:\s+[\w'’]+){0,6}\s*$",
    re.IGNORECASE,
)
_FIRM_BEFORE = tuple(
    (bound, re.compile(rf"(?:(?<!\w)|(?=[<>≤≥]))(?:{words}){_ABOUT}", re.IGNORECASE)) for bound, words in _FIRM
)
_COMPARED_BEFORE = tuple(
    (bound, re.compile(rf"(?:(?<!\w)|(?=[<>≤≥]))(?:{words}){_ABOUT}", re.IGNORECASE)) for bound, words in _COMPARED
)
_AFTER = (
    (MOST, re.compile(
        r"\s*,?\s*(?:\w+\s+)?(?:or (?:less|fewer|faster|lower|under|below|quicker|sooner|cheaper|"
        r"better(?=\s*latency))|max\b|maximum|"
        r"tops\b|at (?:the )?(?:very )?most|is (?:the|our|my) (?:\w+ )?(?:max|limit|maximum|most)|and (?:less|"
        r"under|below)|(?:(?:and|"
        r"but)\s+)?(?:no|not)(?: a \w+)? (?:more|longer|higher)\b(?! than)|"
        r"(?:as|is) (?:a|the|an|our) (?:upper )?(?:limit|max(?:imum)?|ceiling|cap)|is too (?:slow|long|much|"
        r"expensive))", re.IGNORECASE)),
    (LEAST, re.compile(
        r"\s*,?\s*(?:\w+\s+)?(?:or (?:more|higher|better|above|over|up|upwards)|min\b|minimum|"
        r"at (?:the )?(?:very )?least|"
        r"(?:and|or) (?:up|above|more|higher|over|upwards)\b|\+|is (?:the|our|my) (?:\w+ )?(?:min|minimum|least)|"
        r"(?:(?:and|"
        r"but)\s+)?(?:no|not) (?:less|lower)\b(?! than)|"
        r"(?:as|is) (?:a|the|an|our) (?:lower (?:limit|bound)|min(?:imum)?))", re.IGNORECASE)),
    (LEAST, re.compile(r"\+", re.IGNORECASE)),
)  # fmt: skip
_REACH = 60  # characters before a quantity in which its bound stands

_WISH = re.compile(
    r"\b(?:ideally|preferabl[ey]|hopefully|(?:would|['’]d) (?:be )?(?:nice|great|good|cool|lovely|ideal|awesome|"
    r"perfect|love|prefer|like)|"
    r"nice to have|if (?:at all )?possible|if you can|in (?:a perfect|an ideal) world|i wish|we wish|dream|"
    r"stretch goal|"
    r"(?:i|we) (?:hope|prefer)|prefer(?:red|ence)|optimal(?:ly)?|best case|wish(?:ful)?|better still)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[;!?\n]|\.(?=\s|$)|,(?=\s)|\s[-–—]\s|[()]|\b(?:but|though|although|however|otherwise|"
    r"and at (?:the )?(?:most|least|very)|"
    r"worst case|at the very|hard limit|acceptable)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(r"[\s,;.()–—-]*(?:and\s+)?(?:that|which|this|it|so)\b|[\s)]*$", re.IGNORECASE)


def bound_of(text: str, start: int, end: int) -> str:
    """``at least``, ``at most`` or nothing, of the quantity from *start* to *end*.

    >>> bound_of("it must never take more than 2 s", 29, 32), bound_of("90 % or more", 0, 4)
    ('at most', 'at least')
    """
    since = max(0, start - _REACH)
    for bound, pattern in _COMPARED_BEFORE:
        if match := pattern.search(text, max(since, start - 40), start):
            denied = _DENIAL.search(re.split(r"[.,;:!?\n]|\b(?:but|and|so)\b", text[since : match.start()])[-1])
            return _OTHER[bound] if denied else bound
    for bound, pattern in _FIRM_BEFORE:
        if pattern.search(text, max(since, start - 40), start):
            return bound
    return next((bound for bound, pattern in _AFTER if pattern.match(text, end)), "")


def mark_soft(text: str, places: Sequence[tuple[int, int]]) -> list[bool]:
    """Whether each quantity, given by its place, is a wish: by the clause that it stands in, or that points at it."""
    soft = [False] * len(places)
    clauses = _clauses(text)
    for number, (start, end) in enumerate(clauses):
        if not _WISH.search(text, start, end):
            continue
        inside = [i for i, (at, _) in enumerate(places) if start <= at < end]
        if not inside:
            back = number and (_POINTS_BACK.match(text, start, end) or number + 1 == len(clauses))
            beside = number - 1 if back else number + 1
            if 0 <= beside < len(clauses):
                low, high = clauses[beside]
                inside = [i for i, (at, _) in enumerate(places) if low <= at < high]
        for i in inside:
            soft[i] = True
    return soft


def _clauses(text: str) -> list[tuple[int, int]]:
    """The places of a text's clauses; a wish with a comma after it ("ideally, ...") goes with what follows."""
    edges = [0, *(match.start() for match in _CLAUSE.finditer(text)), len(text)]
    return [(start, end) for start, end in pairwise(edges) if start < end]
