"""How well an answer's words match the expected ones, as SQuAD compares them."""

from __future__ import annotations

import re
import string
from collections import Counter

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation + "\u2018\u2019\u201c\u201d\u2013\u2014", " "))


def normalised(text: str) -> str:
    """Lower case, without punctuation and articles, single spaces (Rajpurkar et al. 2016).

    >>> normalised("The  Panthers' defence!")
    'panthers defence'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(answer: str, expected: str) -> float:
    """1 when both are the same after normalisation, else 0."""
    return float(normalised(answer) == normalised(expected))


def token_f1(answer: str, expected: str) -> float:
    """Harmonic mean of token precision and recall, in [0, 1].

    >>> token_f1("308 points", "308")
    0.6666666666666666
    """
    shared, given, wanted = _shared(answer, expected)
    return 2 * shared / (given + wanted) if given and wanted else float(given == wanted)


def answer_recall(answer: str, expected: str) -> float:
    """Share of the expected answer's tokens that the answer has, in [0, 1]; a longer answer loses nothing."""
    shared, given, wanted = _shared(answer, expected)
    return shared / wanted if wanted else float(not given)


def _shared(answer: str, expected: str) -> tuple[int, int, int]:
    given, wanted = Counter(normalised(answer).split()), Counter(normalised(expected).split())
    return (given & wanted).total(), given.total(), wanted.total()
