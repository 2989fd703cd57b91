"""Pooled vectors: passages hold the text, and a chunk's vector is the mean of what it covers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skills.rag.runtime.chunk_vectors import pooled, whole
from skills.rag.runtime.chunkers import tokens_of
from skills.rag.runtime.documents import Document, cut
from skills.rag.runtime.parameters import complete_config
from skills.rag.runtime.passages import PASSAGE_TOKENS, passage_spans
from skills.rag.runtime.stages import run

TEXT = (
    "# Returns\n\nDamaged goods go to bay seven. The driver signs.\n\n\n# Hours\n \n" + "The gate opens at six. " * 20
)
DOCUMENT = Document("handbook.md", TEXT, "0")


def test_passages_hold_the_text_and_keep_to_their_paragraph() -> None:
    spans = passage_spans(TEXT)
    assert spans == sorted(spans)
    assert "".join(TEXT[start:end] for start, end in spans).replace(" ", "") == "".join(TEXT.split())
    assert all(
        len(tokens_of(TEXT[start:end])) <= PASSAGE_TOKENS and "\n\n" not in TEXT[start:end] for start, end in spans
    )
    assert "# Returns" in {TEXT[start:end] for start, end in spans}
    assert passage_spans("") == passage_spans(" \n\n ") == []


def test_a_chunk_of_one_passage_has_its_vector(embed: Any) -> None:
    start, end = passage_spans(TEXT)[1]
    chunk = cut(DOCUMENT, start, end)
    config = complete_config({})
    assert np.allclose(pooled([DOCUMENT], [chunk], config, {}, embed, run), embed([chunk.text]))
    assert np.allclose(whole([DOCUMENT], [chunk], config, {}, embed, run), embed([chunk.text]))


def test_a_chunk_of_two_passages_leans_to_the_longer(embed: Any) -> None:
    (a, b), (c, d) = passage_spans(TEXT)[:2]
    vector = pooled([DOCUMENT], [cut(DOCUMENT, a, d)], complete_config({}), {}, embed, run)[0]
    short, long = embed([TEXT[a:b], TEXT[c:d]])
    assert vector @ long > vector @ short > 0
    assert np.linalg.norm(vector) == pytest.approx(1)


def test_a_title_moves_the_vector_towards_it(embed: Any) -> None:
    chunk = cut(DOCUMENT, *passage_spans(TEXT)[1])
    plain, titled = (
        pooled([DOCUMENT], [chunk], complete_config({"index_text": kind}), {}, embed, run)[0]
        for kind in ("plain", "titled")
    )
    asked = embed(["handbook"])[0]
    assert titled @ asked > plain @ asked
