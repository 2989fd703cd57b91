"""The observations of the last hour, in memory to be asked for, and in a small SQLite file for after a restart."""

from __future__ import annotations

import sqlite3
import threading
import time
from bisect import bisect_right
from collections import deque
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from people_count_runtime.watched import Observation

KEEP_S = 3600.0
MOST = 200_000  # in memory: an hour of ten cameras at five frames a second
PAGE = 10_000
PRUNE_EVERY_S = 60.0
_TABLE = """
create table if not exists observations (
    kept real primary key, camera text not null, zone text not null, count real, at real not null, trouble text not null
) without rowid
"""
_FIELDS = "kept, camera, zone, count, at, trouble"


class Kept:
    """Keeps observations, each with the time at which it was kept.

    Frames of several cameras do not come in the order in which they were taken. So it is by `kept`, which always grows,
    that one asks for what is new: nothing is missed, and nothing comes twice.

    Args:
        path: Of the SQLite file; made where it is not there. It holds numbers, never a picture.
    """

    def __init__(self, path: Path) -> None:
        self._lock, self._next_prune = threading.Lock(), 0.0
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("pragma journal_mode=wal")
        self._file.execute("pragma synchronous=normal")
        self._file.execute(_TABLE)
        self._rows: deque[dict[str, Any]] = deque(maxlen=MOST)
        self._times: deque[float] = deque(maxlen=MOST)
        oldest = time.time() - KEEP_S
        found = self._file.execute(f"select {_FIELDS} from observations where kept > ? order by kept", (oldest,))  # noqa: S608
        for row in found:
            self._remember(dict(zip(_FIELDS.split(", "), row, strict=True)))

    def add(self, observation: Observation) -> dict[str, Any]:
        """Keep an observation; it is in the file before anybody can ask for it. Returns it with `kept`."""
        with self._lock:
            last = self._times[-1] if self._times else 0.0
            # A clock that is set back does not make time go back here.
            row = asdict(observation) | {"kept": max(time.time(), last + 1e-6)}
            self._file.execute(
                f"insert into observations ({_FIELDS}) values (:kept, :camera, :zone, :count, :at, :trouble)",  # noqa: S608
                row,
            )
            self._remember(row)
            if row["kept"] >= self._next_prune:
                self._next_prune = row["kept"] + PRUNE_EVERY_S
                self._prune()
        return row

    def after(self, moment: float, most: int = PAGE) -> list[dict[str, Any]]:
        """What was kept after a unix second, oldest first; at most *most*: ask again with the last `kept`."""
        with self._lock:
            start = bisect_right(self._times, max(moment, time.time() - KEEP_S))
            return list(islice(self._rows, start, start + most))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    def _remember(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        self._times.append(row["kept"])

    def _prune(self) -> None:
        oldest = time.time() - KEEP_S
        self._file.execute("delete from observations where kept <= ?", (oldest,))
        while self._times and self._times[0] <= oldest:
            self._times.popleft()
            self._rows.popleft()
