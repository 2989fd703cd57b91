"""The 240 paragraphs and 1,190 questions of XQuAD (English), as files that both sides of a benchmark read."""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neo.automl.problem import InputFile

SHARED = Path(os.environ.get("NEO_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FILE = SHARED / "data" / "xquad-en" / "xquad.en.json"
MISSING = f"the development data are not here: set NEO_SHARED to the folder that has data/xquad-en ({SHARED})"


@dataclass(frozen=True)
class Asked:
    """A question, the number of the paragraph that answers it, and the answer."""

    id: str
    text: str
    paragraph: int
    answer: str


@dataclass(frozen=True)
class Xquad:
    """Paragraphs in the file's order, and all questions."""

    paragraphs: tuple[str, ...]
    questions: tuple[Asked, ...]


def load() -> Xquad:
    """Read the set; raises FileNotFoundError where the development data are not."""
    articles = json.loads(FILE.read_text("utf-8"))["data"]
    found = [paragraph for article in articles for paragraph in article["paragraphs"]]
    questions = [
        Asked(qa["id"], qa["question"], number, qa["answers"][0]["text"])
        for number, paragraph in enumerate(found)
        for qa in paragraph["qas"]
    ]
    return Xquad(tuple(paragraph["context"] for paragraph in found), tuple(questions))


def name_of(paragraph: int) -> str:
    """The file of a paragraph."""
    return f"p{paragraph:03}.txt"


def parted(questions: Sequence[Asked], first: int, seed: int) -> tuple[list[Asked], list[Asked]]:
    """So many questions to search on, drawn by chance, and all others."""
    mixed = list(questions)
    random.Random(seed).shuffle(mixed)
    return mixed[:first], mixed[first:]


def inputs(folder: Path, documents: Mapping[str, str], golden: Sequence[Mapping[str, Any]]) -> tuple[InputFile, ...]:
    """Write documents and golden rows into a folder, and name them as a project's files."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = "\n".join(json.dumps(row) for row in golden)
    files = [("document", name, text) for name, text in documents.items()] + [("golden", "golden.jsonl", rows)]
    return tuple(_written(folder, *file) for file in files)


def _written(folder: Path, role: str, name: str, text: str) -> InputFile:
    path = folder / name
    path.write_text(text, "utf-8")
    return InputFile(role, name, path, hashlib.sha256(path.read_bytes()).hexdigest())
