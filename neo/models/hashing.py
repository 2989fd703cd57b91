"""Hashes of files, and the stamps that make a second check quick."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

BLOCK_BYTES = 1 << 20
STAMP_NAME = ".verified.json"


def sha256_of(path: Path) -> str:
    """Hash a file's content, in lower-case hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def is_stamped(path: Path, sha256: str) -> bool:
    """Whether the file was hashed as `sha256` earlier and has the size and mtime that it had then."""
    return read_stamps(path.parent).get(path.name) == _stamp(path, sha256)


def stamp(path: Path, sha256: str) -> None:
    """Record that the file was hashed as `sha256` in its present state."""
    stamps = read_stamps(path.parent)
    stamps[path.name] = _stamp(path, sha256)
    _replace(path.parent / STAMP_NAME, json.dumps(stamps, indent=1))


def read_stamps(folder: Path) -> dict[str, list[object]]:
    """Read a folder's stamps; an absent or damaged file means that nothing is stamped."""
    try:
        loaded = json.loads((folder / STAMP_NAME).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _stamp(path: Path, sha256: str) -> list[object]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, sha256]


def _replace(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
    Path(temporary).chmod(0o644)  # mkstemp makes it private, but a models folder may be shared
    Path(temporary).replace(path)
