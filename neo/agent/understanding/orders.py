"""Commands that name something: a requirement, a person, a level."""

from __future__ import annotations

import re

from neo.agent.understanding.result import Ordered

_REQUIREMENT = r"(?:requirement\s+|req\.?\s+)?#?(R\d{1,3})\b"
_PERSON = r"<@([A-Z0-9]+)(?:\|[^>]*)?>"
_ME = r"i am|i['’]?m|i would say i am|treat me as|consider me|explain it as to|talk to me like"
_LEVELS = {
    "novice": r"beginner|novice|newbie|layman|lay ?person|not (?:very |at all )?technical|non-?technical|new to "
    r"(?:this|ai|ml)",
    "practitioner": r"practitioner|developer|software engineer|programmer|somewhat technical",
    "expert": r"expert|ml engineer|machine learning engineer|data scientist|researcher|specialist",
}

# A pattern, and the command that it means; group 1 is what the command is about.
_ORDERS: tuple[tuple[str, str], ...] = (
    (rf"\b(?:change|edit|update|modify|alter|correct|replace)\s+{_REQUIREMENT}", "change"),
    (rf"^\W*{_REQUIREMENT}\s*(?:[:=]|should|must|shall|->|→)", "change"),
    (rf"\b(?:drop|remove|delete|retire)\s+{_REQUIREMENT}", "drop"),
    (rf"\b(?:show|explain|what is|what does|why is|why)\b[^.\n]{{0,20}}?\b{_REQUIREMENT}", "explain"),
    (rf"{_PERSON}\s+(?:may|can|is allowed to|should be able to)\s+(?:also\s+|too\s+)?(?:approve|sign)", "approver"),
    (rf"\b(?:let|allow)\s+{_PERSON}\s+(?:to\s+)?(?:also\s+)?(?:approve|sign)", "approver"),
    (rf"\b(?:add|name|make)\s+{_PERSON}\s+(?:as\s+)?(?:an?\s+)?approver", "approver"),
    (rf"{_PERSON}\s+(?:may|can|must|should)\s+(?:not|no longer)\s+(?:approve|sign)", "no_approver"),
    (rf"\b(?:remove|drop)\s+{_PERSON}\s+(?:as|from)\s+(?:an?\s+|the\s+)?approvers?", "no_approver"),
)


def ordered(text: str) -> Ordered | None:
    """The command with its object that a message gives, or None.

    >>> ordered("please change requirement R7 to 3 seconds").argument
    'R7'
    """
    for pattern, name in _ORDERS:
        if match := re.search(pattern, text, re.IGNORECASE):
            return Ordered(name=name, argument=match[1].upper())
    return _level(text)


def _level(text: str) -> Ordered | None:
    for level, words in _LEVELS.items():
        mine = rf"\b(?:{_ME})\b[^.\n]{{0,25}}?\b(?:{words})\b"
        if re.search(mine, text, re.IGNORECASE):
            return Ordered(name="level", argument=level)
    return None
