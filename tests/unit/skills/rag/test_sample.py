"""The sample project is whole: files parse, evidence is where it is said to be, made files match their sources."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from neo.automl.problem import InputFile
from neo.evals.evidence import Corpus
from neo.evals.golden_set import GoldenQuestion, load_golden
from neo.evals.text_metrics import answer_recall
from skills.rag.intake import examine
from skills.rag.runtime.parsers import OCR, PDF_PARSERS, parse
from skills.rag.sample import make

GOLDEN = make.HERE / "golden.csv"
FILES = sorted(make.DOCUMENTS.iterdir())
QUESTIONS = load_golden(GOLDEN, GOLDEN.name).questions
FEWEST_PAGES = 25
FEWEST_QUESTIONS = 60
LONGEST_ANSWER_WORDS = 12
MOST_BYTES = 200_000


def _input(role: str, path: Path) -> InputFile:
    return InputFile(role, path.name, path, hashlib.sha256(path.read_bytes()).hexdigest())


def test_intake_has_nothing_to_complain_of() -> None:
    found = examine([*(_input("document", path) for path in FILES), _input("golden", GOLDEN)])
    assert [report.name for report in found.files if report.problem] == []
    assert found.missing == () and found.notes == ()
    assert found.facts["documents"] == len(FILES) and found.facts["unanswerable"] == 0
    assert found.facts["pages"] >= FEWEST_PAGES and found.facts["questions"] >= FEWEST_QUESTIONS  # type: ignore[operator]
    assert found.facts["with_answers"] == found.facts["with_evidence"] == found.facts["questions"]
    assert found.facts["formats"] == ["docx", "html", "md", "pdf", "txt"]


@pytest.mark.parametrize("parser", [name for name in PDF_PARSERS if name != OCR])
def test_every_evidence_is_in_its_source(parser: str) -> None:
    documents = [parse(path, path.name, parser) for path in FILES]
    corpus = Corpus([(document.name, document.text) for document in documents])
    found = {question.id: corpus.locate(question.evidence[0]) for question in QUESTIONS}
    astray = {
        question.id: found[question.id]
        for question in QUESTIONS
        if [place.document for place in found[question.id]] != [question.evidence[0].document]
    }
    assert astray == {}


def test_every_document_is_asked_about() -> None:
    assert {question.evidence[0].document for question in QUESTIONS} == {path.name for path in FILES}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_an_answer_is_short_and_in_its_evidence(question: GoldenQuestion) -> None:
    (evidence,) = question.evidence
    assert question.answer is not None and evidence.text is not None
    assert len(question.answer.split()) <= LONGEST_ANSWER_WORDS
    assert answer_recall(evidence.text, question.answer) == 1


def test_making_the_documents_again_gives_the_same_text(tmp_path: Path) -> None:
    pytest.importorskip("reportlab", reason="reportlab is in the 'dev' extra")
    for path in make.make(tmp_path):
        kept = make.DOCUMENTS / path.name
        again, before = parse(path, path.name), parse(kept, kept.name)
        assert (again.text, again.pages) == (before.text, before.pages)
        assert path.stat().st_size < MOST_BYTES


def test_making_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("reportlab", reason="reportlab is in the 'dev' extra")
    first, second = make.make(tmp_path / "1"), make.make(tmp_path / "2")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_source_with_an_unknown_block_is_refused() -> None:
    with pytest.raises(ValueError, match="'blockquote'"):
        make.read_blocks("# Title\n\n> quoted\n")
