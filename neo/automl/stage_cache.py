"""A content-addressed cache of stage results: parse, chunk, embed, retrieve.

The key is a hash over the stage's name and code version, its parameters and its inputs' hashes, so a hit is the very
value that the stage would compute. One folder serves all trials, processes and projects of a workspace. A process
keeps decoded values in its memory too; values are shared and must not be changed, and arrays are read-only.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import structlog
from filelock import FileLock, Timeout

from neo.automl import cache_files
from neo.automl.cache_memory import MOST_BYTES, Memory

Value = TypeVar("Value")
# Who waits longer computes for itself: a process that was stopped while it held the lock stops no other.
LOCK_WAIT_S = 600.0
_LOCK_POLL_S = 0.02
_CHECKS_A_BOUND = 50  # the folder's size is looked at after each such part of its bound was written
log = structlog.get_logger(__name__)


@dataclass
class CacheStats:
    """What a cache did in this process: hits, misses, and seconds spent on computing misses."""

    hits: int = 0
    misses: int = 0
    computed_s: float = 0.0
    by_stage: dict[str, dict[str, float]] = field(default_factory=dict)

    def count(self, stage: str, hit: bool, seconds: float = 0.0) -> None:
        """Note one look-up."""
        row = self.by_stage.setdefault(stage, {"hits": 0, "misses": 0, "computed_s": 0.0})
        row["hits" if hit else "misses"] += 1
        row["computed_s"] += seconds
        self.hits += hit
        self.misses += not hit
        self.computed_s += seconds

    def add(self, other: Mapping[str, Mapping[str, float]]) -> None:
        """Add another process's counts, as ``by_stage`` gives them."""
        for stage, row in other.items():
            mine = self.by_stage.setdefault(stage, {"hits": 0, "misses": 0, "computed_s": 0.0})
            for name, value in row.items():
                mine[name] += value
            self.hits += int(row["hits"])
            self.misses += int(row["misses"])
            self.computed_s += row["computed_s"]

    def to_json(self) -> dict[str, Any]:
        """The counts as plain JSON values."""
        rounded = {s: {k: round(v, 3) for k, v in row.items()} for s, row in self.by_stage.items()}
        total = self.hits + self.misses
        rate = round(self.hits / total, 3) if total else 0.0
        return {"hits": self.hits, "misses": self.misses, "hit_rate": rate, "stages": rounded}


class StageCache:
    """The cache in one folder; safe under several processes, and when any of them is killed.

    Args:
        folder: Made when it is not there. It holds pickles: never point it at a folder that others may write.
        memory_bytes: Bound of what this process remembers of it.
    """

    def __init__(self, folder: Path, memory_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self.stats = CacheStats()
        self._memory = Memory(memory_bytes)
        self._written_bytes = 0

    def get_or_make(self, stage: str, version: int, parameters: Mapping[str, Any], make: Callable[[], Value]) -> Value:
        """The stage's value for these parameters, from the cache or computed and kept.

        When several processes miss the same value at the same time, one computes it and the others wait.

        Args:
            stage: The stage's name, such as ``chunk``.
            version: The stage's code version; raise it when the code's results change.
            parameters: Everything the result depends on, inputs' hashes included; JSON values.
            make: Computes the value; its result must be picklable. What it raises is raised, and nothing is kept.

        Returns:
            A value to read only: the next caller gets the same object.
        """
        path = self._path(stage, version, parameters)
        found, value = self._find(path)
        if not found:
            with _alone(path):
                found, value = self._find(path)  # whoever held the lock may have made it
                if not found:
                    return self._made(stage, path, make)
        self.stats.count(stage, hit=True)
        return value  # type: ignore[no-any-return]

    def find(self, stage: str, version: int, parameters: Mapping[str, Any]) -> tuple[bool, Any]:
        """Whether a value is here, and the value; counts nothing."""
        return self._find(self._path(stage, version, parameters))

    def keep(self, stage: str, version: int, parameters: Mapping[str, Any], value: Value) -> Value:
        """Keep a value that was made elsewhere, over what was kept before; gives it as the next caller gets it."""
        return self._keep(self._path(stage, version, parameters), value)

    def _made(self, stage: str, path: Path, make: Callable[[], Value]) -> Value:
        start = time.perf_counter()
        made = make()
        self.stats.count(stage, hit=False, seconds=time.perf_counter() - start)
        return self._keep(path, made)

    def _keep(self, path: Path, made: Value) -> Value:
        data = cache_files.encode(made)
        if cache_files.write(path, data):
            self._bound(len(data))
        value: Value = cache_files.decode(data)  # so that the first caller gets what all later ones get
        self._memory.put(path, value, len(data))
        return value

    def _path(self, stage: str, version: int, parameters: Mapping[str, Any]) -> Path:
        text = json.dumps([stage, version, parameters], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return self.folder / stage / digest[:2] / f"{digest}{cache_files.SUFFIX}"

    def _find(self, path: Path) -> tuple[bool, Any]:
        found, value, is_due = self._memory.get(path)
        if is_due:
            with suppress(OSError):
                os.utime(path)
        if found:
            return True, value
        data = cache_files.read(path)
        if data is None:
            return False, None
        try:
            value = cache_files.decode(data)
        except cache_files.Damaged as error:
            log.warning("a stage cache entry is damaged and is built again", path=str(path), error=str(error))
            path.unlink(missing_ok=True)
            return False, None
        self._memory.put(path, value, len(data))
        return True, value

    def _bound(self, written_bytes: int) -> None:
        self._written_bytes += written_bytes
        most = cache_files.bound_of(self.folder)
        if self._written_bytes * _CHECKS_A_BOUND < most:
            return
        self._written_bytes = 0
        if sum(entry.size_bytes for entry in cache_files.entries(self.folder)) > most:
            cache_files.prune(self.folder, int(most * cache_files.PRUNED_TO))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the entry's lock where it can be had; it only saves work, so nothing depends on it."""
    lock = FileLock(path.with_suffix(".lock"), timeout=LOCK_WAIT_S)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(poll_interval=_LOCK_POLL_S)
    except (OSError, NotImplementedError, Timeout) as error:
        log.debug("a stage runs without its lock", path=str(path), error=str(error))
        yield
        return
    try:
        yield
    finally:
        # Whoever waits for the removed file gets its lock and finds the entry; newcomers find the entry at once.
        with suppress(OSError):
            path.with_suffix(".lock").unlink()
        lock.release()


@cache
def cache_at(folder: Path) -> StageCache:
    """This process's cache for a folder: one object, so that its counts are the process's."""
    return StageCache(folder)
