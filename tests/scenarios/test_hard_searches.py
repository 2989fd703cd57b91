"""Searches on inputs that allow little: each ends in a report that says what could and could not be concluded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from chat_server import STALL, serving
from rich.console import Console

from bot.tune import TuneOptions, inputs_of, tune
from neo.automl.problem import Resources
from neo.errors import BadInput
from neo.llm.base import Endpoint
from skills.rag.skill import RagSkill

HALLS = ("Elm", "Birch", "Oak", "Ash", "Lime", "Larch", "Fir", "Pine", "Yew", "Beech")
FACTS = [f"The {thing} is kept in the {hall} hall." for thing, hall in zip(
    ("ladder", "pallet", "forklift", "scanner", "label printer", "first-aid box", "fire blanket", "key cabinet",
     "cable drum", "packing table"), HALLS, strict=True,
)]  # fmt: skip


def run(
    folder: Path, documents: Sequence[str], golden: Sequence[dict[str, Any]], endpoint: Endpoint | None = None,
    trials: int = 6,
) -> dict[str, Any]:  # fmt: skip
    """The search as `neo tune` runs it, by words alone: no embedder is here."""
    docs = folder / "docs"
    docs.mkdir()
    for number, text in enumerate(documents):
        (docs / f"{number:05}.txt").write_text(text, "utf-8")
    questions = folder / "golden.json"
    questions.write_text(json.dumps(list(golden)), "utf-8")
    out = folder / "out"
    options = TuneOptions(inputs_of(docs, questions), out, trials, seed=1, jobs=1)
    resources = Resources(folder / "models", endpoint=endpoint)
    tune(RagSkill(), options, resources, folder / "cache", Console(quiet=True))
    return told(out)


def told(out: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((out / "report.json").read_text("utf-8"))
    assert body["verdict"]["words"] in (out / "report.md").read_text("utf-8")
    return body


def question(number: int) -> dict[str, Any]:
    fact = FACTS[number % len(FACTS)]
    thing = fact.split(" is kept")[0].removeprefix("The ")
    return {"question": f"Where is the {thing} kept?", "answer": fact, "evidence": fact}


def test_three_questions(tmp_path: Path) -> None:
    body = run(tmp_path, ["\n\n".join(FACTS)], [question(n) for n in range(3)])
    assert not body["verdict"]["independent"]
    assert "3 questions decide little" in body["verdict"]["words"]
    assert "take the figure as optimistic" in body["verdict"]["words"]
    assert all(one["verdict"] == "tie" for one in body["verdict"]["comparisons"])


def test_questions_that_are_all_the_same(tmp_path: Path) -> None:
    body = run(tmp_path, ["\n\n".join(FACTS)], [question(1)] * 20)
    assert body["questions"]["search"] == 1
    assert "decide little" in body["verdict"]["words"]
    assert any("19 of them repeated" in note or "the same as" in note for note in body["notes"])


def test_answers_that_stand_in_no_document(tmp_path: Path) -> None:
    made = [
        {"question": f"What is rule {n}?", "answer": f"Zebras quietly juggle {n} purple umbrellas"} for n in range(20)
    ]
    body = run(tmp_path, ["\n\n".join(FACTS)], made)
    assert any("nowhere in the documents for 20 of 20 questions" in note for note in body["notes"])


def test_evidence_that_stands_in_no_document(tmp_path: Path) -> None:
    made = [{**question(n), "evidence": f"Zebras quietly juggle {n} purple umbrellas"} for n in range(20)]
    with pytest.raises(BadInput, match="No golden question can be answered"):
        run(tmp_path, ["\n\n".join(FACTS)], made)
    assert "Nothing could be concluded" in told(tmp_path / "out")["verdict"]["words"]


def test_one_document_of_one_line(tmp_path: Path) -> None:
    body = run(tmp_path, [FACTS[0]], [question(0)])
    assert body["best"]["search"] > 0.5
    assert "1 questions decide little" in body["verdict"]["words"]


@pytest.mark.slow
@pytest.mark.long
def test_ten_thousand_documents(tmp_path: Path) -> None:
    documents = [
        f"{FACTS[n % 10]} Shelf {n} of row {n // 100} was counted last in week {n % 52}." for n in range(10_000)
    ]
    made = [
        {
            "question": f"When was shelf {n} of row {n // 100} counted?",
            "answer": f"week {n % 52}",
            "evidence": documents[n],
        }
        for n in range(0, 10_000, 250)
    ]
    body = run(tmp_path, documents, made, trials=4)
    assert body["verdict"]["folds"] == 5
    assert len(body["trials"]) == 4 and body["best"]["search"] > 0.5


def test_an_endpoint_that_answers_garbage(tmp_path: Path) -> None:
    with serving(lambda _: (200, {"nonsense": True})) as server:
        body = run(tmp_path, ["\n\n".join(FACTS)], [question(n) for n in range(10)], server.endpoint(), trials=12)
    assert any(
        one["choice"] == "llm" or one["parameter"] in ("reranker", "query_transform") for one in body["given_up"]
    )
    failed = [trial for trial in body["trials"] if trial["error"]]
    assert failed and all("did not answer" in trial["error"] for trial in failed)
    assert body["best"]["config"]["generator"] == "extractive"


def test_an_endpoint_that_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neo.llm.openai_model.TIMEOUT_S", 0.2)  # the client's own patience, not a stand-in for it
    with serving(lambda _: STALL) as server:
        body = run(tmp_path, ["\n\n".join(FACTS)], [question(n) for n in range(10)], server.endpoint(), trials=12)
    assert any("did not answer" in trial["error"] for trial in body["trials"])
    assert body["best"]["config"]["generator"] == "extractive"
