"""What a process remembers of the stage cache: decoded values, the least recently used forgotten first."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_BYTES = 256_000_000
TOUCH_S = 30.0  # a value in use tells its file so this often, or pruning would take it for forgotten


@dataclass
class _Kept:
    value: Any
    size_bytes: int
    touched: float


class Memory:
    """Values by their entry's path.

    Everybody gets the same object: who takes a value must not change it.

    Args:
        most_bytes: Bound on the sizes of the values' entries; 0 remembers nothing. In memory, texts take about
            thrice their entry's size, arrays once.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.used_bytes = 0
        self._kept: OrderedDict[Path, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: Path) -> tuple[bool, Any, bool]:
        """Whether the value is here, the value, and whether its file should be marked as used now."""
        with self._lock:
            kept = self._kept.get(path)
            if kept is None:
                return False, None, False
            self._kept.move_to_end(path)
            now = time.monotonic()
            is_due = now - kept.touched > TOUCH_S
            kept.touched = now if is_due else kept.touched
            return True, kept.value, is_due

    def put(self, path: Path, value: Any, size_bytes: int) -> None:
        """Remember a value; one that is larger than the bound is not."""
        if size_bytes > self.most_bytes:
            return
        with self._lock:
            self._forget(path)
            self._kept[path] = _Kept(value, size_bytes, time.monotonic())
            self.used_bytes += size_bytes
            while self.used_bytes > self.most_bytes:
                self._forget(next(iter(self._kept)))

    def _forget(self, path: Path) -> None:
        kept = self._kept.pop(path, None)
        if kept is not None:
            self.used_bytes -= kept.size_bytes
