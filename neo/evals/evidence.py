"""Where golden evidence stands in the parsed documents, as character spans.

Parsers, page breaks and typesetting change white space, case and punctuation, so a passage is looked for exactly,
then by its normalised words, then by a window that has most of its words. Configurations with different parsers
or chunkers are thus judged on the same evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Literal

import numpy as np
import numpy.typing as npt

from neo.evals.golden_set import Evidence, GoldenQuestion

How = Literal["span", "exact", "words", "fuzzy", "pattern", "document", "inferred"]

MAX_PLACES = 5  # a passage that stands in more places says little about where to look
FUZZY_SHARE = 0.75  # share of the passage's weighed words that a window must have
INFERRED_SHARE = 0.6  # the same for a place that is inferred from the answer
MIN_FUZZY_WORDS = 4
WINDOW_STRETCH = 1.3  # how much longer than the passage its window may be
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Located:
    """A place of evidence: ``document[start:end]``; *how* says how sure it is, best first as in `How`."""

    document: str
    start: int
    end: int
    how: How


@dataclass(frozen=True)
class Anchored:
    """A golden question with its evidence located.

    Attributes:
        items: One entry for each piece of evidence that was found: its alternative places.
        missing: The pieces that were found nowhere.
        inferred: Whether the places come from the answer, since no evidence was given.
    """

    question: GoldenQuestion
    items: tuple[tuple[Located, ...], ...]
    missing: tuple[Evidence, ...] = ()
    inferred: bool = False

    @property
    def is_unanswerable(self) -> bool:
        """Whether evidence was given and none of it is in the documents."""
        return bool(self.missing) and not self.items


class Corpus:
    """Documents to look in, with what makes looking quick.

    Args:
        documents: (name, text) of each; names are unique.
    """

    def __init__(self, documents: Sequence[tuple[str, str]]) -> None:
        self._texts = {name: _Text(name, text) for name, text in documents}

    def locate(self, evidence: Evidence) -> tuple[Located, ...]:
        """Find one piece of evidence; empty when it stands nowhere."""
        texts = self._named(evidence.document)
        if evidence.start is not None and evidence.end is not None and len(texts) == 1:
            found = texts[0].span(evidence.start, evidence.end, evidence.text)
            if found is not None:
                return (found,)
        if evidence.text:
            # The document's name may be wrong, or an address; the passage itself is the better witness.
            return self._passage(evidence.text, texts) or self._passage(evidence.text, list(self._texts.values()))
        if evidence.pattern:
            return tuple(found for text in texts or self._texts.values() for found in text.matches(evidence.pattern))
        return tuple(text.whole() for text in texts) if evidence.document and evidence.start is None else ()

    def infer(self, question: str, answer: str) -> tuple[Located, ...]:
        """Guess the place of an answer: where its words stand, else the window with most words of both."""
        texts = list(self._texts.values())
        places = [place for text in texts for place in text.words_in_order(answer)]
        if len(_words(answer)) >= MIN_FUZZY_WORDS and 0 < len(places) <= MAX_PLACES:
            return tuple(_as(place, "inferred") for place in places)
        best = _best([text.window(f"{question} {answer}", INFERRED_SHARE) for text in texts])
        return (_as(best, "inferred"),) if best is not None else ()

    def _passage(self, passage: str, texts: Sequence[_Text]) -> tuple[Located, ...]:
        for find in (_Text.exact, _Text.words_in_order):
            places = [place for text in texts for place in find(text, passage)]
            if places:
                return tuple(places[:MAX_PLACES])
        best = _best([text.window(passage, FUZZY_SHARE) for text in texts])
        return (best,) if best is not None else ()

    def _named(self, document: str | None) -> list[_Text]:
        """The documents that a name may mean: the very name, else the same without folder, case or suffix."""
        if document is None:
            return list(self._texts.values())
        if document in self._texts:
            return [self._texts[document]]
        wanted = PurePath(document.replace("\\", "/")).name.casefold()
        by_name = [text for name, text in self._texts.items() if PurePath(name).name.casefold() == wanted]
        stem = PurePath(wanted).stem
        return by_name or [
            text for name, text in self._texts.items() if PurePath(name).stem.casefold() in (wanted, stem)
        ]


def locate(evidence: Evidence, documents: Sequence[tuple[str, str]]) -> tuple[Located, ...]:
    """Find one piece of evidence in (name, text) pairs; for many pieces make one `Corpus`."""
    return Corpus(documents).locate(evidence)


def anchor(questions: Sequence[GoldenQuestion], documents: Sequence[tuple[str, str]]) -> list[Anchored]:
    """Locate the evidence of each question; where only an answer is given, infer its place."""
    corpus = Corpus(documents)
    return [_anchored(question, corpus) for question in questions]


def _anchored(question: GoldenQuestion, corpus: Corpus) -> Anchored:
    if not question.evidence:
        places = corpus.infer(question.question, question.answer or "")
        return Anchored(question, (places,) if places else (), inferred=True)
    found = [(item, corpus.locate(item)) for item in question.evidence]
    items = tuple(places for _, places in found if places)
    return Anchored(question, items, tuple(item for item, places in found if not places))


class _Text:
    """One document, its words and where they stand."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    def whole(self) -> Located:
        return Located(self.name, 0, len(self.text), "document")

    def span(self, start: int, end: int, passage: str | None) -> Located | None:
        """The given span, when it lies in the text and holds the passage that is given with it."""
        inside = end <= len(self.text)
        if inside and (not passage or _words(self.text[start:end]) == _words(passage)):
            return Located(self.name, start, end, "span")
        return None

    def exact(self, passage: str) -> list[Located]:
        return [
            Located(self.name, match.start(), match.end(), "exact")
            for match in re.finditer(re.escape(passage.strip()), self.text)
        ]

    def words_in_order(self, passage: str) -> list[Located]:
        """Places with the same words in the same order, whatever stands between them."""
        words = _words(passage)
        if not words:
            return []
        places: list[Located] = []
        wanted = f" {' '.join(words)} "
        at = self._joined.find(wanted)
        while at >= 0 and len(places) <= MAX_PLACES:
            first = int(np.searchsorted(self._offsets, at))
            start, end = self._spans[first][0], self._spans[first + len(words) - 1][1]
            places.append(Located(self.name, start, end, "words"))
            at = self._joined.find(wanted, at + 1)
        return places

    def matches(self, pattern: str) -> list[Located]:
        found = re.finditer(pattern, self.text, re.IGNORECASE)
        return [Located(self.name, m.start(), m.end(), "pattern") for m in found if m.end() > m.start()][:MAX_PLACES]

    def window(self, passage: str, least: float) -> tuple[float, Located] | None:
        """The window with the largest share of the passage's words, weighed by rarity, when it is at least *least*."""
        words = _words(passage)
        if len(words) < MIN_FUZZY_WORDS or not self._spans:
            return None
        weights = {word: 1 / (1 + len(self._positions.get(word, ()))) for word in set(words)}
        length = min(len(self._spans), int(len(words) * WINDOW_STRETCH) + 1)
        total = sum(weights.values())
        reached = np.zeros(len(self._spans) - length + 1)
        for word, weight in weights.items():
            reached[self._windows_with(word, length)] += weight
        first = int(np.argmax(reached))
        share = float(reached[first]) / total
        if share < least:
            return None
        first, last = self._tightened(first, length, set(words))
        return share, Located(self.name, self._spans[first][0], self._spans[last][1], "fuzzy")

    def _windows_with(self, word: str, length: int) -> npt.NDArray[np.bool_]:
        """For each window of *length* words, whether it has the word."""
        edges = np.zeros(len(self._spans) + 1, dtype=np.int64)
        edges[1:][list(self._positions.get(word, ()))] = 1
        counts = np.cumsum(edges)
        return np.asarray(counts[length:] - counts[:-length] > 0)

    def _tightened(self, first: int, length: int, words: set[str]) -> tuple[int, int]:
        """The window without words at its ends that the passage does not have, or that stand further inside too."""
        window = self._tokens[first : first + length]
        start, end = 0, length
        while start < end - 1 and (window[start] not in words or window[start] in window[start + 1 : end]):
            start += 1
        while start < end - 1 and (window[end - 1] not in words or window[end - 1] in window[start : end - 1]):
            end -= 1
        return first + start, first + end - 1

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        return [match.span() for match in _WORD.finditer(self.text)]

    @cached_property
    def _tokens(self) -> list[str]:
        return [self.text[start:end].casefold() for start, end in self._spans]

    @cached_property
    def _joined(self) -> str:
        return f" {' '.join(self._tokens)} "

    @cached_property
    def _offsets(self) -> npt.NDArray[np.int64]:
        """Where in the joined words the space before each word stands."""
        lengths = np.array([len(token) + 1 for token in self._tokens], dtype=np.int64)
        return np.concatenate([[0], np.cumsum(lengths)[:-1]]) if len(lengths) else lengths

    @cached_property
    def _positions(self) -> Mapping[str, list[int]]:
        positions: dict[str, list[int]] = {}
        for place, token in enumerate(self._tokens):
            positions.setdefault(token, []).append(place)
        return positions


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _best(found: Sequence[tuple[float, Located] | None]) -> Located | None:
    scored = [item for item in found if item is not None]
    return max(scored, key=lambda item: item[0])[1] if scored else None


def _as(place: Located, how: How) -> Located:
    return Located(place.document, place.start, place.end, how)
