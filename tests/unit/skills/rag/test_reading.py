"""Documents of a trial: slow PDFs read by several processes give what one process gives, and are read once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from neo.automl.problem import Context, InputFile, Resources
from neo.automl.stage_cache import cache_at
from skills.rag import reading
from skills.rag.reading import read_documents
from skills.rag.runtime.documents import DocumentError
from skills.rag.runtime.parameters import complete_config

CONFIG = complete_config({"pdf_parser": "pypdf"})


def context(folder: Path, files: Mapping[str, bytes], threads: int, cache: str) -> Context:
    inputs = []
    for name, content in files.items():
        (folder / name).write_bytes(content)
        inputs.append(InputFile("document", name, folder / name, hashlib.sha256(content).hexdigest()))
    return Context(tuple(inputs), folder / cache, Resources(folder / "models", threads))


def test_processes_read_what_one_process_reads(
    tmp_path: Path, pdf: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"{n}.pdf": pdf([f"Lorry {n} waits at gate {n}."] * 3) for n in range(4)} | {"a.txt": b"Noon."}
    alone = read_documents(context(tmp_path, files, 1, "alone"), CONFIG)
    monkeypatch.setattr(reading, "WORTH_BYTES", {"pypdf": 1})
    where = context(tmp_path, files, 2, "beside")
    assert read_documents(where, CONFIG) == alone
    read_here = cache_at(where.cache_dir).stats.by_stage["parse"]
    assert (read_here["misses"], read_here["hits"]) == (0, 5), "none was read by this process"


def test_a_file_that_cannot_be_read_is_told_of_where_it_is_asked_for(
    tmp_path: Path, pdf: Callable[..., bytes], encrypted_pdf: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WORTH_BYTES", {"pypdf": 1})
    files = {"0.pdf": pdf(["A page."] * 3), "1.pdf": encrypted_pdf}
    with pytest.raises(DocumentError, match=r"1\.pdf is encrypted"):
        read_documents(context(tmp_path, files, 2, "cache"), CONFIG)
