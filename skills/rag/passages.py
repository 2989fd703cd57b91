"""Sentences of documents that could be asked about: informative, clear by themselves, and far from each other."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from skills.rag.runtime.documents import Document, cut
from skills.rag.runtime.lexical import terms_of
from skills.rag.runtime.sentences import sentences_of

FEWEST_WORDS, MOST_WORDS = 6, 40
SPREAD = 0.6  # how much likeness to what is chosen already counts against a sentence, beside its own worth
CROWDED = 0.3  # what a document's share of the choice counts against its next sentence
# What such a sentence speaks of stands in another one.
_LEANS = re.compile(
    r"^(?:it|its|they|their|them|this|these|that|those|he|she|his|her|such|here|there|then|also|but|and|or|so|however|"
    r"otherwise|therefore|thus|in this|in that|for this|the (?:former|latter|same|following|above))\b",
    re.IGNORECASE,
)
_CLOSED = re.compile(r"[.!][\"')\]\u201d]*$")
_TABULAR = re.compile(r"[|\t]|^\s*[-*\u2022#]|\s{3,}|\.{4,}")
_FACT = re.compile(r"\d")


@dataclass(frozen=True)
class Passage:
    """A sentence, exactly ``document.text[start:end]``, with the heading over it."""

    document: Document
    start: int
    end: int
    heading: str

    @property
    def text(self) -> str:
        """The sentence as it stands in the document."""
        return self.document.text[self.start : self.end]

    @property
    def line(self) -> str:
        """The sentence in one line."""
        return " ".join(self.text.split())


def passages(documents: Sequence[Document]) -> list[Passage]:
    """All sentences of documents that are worth a question, in the order of the texts, each wording once."""
    found: dict[str, Passage] = {}
    for document in documents:
        for sentence in sentences_of(cut(document, 0, len(document.text))):
            passage = Passage(document, sentence.start, sentence.end, document.heading_at(sentence.start))
            if _stands_alone(passage):
                found.setdefault(passage.line.casefold(), passage)
    return list(found.values())


def spread_out(candidates: Sequence[Passage], most: int, known: Collection[str] = ()) -> list[Passage]:
    """Choose informative sentences that are unlike each other and come from many documents.

    A sentence is worth its content words, and more with a figure in it. From that its likeness (cosine of TF-IDF) to
    the nearest sentence chosen before is taken, and its document's share of the choice.

    Args:
        candidates: Sentences to choose from.
        most: How many to choose at most.
        known: Texts that are asked about already; likeness to them counts too.
    """
    vectors = _weighed([passage.line for passage in candidates])
    worth = _worth(candidates, vectors)
    nearest = [max((_cosine(vector, other) for other in _weighed(list(known))), default=0.0) for vector in vectors]
    chosen: list[int] = []
    crowd: Counter[str] = Counter()
    while len(chosen) < min(most, len(candidates)):
        left = (row for row in range(len(candidates)) if row not in chosen)
        best = max(left, key=lambda row: _gain(worth[row], nearest[row], crowd[candidates[row].document.name], chosen))
        chosen.append(best)
        crowd[candidates[best].document.name] += 1
        nearest = [max(near, _cosine(vectors[best], vector)) for near, vector in zip(nearest, vectors, strict=True)]
    return [candidates[row] for row in sorted(chosen)]


def _gain(worth: float, nearest: float, mine: int, chosen: Sequence[int]) -> float:
    return worth - SPREAD * nearest - CROWDED * mine / max(1, len(chosen))


def _stands_alone(passage: Passage) -> bool:
    line = passage.line
    words = line.split()
    return (
        FEWEST_WORDS <= len(words) <= MOST_WORDS
        and bool(_CLOSED.search(line))
        and line[0].isupper()
        and not _LEANS.match(line)
        and not _TABULAR.search(passage.text.strip())
    )


Weighed = dict[str, float]


def _weighed(lines: Sequence[str]) -> list[Weighed]:
    """Each line's terms with their TF-IDF weights, scaled to length 1."""
    counts = [Counter(terms_of(line)) for line in lines]
    having = Counter(term for one in counts for term in one)
    rarity = {term: math.log((1 + len(lines)) / (1 + n)) + 1 for term, n in having.items()}
    rows = []
    for one in counts:
        row = {term: n * rarity[term] for term, n in one.items()}
        length = math.sqrt(sum(value * value for value in row.values())) or 1.0
        rows.append({term: value / length for term, value in row.items()})
    return rows


def _worth(candidates: Sequence[Passage], vectors: Sequence[Weighed]) -> list[float]:
    """In [0, 1]: how many different content words a sentence has, up to a dozen, and whether there is a figure."""
    return [
        0.7 * min(1.0, len(vector) / 12) + 0.3 * bool(_FACT.search(passage.line))
        for passage, vector in zip(candidates, vectors, strict=True)
    ]


def _cosine(first: Weighed, second: Weighed) -> float:
    small, large = sorted((first, second), key=len)
    return sum(value * large.get(term, 0.0) for term, value in small.items())
