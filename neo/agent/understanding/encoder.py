"""Sentences as vectors: by the packaged embedding model, or by their words where there is none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from neo.agent.understanding.keeping import kept
from neo.models.embed import available
from neo.models.tokens import TokenEmbedder, Tokens

Vectors = npt.NDArray[np.float32]
Encoder = Callable[[Sequence[str]], Vectors]
"""Takes N texts; gives shape (N, d), float32, each row of length 1, or all zero for a text without words."""

PREFERRED = ("minilm-l6-int8",)  # has an output for each token
RECENT = 256  # texts whose tokens are kept at hand
LITTLE = 0.2  # what a word counts that says nothing by itself
COMMON = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "of",
        "to",
        "in",
        "on",
        "for",
        "with",
        "at",
        "by",
        "from",
        "as",
        "is",
        "are",
        "was",
        "be",
        "been",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "i",
        "you",
        "he",
        "she",
        "we",
        "they",
        "me",
        "my",
        "your",
        "our",
        "their",
        "us",
        "them",
        "do",
        "does",
        "did",
        "can",
        "could",
        "will",
        "would",
        "should",
        "shall",
        "may",
        "might",
        "must",
        "have",
        "has",
        "had",
        "not",
        "no",
        "so",
        "if",
        "then",
        "than",
        "there",
        "here",
        "what",
        "which",
        "who",
        "whom",
        "when",
        "where",
        "how",
        "why",
        "please",
        "want",
        "need",
        "like",
        "just",
        "some",
        "any",
        "all",
        "about",
    ]
)
_DIM = 4096
WORDS_SCALE = 0.6
_WORD = re.compile(r"[^\W_]+")


def by_words(texts: Sequence[str]) -> Vectors:
    """Vectors of words and of their first four letters, hashed: alike where words are alike, blind to meaning."""
    vectors = np.zeros((len(texts), _DIM), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in _WORD.findall(text.lower()):
            weight = LITTLE if word in COMMON else 1.0
            vectors[row, _place(word)] += weight
            vectors[row, _place(word[:4] + "*")] += weight
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, norms, out=vectors, where=norms > 0)
    return vectors


@lru_cache(maxsize=20_000)
def _place(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big") % _DIM


class KeptEncoder:
    """An embedding model whose vectors of known phrases are kept in a file, so that a start takes no seconds.

    Args:
        name: Of a packaged embedder.
        models_dir: Where its files lie.
        folder: Where vectors are kept; made when it is not there.
    """

    def __init__(self, name: str, models_dir: Path, folder: Path) -> None:
        self.name, self.folder = name, folder
        self._embedder = TokenEmbedder(name, models_dir)
        self._one = lru_cache(maxsize=RECENT)(lambda text: self._embedder([text])[0])

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return np.array([one.whole for one in self.tokens(texts)], dtype=np.float32).reshape(-1, self._embedder.dim)

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Each text's tokens; who routes and who reads a message ask for the same sentences, who learns for many."""
        return self._embedder(texts) if len(texts) > RECENT else [self._one(text) for text in texts]

    def in_two(self, phrases: Sequence[str]) -> Vectors:
        """Vectors of many phrases, by two threads."""
        half = len(phrases) // 2
        with ThreadPoolExecutor(2) as pool:
            return np.vstack(list(pool.map(self, (phrases[:half], phrases[half:]))))


def encoder_at(models_dir: Path, folder: Path) -> Encoder:
    """The best encoder that runs here: a packaged model where one is ready, else by words."""
    ready = available(models_dir)
    name = next((one for one in PREFERRED if one in ready), None)
    return KeptEncoder(name, models_dir, folder) if name else by_words


def known(encoder: Encoder, phrases: Sequence[str]) -> Vectors:
    """Vectors of unchanging phrases; kept in a file where the encoder can."""
    make = encoder.in_two if isinstance(encoder, KeptEncoder) else encoder
    return learned(encoder, "phrases", "\n".join(phrases), lambda: make(phrases))


def learned(encoder: Encoder, what: str, of: str, make: Callable[[], Vectors]) -> Vectors:
    """What is made by an encoder and the same at every start; kept in a file where the encoder can.

    Args:
        what: Names the file.
        of: All that it is made of; where that changes it is made again.
    """
    if not isinstance(encoder, KeptEncoder):
        return make()
    digest = hashlib.sha256(f"{encoder.name}\n{of}".encode()).hexdigest()[:24]
    return kept(encoder.folder / f"{what}-{digest}.npy", make)


def nearness_scale(encoder: Encoder) -> float:
    """What a nearness is divided by, so that one threshold serves both: like words lie farther apart than meanings."""
    return 1.0 if isinstance(encoder, KeptEncoder) else WORDS_SCALE
