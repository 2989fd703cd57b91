"""Processes that are kept running: started, started again when they fall, stopped in good order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

_BACKOFF_S = (0.5, 2.0, 5.0, 15.0)
_GOOD_RUN_S = 30.0
_STOP_S = 12.0


@dataclass
class Child:
    """One process that is kept running."""

    name: str
    process: subprocess.Popen[bytes]
    started: float
    falls: int = 0
    again_at: float = 0.0


@dataclass
class Supervisor:
    """Starts processes, starts a fallen one again after a growing pause, and stops all in good order.

    Args:
        environment: For the processes.
        logs: Folder for one log file each; None where they write to this process's own.
        say: Told of every fall.
        module: What Python runs; it is given the process's name.
        descriptors: Open files that the processes take over.
    """

    environment: Mapping[str, str]
    logs: Path | None
    say: Callable[[str], None]
    module: str = "bot.cli"
    descriptors: Sequence[int] = ()
    children: list[Child] = field(default_factory=list)

    def start(self, names: Sequence[str]) -> None:
        """Start the processes."""
        if self.logs is not None:
            self.logs.mkdir(parents=True, exist_ok=True)
        self.children = [Child(name, self._spawn(name), time.monotonic()) for name in names]

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        with ExitStack() as opened:
            log = opened.enter_context((self.logs / f"{name}.log").open("ab")) if self.logs is not None else None
            return subprocess.Popen(
                [sys.executable, "-m", self.module, name, "--parent", str(os.getpid())],
                env=dict(self.environment),
                stdout=log,
                stderr=log,
                pass_fds=self.descriptors,
                start_new_session=True,  # Ctrl-C is for us: we stop them in order
            )

    def look(self) -> None:
        """Start again what has fallen."""
        now = time.monotonic()
        for child in self.children:
            code = child.process.poll()
            if code is None:
                continue
            if not child.again_at:
                child.falls = 1 if now - child.started > _GOOD_RUN_S else child.falls + 1
                pause = _BACKOFF_S[min(child.falls, len(_BACKOFF_S)) - 1]
                child.again_at = now + pause
                self.say(
                    f"{child.name} ended with code {code}; starting it again in {pause:g} s{self._tail(child.name)}"
                )
            elif now >= child.again_at:
                child.process, child.started, child.again_at = self._spawn(child.name), now, 0.0

    def _tail(self, name: str) -> str:
        if self.logs is None:
            return ""
        path = self.logs / f"{name}.log"
        lines = path.read_text(errors="replace").strip().splitlines()
        return f" (last words: {lines[-1][:400]})" if lines else f" (see {path})"

    def pid(self, name: str) -> int:
        """The process id of a running child."""
        return next(child.process.pid for child in self.children if child.name == name)

    def stop(self) -> None:
        """Ask all to end, wait, then insist."""
        for child in self.children:
            _signal(child.process, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_S
        for child in self.children:
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(child.process, signal.SIGKILL)
                child.process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        os.killpg(process.pid, number)
