"""A configuration's scores on golden questions: right, remembered, and the same in any company."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from neo.automl.problem import Context, InputFile, Instance, Resources
from neo.automl.stage_cache import cache_at
from neo.evals.golden_set import Evidence, GoldenQuestion, GoldenSet
from neo.llm.base import Endpoint
from neo.llm.openai_model import OpenAIModel
from neo.models import fetch
from neo.models.embed import available
from skills.rag.evaluate import evaluate, instances_of, metrics_for

MODELS_DIR = Path(os.environ.get("NEO_MODELS_DIR") or fetch.default_folder())
PLAIN = {"retriever": "bm25", "reranker": "none", "chunk_tokens": 64, "lexical_weight": 1.0}
SUBJECTS = {"forklift": "Amber", "pallet": "Birch", "battery": "Cedar", "scanner": "Dune", "ladder": "Elm"}
TEXT = "\n\n".join(
    f"# The {subject}\n\nEvery {subject} is kept in the {room} hall. Only the foreman of the {subject} has a key."
    for subject, room in SUBJECTS.items()
)


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[InputFile, ...]:
    path = tmp_path / "handbook"  # as the file store keeps it: by content, without a suffix
    path.write_text(TEXT)
    return (InputFile("document", "handbook.md", path, hashlib.sha256(TEXT.encode()).hexdigest()),)


@pytest.fixture
def golden() -> GoldenSet:
    return GoldenSet(
        tuple(
            GoldenQuestion(
                subject,
                f"Where is a {subject} kept?",
                f"In the {room} hall",
                (Evidence(None, f"Every {subject} is kept in the {room} hall."),),
            )
            for subject, room in SUBJECTS.items()
        )
    )


def context(inputs: tuple[InputFile, ...], tmp_path: Path, models_dir: Path | None = None) -> Context:
    return Context(inputs, tmp_path / "cache", Resources(models_dir or tmp_path / "no-models", 1))


def test_scores_are_what_the_documents_say(inputs: tuple[InputFile, ...], golden: GoldenSet, tmp_path: Path) -> None:
    found = evaluate({**PLAIN, "top_k": 1, "answer_sentences": 1}, instances_of(golden), context(inputs, tmp_path))
    assert [one.instance for one in found] == list(SUBJECTS)
    for one, (subject, room) in zip(found, SUBJECTS.items(), strict=True):
        assert one.metrics["recall"] == one.metrics["mrr"] == one.metrics["ndcg"] == one.metrics["answer_recall"] == 1
        assert one.output["answer"] == f"Every {subject} is kept in the {room} hall."
        assert one.output["sources"][0]["document"] == "handbook.md"
        assert one.latency_s > 0 and one.cost_usd == 0
        assert math.isnan(one.metrics["semantic_similarity"])  # no model is here to compare meanings


def test_a_second_run_comes_from_the_cache(inputs: tuple[InputFile, ...], golden: GoldenSet, tmp_path: Path) -> None:
    where = context(inputs, tmp_path)
    first = evaluate(PLAIN, instances_of(golden), where)
    misses = cache_at(where.cache_dir).stats.misses
    second = evaluate(PLAIN, instances_of(golden), where)
    assert cache_at(where.cache_dir).stats.misses == misses > 0
    assert [one.metrics.items() - {"semantic_similarity"} for one in first] != []
    assert [one.output for one in first] == [one.output for one in second]


def test_a_question_scores_the_same_alone(inputs: tuple[InputFile, ...], golden: GoldenSet, tmp_path: Path) -> None:
    where = context(inputs, tmp_path)
    together = evaluate(PLAIN, instances_of(golden), where)
    alone = [evaluate(PLAIN, [instance], where)[0] for instance in instances_of(golden)]
    assert [one.output for one in together] == [one.output for one in alone]


def test_questions_with_evidence_alone_get_no_answer_scores(inputs: tuple[InputFile, ...], tmp_path: Path) -> None:
    question = GoldenQuestion("a", "Where is a ladder kept?", None, (Evidence(None, "Every ladder is kept"),))
    (found,) = evaluate(PLAIN, [Instance("a", question)], context(inputs, tmp_path))
    assert set(found.metrics) == {"evidence_f2", "recall", "precision", "mrr", "ndcg"}
    assert found.latency_s > 0


def test_evidence_that_is_nowhere_is_missing_not_zero(inputs: tuple[InputFile, ...], tmp_path: Path) -> None:
    question = GoldenQuestion("a", "Where?", "There", (Evidence(None, "The moon orbits the earth once a month."),))
    (found,) = evaluate(PLAIN, [Instance("a", question)], context(inputs, tmp_path))
    assert math.isnan(found.metrics["recall"]) and found.metrics["answer_recall"] == 0


@dataclass
class Said:
    text: str = "In the Elm hall [1]."
    cost_usd: float = 0.25


def open_talker(where: Context, temperature: float):  # type: ignore[no-untyped-def]
    return lambda system, user: Said()


def test_a_language_model_is_asked_each_question_and_paid(
    inputs: tuple[InputFile, ...], golden: GoldenSet, tmp_path: Path
) -> None:
    ask = partial(evaluate, open_model=open_talker)
    found = ask({**PLAIN, "generator": "llm"}, instances_of(golden), context(inputs, tmp_path))
    assert [one.cost_usd for one in found] == [0.25] * len(SUBJECTS)
    assert found[-1].metrics["exact_match"] == 1 and found[0].metrics["exact_match"] == 0


def test_with_a_model_meaning_is_compared_and_vectors_are_searched(
    inputs: tuple[InputFile, ...], golden: GoldenSet, tmp_path: Path
) -> None:
    if "minilm-l3" not in available(MODELS_DIR):
        pytest.skip(f"minilm-l3 is not in {MODELS_DIR}: run `neo models pull`")
    config = {"embedder": "minilm-l3", "retriever": "weighted_fusion", "reranker": "mmr", "top_k": 2}
    found = evaluate(config, instances_of(golden), context(inputs, tmp_path, MODELS_DIR))
    assert all(0.2 < one.metrics["semantic_similarity"] <= 1 for one in found)
    assert sum(one.metrics["mrr"] for one in found) >= 4


def test_the_metrics_are_those_that_the_golden_set_can_tell(golden: GoldenSet, tmp_path: Path) -> None:
    resources = Resources(tmp_path)
    answers_only = GoldenSet(tuple(GoldenQuestion(one.id, one.question, one.answer) for one in golden.questions))
    evidence_only = GoldenSet(
        tuple(GoldenQuestion(one.id, one.question, None, one.evidence) for one in golden.questions)
    )
    assert [one.name for one in metrics_for(answers_only, resources)] == ["answer_recall", "token_f1", "exact_match"]
    assert metrics_for(evidence_only, resources)[0].name == "evidence_f2"
    assert {one.name for one in metrics_for(golden, resources)} >= {"answer_recall", "recall"}


def test_refusing_is_right_where_the_documents_do_not_tell(
    inputs: tuple[InputFile, ...], golden: GoldenSet, tmp_path: Path
) -> None:
    unknown = GoldenQuestion("chess", "Who won the chess tournament?", answerable=False)
    both = GoldenSet((*golden.questions, unknown))
    assert metrics_for(both, Resources(tmp_path))[0].name == "answer_recall"
    assert "abstention" in [one.name for one in metrics_for(both, Resources(tmp_path))]
    assert "abstention" not in [one.name for one in metrics_for(golden, Resources(tmp_path))]
    asked = [*instances_of(golden)[:1], *instances_of(both)[-1:]]
    assert asked[-1].stratum == "not in the documents"
    # With a threshold of 0 whatever is found is quoted, and a word of the question is in some sentence.
    foreman = Instance("f", GoldenQuestion("f", "Who is the foreman's wife?", answerable=False))
    known, refused = evaluate({**PLAIN, "refuse_below": 0.3}, asked, context(inputs, tmp_path))
    assert refused.metrics == dict.fromkeys(
        ("answer_recall", "token_f1", "exact_match", "semantic_similarity", "abstention"), 1.0
    )
    assert known.metrics["answer_recall"] == 1 and "abstention" not in known.metrics
    (told,) = evaluate({**PLAIN, "refuse_below": 0.0}, [foreman], context(inputs, tmp_path))
    assert told.metrics["abstention"] == told.metrics["answer_recall"] == 0
    assert "could not find" in told.output["expected"]


def test_a_model_that_searches_is_asked_once_a_question(
    inputs: tuple[InputFile, ...], golden: GoldenSet, tmp_path: Path, chat: Callable[[Callable[[str, str], str]], str]
) -> None:
    asked: list[str] = []

    def talk(system: str, user: str) -> str:
        asked.append(user)
        return "Nothing comes to mind"

    ask = partial(evaluate, open_model=partial(open_endpoint, chat(talk)))
    questions = GoldenSet(tuple(replace(one, answer=None) for one in golden.questions))
    found = ask(
        {**PLAIN, "query_transform": "multi_query", "reranker": "model"},
        instances_of(questions),
        context(inputs, tmp_path),
    )
    assert len(asked) == 2 * len(SUBJECTS)  # once for wordings, once for the ranking
    assert [one.output["unread"] for one in found] == [1] * len(SUBJECTS)  # the ranking; the wording could be read
    assert all(one.latency_s > 0 for one in found) and all("answer_recall" not in one.metrics for one in found)


def open_endpoint(url: str, where: Context, temperature: float) -> OpenAIModel:
    return OpenAIModel(Endpoint("none", url, "some-model"), temperature=temperature)


@pytest.mark.parametrize("stage", ["token_vectors", "passages"])
def test_a_warm_trial_embeds_nothing_again(
    inputs: tuple[InputFile, ...], golden: GoldenSet, tmp_path: Path, stage: str
) -> None:
    if "minilm-l3" not in available(MODELS_DIR):
        pytest.skip(f"minilm-l3 is not in {MODELS_DIR}: run `neo models pull`")
    where = context(inputs, tmp_path, MODELS_DIR)
    config = {**PLAIN, "retriever": "dense", "embedder": "minilm-l3", "reranker": "late_interaction"}
    first = evaluate(config, instances_of(golden), where)
    changed = {**config, "chunk_tokens": 128, "chunker": "semantic", "rerank_weight": 0.75}
    evaluate(changed, instances_of(golden), where)
    misses = cache_at(where.cache_dir).stats.by_stage[stage]["misses"]
    again = evaluate(config, instances_of(golden), where)
    assert cache_at(where.cache_dir).stats.by_stage[stage]["misses"] == misses
    assert stage == "token_vectors" or misses == 1, "passages do not depend on chunks"
    assert [one.output for one in again] == [one.output for one in first]
