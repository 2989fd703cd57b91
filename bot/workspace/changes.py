"""What the pages hear: small notes that something changed, sent to every open page."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

from bot.workspace.errors import Json

_BACKLOG = 500


class Changes:
    """A fan-out from any thread to the subscribers on the server's event loop.

    A page that falls _BACKLOG notes behind is told to reload instead.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queues: set[asyncio.Queue[Json]] = set()
        self.closing = asyncio.Event()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Deliver on *loop* from now on."""
        self._loop = loop

    def stop(self) -> None:
        """End every stream, so that the server can stop."""
        self.closing.set()
        self._spread({"type": "closing"})

    def publish(self, kind: str, **facts: object) -> None:
        """Tell every page; callable from any thread, and a no-op before the server runs."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._spread, {"type": kind, **facts})

    async def subscribe(self) -> AsyncIterator[Json]:
        """Every change from now on; an ``idle`` note every 15 s keeps the connection alive."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        with self._lock:
            self._queues.add(queue)
        try:
            while not self.closing.is_set():
                try:
                    yield await asyncio.wait_for(queue.get(), timeout=15)
                except TimeoutError:
                    yield {"type": "idle"}
        finally:
            with self._lock:
                self._queues.discard(queue)

    def _spread(self, change: Json) -> None:
        with self._lock:
            queues = list(self._queues)
        for queue in queues:
            if queue.qsize() >= _BACKLOG:
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait({"type": "reload"})
            queue.put_nowait(change)
