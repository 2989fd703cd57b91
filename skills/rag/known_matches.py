"""What late interaction found before: a question and a piece of text meet again in many trials."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from skills.rag.runtime.documents import Chunk, Document
from skills.rag.runtime.token_vectors import Matches, TokenRows
from skills.rag.runtime.vector_stores import Floats

MOST_MATCHES = 500_000  # about 100 MB
MOST_CORPORA = 4  # as read by one parser, under one embedder

Match = tuple[str, str, int, int]
"""A question, and a piece's document, start and end."""


class KnownMatches:
    """Matches that are computed once each.

    Args:
        tokens: Vectors of some documents' tokens.
        known: Their matches up to now; see `matches_of`.
    """

    def __init__(self, tokens: Matches, known: dict[Match, float]) -> None:
        self._tokens, self._known = tokens, known

    def scores(self, question: TokenRows, text: str, chunks: Sequence[Chunk]) -> Floats:
        """See `TokenVectors.scores`."""
        matches = [(text, chunk.document, chunk.start, chunk.end) for chunk in chunks]
        new = {match: chunk for match, chunk in zip(matches, chunks, strict=True) if match not in self._known}
        if new:
            if len(self._known) > MOST_MATCHES:
                self._known.clear()
                new = dict(zip(matches, chunks, strict=True))
            found = self._tokens.scores(question, text, list(new.values()))
            self._known.update(zip(new, found.tolist(), strict=True))
        return np.array([self._known[match] for match in matches], dtype=np.float32)


def known_matches(tokens: Matches, documents: Sequence[Document], embedder: str) -> KnownMatches:
    """What the vectors match, with this process's memory."""
    return KnownMatches(tokens, matches_of(tuple(document.key for document in documents), embedder))


@lru_cache(maxsize=MOST_CORPORA)
def matches_of(documents: tuple[str, ...], embedder: str) -> dict[Match, float]:
    """The matches of a corpus, the documents named by their keys; the same object each time."""
    return {}
