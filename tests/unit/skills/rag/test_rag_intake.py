"""A person's files: each is told apart, and what is wrong with one stops no other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from neo.automl.problem import InputFile
from neo.errors import BadInput
from neo.evals.golden_set import Evidence, GoldenQuestion, GoldenSet
from skills.rag.intake import WANT_DOCUMENT, WANT_GOLDEN, answerable, examine, read_inputs
from skills.rag.runtime.documents import Document

GOLDEN = b"""question,answer,evidence,source
Where do damaged goods go?,Bay seven,Damaged goods go to bay seven.,handbook.docx
When does the gate open?,At six,The gate opens at six.,hours.pdf
When does the gate open?,At six,The gate opens at six.,hours.pdf
Why is the sky blue?,Scattering,Light of short waves is scattered the most by the air.,sky.pdf
,empty,,
"""


@pytest.fixture
def files(tmp_path: Path) -> Callable[[Mapping[str, bytes]], tuple[InputFile, ...]]:
    def make(contents: Mapping[str, bytes]) -> tuple[InputFile, ...]:
        found = []
        for name, content in contents.items():
            digest = hashlib.sha256(content).hexdigest()
            path = tmp_path / digest  # as the file store keeps it: by content, without a suffix
            path.write_bytes(content)
            found.append(InputFile("", name, path, digest))
        return tuple(found)

    return make


def test_files_are_told_apart_and_reported(files, word_file: bytes, pdf, scanned_pdf: bytes) -> None:  # type: ignore[no-untyped-def]
    contents = {
        "handbook.docx": word_file,
        "hours.pdf": pdf(["The gate opens at six."], ["It closes at ten."]),
        "golden.csv": GOLDEN,
        "scan.pdf": scanned_pdf,
        "empty.txt": b"",
        "tool.exe": b"MZ",
        "copy.docx": word_file,
    }
    found = examine(files(contents))
    roles = {report.name: report.role for report in found.files}
    assert roles == {
        "handbook.docx": "document", "hours.pdf": "document", "golden.csv": "golden", "scan.pdf": "", "empty.txt": "",
        "tool.exe": "", "copy.docx": "",
    }  # fmt: skip
    problems = {report.name: report.problem for report in found.files if report.problem}
    assert "OCR" in problems["scan.pdf"] and "0 bytes" in problems["empty.txt"] and ".exe" in problems["tool.exe"]
    assert found.missing == ()
    notes = " ".join(found.notes)
    assert "line 4 is left out: the same as line 3" in notes and "line 6 is left out: the question is empty" in notes
    assert 'cannot be answered from the documents, their evidence is in none: "Why is the sky blue?"' in notes
    assert "same file as handbook.docx" in found.files[-1].summary and found.facts["documents"] == 2
    assert (
        found.facts["questions"] == 3 and found.facts["unanswerable"] == 1 and found.facts["formats"] == ["docx", "pdf"]
    )


@pytest.mark.parametrize(
    ("contents", "missing"),
    [
        ({}, (WANT_DOCUMENT, WANT_GOLDEN)),
        ({"a.txt": b"Some text."}, (WANT_GOLDEN,)),
        ({"golden.csv": GOLDEN}, (WANT_DOCUMENT,)),
        ({"a.txt": b"Some text.", "golden.csv": b"colour\nred\n"}, (WANT_GOLDEN,)),
    ],
)
def test_what_is_missing_is_asked_for(files, contents: dict[str, bytes], missing: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    assert examine(files(contents)).missing == missing


def test_two_golden_sets_are_joined(files) -> None:  # type: ignore[no-untyped-def]
    read = read_inputs(
        files({"one.csv": b"id,question,answer\na,When?,Now\n", "two.csv": b"id,question,answer\na,Who?,I\n"})
    )
    assert read.golden is not None
    assert [question.id for question in read.golden.questions] == ["a", "two:a"]
    assert any(note.startswith("one.csv:") for note in read.golden.notes)


def test_questions_without_their_documents_are_dropped() -> None:
    here = GoldenQuestion("here", "Where?", "x", (Evidence(None, "Damaged goods go to bay seven."),))
    gone = GoldenQuestion("gone", "Why?", "x", (Evidence(None, "Light of short waves is scattered the most."),))
    free = GoldenQuestion("free", "Who?", "The foreman of the yard")
    document = Document("a.txt", "Damaged goods go to bay seven.", "0")
    assert {one.id for one in answerable(GoldenSet((here, gone, free)), [document]).questions} == {"here", "free"}
    with pytest.raises(BadInput, match="belong together"):
        answerable(GoldenSet((gone,)), [document])
