"""Slips of the fingers: a word that is not known and one letter short, or with two letters swapped, of one that is."""

from __future__ import annotations

import re
from collections.abc import Iterable

SHORTEST = 5  # letters of a word that is mended; shorter ones are too near to others
_WORD = re.compile(r"(?<![\w@./:-])[A-Za-z]{4,}(?![\w@/:-]|\.\w)")


class Spelling:
    """Mends slips against a vocabulary.

    Args:
        texts: Whose words are known.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._known = {word for text in texts for word in re.findall(r"[a-z]+", text.lower())}
        self._slips: dict[str, str] = {}
        for word in sorted(self._known):
            if len(word) >= SHORTEST:
                for slip in _slips(word):
                    self._slips.setdefault(slip, word)

    def mended(self, text: str) -> str:
        """The text with its slips mended; what is known, or near to nothing, stays."""
        return _WORD.sub(self._mend, text)

    def _mend(self, match: re.Match[str]) -> str:
        word = match[0].lower()
        return match[0] if word in self._known else self._slips.get(word, match[0])


def _slips(word: str) -> set[str]:
    """The word without one of its inner letters, or with two neighbours swapped."""
    short = {word[:at] + word[at + 1 :] for at in range(1, len(word))}
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    return (short | swapped) - {word}
