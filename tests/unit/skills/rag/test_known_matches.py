"""A memory of matches changes no score, and computes none twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skills.rag.known_matches import KnownMatches, Match, matches_of
from skills.rag.runtime.documents import Chunk, Document, cut
from skills.rag.runtime.token_vectors import TokenRows, TokenVectors
from skills.rag.runtime.vector_stores import Floats

TEXT = "stock lies in the cool zone until the van comes at nine in the evening"
DOCUMENT = Document("a.txt", "", TEXT)
STARTS = [0, *(place + 1 for place, sign in enumerate(TEXT) if sign == " ")]


def vectors() -> TokenVectors:
    """One random vector for each word."""
    rows = np.random.default_rng(0).normal(size=(len(STARTS), 8)).astype(np.float16)
    return TokenVectors(
        np.eye(8, dtype=np.float32), rows, np.array(STARTS, np.int32), ("a.txt",), np.array([0, len(STARTS)])
    )


class Counted(TokenVectors):
    """The same vectors, with a count of the pieces that were scored."""

    scored = 0

    def scores(self, question: TokenRows, text: str, chunks: Sequence[Chunk]) -> Floats:
        """See `TokenVectors.scores`."""
        Counted.scored += len(chunks)
        return super().scores(question, text, chunks)


def asked(text: str) -> TokenRows:
    """A question of one word."""
    vector = np.random.default_rng(len(text)).normal(size=(1, 8)).astype(np.float32)
    return TokenRows(vector / np.linalg.norm(vector), np.array([[0, len(text)]]))


PIECES = st.lists(st.tuples(st.integers(0, 10), st.integers(11, len(TEXT))), max_size=6)


@given(st.lists(st.tuples(st.sampled_from(["van", "zone", "evening"]), PIECES), max_size=8))
def test_a_memory_changes_no_score_and_asks_for_each_match_once(
    rounds: list[tuple[str, list[tuple[int, int]]]],
) -> None:
    plain, known = vectors(), dict[Match, float]()
    counted = Counted(plain.basis, plain.vectors, plain.starts, plain.names, plain.edges)
    Counted.scored = 0
    for text, pieces in rounds:
        chunks = [cut(DOCUMENT, start, end) for start, end in pieces]
        found = KnownMatches(counted, known).scores(asked(text), text, chunks)
        assert found.tolist() == plain.scores(asked(text), text, chunks).tolist()
    assert Counted.scored == len(known) == len({(text, piece) for text, pieces in rounds for piece in pieces})


def test_each_reading_of_a_corpus_has_a_memory_of_its_own() -> None:
    assert matches_of(("key",), "l6") is matches_of(("key",), "l6")
    assert matches_of(("key",), "l6") is not matches_of(("other key",), "l6")
    assert matches_of(("key",), "l6") is not matches_of(("key",), "l3")
