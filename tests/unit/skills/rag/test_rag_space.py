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
    assert space.default()["retriever"] == "bm25"


def test_an_endpoint_brings_the_language_model_into_every_trial(tmp_path: Path) -> None:
    space = search_space(Resources(tmp_path, 1, Endpoint("secret", None, "some-model")), BOTH, {".md"})
    assert choices(space, "generator") == ("extractive", "llm")
    assert {"prompt", "context_chars"} <= names(space) and space.finals() == []


def test_the_packaged_model_waits_for_the_final_rung() -> None:
    resources = Resources(MODELS_DIR)
    if not has_local_model(resources):
        pytest.skip(f"{LOCAL_MODEL} is not in {MODELS_DIR}: run `neo models pull`")
    space = search_space(resources, BOTH, {".md"})
    assert choices(space, "generator") == ("extractive",)
    assert space.finals() == [("generator", "llm", LOCAL_MODEL_QUESTIONS)]
    tried = space.complete({**space.default(), "generator": "llm"})
    assert tried["prompt"] == "grounded" and "answer_sentences" not in tried


def test_a_pdf_parser_is_chosen_only_where_there_is_a_pdf(tmp_path: Path) -> None:
    assert "pdf_parser" in names(search_space(Resources(tmp_path), BOTH, {".md", ".pdf"}))
    assert "pdf_parser" not in names(search_space(Resources(tmp_path), BOTH, {".md"}))


def test_answers_are_not_searched_where_none_are_expected(tmp_path: Path) -> None:
    found = names(search_space(Resources(tmp_path), EVIDENCE_ONLY, {".md"}))
    assert not {name for name, one in PARAMETERS.items() if one.stage == "generate"} & found


@pytest.mark.parametrize("golden", [BOTH, EVIDENCE_ONLY])
def test_whatever_is_suggested_the_runtime_takes(golden: GoldenSet, tmp_path: Path) -> None:
    space = search_space(Resources(tmp_path, 1, Endpoint("secret", None, "some-model")), golden, {".pdf"})
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    for _ in range(50):
        config = space.suggest(study.ask())
        space.validate(config)
        assert config.items() <= complete_config(config).items()
    complete_config(space.default())
