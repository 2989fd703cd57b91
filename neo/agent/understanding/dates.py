"""Deadlines in a text, in the person's own words."""

from __future__ import annotations

import re
from dataclasses import replace

from neo.agent.understanding.reading import Reading

NO_DATE = "none"  # the value of a deadline that there is not


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|fri)(?=\W|$))(?!s\b)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:,?\s+(?:19|20)\d\d\b)?"
_DAY = (
    r"(?:\d{1,2}(?:st|nd|rd|th)?|(?:(?:twenty|thirty)[- ])?(?:first|second|third|fourth|fifth|sixth|seventh|"
    r"eighth|ninth)|"
    r"tenth|eleventh|twelfth|\w{3,5}teenth|twentieth|thirtieth)"
)
ON_DAY = rf"\b(?:{_MONTH}\s+(?:the\s+)?{_DAY}\b(?!\s*(?:%|percent|people)){_YEAR}|{_DAY}\s+(?:of\s+)?{_MONTH}{_YEAR})"
_COUNT = (
    r"(?:(?:about|around|roughly|maybe|at most|less than)\s+)?(?:\d{1,3}|(?!(?:the|th[aeio]\w+|all|recent|"
    r"past|last|some|many|business|working|calendar|other|our|most)\b)[a-z]+(?:-[a-z]+)?|an?\s+(?:couple|"
    r"few)(?:\s+of)?)"
)
_SPAN = r"(?:work(?:ing)?\s+|business\s+|calendar\s+)?(?:days?|weeks?|months?|quarters?(?!\s+of\b)|years?)"
IN_DAYS = (
    rf"\b(?:in|within)\s+(?:the\s+next\s+)?{_COUNT}\s+{_SPAN}(?:['’]?\s+time)?\b|"
    rf"\b(?:\d{{1,3}}|[a-z]+)\s+{_SPAN}\s+from\s+(?:now|today)\b"
)
_NUMERIC = r"\b(?:\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-](?:20)?\d\d|\d{1,2}/\d{1,2})\b"
_FEAST = (
    r"(?:x-?mas|christmas|easter|thanksgiving|black friday|cyber monday|new year(?:['’]?s)?(?: eve| day)?|"
    r"(?:the )?(?:\w+ )?(?:holidays?|vacations?|weekend|break))\b"
)
_SEASON = r"(?:spring|summer|autumn|winter)\b"
_QUARTER = rf"(?:q[1-4]|h[12])\b{_YEAR}"
_PERIOD = rf"(?:week|month|quarter|year|sprint|{_SEASON}|{_QUARTER}|{_MONTH}{_YEAR}|{_WEEKDAY})"
_COMING = rf"(?:next|this|the coming|coming|the following)\s+{_PERIOD}\b"
_WITHIN = (
    rf"(?:the\s+)?(?:end|beginning|start|middle|close)\s+of\s+(?:the\s+|this\s+|next\s+)?"
    rf"(?:business\s+)?(?:day\b|{_PERIOD})|(?:mid|early|late)[- ](?:{_MONTH}{_YEAR}|{_PERIOD})|"
    rf"(?:the\s+)?year['’]?s?[- ]end|month[- ]end\b|e\.?o\.?[dwmyq]\b(?:\s+{_WEEKDAY})?|close of business|cob\b"
)
_NOW = (
    r"a\.?s\.?a\.?p\b|as (?:soon|quickly|early) as (?:possible|you can)|right away|immediately|"
    r"yesterday, (?:really|ideally)"
)
_TIME = r"(?:,?\s+(?:at\s+)?(?:\d{1,2}(?::\d\d)?\s*[ap]\.?m\b|noon|midnight|morning|evening|afternoon))?"
_POINT = (
    rf"(?:{_NUMERIC}|{_WITHIN}|{_COMING}|{ON_DAY}|{_QUARTER}|{_WEEKDAY}|{_FEAST}|tomorrow|tonight|today|"
    rf"(?:the\s+)?(?:{_SEASON}|{_DAY}\b(?=\s*(?:$|[.,;!]))|{_MONTH}{_YEAR}(?!\w))){_TIME}"
)
_LEAD = (
    r"(?:(?:by|until|till|due(?:\s+(?:on|by|in))?|no(?:t)? later than|latest(?:\s+by)?|deadline(?:\s+is|\s+of)?\s*:?)"
    r"(?:\s+the\s+latest)?(?:\s+about)?\s+)"
)
# 'before the spring finals'
_OCCASION = (
    r"(?:\s+(?!(?:and|or|but|so|please|if|when|because|at|on|in|for|we|it|i|is|the|a|an|then|with|would|"
    r"will|must|should|this|next|would)\b)[a-z]+){0,2}"
)
# "before" stays in the value: before Friday is not on Friday.
_DATED = _compiled(
    rf"\b(?:{_LEAD}(?:the\s+)?(?P<by>{_POINT})|(?P<event>before\s+(?:the|our|my|your)\s+(?:[a-z'-]+\s+){{1,3}}(?:on|in|at)\s+{_POINT})|(?P<before>before\s+(?:the\s+)?{_POINT}{_OCCASION}))"
)
_CLEAR = _compiled(rf"(?:\b(?:{_NOW})|{IN_DAYS}|\b(?:{_WITHIN}))")
# A date only where something is to be done by then, or where it is the whole answer.
_AT = r"(?:\b(?:on|in|at|for|by)\s+)?(?:the\s+)?"
_DUE = _compiled(
    r"\b(?:(?:is|starts?|opens?|begins?)(?=\s+on\s)|ready|done|live|finish(?:ed)?|launch(?:es|ed)?|deadline|due|"
    r"deliver\w*|demo|present|show|need(?:ed)?(?: it)?|"
    rf"wants? (?:it|this|that)|works?|running|up|go-live|release)\b[^.;\n]{{0,40}}?{_AT}(?P<by>\b(?:{_NUMERIC}|"
    rf"{_COMING}|{ON_DAY}|"
    rf"tomorrow|tonight|today|{_QUARTER}|(?<=on ){_WEEKDAY}|(?<=in ){_MONTH}{_YEAR}))"
)
_ALONE = _compiled(
    rf"(?:maybe|perhaps|let['’]?s say|sometime|around)?\s*{_AT}(?P<by>{_POINT})"
    r"(?:\s+(?:please|at the latest|latest|(?:is|would be|will do)(?:\s+(?:fine|ok(?:ay)?|good|great|early enough|"
    r"enough))?))?"
)
_ANY_POINT = _compiled(rf"\b(?:(?:on|in|at|for|by|before|until)\s+(?:the\s+)?)?{_POINT}")
_LEADING = _compiled(r"^(?:(?:on|in|at|for|by|before|until)\s+)?(?:the\s+)?")
_EVENT = _compiled(r"(?:some\s?time )?before (?:the|our|my|we|i) [^.,;!?]{3,60}")
_NONE = re.compile(
    r"\b(?:(?:no|without(?: a)?|(?:do not|don['’]?t|doesn['’]?t) have a|(?:is|['’]s) not? a|isn['’]?t a)\s+"
    r"(?:(?:fixed|hard|firm|real|particular|specific|set|strict|due|special|big|great)\s+){0,2}"
    r"(?:deadlines?|dates?|due date|hurry|rush|time pressure|urgency)|not? in (?:a|any) (?:hurry|rush)|(?:not|"
    r"nothing|n['’]t)"
    r"(?:\s+\w+)?\s+urgent|take your time|whenever(?: you (?:can|like|want|are ready)| it(?:['’]s| is) ready|"
    r" suits you)?|"
    r"any\s?time|no time limit|open[- ]ended)\b",
    re.IGNORECASE,
)
_NONE_ALONE = re.compile(r"(?:no|none|never|nope|there is(?:n['’]?t)? (?:none|one|any)|not really)", re.IGNORECASE)


def find(text: str) -> list[Reading]:
    """Every deadline, in order; its value is the person's words, or ``none`` where there is to be no deadline.

    >>> [one.value for one in find("It must be live by Friday, or in two weeks.")]
    ['Friday', 'in two weeks']
    """
    alone = text.strip(" .!,\n")
    at = text.find(alone)
    if alone and _NONE_ALONE.fullmatch(alone):
        return [Reading(NO_DATE, alone, at, at + len(alone))]
    if _EVENT.fullmatch(alone):
        return [Reading(alone, alone, at, at + len(alone))]
    if match := _ALONE.fullmatch(alone):
        return [Reading(match["by"], alone, at, at + len(alone))]
    found = [Reading(NO_DATE, match[0], *match.span()) for match in _NONE.finditer(text)]
    for match in _DATED.finditer(text):
        found.append(Reading(match["by"] or match["event"] or match["before"], match[0], *match.span()))
    for match in _CLEAR.finditer(text):
        found.append(Reading(match[0], match[0], *match.span()))
    for match in _DUE.finditer(text):
        found.append(Reading(match["by"], match["by"], *match.span("by")))
    return _apart([replace(one, value=str(one.value).rstrip(" .,")) for one in found])


def loose(text: str) -> list[Reading]:
    """Points in time of a text that is known to be about a deadline: 'we open at Easter'.

    >>> [one.value for one in loose("We leave on Thursday, the bus is booked.")]
    ['on Thursday']
    """
    return _apart([Reading(match[0].strip(" .,"), match[0], *match.span()) for match in _ANY_POINT.finditer(text)])


def alike(one: str, other: str) -> bool:
    """Whether two deadlines name one point in time, in however many words.

    >>> alike("we open on 3 March", "March 3"), alike("we open on 3 March", "by the 3 March"), alike("Friday", "Monday")
    (False, True, False)
    """
    points = [{_LEADING.sub("", said.value.lower()) for said in loose(words)} for words in (one, other)]
    return bool(points[0]) and points[0] == points[1]


def _apart(found: list[Reading]) -> list[Reading]:
    """Of those that overlap the first, and of those that start together the longest."""
    kept: list[Reading] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
