"""Which skill a person wants, from their opening words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from neo.skill import Skill

_WORD = re.compile(r"[a-z]{3,}")
_COMMON = frozenset(
    {
        *("the", "and", "for", "you", "our", "with", "that", "this", "from", "can", "could", "would", "please", "need"),
        *(
            "want",
            "like",
            "have",
            "build",
            "make",
            "some",
            "about",
            "are",
            "has",
            "was",
            "will",
            "who",
            "what",
            "which",
        ),
        *("when", "where", "how", "why", "not", "but", "any", "all", "let", "lets", "get", "give", "help", "hello"),
        *("hey", "neo"),
    }
)


@dataclass(frozen=True)
class Route:
    """The skill chosen and the words it was chosen by; *skill* is None when nothing fits."""

    skill: Skill | None
    because: tuple[str, ...]


def route(text: str, skills: Mapping[str, Skill]) -> Route:
    """The skill whose phrases share most words with *text*.

    A skill named outright wins. Plural and verb endings are cut, so that 'documents' finds 'document'.
    """
    said = _stems(text)
    for skill in skills.values():
        if skill.name in text.lower().split():
            return Route(skill, (skill.name,))
    scored = [(_shared(said, skill.phrases), skill) for skill in skills.values()]
    shared, best = max(scored, key=lambda pair: len(pair[0]), default=((), None))
    return Route(best, shared) if shared else Route(None, ())


def _shared(said: Mapping[str, str], phrases: Iterable[str]) -> tuple[str, ...]:
    wanted = {stem for phrase in phrases for stem in _stems(phrase)}
    return tuple(word for stem, word in said.items() if stem in wanted)


def _stems(text: str) -> dict[str, str]:
    """Each word's stem, with the word as it was said."""
    return {_stem(word): word for word in _WORD.findall(text.lower()) if word not in _COMMON}


def _stem(word: str) -> str:
    for ending in ("ing", "ers", "ies", "er", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
