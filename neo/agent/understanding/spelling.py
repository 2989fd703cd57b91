"""Slips of the fingers: a word that is not known and one letter short, or with two letters swapped, of one that is."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

SHORTEST = 5  # letters of a word that is mended; shorter ones are too near to others
_PIECES = re.compile(r"[A-Za-z]+|[^A-Za-z]+")
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
    short = {word[:at] + word[at + 1 :] for at in range(1, len(word) - 1)}
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    return (short | swapped) - {word}


def places_in(text: str, mended: str, spans: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where stretches of the mended text stand in the text itself, as (start, end), shape (n, 2)."""
    if text == mended or not len(spans):
        return spans
    ends = [np.cumsum([0, *map(len, _PIECES.findall(one))]) for one in (text, mended)]
    if len(ends[0]) != len(ends[1]):
        return np.minimum(spans, len(text))
    piece = np.searchsorted(ends[1], spans, side="right") - 1
    piece[:, 1] = np.searchsorted(ends[1], spans[:, 1], side="left") - 1
    inside = spans - ends[1][piece]
    most = np.diff(ends[0], append=ends[0][-1])[piece]
    return np.asarray(ends[0][piece] + np.minimum(inside, most), dtype=np.int64)
