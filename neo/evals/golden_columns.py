"""Which column of a golden set means what, whatever its case, and how cells become evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Field -> usual names, the plainest first. 'reference' is evidence, unless another column is: then, as in
# Ragas, it is the answer.
NAMES: Mapping[str, tuple[str, ...]] = {
    "question": ("question", "questions", "query", "queries", "prompt", "user_input", "input", "q"),
    "evidence": (
        "evidence", "evidences", "reference_contexts", "ground_truth_contexts", "supporting_text", "contexts",
        "context", "passages", "passage", "quote", "quotes", "excerpt", "references", "reference",
    ),
    "answer": (
        "answer", "answers", "ground_truth", "ground_truths", "expected_answer", "expected", "expected_output",
        "reference_answer", "correct_answer", "ideal", "gold", "response", "output", "target", "a", "reference",
    ),
    "document": (
        "source", "sources", "document", "documents", "document_name", "document_id", "doc", "doc_id", "file",
        "files", "filename", "file_name", "source_document", "corpus_id",
    ),
    "start": ("start_index", "start", "start_char", "start_offset", "answer_start", "begin"),
    "end": ("end_index", "end", "end_char", "end_offset", "answer_end"),
    "pattern": ("pattern", "patterns", "regex", "evidence_pattern"),
    "unanswerable": ("unanswerable", "is_impossible", "impossible"),
    "given": ("given_answer", "answer_given", "model_answer", "system_answer", "actual_output", "candidate_answer"),
    "label": ("label", "grade", "human_label", "human_grade", "rating", "thumb"),
    "synthetic": ("synthetic", "is_synthetic"),
    "id": ("id", "question_id", "qid", "uid", "number"),
}  # fmt: skip

_INNER: Mapping[str, tuple[str, ...]] = {
    "text": ("content", "text", "quote", "passage", "evidence", "context"),
    "start": NAMES["start"],
    "end": NAMES["end"],
    "document": NAMES["document"],
    "pattern": NAMES["pattern"],
}
_SEPARATORS = re.compile(r"[\s\-.]+")


@dataclass(frozen=True)
class Columns:
    """The column of each field; a field without one is absent."""

    by_field: Mapping[str, str]

    @classmethod
    def find(cls, rows: Sequence[Mapping[str, Any]]) -> Columns | None:
        """Recognise the columns; None when there is none of questions."""
        by_name = {plain_name(key): key for row in rows for key in row}
        taken: dict[str, str] = {}
        for field, names in NAMES.items():
            name = next((name for name in names if name in by_name and by_name[name] not in taken.values()), None)
            if name is not None:
                taken[field] = by_name[name]
        return cls(taken) if "question" in taken else None

    def read(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row's cells by field."""
        return {field: row.get(column) for field, column in self.by_field.items()}


def plain_name(header: str) -> str:
    """A header in lower case with underscores.

    >>> plain_name(" Expected Answer")
    'expected_answer'
    """
    return _SEPARATORS.sub("_", str(header).strip().strip("\ufeff").lower())


def plain_text(cell: Any) -> str | None:
    """A cell as text: the first of several, the ``text`` of a mapping; None when it is empty."""
    if isinstance(cell, (list, tuple)):
        return next((text for item in cell if (text := plain_text(item))), None)
    if isinstance(cell, Mapping):
        return plain_text(_pick(cell, "text"))
    if cell is None or (isinstance(cell, float) and cell != cell):
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # spreadsheets keep whole numbers as floats
    return str(cell).strip() or None


def evidence_of(cells: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The values of each piece of evidence in a row.

    Raises:
        ValueError: a start or an end is no whole number; the message says which.
    """
    documents = [text for item in _items(cells.get("document")) if (text := plain_text(item))]
    document = documents[0] if len(documents) == 1 else None
    found = [_one(item, document) for item in _items(_parsed(cells.get("evidence")))]
    found += [{"document": document, "pattern": text} for text in map(plain_text, _items(cells.get("pattern"))) if text]
    span = {edge: _whole(cells.get(edge), edge) for edge in ("start", "end")}
    if any(value is not None for value in span.values()):
        text = found[0].get("text") if len(found) == 1 else None
        found = [{"document": document, "text": text, **span}]
    found = [item for item in found if any(value is not None for key, value in item.items() if key != "document")]
    return found or [{"document": name} for name in documents]


def _one(item: Any, document: str | None) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        return {"document": document, "text": plain_text(item)}
    start, end = (_whole(_pick(item, edge), edge) for edge in ("start", "end"))
    return {
        "document": plain_text(_pick(item, "document")) or document,
        "text": plain_text(_pick(item, "text")),
        "start": start,
        "end": end,
        "pattern": plain_text(_pick(item, "pattern")),
    }


def _pick(item: Mapping[str, Any], field: str) -> Any:
    by_name = {plain_name(key): value for key, value in item.items()}
    return next((by_name[name] for name in _INNER[field] if name in by_name), None)


def _items(cell: Any) -> Iterator[Any]:
    if isinstance(cell, (list, tuple)):
        yield from cell
    elif cell is not None:
        yield cell


def _parsed(cell: Any) -> Any:
    """A cell that holds JSON, as the CSV of a list does; other text stays text."""
    if isinstance(cell, str) and cell.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(cell)
        except ValueError:
            return cell  # a passage that happens to begin with a bracket
    return cell


def _whole(cell: Any, edge: str) -> int | None:
    text = plain_text(cell)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"the {edge} of its evidence is {text!r}, not a whole number") from None
