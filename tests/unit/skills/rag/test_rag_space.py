"""The search space: what can run here, what was left out and why."""

from __future__ import annotations

import os
from pathlib import Path

import optuna
import pytest

from neo.automl.problem import Endpoint, Resources
from neo.automl.space import Choice, Space
from neo.evals.golden_set import Evidence, GoldenQuestion, GoldenSet
from neo.models import fetch
from skills.rag.runtime.parameters import PARAMETERS, complete_config
from skills.rag.runtime.parsers.ocr import has_ocr
from skills.rag.space import LOCAL_MODEL, LOCAL_MODEL_QUESTIONS, has_local_model, search_space

MODELS_DIR = Path(os.environ.get("NEO_MODELS_DIR") or fetch.default_folder())
BOTH = GoldenSet((GoldenQuestion("a", "Where?", "here", (Evidence(None, "here"),)),))
EVIDENCE_ONLY = GoldenSet((GoldenQuestion("a", "Where?", None, (Evidence(None, "here"),)),))


def choices(space: Space, name: str) -> tuple[object, ...]:
    return next(one.choices for one in space.parameters if one.name == name and isinstance(one, Choice))


def names(space: Space) -> set[str]:
    return {one.name for one in space.parameters}


def test_without_models_what_needs_vectors_is_left_out_with_a_reason(tmp_path: Path) -> None:
    space = search_space(Resources(tmp_path), BOTH, {".md"})
    assert choices(space, "retriever") == ("bm25",) and choices(space, "reranker") == ("none",)
    assert not {"embedder", "fusion_weight", "mmr_balance", "prompt"} & names(space)
    left = {(one.parameter, one.choice): one.reason for one in space.left_out}
    assert "neo models pull minilm-l3" in left["embedder", "minilm-l3"]
    assert LOCAL_MODEL in left["generator", "llm"] and ("retriever", "dense") in left
    assert "no embedder" in left["chunker", "semantic"] and "no embedder" in left["reranker", "late_interaction"]
    assert "cross-encoders" in left["reranker", "cross_encoder"]  # the folder to put one into
    assert "OPENAI_BASE_URL" in left["reranker", "model"] and "no endpoint" in left["query_transform", "hyde"]
    assert space.default()["retriever"] == "bm25"


def test_an_endpoint_brings_the_language_model_into_every_trial(tmp_path: Path) -> None:
    space = search_space(Resources(tmp_path, 1, Endpoint("secret", None, "some-model")), BOTH, {".md"})
    assert choices(space, "generator") == ("extractive", "llm")
    assert {"prompt", "context_chars", "temperature"} <= names(space) and space.finals() == []


def test_an_endpoint_brings_other_wordings_and_rankings(tmp_path: Path) -> None:
    space = search_space(Resources(tmp_path, 1, Endpoint("secret", None, "some-model")), BOTH, {".md"})
    assert choices(space, "query_transform") == ("none", "multi_query", "hyde", "decompose")
    assert choices(space, "reranker") == ("none", "model") and {"rerank_depth", "rerank_weight"} <= names(space)


@pytest.mark.parametrize("place", ["cross-encoders/mine", "fastembed/models--BAAI--bge-reranker-base/snapshots/1/onnx"])
def test_a_cross_encoder_that_is_here_is_tried(tmp_path: Path, place: str) -> None:
    (tmp_path / place).mkdir(parents=True)
    (tmp_path / place / "model.onnx").touch()
    space = search_space(Resources(tmp_path), BOTH, {".md"})
    name = "mine" if place.endswith("mine") else "BAAI/bge-reranker-base"
    assert choices(space, "reranker") == ("none", "cross_encoder") and choices(space, "cross_encoder") == (name,)
    assert "cross_encoder" not in space.default()
    assert space.complete({"reranker": "cross_encoder"})["cross_encoder"] == name


def test_conditions_leave_out_what_a_choice_does_not_read(tmp_path: Path) -> None:
    space = search_space(Resources(MODELS_DIR), BOTH, {".md"})
    if "rank_fusion" not in choices(space, "retriever"):
        pytest.skip(f"no embedder is in {MODELS_DIR}: run `neo models pull`")
    fused = space.complete({"retriever": "rank_fusion", "chunker": "semantic", "context_unit": "parent"})
    assert {"rrf_k", "parent_tokens"} <= fused.keys()
    assert not {"score_scale", "chunk_overlap", "window_sentences", "rerank_depth", "cross_encoder"} & fused.keys()
    scaled = space.complete({"retriever": "weighted_fusion", "reranker": "late_interaction", "context_unit": "window"})
    assert {"score_scale", "chunk_overlap", "window_sentences", "rerank_depth", "rerank_weight"} <= scaled.keys()
    assert not {"rrf_k", "parent_tokens"} & scaled.keys()


def test_the_packaged_model_waits_for_the_final_rung() -> None:
    resources = Resources(MODELS_DIR)
    if not has_local_model(resources):
        pytest.skip(f"{LOCAL_MODEL} is not in {MODELS_DIR}: run `neo models pull`")
    space = search_space(resources, BOTH, {".md"})
    assert choices(space, "generator") == ("extractive",)
    assert space.finals() == [("generator", "llm", LOCAL_MODEL_QUESTIONS)]
    tried = space.complete({**space.default(), "generator": "llm"})
    assert tried["prompt"] == "grounded" and not {"answer_sentences", "temperature"} & tried.keys()


def test_a_pdf_parser_is_chosen_only_where_there_is_a_pdf(tmp_path: Path) -> None:
    assert "pdf_parser" in names(search_space(Resources(tmp_path), BOTH, {".md", ".pdf"}))
    space = search_space(Resources(tmp_path), BOTH, {".pdf"})
    reasons = {one.choice: one.reason for one in space.left_out if one.parameter == "pdf_parser"}
    assert "pdfplumber_tables" in choices(space, "pdf_parser")
    assert ("ocr" in choices(space, "pdf_parser")) is has_ocr() is not ("neo-engineer[ocr]" in reasons.get("ocr", ""))
    assert "pdf_parser" not in names(search_space(Resources(tmp_path), BOTH, {".md"}))


def test_answers_are_not_searched_where_none_are_expected(tmp_path: Path) -> None:
    found = names(search_space(Resources(tmp_path), EVIDENCE_ONLY, {".md"}))
    assert not {name for name, one in PARAMETERS.items() if one.stage == "generate"} & found


def test_the_threshold_of_refusals_is_searched_where_some_questions_have_no_answer(tmp_path: Path) -> None:
    golden = GoldenSet((*BOTH.questions, GoldenQuestion("b", "Who?", answerable=False)))
    assert "refuse_below" in names(search_space(Resources(tmp_path), golden, {".md"}))
    assert "refuse_below" not in names(search_space(Resources(tmp_path), BOTH, {".md"}))


@pytest.mark.parametrize("golden", [BOTH, EVIDENCE_ONLY])
def test_whatever_is_suggested_the_runtime_takes(golden: GoldenSet, tmp_path: Path) -> None:
    space = search_space(Resources(tmp_path, 1, Endpoint("secret", None, "some-model")), golden, {".pdf"})
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    for _ in range(50):
        config = space.suggest(study.ask())
        space.validate(config)
        assert config.items() <= complete_config(config).items()
    complete_config(space.default())
