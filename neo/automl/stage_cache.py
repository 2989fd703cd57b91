"""A content-addressed cache of stage results: parse, chunk, embed, retrieve.

The key is a hash over the stage's name and code version, its parameters and its inputs' hashes,
so a hit is the very value that the stage would compute. An entry is written beside its place and
moved into it, so a reader never sees half of one; a corrupted entry is dropped and built again.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import structlog

Value = TypeVar("Value")
_DIGEST = 32
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
    """The cache in one folder; safe under several processes.

    Args:
        folder: Made when it is not there. It holds pickles: never point it at a folder that others may write.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stats = CacheStats()

    def get_or_make(self, stage: str, version: int, parameters: Mapping[str, Any], make: Callable[[], Value]) -> Value:
        """The stage's value for these parameters, from the cache or computed and kept.

        Args:
            stage: The stage's name, such as ``chunk``.
            version: The stage's code version; raise it when the code's results change.
            parameters: Everything the result depends on, inputs' hashes included; JSON values.
            make: Computes the value; its result must be picklable.
        """
        path = self._path(stage, version, parameters)
        found, value = self._read(path)
        if found:
            self.stats.count(stage, hit=True)
            return value  # type: ignore[no-any-return]
        start = time.perf_counter()
        made = make()
        self.stats.count(stage, hit=False, seconds=time.perf_counter() - start)
        self._write(path, made)
        return made

    def _path(self, stage: str, version: int, parameters: Mapping[str, Any]) -> Path:
        text = json.dumps([stage, version, parameters], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return self.folder / stage / digest[:2] / f"{digest}.pickle"

    def _read(self, path: Path) -> tuple[bool, Any]:
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return False, None
        if hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
            log.warning("stage cache entry is corrupted and is built again", path=str(path), bytes=len(data))
            path.unlink(missing_ok=True)
            return False, None
        return True, pickle.loads(data[_DIGEST:])  # noqa: S301  (the folder is this Neo's own, and the hash agrees)

    def _write(self, path: Path, value: Any) -> None:
        body = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as out:
            out.write(hashlib.sha256(body).digest())
            out.write(body)
        Path(name).replace(path)


@cache
def cache_at(folder: Path) -> StageCache:
    """This process's cache for a folder: one object, so that its counts are the process's."""
    return StageCache(folder)
