"""Late interaction: MaxSim by hand, the packaged models' own token vectors, and a file without pickles."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neo.models import fetch
from neo.models.embed import available, load_embedder
from skills.rag.runtime.documents import Document, cut
from skills.rag.runtime.parsers import parse
from skills.rag.runtime.passages import passage_spans
from skills.rag.runtime.pipeline import Pipeline, build_index
from skills.rag.runtime.stages import run
from skills.rag.runtime.token_model import TokenModel
from skills.rag.runtime.token_vectors import TOKEN_DIM, GrowingTokens, TokenRows, TokenVectors, telling

MODELS_DIR = Path(os.environ.get("NEO_MODELS_DIR") or fetch.default_folder())
TEXT = "Cats purr. Dogs bark, mostly."
DOCUMENT = Document("a.txt", TEXT, "0")
HALLS = "\n\n".join(
    f"# The {thing}\n\nEvery {thing} is kept in the {room} hall. Ask the foreman before you use the {thing}."
    for thing, room in {"forklift": "Amber", "battery": "Birch", "scanner": "Cedar", "ladder": "Dune"}.items()
)


def rows(text: str, words: dict[str, list[float]]) -> TokenRows:
    spans = [(text.index(word), text.index(word) + len(word)) for word in words]
    return TokenRows(np.array(list(words.values()), dtype=np.float32), np.array(spans))


def vectors() -> TokenVectors:
    own = rows(TEXT, {"Cats": [1, 0], "purr": [0.6, 0.8], "Dogs": [0, 1], "bark": [-1, 0]})
    starts = own.spans[:, 0].astype(np.int32)
    return TokenVectors(
        np.eye(2, dtype=np.float32), own.vectors.astype(np.float16), starts, ("a.txt",), np.array([0, len(starts)])
    )


def test_each_word_of_the_question_takes_its_best_match() -> None:
    question = "cat and sound"
    asked = rows(question, {"cat": [1, 0], "and": [-1, 0], "sound": [0, 1]})
    first, second = cut(DOCUMENT, 0, 10), cut(DOCUMENT, 11, len(TEXT))
    comma = cut(DOCUMENT, 20, 22)
    scores = vectors().scores(asked, question, [first, comma, second])
    # "and" says nothing; cat: 1 with Cats and 0 with Dogs; sound: 0.8 with purr and 1 with Dogs.
    assert scores.tolist() == pytest.approx([0.9, 0.0, 0.5], abs=1e-3)


def test_words_that_say_nothing_are_left_out_unless_there_are_no_others() -> None:
    spans = np.array([(0, 3), (4, 9), (9, 10)])
    assert telling("the crate.", spans).tolist() == [False, True, False]
    assert telling("the is", np.array([(0, 3), (4, 6)])).tolist() == [True, True]


def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    kept = vectors()
    kept.save(tmp_path / "tokens.npz")
    loaded = TokenVectors.load(tmp_path / "tokens.npz")
    assert loaded.names == kept.names and loaded.vectors.dtype == np.float16
    for name in ("basis", "vectors", "starts", "edges"):
        assert np.array_equal(getattr(loaded, name), getattr(kept, name))


@pytest.mark.parametrize("name", ["minilm-l6-int8", "minilm-l3"])
def test_the_mean_of_a_texts_tokens_is_near_its_vector(name: str) -> None:
    """The token output is the layer that the model's own vector is pooled from."""
    if name not in available(MODELS_DIR):
        pytest.skip(f"{name} is not in {MODELS_DIR}: run `{fetch.PULL}`")
    text = "Every forklift is kept in the Amber hall."
    (tokens,) = TokenModel(fetch.locate(name, MODELS_DIR), 1)([text])
    mean = tokens.vectors.mean(axis=0)
    whole = load_embedder(name, MODELS_DIR, 1)([text])[0]
    assert mean @ whole / np.linalg.norm(mean) > 0.9
    words = [text[start:end] for start, end in tokens.spans]
    assert words[0] == "Every" and words[-2:] == ["hall", "."]


@pytest.mark.parametrize("name", ["minilm-l6-int8", "minilm-l3"])
def test_a_saved_pipeline_with_token_vectors_answers_the_same(name: str, tmp_path: Path) -> None:
    if name not in available(MODELS_DIR):
        pytest.skip(f"{name} is not in {MODELS_DIR}: run `{fetch.PULL}`")
    embed_tokens = TokenModel(fetch.locate(name, MODELS_DIR), 1)
    config: dict[str, Any] = {
        "retriever": "bm25", "reranker": "late_interaction", "rerank_weight": 1.0, "embedder": name,
        "chunker": "structure", "chunk_tokens": 32, "lexical_weight": 1.0, "top_k": 1,
    }  # fmt: skip
    index = build_index([parse(HALLS.encode(), "halls.md")], config, None, embed_tokens=embed_tokens)
    assert index.tokens.whole().vectors.shape[1] == TOKEN_DIM
    pipeline = Pipeline(index, config, embed_tokens=embed_tokens)
    pipeline.save(tmp_path / "index")
    loaded = Pipeline.load(tmp_path / "index", embed_tokens=embed_tokens)
    questions = ["Where can I find the foreman's forklift?", "hall of the accumulator, every battery"]
    hits = loaded.retrieve_many(questions)
    assert hits == pipeline.retrieve_many(questions)
    assert ["forklift" in hits[0][0].chunk.text, "battery" in hits[1][0].chunk.text] == [True, True]


def test_without_token_vectors_it_says_what_to_pass() -> None:
    config = {"retriever": "bm25", "reranker": "late_interaction"}
    with pytest.raises(ValueError, match="pass `embed_tokens`"):
        build_index([DOCUMENT], config, None)
    index = build_index([DOCUMENT], {"retriever": "bm25"}, None)
    with pytest.raises(ValueError, match="pass `embed_tokens`"):
        Pipeline(index, config).retrieve_many(["cats"])


def test_growing_tokens_embed_what_is_asked_for_and_score_as_all_of_them_do() -> None:
    asked: list[str] = []

    def letters(texts: Sequence[str]) -> list[TokenRows]:
        """Each word is a token, its direction its first letter."""
        asked.extend(texts)
        found = [list(re.finditer(r"\w+", text)) for text in texts]
        return [
            TokenRows(
                np.eye(26, dtype=np.float32)[[ord(word.group()[0].lower()) - 97 for word in words]],
                np.array([word.span() for word in words]).reshape(-1, 2),
            )
            for words in found
        ]

    texts = ["\n\n".join(f"{a}lpha {b}eta {a}{b} zulu" for a in "bcdfghjkl" for b in start) for start in ("mnp", "qrs")]
    documents = [Document(f"{number}.txt", text, str(number)) for number, text in enumerate(texts)]
    growing = GrowingTokens(documents, {"embedder": "letters"}, letters, run)
    chunks = [cut(documents[1], 40, 95), cut(documents[0], 0, 7), cut(documents[1], 3, 4), cut(documents[0], 200, 401)]
    question = "beta quebec"
    (tokens,) = letters([question])
    _ = growing.basis  # of a sample, which is small here
    asked.clear()
    scores = growing.scores(tokens, question, chunks)
    passages = sum(len(passage_spans(text)) for text in texts)
    assert 0 < len(asked) < passages
    assert np.array_equal(scores, growing.whole().scores(tokens, question, chunks))
    assert len(asked) == passages, "each passage once"
    assert np.array_equal(
        growing.whole().vectors, GrowingTokens(documents, {"embedder": ""}, letters, run).whole().vectors
    )
