"""Choices that a text names, and does not deny."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from neo.agent.understanding.reading import Reading

_NEAR = 60  # characters around a choice in which a denial still belongs to it
_DENIED_BEFORE = re.compile(
    r"\b(?:no(?!\s*,)|not(?! only)|never|nothing|none|neither|nor|without|avoid\w*|don['’]?t|mustn['’]?t|"
    r"shouldn['’]?t|"
    r"won['’]?t|doesn['’]?t|isn['’]?t|aren['’]?t|can(?:no|['’]?)t|rather than|instead of|other than|except|against|"
    r"forb[aiy]d\w*|prohibit\w*|ban(?:s|ned)?)\b"
    r"(?![\s\w]{0,12}\b(?:mind|care|object\w*|problem|issue|worr\w+)\b)"
    # Over a comma only within a list: "not to OpenAI, Azure or any cloud".
    r"(?:[^.,;:!?\n]{0,40}|(?:\s*(?:[\w'’-]+\s*){0,2},)+(?![^,]*\b(?:it|we|they|you|keep|use|must|is)\b)"
    r"(?=[^,]*\b(?:or|nor|ever|any)\b)[^.,;:!?\n]{0,40})$",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[.;:!?\n]|\b(?:but|however|instead(?! of)|so)\b", re.IGNORECASE)
_DENIED_AFTER = re.compile(
    r"[^.;,!?\n]{0,25}?\b(?:(?:not|n['’]?t)\s+(?:be\s+)?(?:ok(?:ay)?|allowed|an option|possible|acceptable|wanted|"
    r"fine|"
    r"permitted|good|used|needed)|isn['’]?t\s+(?:ok(?:ay)?|allowed|an option|possible|acceptable|fine|good)|"
    r"forbidden|"
    r"prohibited|off the table|no[- ]go|out of (?:the )?question|taboo|banned)\b",
    re.IGNORECASE,
)


def find(text: str, choices: Mapping[str, tuple[str, ...]]) -> list[Reading]:
    """Every choice that is named and not denied, in order, the longest phrase first where several overlap.

    Args:
        choices: By normalised value the words that mean it; each is met at the start of a word.

    >>> [one.value for one in find("no cloud, it stays here", {"here": ("stay",), "away": ("cloud",)})]
    ['here']
    """
    found: list[Reading] = []
    end = 0
    matches = (
        (match.start(), -match.end(), value, match)
        for value, words in choices.items()
        for match in _pattern(words).finditer(text)
    )
    for start, _, value, match in sorted(matches, key=lambda one: one[:2]):
        if start < end:
            continue
        end = match.end()
        if not _denied(text, start, end):
            found.append(Reading(value, match[0], start, end))
    return found


@lru_cache(256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(word)}\w*" for word in longest_first), re.IGNORECASE)


def _denied(text: str, start: int, end: int) -> bool:
    before = _BREAK.split(text[max(0, start - _NEAR) : start])[-1]
    return bool(_DENIED_BEFORE.search(before) or _DENIED_AFTER.match(text, end, end + _NEAR))
