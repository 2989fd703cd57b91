"""Evidence is found where it stands, however a parser has changed the text around it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from neo.evals.evidence import Corpus, anchor, locate
from neo.evals.golden_set import Evidence, GoldenQuestion, load_golden

SHARED = Path(os.environ.get("NEO_SHARED") or Path(__file__).parents[5] / "shared") / "data"

RETURNS = (
    "Returns.\n\nDamaged goods go to\nbay seven,  and the driver signs the form.\nBatteries are never stored there."
)
HOURS = "The gate opens at six. The gate closes at ten. Nobody may enter the yard without a vest and a helmet."
DOCUMENTS = (("returns.pdf", RETURNS), ("Hours.md", HOURS))


@pytest.mark.parametrize(
    ("evidence", "how", "passage"),
    [
        (Evidence("returns.pdf", None, 0, 8), "span", "Returns."),
        (Evidence("returns", "Returns.", 0, 8), "span", "Returns."),
        (Evidence("returns.pdf", "Batteries", 0, 9), "exact", "Batteries"),  # the span is another file's: text wins
        (Evidence(None, "The gate opens at six."), "exact", "The gate opens at six."),
        (
            Evidence(None, "damaged goods go to bay seven and the driver"),
            "words",
            "Damaged goods go to\nbay seven,  and the driver",
        ),
        (Evidence("wrong.pdf", "The gate opens at six."), "exact", "The gate opens at six."),
        (
            Evidence(None, "Nobody whosoever may enter the yard without vest and helmet"),
            "fuzzy",
            "Nobody may enter the yard without a vest and a helmet",
        ),
        (Evidence(None, pattern=r"bay \w+"), "pattern", "bay seven"),
        (Evidence("HOURS.MD"), "document", HOURS),
        (Evidence("folder/hours.md"), "document", HOURS),
    ],
)
def test_one_piece_of_evidence(evidence: Evidence, how: str, passage: str) -> None:
    (found,) = locate(evidence, DOCUMENTS)
    assert found.how == how
    assert dict(DOCUMENTS)[found.document][found.start : found.end] == passage


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(None, "The moon orbits the earth once in a month."),
        Evidence("missing.pdf"),
        Evidence("missing.pdf", None, 0, 5),
        Evidence("returns.pdf", None, 10, 10_000),
        Evidence(None, pattern="zeppelin"),
        Evidence(None, "..."),
    ],
)
def test_what_stands_nowhere_is_not_found(evidence: Evidence) -> None:
    assert locate(evidence, DOCUMENTS) == ()


def test_a_passage_in_two_places_has_two_alternatives() -> None:
    found = locate(Evidence(None, "The gate"), DOCUMENTS)
    assert [HOURS[place.start : place.end] for place in found] == ["The gate", "The gate"]


def test_questions_are_anchored_and_the_unanswerable_told_apart() -> None:
    questions = (
        GoldenQuestion("given", "When?", None, (Evidence(None, "The gate opens at six."),)),
        GoldenQuestion("half", "When?", None, (Evidence(None, "The gate opens at six."), Evidence(None, "gone"))),
        GoldenQuestion("lost", "Why?", "because", (Evidence(None, "The moon orbits the earth once a month."),)),
        GoldenQuestion("inferred", "Who may enter?", "Nobody may enter without a vest and a helmet."),
        GoldenQuestion("unknown", "Why?", "Because the moon orbits the earth."),
    )
    found = {one.question.id: one for one in anchor(questions, DOCUMENTS)}
    assert [name for name, one in found.items() if one.is_unanswerable] == ["lost"]
    assert len(found["half"].items) == 1 and len(found["half"].missing) == 1
    assert found["inferred"].inferred and found["inferred"].items[0][0].how == "inferred"
    assert found["unknown"].inferred and not found["unknown"].items
    assert not found["given"].inferred


def test_an_empty_corpus_finds_nothing() -> None:
    assert Corpus([]).locate(Evidence(None, "anything at all here")) == ()
    assert Corpus([("a", "")]).infer("Where?", "in the yard of the moon") == ()


@pytest.mark.shared
def test_published_spans_hold_and_can_be_found_without_them() -> None:
    folder = SHARED / "chunking-eval"
    if not folder.exists():
        pytest.skip(f"{folder} is absent")
    documents = [(path.name, path.read_text("utf-8")) for path in sorted((folder / "corpora").glob("*.md"))]
    golden = load_golden(folder / "questions.csv", "questions.csv")
    anchored = anchor(golden.questions, documents)
    assert sum(len(one.items) for one in anchored) == 790
    assert {place.how for one in anchored for item in one.items for place in item} == {"span"}
    corpus = Corpus(documents)
    for one in anchored[::10]:
        for evidence, item in zip(one.question.evidence, one.items, strict=True):
            if sum(text.count(evidence.text or "") for _, text in documents) > 1:
                continue  # a sentence that stands in many places says little about where to look
            places = corpus.locate(Evidence(None, evidence.text))
            assert [place.document for place in places] == [item[0].document]
            assert abs(places[0].start - item[0].start) <= 2  # some given spans begin with a space
