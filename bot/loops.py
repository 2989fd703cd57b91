"""Loops that run until they are told to stop: claim, run, rest."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

REST_S = 0.1
_TROUBLE_S = 2.0
_PARENT_CHECK_S = 1.0


def die_with(parent: int) -> None:
    """Ask this process to end when *parent* is gone: nothing that `neo up` started outlives it."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_CHECK_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


class Loops:
    """Named threads, each calling its step until there is nothing to do, then resting.

    Attributes:
        over: Set when the process is asked to end.
    """

    def __init__(self) -> None:
        self.over = threading.Event()
        self._threads: list[threading.Thread] = []

    def add(self, name: str, step: Callable[[], bool], rest_s: float = REST_S) -> None:
        """Run *step* over and over; it says whether there was anything to do."""
        thread = threading.Thread(target=self._loop, args=(step, rest_s), name=name, daemon=True)
        self._threads.append(thread)

    def run(self) -> None:
        """Start all threads and wait for SIGTERM or SIGINT, then for what runs to come to a good end."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self.over.set())
        for thread in self._threads:
            thread.start()
        while not self.over.wait(0.5):
            continue
        for thread in self._threads:
            thread.join(timeout=10)

    def _loop(self, step: Callable[[], bool], rest_s: float) -> None:
        while not self.over.is_set():
            try:
                found = step()
            except Exception:
                # The database away, the disk full: the loop lives on and tries again.
                log.exception("a loop met trouble", loop=threading.current_thread().name)
                self.over.wait(_TROUBLE_S)
                continue
            if not found:
                self.over.wait(rest_s)
