"""Golden sets in every format and of every origin; what cannot be used is named with its reason."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from neo.errors import BadInput
from neo.evals.golden_set import Evidence, GoldenQuestion, load_golden

SHARED = Path(os.environ.get("NEO_SHARED") or Path(__file__).parents[5] / "shared") / "data"

ONE = GoldenQuestion(
    "q1", "Where do damaged goods go?", "Bay 7", (Evidence("returns.pdf", "Damaged goods go to bay 7."),)
)


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ROW = {
    "question": ONE.question,
    "answer": ONE.answer,
    "evidence": "Damaged goods go to bay 7.",
    "source": "returns.pdf",
}
HEADER, CELLS = list(ROW), list(ROW.values())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", ",".join(HEADER) + "\n" + ",".join(map(str, CELLS))),
        ("semicolons.csv", ";".join(HEADER) + "\n" + ";".join(map(str, CELLS))),
        ("a.tsv", "\t".join(HEADER) + "\n" + "\t".join(map(str, CELLS))),
        ("rows.json", json.dumps([ROW])),
        ("wrapped.json", json.dumps({"version": "1", "examples": [ROW]})),
        ("parallel.json", json.dumps({key: [value] for key, value in ROW.items()})),
        ("a.jsonl", json.dumps(ROW) + "\n\n"),
        ("a.xlsx", workbook([HEADER, CELLS])),
    ],
)
def test_every_format_gives_the_same_question(name: str, data: str | bytes) -> None:
    golden = load_golden(data if isinstance(data, bytes) else data.encode(), name)
    assert golden.questions == (ONE,)
    assert golden.rejected == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_sniffed(encoding: str) -> None:
    golden = load_golden("Question,Answer\nWo ist die T\u00fcr?,Im S\u00fcden\n".encode(encoding), "a.csv")
    assert golden.questions[0].answer == "Im S\u00fcden"


@pytest.mark.parametrize(
    "header",
    [
        ("QUESTION", "Expected Answer", "Context"),
        ("query", "ground_truth", "reference"),
        ("Prompt", "response", "Evidence"),
        ("user_input", "reference", "reference_contexts"),  # Ragas: there 'reference' is the answer
    ],
)
def test_usual_column_names_are_recognised(header: tuple[str, str, str]) -> None:
    row = dict(zip(header, ("Where?", "Bay 7", "It is bay 7."), strict=True))
    found = load_golden(json.dumps([row]).encode(), "a.json").questions[0]
    assert (found.question, found.answer, found.evidence[0].text) == ("Where?", "Bay 7", "It is bay 7.")


@pytest.mark.parametrize(
    ("row", "evidence"),
    [
        ({"start_index": 3, "end_index": "9", "file": "a.md"}, (Evidence("a.md", None, 3, 9),)),
        ({"evidence": ["one", "two"]}, (Evidence(None, "one"), Evidence(None, "two"))),
        ({"evidence": '["one", "two"]'}, (Evidence(None, "one"), Evidence(None, "two"))),
        ({"evidence": "[see page 3] one"}, (Evidence(None, "[see page 3] one"),)),
        ({"references": [{"content": "one", "start_index": 1, "end_index": 4}]}, (Evidence(None, "one", 1, 4),)),
        ({"evidence": [{"quote": "one", "source": "b.md"}]}, (Evidence("b.md", "one"),)),
        ({"source": ["a.md", "b.md"]}, (Evidence("a.md"), Evidence("b.md"))),
        ({"regex": r"bay \d", "doc": "a.md"}, (Evidence("a.md", pattern=r"bay \d"),)),
    ],
)
def test_evidence_comes_in_many_shapes(row: dict[str, Any], evidence: tuple[Evidence, ...]) -> None:
    golden = load_golden(json.dumps([{"question": "Where?", **row}]).encode(), "a.json")
    assert golden.questions[0].evidence == evidence


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"question": "", "answer": "x"}, "question is empty"),
        ({"question": "Where?", "answer": " "}, "neither an answer nor evidence"),
        ({"question": "Where?", "start": 9, "end": 3}, "begins at 9 and ends at 3"),
        ({"question": "Where?", "start": 9}, "not both"),
        ({"question": "Where?", "start": "nine", "end": 12}, "'nine', not a whole number"),
        ({"question": "Where?", "pattern": "("}, "no regular expression"),
        ({"question": "Where?", "pattern": "(a+)+b"}, "repeats a repetition"),
        ({"question": "x" * 5000, "answer": "x"}, "5000 characters"),
        ({"question": "Fine?", "answer": "yes"}, "the same as entry 1"),
    ],
)
def test_a_rejected_row_is_named_with_its_reason(row: dict[str, Any], reason: str) -> None:
    golden = load_golden(json.dumps([{"question": "Fine?", "answer": "yes"}, row]).encode(), "a.json")
    assert len(golden.questions) == 1
    assert golden.rejected[0].row == "entry 2" and reason in golden.rejected[0].reason
    assert any("1 row(s) cannot be used" in note for note in golden.notes)


def test_one_question_with_two_answers_is_kept_and_pointed_out() -> None:
    rows = [{"id": "a", "question": "Where?", "answer": "here"}, {"id": "a", "question": "where?", "answer": "there"}]
    golden = load_golden(json.dumps(rows).encode(), "a.json")
    assert [question.id for question in golden.questions] == ["a", "a-2"]
    assert any("asked more than once" in note for note in golden.notes)


@pytest.mark.parametrize(("count", "says"), [(3, "no two configurations"), (12, "wide intervals"), (25, "")])
def test_too_few_questions_are_pointed_out(count: int, says: str) -> None:
    rows = [{"question": f"Question {number}?", "answer": "yes"} for number in range(count)]
    notes = " ".join(load_golden(json.dumps(rows).encode(), "a.json").notes)
    assert says in notes and (says or not notes)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.csv", b"", "0 bytes"),
        ("a.parquet", b"x", "suffix is '.parquet'"),
        ("a.csv", b"colour,size\nred,1\n", "colour, size"),
        ("a.csv", b"question,answer\n", "no column of questions|no usable question"),
        ("a.json", b"{", "JSONDecodeError"),
        ("a.json", b"3", "int, not rows"),
        ("a.json", b'{"question": ["a", "b"], "answer": ["c"]}', "differ in length"),
        ("a.jsonl", b'{"question": "a"}\nnonsense', "line 2"),
        ("a.xlsx", b"not a workbook", "BadZipFile"),
        ("a.csv", b"question,answer\n,x\n", "line 2: the question is empty"),
        ("a.json", b'{"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "x"}]}]}]}', "KeyError"),
    ],
)
def test_an_unusable_file_says_why_and_what_to_do(name: str, data: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        load_golden(data, name)
    assert name in caught.value.what and caught.value.remedy


def test_squad_evidence_is_the_sentence_around_the_answer() -> None:
    context = "The gate opens at six. Damaged goods go to bay 7. The driver signs."
    question = {"id": "x", "question": "Where?", "answers": [{"text": "bay 7", "answer_start": context.index("bay")}]}
    impossible = {"id": "y", "question": "Why?", "answers": []}
    body = {"data": [{"title": "t", "paragraphs": [{"context": context, "qas": [question, impossible]}]}]}
    golden = load_golden(json.dumps(body).encode(), "squad.json")
    assert golden.questions == (
        GoldenQuestion("x", "Where?", "bay 7", (Evidence(None, "Damaged goods go to bay 7."),)),
    )
    assert golden.rejected[0].row == "question y"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("path", "count", "answers", "evidence"),
    [
        ("chunking-eval/questions.csv", 472, 0, 472),
        ("aragog/questions.json", 107, 107, 0),
        ("xquad-en/xquad.en.json", 1187, 1187, 1187),
    ],
)
def test_published_sets_are_read_whole(path: str, count: int, answers: int, evidence: int) -> None:
    if not (SHARED / path).exists():
        pytest.skip(f"{SHARED / path} is absent")
    golden = load_golden(SHARED / path, path)
    assert len(golden.questions) == count
    assert sum(question.answer is not None for question in golden.questions) == answers
    assert sum(bool(question.evidence) for question in golden.questions) == evidence


@pytest.mark.parametrize(
    ("csv", "unanswerable"),
    [
        ("question,answer\nWho won?,Not in the documents.\nWhere?,here", ["Who won?"]),
        ("question,answer,unanswerable\nWho won?,,true\nWhere?,here,", ["Who won?"]),
        ("question,answer,unanswerable\nWho won?,,no\nWhere?,here,", []),  # a row that says nothing is unfinished
        ("question,answer,evidence\nWhat is shown?,unanswerable,The screen shows unanswerable.", []),
        ("question,answer\nWhich status is 404?,Not found", []),
    ],
)
def test_questions_that_the_documents_do_not_answer(csv: str, unanswerable: list[str]) -> None:
    golden = load_golden(csv.encode(), "golden.csv")
    refused = [question for question in golden.questions if not question.answerable]
    assert [question.question for question in refused] == unanswerable
    assert all(question.answer is None and not question.evidence for question in refused)
    assert golden.has_unanswerable is bool(unanswerable)
    assert any("refusing them is right" in note for note in golden.notes) is bool(unanswerable)


def test_squads_impossible_questions_are_unanswerable() -> None:
    asked = [
        {"id": "1", "question": "Where is it?", "answers": [{"text": "Ely", "answer_start": 9}]},
        {"id": "2", "question": "Who built it?", "answers": [], "is_impossible": True},
    ]
    body = {"data": [{"title": "t", "paragraphs": [{"context": "It is in Ely.", "qas": asked}]}]}
    golden = load_golden(json.dumps(body).encode(), "squad.json")
    assert [question.answerable for question in golden.questions] == [True, False]
