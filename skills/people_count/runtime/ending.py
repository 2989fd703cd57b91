"""How another thread ends a read that waits."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Ending:
    """Collects what ends the reads of a source, from before it is open; what comes after the end, ends at once."""

    def __init__(self) -> None:
        self._ways: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._has_ended = False

    def add(self, way: Callable[[], None]) -> None:
        """Add a way to end a read; it may be called more than once, from whatever thread."""
        with self._lock:
            self._ways.append(way)
            has_ended = self._has_ended
        if has_ended:
            way()

    def end(self) -> None:
        """End all reads, those of now and those to come."""
        with self._lock:
            self._has_ended = True
            ways = list(self._ways)
        for way in ways:
            way()
