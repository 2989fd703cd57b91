"""Which of a slot's choices words mean, learned from stretches of labelled sayings by a ridge regression.

'Nothing may leave' and 'all of it may leave' hold nearly the same words, so that what single words say is too little: a
stretch is told by what it means as a whole, and by its words, pairs of words, and words that a denial came before.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

from neo.agent.understanding.encoder import Encoder, Vectors, known, learned
from neo.agent.understanding.ridge import ridge
from neo.agent.understanding.sayings import ABOUT, Labelled

RIDGE = 0.5  # what large weights cost
PLACES = 2048  # of hashed words; a power of two
APART = 0.7  # weight of a pair of words with one between them
VERSION = 1  # of all this; kept weights of another one are not used
LEAST_EXAMPLES = 8  # of a choice, below which nothing is learned of its slot
_WORD = re.compile(r"[^\W\d_]+|\d+|[?.,;:!]")
_SHORTENED = re.compile(
    r"(?<=\b(?:ca|wo|do|is))n['’]?t\b|(?<=\b(?:are|was|has|had))n['’]?t\b|"
    r"(?<=\b(?:does|must|were|have|need))n['’]?t\b|n['’]t\b"
)
_DENIES = re.compile(
    r"(?:not|no|never|nothing|none|nobody|without|nor|neither|cannot|nowhere|against|(?:forbid|prohibit|ban)\w*)$"
)

_PAUSES = frozenset(".,;:!?")  # what is denied before one is not denied after it


class Chooser:
    """Learns each slot of which sayings mark at least two choices; choices of one slot are learned together.

    Args:
        encoder: Sentences to vectors.
        labelled: Sayings of all skills: what must stay is the same for any of them.
    """

    def __init__(self, encoder: Encoder, labelled: Sequence[Labelled]) -> None:
        self._encoder = encoder
        told: dict[str, dict[str, list[str]]] = {}
        for one in labelled:
            for mark in one.marks:
                for slot, _, value in (label.partition("=") for label in mark.labels if _is_choice(label)):
                    told.setdefault(slot, {}).setdefault(value, []).append(one.text[mark.start : mark.end])
        self._choices: dict[str, tuple[str, ...]] = {}
        self._weights: dict[str, Vectors] = {}
        for slot, said in told.items():
            enough = {value: texts for value, texts in said.items() if len(texts) >= LEAST_EXAMPLES}
            if len(enough) > 1:
                self._choices[slot] = tuple(enough)
                self._weights[slot] = self._fitted(enough)

    def __call__(self, slot: str, text: str, vector: Vectors) -> dict[str, float]:
        """By choice how much it is meant, about 1 where it is and 0 where it is not; empty for a slot unknown here.

        Args:
            vector: What the text means, shape (d,).
        """
        if slot not in self._weights:
            return {}
        scores = _inputs([text], vector[None])[0] @ self._weights[slot]
        return dict(zip(self._choices[slot], map(float, scores), strict=True))

    def knows(self, slot: str) -> bool:
        """Whether anything was learned of a slot."""
        return slot in self._weights

    def _fitted(self, said: dict[str, list[str]]) -> Vectors:
        """Weights of shape (inputs, choices)."""
        texts = [text for each in said.values() for text in each]
        owner = np.array([place for place, each in enumerate(said.values()) for _ in each])

        def fitted() -> Vectors:
            inputs = _inputs(texts, known(self._encoder, texts)).astype(np.float64)
            return ridge(inputs, np.eye(len(said))[owner], RIDGE)

        return learned(self._encoder, "chooser", f"{VERSION} {said!r}", fitted)


def _is_choice(label: str) -> bool:
    return "=" in label and not label.startswith(ABOUT)


def _inputs(texts: Sequence[str], vectors: Vectors) -> Vectors:
    words = np.stack([_words(text) for text in texts])
    return np.hstack([vectors, words, np.ones((len(texts), 1))]).astype(np.float32)


def _words(text: str) -> Vectors:
    """Hashed words, pairs, and denied words, shape (`PLACES`,), of length 1."""
    found = np.zeros(PLACES, dtype=np.float32)
    words = _WORD.findall(_SHORTENED.sub(" not", text.lower()))
    denied = False
    for place, word in enumerate(words):
        denied = word not in _PAUSES and (denied or bool(_DENIES.match(word)))
        pairs = [
            (f"{word}_{other}", weight)
            for other, weight in zip(words[place + 1 : place + 3], (1.0, APART), strict=False)
        ]
        for name, weight in ((word, 1.0), (f"not:{word}", float(denied)), *pairs):
            found[zlib.crc32(name.encode()) % PLACES] += weight
    return found / max(float(np.linalg.norm(found)), 1e-9)
