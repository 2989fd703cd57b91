"""Frames from the thread that decodes to the one that counts."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Handoff(Generic[Item]):
    """Holds the newest item alone, or with `keeps_all` every item, and then the giver waits while it is full.

    Args:
        keeps_all: Whether nothing may be left out.
        room: How many wait at most; 1 where only the newest counts.
    """

    def __init__(self, *, keeps_all: bool, room: int = 4) -> None:
        self._keeps_all, self._room = keeps_all, room if keeps_all else 1
        self._items: deque[Item] = deque()
        self._turn = threading.Condition()
        self._is_closed = False
        self.dropped = 0

    def put(self, item: Item) -> bool:
        """Give an item. Returns False when nobody takes any more."""
        with self._turn:
            while self._keeps_all and len(self._items) >= self._room and not self._is_closed:
                self._turn.wait()
            if self._is_closed:
                return False
            if len(self._items) >= self._room:
                self._items.popleft()
                self.dropped += 1
            self._items.append(item)
            return True

    def take(self) -> Item | None:
        """Take the oldest item that waits, or None."""
        with self._turn:
            if not self._items:
                return None
            item = self._items.popleft()
            self._turn.notify()
            return item

    def clear(self) -> None:
        """Throw away what waits: it is of the past."""
        with self._turn:
            self._items.clear()
            self._turn.notify()

    def close(self) -> None:
        """Take nothing any more; a giver that waits goes on."""
        with self._turn:
            self._is_closed = True
            self._turn.notify_all()

    def __len__(self) -> int:
        with self._turn:
            return len(self._items)
