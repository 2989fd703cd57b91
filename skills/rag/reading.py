"""Reading a corpus for a trial: each file from the stage cache, slowly read ones by several processes."""

from __future__ import annotations

import gc
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Any

import structlog

from neo.automl.executors import make_executor
from neo.automl.problem import Context, InputFile
from skills.rag.kept_stages import KeptStages
from skills.rag.runtime.documents import Document, DocumentError
from skills.rag.runtime.pipeline import parse_file, parse_key

# A process needs two seconds to start, in which PDFium reads 27 MB of papers, pypdf 4 and pdfplumber 1.
WORTH_BYTES: Mapping[str, int] = {"pypdf": 15_000_000, "pdfplumber": 3_000_000, "pdfplumber_tables": 3_000_000}
log = structlog.get_logger(__name__)


def read_documents(context: Context, config: Mapping[str, Any]) -> tuple[Document, ...]:
    """The documents of a context, read with a complete configuration's PDF parser.

    PDF readers are written in Python, where threads would wait for each other: many new files are read by processes.

    Raises:
        DocumentError: a file cannot be read.
    """
    files = [file for file in context.inputs if file.role == "document"]
    stage = KeptStages(context.cache_dir)
    threads, least = context.resources.threads, WORTH_BYTES.get(config["pdf_parser"])
    if threads > 1 and least is not None and threading.current_thread() is threading.main_thread():
        new = [file for file in files if not stage.has("parse", parse_key(file.name, file.sha256, config))]
        if len(new) > 1 and sum(file.path.stat().st_size for file in new) >= least:
            _read_beside(new, config, context.cache_dir, threads)
    return tuple(parse_file(file.name, file.sha256, file.path, config, stage) for file in files)


def _read_beside(files: Sequence[InputFile], config: Mapping[str, Any], cache_dir: Path, threads: int) -> None:
    # The largest first, so that no process is left alone with one at the end.
    order = sorted(files, key=lambda file: -file.path.stat().st_size)
    try:
        with make_executor(threads) as executor:
            for future in [executor.submit(_read, file, dict(config), cache_dir) for file in order]:
                future.result()
    except (BrokenExecutor, OSError) as error:  # for instance for want of memory: one after the other needs less
        log.warning("documents are read one after the other", error=str(error))


def _read(file: InputFile, config: Mapping[str, Any], cache_dir: Path) -> None:
    """Read a file into the cache; what is wrong with it is told where it is asked for."""
    # PDF readers make millions of small objects, and looking for rings among them takes a fifth of the time.
    gc.set_threshold(100_000)
    try:
        parse_file(file.name, file.sha256, file.path, config, KeptStages(cache_dir))
    except DocumentError as error:
        log.debug("a document could not be read", name=file.name, error=str(error))
