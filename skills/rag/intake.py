"""What a person's files are: documents and golden sets, each read as far as needed to say what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from neo.automl.problem import InputFile
from neo.errors import BadInput, UserError
from neo.evals.evidence import Anchored, anchor
from neo.evals.golden_files import READERS
from neo.evals.golden_set import FEW, GoldenQuestion, GoldenSet, Rejected, load_golden
from neo.skill import THUMBS, Examination, FileReport
from skills.rag.runtime.documents import Document, DocumentError
from skills.rag.runtime.parsers import PARSERS, parse
from skills.rag.writing import counted


def _summary(facts: Mapping[str, Any]) -> str:
    formats = ", ".join(str(one).upper() for one in facts["formats"])
    documents = f"{counted(facts['documents'], 'document')} ({formats})"
    size = f"{counted(facts['pages'], 'page')}, {counted(facts['words'], 'word')}"
    return f"{documents}, {size}; {counted(facts['questions'], 'golden question')}."


WORDS_A_PAGE = 400  # for formats without pages
MOST_LOCATED = 200  # answers that are looked for: a sample tells
NAMED = 5  # rows and questions that are named one by one
WANT_DOCUMENT = f"At least one document that can be read ({', '.join(sorted(PARSERS))})."
WANT_GOLDEN = (
    "A golden set: questions with expected answers or evidence, as CSV, XLSX, JSON or JSONL, "
    "with columns such as question, answer, evidence and source."
)


@dataclass(frozen=True)
class Read:
    """What could be read of a person's files."""

    reports: tuple[FileReport, ...]
    documents: tuple[Document, ...]
    golden: GoldenSet | None


def examine(inputs: Sequence[InputFile]) -> Examination:
    """Read all files and say what they are, what is wrong, and what is missing."""
    read = read_inputs(inputs)
    missing = [WANT_DOCUMENT] if not read.documents else []
    if read.golden is None:
        missing.append(WANT_GOLDEN)
    notes: list[str] = []
    unanswerable = 0
    if read.golden is not None:
        notes += [*read.golden.notes, *_rejected(read.golden.rejected)]
        if read.documents:
            anchored = _anchored(read.golden, read.documents)
            unanswerable = sum(one.is_unanswerable for one in anchored)
            notes += _unanswerable(anchored)
    facts = _facts(read, unanswerable)
    few = FEW - len(read.golden.questions) if read.golden else FEW
    return Examination(
        read.reports, tuple(missing), tuple(notes), facts, _summary(facts), max(0, few) if read.documents else 0
    )


def read_inputs(inputs: Sequence[InputFile]) -> Read:
    """Read all files; a problem with one is in its report and stops no other."""
    reports: list[FileReport] = []
    documents: list[Document] = []
    sets: list[tuple[str, GoldenSet]] = []
    first: dict[str, str] = {}
    for file in (one for one in inputs if one.role != THUMBS):
        suffix = PurePath(file.name).suffix.lower()
        if file.sha256 in first:
            reports.append(FileReport(file.name, "", f"the same file as {first[file.sha256]}; it is used once."))
            continue
        first[file.sha256] = file.name
        try:
            if suffix in READERS:
                golden = load_golden(file.path, file.name)
                sets.append((file.name, golden))
                reports.append(FileReport(file.name, "golden", _golden_summary(golden)))
            else:
                document = parse(file.path, file.name)
                documents.append(document)
                reports.append(FileReport(file.name, "document", _document_summary(document)))
        except (DocumentError, UserError) as error:
            reports.append(FileReport(file.name, "", "not used.", str(error)))
    return Read(tuple(reports), tuple(documents), _merged(sets))


def answerable(golden: GoldenSet, documents: Sequence[Document]) -> GoldenSet:
    """The golden set without the questions whose evidence is in none of the documents; a note counts them.

    Raises:
        BadInput: nothing is left.
    """
    anchored = _anchored(golden, documents)
    kept = tuple(one.question for one in anchored if not one.is_unanswerable)
    if not kept:
        raise BadInput(
            "No golden question can be answered from the documents.",
            f"The evidence of all {len(anchored)} questions is in none of the {len(documents)} documents.",
            "Check that documents and golden set belong together.",
        )
    return replace(golden, questions=kept, notes=(*golden.notes, *_unanswerable(anchored)))


def unlocated(golden: GoldenSet, documents: Sequence[Document]) -> tuple[str, ...]:
    """A note when expected answers without evidence have too few of their words in any one place of the documents."""
    given = [one for one in golden.questions if one.answer and not one.evidence][:MOST_LOCATED]
    texts = [(document.name, document.text) for document in documents]
    lost = sum(not one.items for one in anchor(given, texts)) if given else 0
    if not lost:
        return ()
    return (
        f"The words of the expected answer stand together nowhere in the documents for {lost} of {len(given)} "
        "questions: no configuration can quote them, so their scores say little of the search.",
    )


def _anchored(golden: GoldenSet, documents: Sequence[Document]) -> list[Anchored]:
    """The questions in their order; only given evidence is located, none is inferred from an answer."""
    texts = [(document.name, document.text) for document in documents]
    located = iter(anchor([question for question in golden.questions if question.evidence], texts))
    return [next(located) if question.evidence else Anchored(question, ()) for question in golden.questions]


def _merged(sets: Sequence[tuple[str, GoldenSet]]) -> GoldenSet | None:
    if len(sets) < 2:
        return sets[0][1] if sets else None
    questions: dict[str, GoldenQuestion] = {}
    for name, golden in sets:
        for question in golden.questions:
            key = question.id if question.id not in questions else f"{PurePath(name).stem}:{question.id}"
            questions[key] = replace(question, id=key)
    return GoldenSet(
        tuple(questions.values()),
        tuple(Rejected(f"{name}, {item.row}", item.reason) for name, golden in sets for item in golden.rejected),
        tuple(f"{name}: {note}" for name, golden in sets for note in golden.notes),
    )


def _golden_summary(golden: GoldenSet) -> str:
    answers = sum(question.answer is not None for question in golden.questions)
    evidence = sum(bool(question.evidence) for question in golden.questions)
    counted = "1 question" if len(golden.questions) == 1 else f"{len(golden.questions)} questions"
    return f"a golden set of {counted}, {answers} with answers, {evidence} with evidence."


def _document_summary(document: Document) -> str:
    pages = f"{len(document.pages)} pages, " if document.pages else ""
    return f"a document, {pages}{_words(document):,} words."


def _rejected(rejected: Sequence[Rejected]) -> list[str]:
    lines = [f"{item.row} is left out: {item.reason}." for item in rejected[:NAMED]]
    return lines + ([f"And {len(rejected) - NAMED} more rows."] if len(rejected) > NAMED else [])


def _unanswerable(anchored: Sequence[Anchored]) -> list[str]:
    lost = [one.question for one in anchored if one.is_unanswerable]
    if not lost:
        return []
    named = "; ".join(f'"{question.question}"' for question in lost[:NAMED])
    more = f" and {len(lost) - NAMED} more" if len(lost) > NAMED else ""
    return [f"{len(lost)} question(s) cannot be answered from the documents, their evidence is in none: {named}{more}."]


def _facts(read: Read, unanswerable: int) -> dict[str, int | list[str]]:
    golden = read.golden.questions if read.golden else ()
    return {
        "documents": len(read.documents),
        "pages": sum(_pages(document) for document in read.documents),
        "words": sum(_words(document) for document in read.documents),
        "formats": sorted({PurePath(document.name).suffix.lower().lstrip(".") for document in read.documents}),
        "questions": len(golden),
        "with_answers": sum(question.answer is not None for question in golden),
        "with_evidence": sum(bool(question.evidence) for question in golden),
        "unanswerable": unanswerable,
        "synthetic": read.golden.synthetic if read.golden else 0,
    }


def _pages(document: Document) -> int:
    return len(document.pages) or max(1, round(_words(document) / WORDS_A_PAGE))


def _words(document: Document) -> int:
    return len(document.text.split())
