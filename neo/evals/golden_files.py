"""Files of golden sets as rows, whatever their format, encoding and delimiter."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

from neo.errors import BadInput

MAX_BYTES = 50_000_000
MAX_ROWS = 20_000
MAX_UNPACKED_BYTES = 300_000_000
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ENCODINGS = ("utf-8", "cp1252", "latin-1")  # the last accepts every byte
_DELIMITERS = ",;\t|"
_SENTENCE_ENDS = ".!?\n"


@dataclass(frozen=True)
class Row:
    """One row: how a person finds it in the file, and its cells by column."""

    label: str
    cells: Mapping[str, Any]


def read_rows(source: Path | bytes, name: str) -> list[Row]:
    """Read a file's rows.

    Raises:
        BadInput: empty, too large, of an unknown kind, or not what its name says; each with the remedy.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in READERS:
        known = ", ".join(sorted(READERS))
        raise BadInput(f"{name} is no golden set.", f"Its suffix is {suffix!r}; known are {known}.", "Save it as CSV.")
    data = _bytes(source, name)
    try:
        rows = list(islice(READERS[suffix](data, name), MAX_ROWS + 1))
    except (csv.Error, zipfile.BadZipFile, KeyError, TypeError, ValueError, RecursionError, OSError) as error:
        raise BadInput(
            f"{name} cannot be read as {suffix[1:].upper()}.",
            f"{type(error).__name__}: {error}.",
            "Open it in the program that wrote it and save it again.",
        ) from error
    if len(rows) > MAX_ROWS:
        raise BadInput(f"{name} is too long.", f"It has more than {MAX_ROWS:,} rows.", "Send a sample of it.")
    return rows


def decode(data: bytes) -> str:
    """Decode text by its byte order mark, as UTF-8, or as Windows-1252."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding)
    for encoding in _ENCODINGS[:-1]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode(_ENCODINGS[-1])


def _bytes(source: Path | bytes, name: str) -> bytes:
    try:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if 0 < size <= MAX_BYTES:
            return source if isinstance(source, bytes) else source.read_bytes()
    except OSError as error:
        raise BadInput(f"{name} could not be read.", f"{type(error).__name__}: {error}.", "Send it again.") from error
    if not size:
        raise BadInput(f"{name} is empty.", "The file has 0 bytes.", "Send it again.")
    limit = f"It has {size / 1e6:.0f} MB; the limit is {MAX_BYTES / 1e6:.0f} MB."
    raise BadInput(f"{name} is too large.", limit, "Send a sample of it.")


def _csv(data: bytes, name: str) -> Iterator[Row]:
    text = decode(data)
    if "\0" in text:
        raise ValueError("it holds zero bytes, so it is not text")
    csv.field_size_limit(MAX_BYTES)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(text), skipinitialspace=True)
    for cells in reader:
        if any(value for value in cells.values()):
            kept = {key: value for key, value in cells.items() if key is not None}
            yield Row(f"line {reader.line_num}", kept)


def _delimiter(text: str) -> str:
    """The delimiter that the header has most of, outside quotes."""
    header = text.lstrip("\ufeff\r\n").split("\n", 1)[0]
    unquoted = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=unquoted.count)


def _json(data: bytes, name: str) -> Iterator[Row]:
    body = json.loads(decode(data))
    if isinstance(body, Mapping) and _is_squad(body):
        yield from _squad(body)
    else:
        for number, cells in enumerate(_records(body), 1):
            yield Row(f"entry {number}", cells if isinstance(cells, Mapping) else {"question": cells})


def _records(body: Any) -> list[Any]:
    """The rows of a JSON body: a list, parallel lists by column, or a mapping with one list inside."""
    if isinstance(body, list):
        return body
    if not isinstance(body, Mapping):
        raise ValueError(f"it holds {type(body).__name__}, not rows")
    lists = {key: value for key, value in body.items() if isinstance(value, list)}
    if len(lists) == 1 and all(isinstance(item, Mapping) for item in next(iter(lists.values()))):
        return next(iter(lists.values()))
    lengths = {key: len(value) for key, value in lists.items()}
    if not lists or len(set(lengths.values())) != 1:
        raise ValueError(f"its parallel lists differ in length or are absent: {lengths}")
    return [dict(zip(lists, cells, strict=True)) for cells in zip(*lists.values(), strict=True)]


def _is_squad(body: Mapping[str, Any]) -> bool:
    articles = body.get("data")
    return isinstance(articles, list) and bool(articles) and "paragraphs" in articles[0]


def _squad(body: Mapping[str, Any]) -> Iterator[Row]:
    for article in body["data"]:
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                answer = next(iter(question.get("answers") or []), None)
                yield Row(f"question {question['id']}", _squad_cells(question, answer, paragraph["context"]))


def _squad_cells(question: Mapping[str, Any], answer: Mapping[str, Any] | None, context: str) -> dict[str, Any]:
    cells = {"id": question["id"], "question": question["question"]}
    if answer is None:
        return {**cells, "is_impossible": question.get("is_impossible", False)}
    start = int(answer["answer_start"])
    return {**cells, "answer": answer["text"], "evidence": [_sentence(context, start, start + len(answer["text"]))]}


def _sentence(context: str, start: int, end: int) -> str:
    """The sentence around an answer: an answer alone stands in many places, its sentence in one."""
    first = max(context.rfind(mark + " ", 0, start) for mark in _SENTENCE_ENDS) + 1
    ends = [place for mark in _SENTENCE_ENDS if (place := context.find(mark + " ", end)) >= 0]
    return context[first : min(ends, default=len(context)) + 1].strip()


def _jsonl(data: bytes, name: str) -> Iterator[Row]:
    for number, line in enumerate(decode(data).splitlines(), 1):
        if not line.strip():
            continue
        try:
            cells = json.loads(line)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        if not isinstance(cells, Mapping):
            raise ValueError(f"line {number} holds {type(cells).__name__}, not a mapping")
        yield Row(f"line {number}", cells)


def _xlsx(data: bytes, name: str) -> Iterator[Row]:
    import openpyxl  # slow to import, and few golden sets are workbooks

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES:
        raise ValueError(f"it unpacks to {unpacked / 1e6:.0f} MB, more than {MAX_UNPACKED_BYTES / 1e6:.0f} MB")
    workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    sheet = workbook.worksheets[0]
    rows = sheet.iter_rows(values_only=True)
    header = [str(cell) if cell is not None else f"column {place}" for place, cell in enumerate(next(rows, ()), 1)]
    for number, cells in enumerate(rows, 2):
        if any(cell is not None for cell in cells):
            yield Row(f"row {number}", dict(zip(header, cells, strict=False)))


READERS: Mapping[str, Callable[[bytes, str], Iterator[Row]]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".json": _json,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".xlsx": _xlsx,
}
