"""The files of the stage cache: how an entry is written and read, what lies there, and how it is kept small.

An entry is a SHA-256 over all that follows, the number of array buffers, their sizes, the pickle, then the buffers.
It is written beside its place and moved into it, so a reader sees a whole entry or none; an entry that is removed
while it is read is read to its end. Whatever a killed process leaves behind is a `.part` or a `.lock` that nobody
waits for, and goes with the next pruning.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import struct
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from filelock import FileLock, Timeout

SUFFIX = ".entry"
LEFT_OVER_S = 3600.0  # a part or a lock of this age belongs to nobody: no write takes so long
PRUNED_TO = 0.9  # share of the bound that pruning leaves, so that it does not run at each write
GB = 1_000_000_000
DEFAULT_BYTES = 5 * GB
_BOUND_FILE, _PRUNING = "bound", "pruning.lock"
_DIGEST, _ALIGNMENT = 32, 64
_COUNT, _SIZE = struct.Struct("<Q"), struct.Struct("<Q")
log = structlog.get_logger(__name__)


class Damaged(ValueError):
    """An entry whose bytes are not what was written."""


def encode(value: Any) -> bytes:
    """An entry's bytes; arrays lie in them as they are in memory."""
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    parts = [memoryview(body), *(buffer.raw() for buffer in buffers)]
    head = _COUNT.pack(len(parts)) + b"".join(_SIZE.pack(part.nbytes) for part in parts)
    content = bytearray(head)
    for part in parts:
        content += bytes(_padding(_DIGEST + len(content))) + part
    return hashlib.sha256(content).digest() + bytes(content)


def decode(data: bytes) -> Any:
    """The value of an entry; its arrays look into *data* and are read-only.

    Raises:
        Damaged: Bytes are missing or changed, or they no longer make a value with this code.
    """
    view = memoryview(data)
    if len(data) < _DIGEST + _COUNT.size or hashlib.sha256(view[_DIGEST:]).digest() != data[:_DIGEST]:
        raise Damaged("its hash is another")
    (count,) = _COUNT.unpack_from(data, _DIGEST)
    at = _DIGEST + _COUNT.size
    sizes = [_SIZE.unpack_from(data, at + number * _SIZE.size)[0] for number in range(count)]
    at += count * _SIZE.size
    parts = []
    for size in sizes:
        at += _padding(at)
        parts.append(view[at : at + size])
        at += size
    try:
        return pickle.loads(parts[0], buffers=parts[1:])  # noqa: S301  (this Neo's own folder, and the hash agrees)
    except Exception as error:  # a class that moved or changed raises nearly anything
        raise Damaged(f"{type(error).__name__}: {error}") from error


def _padding(at: int) -> int:
    return -at % _ALIGNMENT


def read(path: Path) -> bytes | None:
    """An entry's bytes, or None when it is not there; marks it as used."""
    try:
        data = path.read_bytes()
        os.utime(path)
    except OSError:
        return None
    return data


def write(path: Path, data: bytes) -> bool:
    """Put an entry into its place; False when the disk does not take it, which costs time but no result."""
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        part = Path(name)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        part.replace(path)
    except OSError as error:
        log.warning("a stage's result could not be kept", path=str(path), error=str(error))
        if part is not None:
            part.unlink(missing_ok=True)
        return False
    return True


def set_bound(folder: Path, most_bytes: int) -> None:
    """Bound the cache in *folder*. The bound lies in the folder, since a trial knows nothing but the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{_BOUND_FILE}.{os.getpid()}"
    part.write_text(str(most_bytes), "ascii")
    part.replace(folder / _BOUND_FILE)


def bound_of(folder: Path) -> int:
    """The bound in bytes; the default where none is set or it cannot be read."""
    try:
        return int((folder / _BOUND_FILE).read_text("ascii"))
    except (OSError, ValueError):
        return DEFAULT_BYTES


@dataclass(frozen=True)
class EntryFile:
    """One entry: where it lies, its size, and when it was last used (seconds since the epoch)."""

    path: Path
    size_bytes: int
    used_at: float

    @property
    def stage(self) -> str:
        """The stage whose result it holds."""
        return self.path.parent.parent.name


def entries(folder: Path) -> list[EntryFile]:
    """All entries of a cache; one that is removed meanwhile is left out."""
    return list(_files(folder, SUFFIX))


def _files(folder: Path, suffix: str) -> Iterator[EntryFile]:
    for path in folder.glob(f"*/*/*{suffix}"):
        with suppress(OSError):
            found = path.stat()
            yield EntryFile(path, found.st_size, found.st_mtime)


@dataclass(frozen=True)
class Pruned:
    """What pruning removed and what it left."""

    removed: int
    removed_bytes: int
    left: int
    left_bytes: int


def prune(folder: Path, most_bytes: int) -> Pruned | None:
    """Remove the least recently used entries until the rest fits, and what killed processes left.

    Readers and writers go on meanwhile: an entry that is removed under them is a miss, and is built again.

    Returns:
        None when another process is at it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / _PRUNING, blocking=False):
            return _prune(folder, most_bytes)
    except Timeout:
        return None


def _prune(folder: Path, most_bytes: int) -> Pruned:
    old = time.time() - LEFT_OVER_S
    for suffix in (".part", ".lock", ".pickle"):  # the last is how entries were called before
        for left_over in _files(folder, suffix):
            if left_over.used_at < old:
                left_over.path.unlink(missing_ok=True)
    found = sorted(entries(folder), key=lambda entry: entry.used_at)
    total = sum(entry.size_bytes for entry in found)
    removed = removed_bytes = 0
    for entry in found:
        if total - removed_bytes <= most_bytes:
            break
        entry.path.unlink(missing_ok=True)
        removed, removed_bytes = removed + 1, removed_bytes + entry.size_bytes
    return Pruned(removed, removed_bytes, len(found) - removed, total - removed_bytes)
