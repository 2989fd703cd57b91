"""What each word of a sentence says, learned from labelled sayings: a ridge regression on vectors of tokens.

A token is told by its own vector, which knows the words around it, by those of its neighbours, by the words within two
places of it and anywhere in its sentence, and by what the sentence means as a whole. Each label has a score, about 1
where it applies and 0 where it does not; a token may have several.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neo.agent.understanding.encoder import Encoder, KeptEncoder, Vectors, learned
from neo.agent.understanding.sayings import Labelled
from neo.agent.understanding.wordsums import ANYWHERE, NEAR, Sums, words_of
from neo.models.tokens import Tokens

RIDGE = 3.0  # what large weights cost
BESIDE, WHOLE = 0.7, 0.7  # weights of the neighbours' vectors, and of the whole sentence
BEST = 3  # tokens of a stretch that speak for it
PART, AHEAD = 300, 3  # sentences learned from at a time, and how many such parts are encoded before
LEAST_EXAMPLES = 4  # sentences with a label, below which nothing is learned of it
VERSION = 2  # of all this; kept weights of another one are not used
_WORD = re.compile(r"[^\W_]+|[^\w\s]")

TokenModel = Callable[[Sequence[str]], Sequence[Tokens]]


@dataclass(frozen=True)
class Tagged:
    """A sentence's tokens.

    Attributes:
        names: Of the labels.
        spans: (start, end) of each token in the sentence, shape (t, 2).
        scores: Shape (t, labels).
        whole: The sentence's own vector, shape (d,), or empty where only words are known.
        vectors: Of its tokens, shape (t, d).
    """

    names: tuple[str, ...]
    spans: npt.NDArray[np.int64]
    scores: Vectors
    whole: Vectors
    vectors: Vectors

    def of(self, start: int, end: int) -> dict[str, float]:
        """By label the score of a stretch: the mean of its `BEST` tokens."""
        own = self.scores[(self.spans[:, 0] < end) & (self.spans[:, 1] > start)]
        if not len(own):
            return {}
        best = np.sort(own, axis=0)[::-1][:BEST].mean(axis=0)
        return dict(zip(self.names, map(float, best), strict=True))

    def pooled(self, start: int, end: int) -> Vectors | None:
        """What a stretch means in its sentence, shape (d,), of length 1; None where only words are known."""
        inside = (self.spans[:, 0] < end) & (self.spans[:, 1] > start)
        if not len(self.whole) or not inside.any():
            return None
        if inside.all():
            return self.whole
        mean = self.vectors[inside].mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)

    def stretch(self, name: str, start: int, end: int, least: float) -> tuple[int, int] | None:
        """From the first to the last token between two places that has a label, or None."""
        if name not in self.names:
            return None
        inside = (self.spans[:, 0] < end) & (self.spans[:, 1] > start)
        rows = np.flatnonzero(inside & (self.scores[:, self.names.index(name)] >= least))
        return (int(self.spans[rows[0], 0]), int(self.spans[rows[-1], 1])) if len(rows) else None


class Tagger:
    """Tags sentences.

    Args:
        encoder: One with vectors of tokens, or by words alone.
        labelled: What to learn from.
    """

    def __init__(self, encoder: Encoder, labelled: Sequence[Labelled]) -> None:
        self._tokens: TokenModel = encoder.tokens if isinstance(encoder, KeptEncoder) else _by_words
        counts: dict[str, int] = {}
        for one in labelled:
            for name in {name for mark in one.marks for name in mark.labels}:
                counts[name] = counts.get(name, 0) + 1
        self.names = tuple(sorted(name for name, count in counts.items() if count >= LEAST_EXAMPLES))
        told = "\n".join([f"{VERSION} {NEAR} {ANYWHERE}", *map(repr, labelled), *self.names])
        self._weights = learned(encoder, "tagger", told, lambda: self._fitted(labelled))

    def __call__(self, sentences: Sequence[str]) -> list[Tagged]:
        """The tokens of each sentence with their scores."""
        found = self._tokens(sentences)
        return [
            Tagged(self.names, one.spans, self._scores(text, one), one.whole, one.vectors)
            for text, one in zip(sentences, found, strict=True)
        ]

    def _scores(self, text: str, tokens: Tokens) -> Vectors:
        dense = _inputs(tokens)
        words = words_of(text, tokens.spans).scores(self._weights[dense.shape[1] :], len(dense))
        return np.asarray(dense @ self._weights[: dense.shape[1]] + words, dtype=np.float32)

    def _fitted(self, labelled: Sequence[Labelled]) -> Vectors:
        """Weights of shape (inputs, labels)."""
        sums = Sums(_inputs(self._tokens([""])[0]).shape[1], len(self.names))
        parts = [labelled[at : at + PART] for at in range(0, len(labelled), PART)]
        with ThreadPoolExecutor(2) as pool:
            # A few parts ahead, and no more: the tokens of all would take hundreds of megabytes.
            ahead = deque(pool.submit(self._tokens_of, some) for some in parts[:AHEAD])
            for place, some in enumerate(parts):
                tokens = ahead.popleft().result()
                if place + AHEAD < len(parts):
                    ahead.append(pool.submit(self._tokens_of, parts[place + AHEAD]))
                self._take_in(sums, [pair for pair in zip(some, tokens, strict=True) if len(pair[1].spans)])
        return sums.weights(RIDGE)

    def _take_in(self, sums: Sums, some: Sequence[tuple[Labelled, Tokens]]) -> None:
        if some:
            sums.add(
                np.vstack([_inputs(own) for _, own in some]),
                [words_of(one.text, own.spans) for one, own in some],
                np.array([len(own.spans) for _, own in some], dtype=np.int64),
                np.vstack([_wanted(one, own.spans, self.names) for one, own in some]),
            )

    def _tokens_of(self, labelled: Sequence[Labelled]) -> Sequence[Tokens]:
        return self._tokens([one.text for one in labelled])


def _wanted(one: Labelled, spans: npt.NDArray[np.int64], names: Sequence[str]) -> Vectors:
    wanted = np.zeros((len(spans), len(names)), dtype=np.float32)
    place = {name: column for column, name in enumerate(names)}
    for mark in one.marks:
        inside = (spans[:, 0] < mark.end) & (spans[:, 1] > mark.start)
        for name in mark.labels:
            if name in place:
                wanted[inside, place[name]] = 1.0
    return wanted


def _inputs(tokens: Tokens) -> Vectors:
    """What is no word, shape (t, inputs)."""
    vectors = tokens.vectors
    if not len(vectors):
        return np.zeros((0, 4 * vectors.shape[1] + 1), dtype=np.float32)
    none = np.zeros_like(vectors[:1])
    whole = vectors.mean(axis=0, keepdims=True)
    whole = whole / max(float(np.linalg.norm(whole)), 1e-9)
    before, after = np.vstack([none, vectors[:-1]]), np.vstack([vectors[1:], none])
    ones = np.ones((len(vectors), 1), dtype=np.float32)
    repeated = np.repeat(whole, len(vectors), axis=0)
    return np.hstack([vectors, BESIDE * before, BESIDE * after, WHOLE * repeated, ones]).astype(np.float32)


def _by_words(texts: Sequence[str]) -> list[Tokens]:
    """Words without meanings."""
    found = []
    for text in texts:
        spans = np.array([match.span() for match in _WORD.finditer(text)], dtype=np.int64).reshape(-1, 2)
        found.append(Tokens(np.zeros((len(spans), 1), dtype=np.float32), spans, np.zeros(0, dtype=np.float32)))
    return found
