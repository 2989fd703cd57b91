"""A language model in the search: other wordings and rankings, over HTTP; and what happens when it talks nonsense."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tiny_onnx import write_cross_encoder

from neo.llm.base import Endpoint
from neo.llm.openai_model import OpenAIModel
from neo.models import fetch
from neo.models.embed import available
from skills.rag.runtime.answers import Complete
from skills.rag.runtime.pair_model import PairModel
from skills.rag.runtime.parsers import parse
from skills.rag.runtime.pipeline import Pipeline, build_index
from skills.rag.runtime.transforms import TRANSFORMS, read_parts, read_passage, read_questions

MODELS_DIR = Path(os.environ.get("NEO_MODELS_DIR") or fetch.default_folder())
TEXT = (
    "# Stock\n\nEvery accumulator stands in the Amber hall.\n\n# Doors\n\nThe gate opens at six.\n\n"
    "# Trucks\n\nA lorry that stands at the gate waits there.\n\n# Meals\n\nLunch stands on the table at noon."
)
CONFIG: dict[str, Any] = {
    "retriever": "bm25", "chunker": "structure", "chunk_tokens": 32, "lexical_weight": 1.0, "top_k": 2,
}  # fmt: skip
CENT = 0.01
Talk = Callable[[str, str], str]


def paid(url: str) -> Complete:
    """The endpoint's model, each reply at a cent."""
    model = OpenAIModel(Endpoint("none", url, "some-model"))
    return lambda system, user: replace(model(system, user), cost_usd=CENT)


def pipeline(config: dict[str, Any], complete: Complete | None, **more: Any) -> Pipeline:
    full = {**CONFIG, **config}
    return Pipeline(build_index([parse(TEXT.encode(), "stock.md")], full, None), full, None, complete, **more)


def test_a_wording_of_the_model_finds_what_the_question_does_not(chat: Callable[[Talk], str]) -> None:
    complete = paid(chat(lambda system, user: "1. Where is the accumulator?\n2. Which hall has accumulators?"))
    question = "Where do I get a battery?"
    assert pipeline({}, None).ask(question).found is False
    answer = pipeline({"query_transform": "multi_query"}, complete).ask(question)
    assert "Amber" in pipeline({"query_transform": "multi_query"}, complete).retrieve_many([question])[0][0].chunk.text
    assert (answer.cost_usd, answer.unread) == (CENT, 0)


@pytest.mark.parametrize("transform", [name for name, one in TRANSFORMS.items() if one is not None])
@pytest.mark.parametrize("reply", ["", "???", "Sure!", "I cannot help with that."])
def test_nonsense_is_counted_and_the_plain_question_searched(
    chat: Callable[[Talk], str], transform: str, reply: str
) -> None:
    complete = paid(chat(lambda system, user: reply))
    questions = ["When does the gate open?", "Where is lunch?"]
    asking, plain = pipeline({"query_transform": transform}, complete), pipeline({}, None)
    assert asking.retrieve_many(questions) == plain.retrieve_many(questions)
    answers = asking.answer_many(questions)
    assert [(answer.cost_usd, answer.unread) for answer in answers] == [(CENT, 1)] * 2


def test_a_model_reranks_and_is_paid_beside_the_generator(chat: Callable[[Talk], str]) -> None:
    def talk(system: str, user: str) -> str:
        if "rank passages" in system:
            numbers = [part.split("]")[0] for part in user.split("[")[1:] if "Lunch" in part]
            return f"The best is passage {numbers[0]}, then 99."
        return "At noon [1]."

    complete = paid(chat(talk))
    question = "What stands at the gate?"
    config = {"reranker": "model", "rerank_weight": 1.0, "rerank_depth": 10, "generator": "llm"}
    assert "Lunch" not in pipeline({}, None).retrieve_many([question])[0][0].chunk.text
    asking = pipeline(config, complete)
    hits, answer = asking.explain(question)
    assert "Lunch" in hits[0].chunk.text and len(hits) == 2
    assert answer.text == "At noon." and answer.cost_usd == 2 * CENT and answer.unread == 0


def test_a_ranking_without_numbers_keeps_the_order_and_is_counted(chat: Callable[[Talk], str]) -> None:
    complete = paid(chat(lambda system, user: "They are all very good."))
    questions = ["What stands at the gate?"]
    asking = pipeline({"reranker": "model"}, complete)
    assert asking.retrieve_many(questions) == pipeline({}, None).retrieve_many(questions)
    assert asking.ask(questions[0]).unread == 1


def test_only_the_first_candidates_are_judged_and_the_rest_follow(chat: Callable[[Talk], str]) -> None:
    many = "\n\n".join(f"# Part {n}\n\nThe gate number {n} stands here{' gate' * n}." for n in range(14))
    config = {**CONFIG, "reranker": "model", "rerank_weight": 1.0, "rerank_depth": 10, "top_k": 14}
    complete = paid(chat(lambda system, user: "10"))
    index = build_index([parse(many.encode(), "many.md")], config, None)
    plain = Pipeline(index, {**config, "reranker": "none"}).retrieve_many(["gate"])[0]
    judged = Pipeline(index, config, None, complete).retrieve_many(["gate"])[0]
    order = [plain.index(hit) for hit in (next(p for p in plain if p.chunk == one.chunk) for one in judged)]
    assert order == [9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13]
    assert [hit.score for hit in judged] == sorted((hit.score for hit in judged), reverse=True)


@pytest.mark.parametrize("config", [{"query_transform": "hyde"}, {"reranker": "model"}])
def test_without_a_model_it_says_what_to_pass(config: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="pass `complete`"):
        pipeline(config, None).ask("What stands at the gate?")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("When is noon?\nWhat is noon?", ["When is noon?", "What is noon?"]),
        ('Here are three:\n1) "When is noon?"\n- What is noon?', ["When is noon?", "What is noon?"]),
        ('```json\n["When is noon?", "What is noon?"]\n```', ["When is noon?", "What is noon?"]),
        (
            "One is here?\nTwo is here?\nThree is here?\nFour is here?",
            ["One is here?", "Two is here?", "Three is here?"],
        ),
        ("2024 was which year?", ["2024 was which year?"]),  # a year is no numbering
        ("x" * 400 + " y", None),
        ("Certainly!", None),
    ],
)
def test_questions_are_read_however_they_are_listed(reply: str, expected: list[str] | None) -> None:
    assert read_questions(reply) == expected


def test_a_simple_question_is_no_nonsense_and_a_refusal_no_passage() -> None:
    assert read_parts("simple.") == [] and read_parts("What is A?\nWhat is B?") == ["What is A?", "What is B?"]
    passage = "The warehouse opens its main gate\nat six in the morning."
    assert read_passage(passage) == [" ".join(passage.split())]
    assert read_passage("I cannot write a passage about that, since I do not know the answer.") is None


def test_a_cross_encoder_from_a_folder_reads_pairs(tmp_path: Path) -> None:
    if "minilm-l3" not in available(MODELS_DIR):
        pytest.skip(f"the tokenizer of minilm-l3 is not in {MODELS_DIR}: run `{fetch.PULL}`")
    write_cross_encoder(tmp_path / "shared-words", fetch.locate("minilm-l3", MODELS_DIR))
    score_pairs = PairModel(tmp_path / "shared-words", 1)
    few, many = score_pairs(
        "Where does the lorry wait?", ["The gate opens.", "A lorry that stands at the gate waits there."]
    )
    assert many > few
    config = {"reranker": "cross_encoder", "cross_encoder": "shared-words", "rerank_weight": 1.0}
    question = "At the table stands the gate that opens"
    first = pipeline(config, None, score_pairs=score_pairs).retrieve_many([question])[0][0].chunk.text
    texts = [hit.chunk.text for hit in pipeline({"top_k": 4}, None).retrieve_many([question])[0]]
    assert first == max(texts, key=lambda text: float(score_pairs(question, [text])[0]))
    with pytest.raises(ValueError, match="pass `score_pairs`"):
        pipeline(config, None).retrieve_many([question])
