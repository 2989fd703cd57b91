"""The machine's own computing in the cost of an answer, at a stated rate."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from pathlib import Path

import pytest

from neo.automl.machine import compute_note
from neo.automl.problem import Context, InputFile, Instance, Resources
from neo.domain.brief import Brief
from neo.evals.golden_set import GoldenQuestion
from neo.llm.base import Endpoint
from skills.rag.evaluate import evaluate
from skills.rag.skill import RagSkill

TEXT = "The ladder is kept in the Elm hall.\n\nThe pallet is kept in the Birch hall.\n"
PLAIN = {"retriever": "bm25", "reranker": "none", "lexical_weight": 1.0}
ASKED = [
    Instance(name, GoldenQuestion(name, f"Where is the {name} kept?", f"{hall} hall"))
    for name, hall in (("ladder", "Elm"), ("pallet", "Birch"))
]


def context(folder: Path, resources: Resources) -> Context:
    path = folder / "store.md"
    path.write_text(TEXT)
    file = InputFile("document", "store.md", path, hashlib.sha256(TEXT.encode()).hexdigest())
    return Context((file,), folder / "cache", resources)


def test_an_answer_costs_its_latency_at_the_rate_and_later_rungs_the_mean_of_it(tmp_path: Path) -> None:
    where = context(tmp_path, Resources(tmp_path, compute_usd_per_hour=36.0))  # a cent a second
    timed = evaluate(PLAIN, ASKED, where)
    assert all(one.cost_usd == pytest.approx(0.01 * one.latency_s) and one.cost_usd > 0 for one in timed)
    later = evaluate(PLAIN, ASKED, replace(where, timed=False))
    assert all(math.isnan(one.latency_s) for one in later)
    mean = sum(one.cost_usd for one in timed) / len(timed)
    assert [one.cost_usd for one in later] == pytest.approx([mean, mean])


def test_what_was_never_timed_adds_nothing(tmp_path: Path) -> None:
    where = replace(context(tmp_path, Resources(tmp_path, compute_usd_per_hour=36.0)), timed=False)
    assert [one.cost_usd for one in evaluate({**PLAIN, "top_k": 3}, ASKED, where)] == [0.0, 0.0]


@pytest.mark.parametrize("resources", [Resources(Path("m"))])
def test_without_a_rate_computing_is_free_and_that_is_said(tmp_path: Path, resources: Resources) -> None:
    assert [one.cost_usd for one in evaluate(PLAIN, ASKED, context(tmp_path, resources))] == [0.0, 0.0]
    assert "counted as free" in compute_note(resources)


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (Resources(Path("m"), compute_usd_per_hour=0.5), "counted at $0.5 an hour"),
        (Resources(Path("m")), "counted as free"),
        (Resources(Path("m"), endpoint=Endpoint("k", "https://models.example/v1", "big")), "price of big is not known"),
    ],
)
def test_the_documents_say_what_is_counted(tmp_path: Path, resources: Resources, words: str) -> None:
    (tmp_path / "golden.csv").write_text("question,answer\nWhere is the ladder kept?,Elm hall\n")
    golden = InputFile("golden", "golden.csv", tmp_path / "golden.csv", "g")
    inputs = [*context(tmp_path, resources).inputs, golden]
    found = RagSkill().problem(Brief("rag", ""), inputs, tmp_path / "cache", resources)
    assert any(words in note for note in found.notes)


def test_a_stated_price_needs_no_note(tmp_path: Path) -> None:
    (tmp_path / "golden.csv").write_text("question,answer\nWhere is the ladder kept?,Elm hall\n")
    stated = Resources(Path("m"), endpoint=Endpoint("k", "https://models.example/v1", "big", (0.1, 0.2)))
    golden = InputFile("golden", "golden.csv", tmp_path / "golden.csv", "g")
    found = RagSkill().problem(
        Brief("rag", ""), [*context(tmp_path, stated).inputs, golden], tmp_path / "cache", stated
    )
    assert not any("not known" in note for note in found.notes)
