"""Words: how text becomes terms, and the BM25 index over them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from bm25s import BM25
from bm25s.stopwords import STOPWORDS_EN

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")
# Words that ask or help a verb; they say nothing of what is asked about.
# fmt: off
_HELPERS = frozenset({
    "what", "which", "who", "whom", "whose", "when", "where", "why", "how", "do", "does", "did", "can", "could",
    "should", "would", "has", "have", "had", "been", "were", "am", "its", "from", "about", "any", "many", "much",
})
# fmt: on
STOPWORDS = frozenset(STOPWORDS_EN) | _HELPERS


@lru_cache(maxsize=200_000)
def _porter(word: str) -> str:
    return str(_porter_stemmer().stem(word))


@lru_cache(maxsize=1)
def _porter_stemmer() -> Any:
    # Slow to import: only where words are stemmed.
    from nltk.stem import PorterStemmer  # type: ignore[import-untyped]

    return PorterStemmer()


def _as_is(word: str) -> str:
    return word


STEMMERS: Mapping[str, Callable[[str], str]] = {"porter": _porter, "none": _as_is}


def terms_of(text: str, stemmer: str = "porter") -> list[str]:
    """Split a text into lower-case terms without stop words, stemmed.

    >>> terms_of("How are the returned parcels checked?", "none")
    ['returned', 'parcels', 'checked']
    """
    stem = STEMMERS[stemmer]
    return [stem(word) for word in _WORD.findall(text.lower()) if word not in STOPWORDS]


class LexicalIndex:
    """BM25 over texts (the variant of Lucene), and the rarity of each term.

    Args:
        texts: What to index; row i of every score is text i.
        stemmer: A key of STEMMERS.
        k1: Saturation of repeated terms; usual 1.2 to 2.
        b: How far long texts are discounted, in [0, 1].
    """

    def __init__(self, texts: Sequence[str], stemmer: str, k1: float, b: float) -> None:
        self._stemmer = stemmer
        vocabulary: dict[str, int] = {}
        rows = [[vocabulary.setdefault(term, len(vocabulary)) for term in terms_of(text, stemmer)] for text in texts]
        self._vocabulary = vocabulary
        frequency = np.zeros(max(1, len(vocabulary)))
        for row in rows:
            frequency[list(set(row))] += 1
        self._idf = np.log(1 + (len(texts) - frequency + 0.5) / (frequency + 0.5))
        self._rarest = float(np.log(1 + (len(texts) + 0.5) / 0.5))
        self._bm25 = BM25(k1=k1, b=b)
        if vocabulary:
            self._bm25.index((rows, dict(vocabulary)), show_progress=False)
        self.size = len(texts)

    def terms(self, text: str) -> list[str]:
        """The terms of a text, as this index makes them."""
        return terms_of(text, self._stemmer)

    def rarity(self, term: str) -> float:
        """Inverse document frequency of a term; one that no text has counts as the rarest."""
        number = self._vocabulary.get(term)
        return self._rarest if number is None else float(self._idf[number])

    def scores(self, question: str) -> npt.NDArray[np.float32]:
        """BM25 scores of all texts for one question, shape (N,), 0 where no term is shared."""
        known = [self._vocabulary[term] for term in self.terms(question) if term in self._vocabulary]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores_from_ids(known), dtype=np.float32)
