"""Candidates from words and vectors, their fusion by hand-reckoned figures, and MMR."""

from __future__ import annotations

import numpy as np
import pytest

from skills.rag.runtime.fusion import (
    RRF_K,
    SCORE_SCALES,
    Candidates,
    from_least,
    merged,
    min_max,
    reciprocal_rank,
    weighted_sum,
    z_score,
)
from skills.rag.runtime.lexical import LexicalIndex, terms_of
from skills.rag.runtime.parameters import complete_config
from skills.rag.runtime.rerankers import mmr
from skills.rag.runtime.retrievers import dense_candidates, lexical_candidates
from skills.rag.runtime.vector_stores import FaissStore

TEXTS = ("Damaged goods go to bay seven.", "The gate opens at six.", "Batteries are never stored in bay seven.", "!!!")


def config(**values: object) -> dict[str, object]:
    return complete_config(values)


def ranked(rows: list[list[tuple[int, float]]], n: int) -> Candidates:
    ids = np.full((len(rows), n), -1, dtype=np.int64)
    scores = np.zeros((len(rows), n), dtype=np.float32)
    for row, pairs in enumerate(rows):
        for place, (chunk, score) in enumerate(pairs):
            ids[row, place], scores[row, place] = chunk, score
    return Candidates(ids, scores)


def test_bm25_finds_the_rare_word_and_leaves_out_what_shares_none() -> None:
    index = LexicalIndex(TEXTS, "porter", 1.2, 0.75)
    found = lexical_candidates(index, ["Where is the damaged battery?", "When does the gate open?", "zebra", ""], 4)
    assert [chunk for chunk, _ in found.pairs(0)][:2] == [0, 2] or [chunk for chunk, _ in found.pairs(0)][:2] == [2, 0]
    assert [chunk for chunk, _ in found.pairs(1)] == [1]
    assert found.pairs(2) == found.pairs(3) == []
    assert found.ids.shape == (4, 4)


def test_bm25_agrees_with_its_formula() -> None:
    index = LexicalIndex(["bay gate", "bay", "dock"], "none", 1.2, 0.75)
    # Lucene's BM25: idf * tf / (tf + k1 * (1 - b + b * length / mean length)), idf = ln(1 + (N - n + .5) / (n + .5))
    idf, mean = np.log(1 + (3 - 2 + 0.5) / (2 + 0.5)), 4 / 3
    expected = [idf / (1 + 1.2 * (0.25 + 0.75 * length / mean)) for length in (2, 1)]
    assert index.scores("bay").tolist() == pytest.approx([*expected, 0.0], rel=1e-5)


def test_stemming_joins_forms_of_a_word() -> None:
    assert terms_of("stored storing stores") == ["store"] * 3
    assert terms_of("stored storing", "none") == ["stored", "storing"]
    assert terms_of("What is the") == []


def test_an_index_of_texts_without_words_finds_nothing() -> None:
    index = LexicalIndex(["...", "!"], "porter", 1.2, 0.75)
    assert lexical_candidates(index, ["bay"], 5).pairs(0) == []


def test_rarer_terms_weigh_more() -> None:
    index = LexicalIndex(TEXTS, "porter", 1.2, 0.75)
    assert index.rarity("bay") < index.rarity("gate") < index.rarity("zebra")


def test_dense_candidates_are_exact_neighbours(tmp_path: object) -> None:
    vectors = np.eye(4, dtype=np.float32)
    store = FaissStore(4)
    store.add(vectors)
    query = np.array([[0.8, 0.6, 0, 0]], dtype=np.float32)
    found = dense_candidates(store, query, 2)
    assert [chunk for chunk, _ in found.pairs(0)] == [0, 1]
    assert found.scores[0].tolist() == pytest.approx([0.8, 0.6])
    assert store.rows(np.array([2, 0])).tolist() == vectors[[2, 0]].tolist()


def test_reciprocal_rank_fusion_by_hand() -> None:
    lexical, dense = ranked([[(7, 9.0), (8, 1.0)]], 2), ranked([[(8, 0.9), (9, 0.8)]], 2)
    found = reciprocal_rank([lexical, dense], config(fusion_weight=0.25), 3).pairs(0)
    first, second = RRF_K / (RRF_K + 1), RRF_K / (RRF_K + 2)
    expected = {7: 0.75 * first, 8: 0.75 * second + 0.25 * first, 9: 0.25 * second}
    assert [chunk for chunk, _ in found] == sorted(expected, key=lambda chunk: -expected[chunk])
    assert dict(found) == pytest.approx(expected)


def test_weighted_fusion_by_hand() -> None:
    lexical, dense = ranked([[(7, 10.0), (8, 6.0), (9, 2.0)]], 3), ranked([[(9, 0.9), (7, 0.5)]], 3)
    found = weighted_sum([lexical, dense], config(fusion_weight=0.6), 3).pairs(0)
    assert dict(found) == pytest.approx({9: 0.6, 7: 0.4, 8: 0.2})
    assert [chunk for chunk, _ in found] == [9, 7, 8]


def test_a_small_rank_constant_favours_the_first_places() -> None:
    # Chunk 8 is second in both lists, 7 and 9 first in one: only a small constant puts a first place before it.
    lexical, dense = ranked([[(7, 9.0), (8, 1.0)]], 2), ranked([[(9, 0.9), (8, 0.8)]], 2)
    assert reciprocal_rank([lexical, dense], config(rrf_k=60), 3).pairs(0)[0][0] == 8
    assert reciprocal_rank([lexical, dense], config(rrf_k=1), 3).pairs(0)[0] == (8, pytest.approx(1 / 3))
    alone = reciprocal_rank([lexical, ranked([[]], 2)], config(rrf_k=1), 3).pairs(0)
    assert alone == [(7, pytest.approx(1 / 4)), (8, pytest.approx(1 / 6))]


def test_score_scales_by_hand() -> None:
    scores = np.array([6.0, 4.0, 2.0], dtype=np.float32)
    assert min_max(scores, 0.0).tolist() == [1.0, 0.5, 0.0]
    assert from_least(scores, 0.0).tolist() == pytest.approx([1.0, 2 / 3, 1 / 3])
    assert from_least(np.array([0.5, -0.5], dtype=np.float32), -1.0).tolist() == pytest.approx([1.0, 1 / 3])
    assert z_score(scores, 0.0).tolist() == pytest.approx([4 / np.sqrt(8 / 3), 2 / np.sqrt(8 / 3), 0.0])


@pytest.mark.parametrize("scale", SCORE_SCALES)
def test_scales_take_equal_scores_and_none(scale: str) -> None:
    equal = SCORE_SCALES[scale](np.full(3, 2.0, dtype=np.float32), 0.0)
    assert equal.tolist() == [1.0] * 3 and SCORE_SCALES[scale](np.zeros(0, dtype=np.float32), 0.0).tolist() == []


def test_the_score_scale_decides_a_weighted_sum() -> None:
    # BM25 hardly tells 7 from 8; from its least score both are near 1, from the lowest 8 has nothing.
    lexical, dense = ranked([[(7, 10.0), (8, 9.9)]], 2), ranked([[(8, 0.9), (7, 0.8)]], 2)
    first = {
        scale: weighted_sum([lexical, dense], config(score_scale=scale, fusion_weight=0.45), 2).pairs(0)[0][0]
        for scale in SCORE_SCALES
    }
    assert first == {"min_max": 7, "z_score": 7, "from_least": 8}


def test_wordings_of_one_question_become_one_list() -> None:
    found = ranked([[(1, 5.0), (2, 4.0)], [(2, 9.0)], [(3, 7.0), (4, 1.0)]], 3)
    joined = merged(found, [[0, 1], [2]], 3)
    assert [chunk for chunk, _ in joined.pairs(0)] == [2, 1]
    assert joined.pairs(0)[0][1] == pytest.approx(RRF_K / (RRF_K + 2) + RRF_K / (RRF_K + 1))
    assert joined.pairs(1) == [(3, 7.0), (4, 1.0)]


@pytest.mark.parametrize("fuse", [reciprocal_rank, weighted_sum])
def test_fusion_of_an_empty_list_keeps_the_other(fuse: object) -> None:
    empty, dense = ranked([[]], 3), ranked([[(4, 0.9), (5, 0.1)]], 3)
    assert [chunk for chunk, _ in fuse([empty, dense], config(), 3).pairs(0)] == [4, 5]  # type: ignore[operator]
    assert fuse([empty, empty], config(), 3).pairs(0) == []  # type: ignore[operator]


def test_mmr_prefers_what_is_new() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    scores = np.array([1.0, 0.9, 0.5], dtype=np.float32)
    assert mmr(scores, vectors, 0.5, 2).tolist() == [0, 2]
    assert mmr(scores, vectors, 1.0, 2).tolist() == [0, 1]
    assert mmr(scores[:0], vectors[:0], 0.5, 2).tolist() == []
    assert sorted(mmr(scores, vectors, 0.3, 9).tolist()) == [0, 1, 2]
