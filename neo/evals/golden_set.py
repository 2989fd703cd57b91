"""Golden sets: questions with expected answers, evidence, or both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from neo.errors import BadInput
from neo.evals.golden_columns import Columns, evidence_of, plain_text
from neo.evals.golden_files import Row, read_rows
from neo.evals.golden_labels import labels_of

# What people write where the right answer is that there is none.
# fmt: off
_NO_ANSWER = frozenset({
    "not in the documents", "not in the document", "not in documents", "not answerable", "unanswerable", "no answer",
    "not in the docs", "not in the corpus", "not in the context", "the documents do not say",
    "the documents do not tell", "cannot be answered", "i could not find this in the documents",
})
# fmt: on
_YES = frozenset({"true", "yes", "1", "x", "y"})
FEW = 20  # below it a difference of .15 in a mean is noise
VERY_FEW = 5
MAX_QUESTION_CHARS = 4_000
MAX_PATTERN_CHARS = 300
_SPACE = re.compile(r"\s+")
# A repeated group that itself repeats, such as (a+)+, can take for ever on a long text.
_NESTED_REPEAT = re.compile(r"\([^()]*[+*}][^()]*\)[+*{]")


@dataclass(frozen=True)
class Evidence:
    """Where the answer stands; at least one attribute is set.

    Attributes:
        document: Name of the document, as the golden set writes it.
        text: The passage.
        start: First character in the document.
        end: Character after the last.
        pattern: A regular expression that the passage matches.
    """

    document: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None
    pattern: str | None = None


@dataclass(frozen=True)
class GoldenQuestion:
    """A question with an expected answer, evidence, or both; or one that the documents do not answer.

    Attributes:
        answerable: False where the right answer is that the documents do not tell; then there is neither
            answer nor evidence.
        given: An answer that some system gave, where a person graded one; *label* is that grade, in [0, 1].
        synthetic: Whether a machine proposed it, from the documents, and a person confirmed it.
    """

    id: str
    question: str
    answer: str | None = None
    evidence: tuple[Evidence, ...] = ()
    answerable: bool = True
    given: str | None = None
    label: float | None = None
    synthetic: bool = False


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be used: where it stands, and why."""

    row: str
    reason: str


@dataclass(frozen=True)
class GoldenSet:
    """What a file held.

    Attributes:
        questions: The usable rows, in the file's order; ids are unique.
        rejected: The others.
        notes: What the person should know, a sentence each.
    """

    questions: tuple[GoldenQuestion, ...]
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def has_answers(self) -> bool:
        """Whether any question has an expected answer."""
        return any(question.answer is not None for question in self.questions)

    @property
    def has_unanswerable(self) -> bool:
        """Whether any question is marked as one that the documents do not answer."""
        return any(not question.answerable for question in self.questions)

    @property
    def labelled(self) -> tuple[GoldenQuestion, ...]:
        """The questions that come with a given answer and a person's grade of it."""
        return tuple(one for one in self.questions if one.given is not None and one.label is not None)

    @property
    def synthetic(self) -> int:
        """How many questions a machine proposed."""
        return sum(question.synthetic for question in self.questions)

    @property
    def has_evidence(self) -> bool:
        """Whether any question has evidence."""
        return any(question.evidence for question in self.questions)


def load_golden(source: Path | bytes, name: str) -> GoldenSet:
    """Read a golden set from CSV, TSV, JSON, JSONL, XLSX or SQuAD JSON.

    Args:
        source: The file's path or its bytes.
        name: Its name; the suffix says the format.

    Raises:
        BadInput: the file cannot be read, has no column of questions, or has no usable row.
    """
    rows = read_rows(source, name)
    columns = Columns.find([row.cells for row in rows])
    if columns is None:
        seen = list(dict.fromkeys(str(key) for row in rows[:50] for key in row.cells))
        raise BadInput(
            f"{name} has no column of questions.",
            f"Its columns are: {', '.join(seen[:12]) or 'none'}.",
            "Name one of them 'question', and others 'answer' or 'evidence'.",
        )
    questions, rejected = _sorted_out(rows, columns)
    if not questions:
        first = "; ".join(f"{item.row}: {item.reason}" for item in rejected[:3]) or "it has no rows"
        raise BadInput(
            f"{name} has no usable question.", f"{first}.", "Each row needs a question and an answer or evidence."
        )
    return GoldenSet(tuple(questions), tuple(rejected), tuple(_notes(questions, rejected)))


def _sorted_out(rows: Sequence[Row], columns: Columns) -> tuple[list[GoldenQuestion], list[Rejected]]:
    questions: list[GoldenQuestion] = []
    rejected: list[Rejected] = []
    seen: dict[tuple[str, str | None, tuple[Evidence, ...]], str] = {}
    ids: set[str] = set()
    labels = labels_of([columns.read(row.cells).get("label") for row in rows])
    for number, (row, label) in enumerate(zip(rows, labels, strict=True), 1):
        found = _question(row, columns, f"q{number}")
        if isinstance(found, str):
            rejected.append(Rejected(row.label, found))
            continue
        found = replace(found, label=label)
        key = (_key(found.question), found.answer, found.evidence)
        if key in seen:
            rejected.append(Rejected(row.label, f"the same as {seen[key]}"))
            continue
        seen[key] = row.label
        if found.id in ids:
            found = replace(found, id=f"{found.id}-{number}")
        ids.add(found.id)
        questions.append(found)
    return questions, rejected


def _question(row: Row, columns: Columns, fallback_id: str) -> GoldenQuestion | str:
    """The row's question, or the reason why it has none."""
    cells = columns.read(row.cells)
    question = plain_text(cells.get("question")) or ""
    if not question:
        return "the question is empty"
    if len(question) > MAX_QUESTION_CHARS:
        return f"the question has {len(question)} characters, more than {MAX_QUESTION_CHARS}"
    try:
        evidence = tuple(Evidence(**values) for values in evidence_of(cells))
    except ValueError as error:
        return str(error)
    reason = next((reason for item in evidence if (reason := _fault(item)) is not None), None)
    answer = plain_text(cells.get("answer")) or None
    if reason is None and answer is None and not evidence and not _is_unanswerable(None, cells.get("unanswerable")):
        reason = "it has neither an answer nor evidence"
    if reason is not None:
        return reason
    id, given = plain_text(cells.get("id")) or fallback_id, plain_text(cells.get("given"))
    if not evidence and _is_unanswerable(answer, cells.get("unanswerable")):
        return GoldenQuestion(id, question, answerable=False, given=given)
    return GoldenQuestion(id, question, answer, evidence, given=given, synthetic=_is_yes(cells.get("synthetic")))


def _is_unanswerable(answer: str | None, mark: Any) -> bool:
    """Whether a row without evidence says that there is no answer; a row that says nothing is only unfinished."""
    if answer is None:
        return _is_yes(mark)
    return _key(answer).strip("[]().!\"' ") in _NO_ANSWER


def _is_yes(cell: Any) -> bool:
    return (plain_text(cell) or "").casefold() in _YES


def _fault(evidence: Evidence) -> str | None:
    if (evidence.start is None) != (evidence.end is None):
        return "its evidence has a start or an end, but not both"
    if evidence.start is not None and evidence.end is not None and not 0 <= evidence.start < evidence.end:
        return f"its evidence begins at {evidence.start} and ends at {evidence.end}"
    if evidence.pattern is not None:
        return _pattern_fault(evidence.pattern)
    return None


def _pattern_fault(pattern: str) -> str | None:
    if len(pattern) > MAX_PATTERN_CHARS or _NESTED_REPEAT.search(pattern):
        return "its pattern is too long or repeats a repetition"
    try:
        re.compile(pattern)
    except re.error as error:
        return f"its pattern is no regular expression: {error}"
    return None


def _notes(questions: Sequence[GoldenQuestion], rejected: Sequence[Rejected]) -> list[str]:
    notes = [note for limit, note in _FEW_NOTES.items() if len(questions) < limit][:1]
    one = len(questions) == 1
    counted = {"are": "is" if one else "are", "n": "1 question" if one else f"{len(questions)} questions"}
    notes = [note.format(**counted) for note in notes]
    if rejected:
        repeated = sum(item.reason.startswith("the same as") for item in rejected)
        same = f", {repeated} of them repeated" if repeated else ""
        notes.append(f"{len(rejected)} row(s) cannot be used{same}.")
    refusals = sum(not question.answerable for question in questions)
    if refusals:
        notes.append(f"{refusals} question(s) are marked as not answered by the documents: refusing them is right.")
    synthetic = sum(question.synthetic for question in questions)
    if synthetic:
        notes.append(f"{synthetic} question(s) are synthetic: proposed from the documents and confirmed by a person.")
    asked: dict[str, int] = {}
    for question in questions:
        asked[_key(question.question)] = asked.get(_key(question.question), 0) + 1
    twice = sum(count > 1 for count in asked.values())
    if twice:
        notes.append(f"{twice} question(s) are asked more than once with different answers or evidence.")
    return notes


_FEW_NOTES: Mapping[int, str] = {
    VERY_FEW: "There {are} only {n}: no two configurations can be told apart on so few. Please send more.",
    FEW: "There {are} only {n}: expect wide intervals. Twenty or more tell configurations apart better.",
}


def _key(question: str) -> str:
    return _SPACE.sub(" ", question).strip().casefold()
