"""The whole pipeline: batches and single questions agree, and a saved one answers the same."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from skills.rag.runtime.documents import Document
from skills.rag.runtime.parameters import DEFAULTS, PARAMETERS, complete_config, of_stages
from skills.rag.runtime.parsers import parse
from skills.rag.runtime.pipeline import Pipeline, build_index, parse_file
from skills.rag.runtime.rerankers import RERANKERS
from skills.rag.runtime.retrievers import RETRIEVERS

SUBJECTS = ("forklift", "pallet", "battery", "customs form", "loading dock", "night shift", "cold store", "scanner")
ROOMS = ("Amber", "Birch", "Cedar", "Dune", "Elm", "Fern", "Grove", "Hazel")
TEXT = "# Handbook\n\n" + "\n\n".join(
    f"## The {subject}\n\nEvery {subject} is kept in the {room} hall. Ask the foreman before you use it. "
    f"Faults of a {subject} are written down on sheet {number}."
    for number, (subject, room) in enumerate(zip(SUBJECTS, ROOMS, strict=True), 20)
)
MODEL_FREE = [name for name, reranker in RERANKERS.items() if reranker.needs in ("", "vectors")]
QUESTIONS = [f"Where is a {subject} kept?" for subject in SUBJECTS]


@pytest.fixture
def documents() -> list[Document]:
    return [parse(TEXT.encode(), "handbook.md"), parse(b"The canteen opens at noon.", "canteen.txt")]


@pytest.mark.parametrize(("retriever", "reranker"), list(itertools.product(RETRIEVERS, MODEL_FREE)))
def test_each_question_finds_its_section(documents: list[Document], embed: Any, retriever: str, reranker: str) -> None:
    config = {"chunk_tokens": 64, "chunker": "structure", "retriever": retriever, "reranker": reranker, "top_k": 2}
    pipeline = Pipeline(build_index(documents, config, embed), config, embed)
    hits = pipeline.retrieve_many(QUESTIONS)
    assert [len(found) <= 2 for found in hits] == [True] * len(QUESTIONS)
    for subject, found in zip(SUBJECTS, hits, strict=True):
        assert any(f"The {subject}" in hit.chunk.text for hit in found), subject


def test_a_batch_and_single_questions_give_the_same_answers(documents: list[Document], embed: Any) -> None:
    pipeline = Pipeline(build_index(documents, {}, embed), {}, embed)
    batch = pipeline.answer_many(QUESTIONS)
    assert [answer.text for answer in batch] == [pipeline.ask(question).text for question in QUESTIONS]
    for room, answer in zip(ROOMS, batch, strict=True):
        assert room in answer.text
        assert answer.latency_s > 0 and answer.cost_usd == 0
        for source in answer.sources:
            assert TEXT[source.start : source.end] == source.quote
    assert pipeline.answer_many([]) == [] and pipeline.retrieve_many([]) == []


@pytest.mark.parametrize("retriever", RETRIEVERS)
def test_a_saved_pipeline_answers_the_same(
    documents: list[Document], embed: Any, tmp_path: Path, retriever: str
) -> None:
    config = {"retriever": retriever, "chunk_tokens": 64}
    pipeline = Pipeline(build_index(documents, config, embed), config, embed)
    pipeline.save(tmp_path / "index")
    loaded = Pipeline.load(tmp_path / "index", embed)
    assert loaded.config == pipeline.config == complete_config(config)
    for question in QUESTIONS:
        assert loaded.ask(question).text == pipeline.ask(question).text
    json.dumps(loaded.ask(QUESTIONS[0]).to_json())


def test_bm25_needs_no_embedder(documents: list[Document]) -> None:
    config = {"retriever": "bm25", "reranker": "none"}
    assert "Amber" in Pipeline(build_index(documents, config, None), config).ask(QUESTIONS[0]).text


@pytest.mark.parametrize("config", [{"retriever": "dense"}, {"retriever": "bm25", "reranker": "mmr"}])
def test_vectors_without_an_embedder_are_an_error_with_a_remedy(
    documents: list[Document], config: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="pass `embed`"):
        build_index(documents, config, None)


def test_an_index_without_vectors_says_so(documents: list[Document], embed: Any) -> None:
    index = build_index(documents, {"retriever": "bm25"}, None)
    with pytest.raises(ValueError, match="has no vectors"):
        Pipeline(index, {"retriever": "dense"}, embed).ask(QUESTIONS[0])


def test_more_hits_than_chunks_are_no_error(embed: Any) -> None:
    documents = [parse(b"One short text.", "a.txt")]
    pipeline = Pipeline(build_index(documents, {"top_k": 20}, embed), {"top_k": 20}, embed)
    assert len(pipeline.retrieve_many(["short text"])[0]) == 1


def test_titles_make_a_section_findable_by_its_heading(embed: Any) -> None:
    text = b"# Parental leave\n\nSixteen weeks are paid.\n\n# Sick leave\n\nSix weeks are paid.\n"
    config = {"chunker": "structure", "chunk_tokens": 64, "retriever": "bm25", "index_text": "titled", "top_k": 1}
    documents = [parse(text, "a.md"), parse(b"Nothing about it.", "rules-for-leave.txt")]
    pipeline = Pipeline(build_index(documents, config, None), config)
    assert pipeline.retrieve_many(["rules"])[0][0].chunk.document == "rules-for-leave.txt"


def test_stages_are_named_with_all_that_they_depend_on(documents: list[Document], embed: Any, tmp_path: Path) -> None:
    """A memory keyed as the pipeline says must never confuse two configurations."""
    memory: dict[str, Any] = {}

    def stage(name: str, parameters: Mapping[str, Any], make: Callable[[], Any], /) -> Any:
        return memory.setdefault(json.dumps([name, parameters], sort_keys=True), make())

    path = tmp_path / "handbook.md"
    path.write_text(TEXT)
    changes: list[dict[str, Any]] = [
        {}, {"chunk_tokens": 64}, {"chunker": "token", "chunk_tokens": 64}, {"index_text": "titled"},
        {"stemmer": "none"}, {"bm25_b": 0.0}, {"retriever": "bm25"}, {"retriever": "dense"}, {"fusion_weight": 0.9},
        {"reranker": "mmr"}, {"chunk_vector": "whole"}, {"chunk_vector": "whole", "index_text": "titled"},
    ]  # fmt: skip
    for change in changes * 2:
        parsed = [parse_file("handbook.md", "sha", path, change, stage)]
        remembered = Pipeline(build_index(parsed, change, embed, stage=stage), change, embed, stage=stage)
        plain = Pipeline(build_index(parsed, change, embed), change, embed)
        assert remembered.retrieve_many(QUESTIONS) == plain.retrieve_many(QUESTIONS)


def test_every_parameter_is_read_and_described() -> None:
    source = "".join(
        path.read_text()
        for path in Path(__file__).parents[5].joinpath("skills/rag/runtime").rglob("*.py")
        if path.name != "parameters.py"
    )
    for name, parameter in PARAMETERS.items():
        # The embedder's name and the temperature choose what is handed in as a callable.
        if parameter.stage != "embed" and name != "temperature":
            assert f'"{name}"' in source, f"{name} is declared and never read"
        assert parameter.about.endswith(".")
        assert not parameter.choices or parameter.default in parameter.choices
        assert (
            parameter.choices
            or isinstance(parameter.default, str)
            or parameter.low <= parameter.default <= parameter.high
        )
        assert set(parameter.when) <= set(PARAMETERS)


@pytest.mark.parametrize(
    ("config", "says"),
    [({"chunk_size": 3}, "chunk_tokens"), ({"retriever": "magic"}, "rank_fusion")],
)
def test_an_unknown_setting_lists_what_there_is(config: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        complete_config(config)


def test_the_stages_share_out_all_parameters() -> None:
    stages = {parameter.stage for parameter in PARAMETERS.values()}
    assert of_stages(DEFAULTS, *stages) == dict(DEFAULTS)
