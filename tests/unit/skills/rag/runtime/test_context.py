"""Around a chunk: neighbours, sentences and parents, always exact spans of the document, and never twice the same."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from skills.rag.runtime.answers import Hit
from skills.rag.runtime.context import CONTEXT_UNITS
from skills.rag.runtime.documents import Document
from skills.rag.runtime.parsers import parse
from skills.rag.runtime.pipeline import Pipeline, build_index
from skills.rag.runtime.sentences import sentences_after, sentences_before

ROOMS = ("Amber", "Birch", "Cedar", "Dune", "Elm", "Fern", "Grove", "Hazel")
SECTIONS = [
    f"## Hall {room}\n\nThe {room} hall opens at six. A foreman of {room} has the key. "
    f"Parcels for {room} wait at the {room} gate. The lamp of {room} is never put out."
    for room in ROOMS
]
TEXT = "# Halls\n\n" + "\n\n".join(SECTIONS)
SMALL: dict[str, Any] = {"retriever": "bm25", "chunk_tokens": 32, "chunk_overlap": 0, "chunker": "sentence"}
SENTENCES = "One is here. Two is here. Three is here.\n\nFour is here. Five"


def documents() -> list[Document]:
    return [parse(TEXT.encode(), "halls.md"), parse(b"The canteen opens at noon. It is shut on Sunday.", "canteen.txt")]


def found(question: str, **config: Any) -> list[Hit]:
    full = {**SMALL, **config}
    return Pipeline(build_index(documents(), full, None), full).retrieve_many([question])[0]


@pytest.mark.parametrize("unit", CONTEXT_UNITS)
def test_whatever_is_shown_is_a_span_and_holds_what_was_found(unit: str) -> None:
    texts = {document.name: document.text for document in documents()}
    plain = found("Where is the key of the Dune foreman?", top_k=1)[0].chunk
    shown = found("Where is the key of the Dune foreman?", top_k=3, context_unit=unit)
    for hit in shown:
        assert texts[hit.chunk.document][hit.chunk.start : hit.chunk.end] == hit.chunk.text
    middle = (plain.start + plain.end) // 2
    assert shown[0].chunk.start <= middle < shown[0].chunk.end
    assert [hit.score for hit in shown] == sorted((hit.score for hit in shown), reverse=True)


@pytest.mark.parametrize("unit", ["neighbours", "window", "parent"])
def test_pieces_never_overlap_however_many_chunks_they_come_from(unit: str) -> None:
    shown = found("Which hall opens at six with a key and a lamp?", top_k=20, context_unit=unit, window_sentences=4)
    spans = sorted((hit.chunk.document, hit.chunk.start, hit.chunk.end) for hit in shown)
    assert spans and all(first[0] != second[0] or first[2] <= second[1] for first, second in pairwise(spans))


def test_a_parent_is_shown_once_and_there_are_as_many_parents_as_asked_for() -> None:
    question = "Dune lamp, Dune gate, Dune key"
    chunks = [hit.chunk for hit in found(question, top_k=2)]
    assert [chunk.heading for chunk in chunks] == ["Halls > Hall Dune"] * 2
    parents = [hit.chunk for hit in found(question, top_k=2, context_unit="parent", parent_tokens=64)]
    assert parents[0].text == SECTIONS[3] and parents[0].heading == "Halls > Hall Dune"
    assert len({parent.id for parent in parents}) == 2


def test_a_window_has_the_sentences_on_both_sides() -> None:
    question = "Who has the key of Dune?"
    alone = found(question, top_k=1, chunk_tokens=16)[0].chunk
    wide = found(question, top_k=1, chunk_tokens=16, context_unit="window", window_sentences=1)[0].chunk
    assert alone.text == "A foreman of Dune has the key."
    assert wide.text == f"The Dune hall opens at six. {alone.text} Parcels for Dune wait at the Dune gate."


def test_neighbours_stop_at_the_documents_ends() -> None:
    shown = found("When is the canteen shut on Sunday?", top_k=1, chunk_tokens=16, context_unit="neighbours")
    assert shown[0].chunk.text == "The canteen opens at noon. It is shut on Sunday."


@pytest.mark.parametrize(
    ("place", "most", "shown"),
    [
        (13, 1, "One is here. Two is here. Three is here."),
        (0, 2, "One is here. Two is here."),
        (20, 1, "Two is here."),  # in the middle of a sentence: what is left of it counts
        (len(SENTENCES) - 4, 1, "Four is here. Five"),
        (len(SENTENCES), 4, "Two is here. Three is here.\n\nFour is here. Five"),
    ],
)
def test_sentences_around_a_place(place: int, most: int, shown: str) -> None:
    end = place + 12 if place == 13 else place
    start, last = sentences_before(SENTENCES, place, most), sentences_after(SENTENCES, end, most)
    assert SENTENCES[start:last] == shown


@pytest.mark.parametrize("unit", CONTEXT_UNITS)
def test_a_saved_index_shows_the_same(unit: str, tmp_path: Path) -> None:
    config = {**SMALL, "context_unit": unit, "lexical_weight": 1.0}
    pipeline = Pipeline(build_index(documents(), config, None), config)
    pipeline.save(tmp_path / "index")
    loaded = Pipeline.load(tmp_path / "index")
    questions = [f"Where do parcels for {room} wait?" for room in ROOMS]
    assert loaded.retrieve_many(questions) == pipeline.retrieve_many(questions)
    assert (tmp_path / "index" / "documents.jsonl").exists() is (unit != "chunk")
