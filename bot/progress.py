"""How far a search is: a bar on a terminal; plain lines elsewhere, as in a file or a build's log."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from neo.automl.problem import Metric, Problem
from neo.automl.study import Progress as Step

EVERY_S = 10.0  # at most one line in so many seconds
UNTOLD_TRIALS = 2  # the first ones read and embed the documents: how long they took says nothing of the others
SILENT_S = 30.0  # a line at least so often, or a long trial looks like a search that hangs


class Teller:
    """Tells what is being done, and how far the trials are; use it as a context manager.

    Args:
        console: Where; its being a terminal decides between the bar and the lines.
        trials: Trials of the search.
        every_s: See EVERY_S.
        silent_s: See SILENT_S.
    """

    def __init__(self, console: Console, trials: int, every_s: float = EVERY_S, silent_s: float = SILENT_S) -> None:
        self._console, self._trials = console, trials
        self._every_s, self._silent_s = every_s, silent_s
        self._start = self._said = time.monotonic()
        self._doing, self._over = "", threading.Event()
        self._lock = threading.Lock()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console) if console.is_terminal else None
        self._task: TaskID | None = None
        self._metric: Metric | None = None
        self._many = ""

    def __enter__(self) -> Teller:
        """Begin to tell."""
        if self._bar is not None:
            self._bar.start()
        else:
            threading.Thread(target=self._remind, name="progress", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say no more."""
        self._over.set()
        if self._bar is not None:
            self._bar.stop()

    def phase(self, doing: str) -> None:
        """Say what is done from now on."""
        self._doing = doing
        if self._bar is None:
            self._line(f"{doing} ...")
        elif self._task is None:
            self._bar.console.print(f"[dim]{doing} ...[/]", highlight=False)
        else:
            self._bar.update(self._task, description=doing)

    def searching(self, problem: Problem) -> None:
        """The trials of a problem begin."""
        self._metric, self._many = problem.searched(), problem.terms.many
        self.phase(f"searching, {self._trials} trials")
        if self._bar is not None:
            self._task = self._bar.add_task("searching", total=self._trials)

    def trial(self, step: Step) -> None:
        """A trial came to rest."""
        best = self._best(step)
        if self._bar is not None and self._task is not None:
            told = f"best {best}" if best else "searching"
            self._bar.update(self._task, completed=step.done, description=told)
            return
        told = f", best so far {best}" if best else ""
        left = f", about {spoken(step.left_s)} left" if step.done > UNTOLD_TRIALS else ""
        self._doing = f"{step.done} of {step.wanted} trials{told}{left}"
        # Trials that rested may be asked on when all have begun: the last one is told once.
        is_last = step.done == step.wanted and step.is_new
        if is_last or time.monotonic() - self._said >= self._every_s:
            self._line(self._doing)

    def _best(self, step: Step) -> str:
        """The best figure, and on how few instances it rests while nothing was asked them all; may be empty."""
        if step.best is None or step.best.accuracy is None or self._metric is None:
            return ""
        asked = "" if step.best.complete else f" on the first {len(step.best.scores)} {self._many}"
        return f"{self._metric.told(step.best.accuracy):.3f}{asked}"

    def _line(self, text: str) -> None:
        with self._lock:
            if self._over.is_set():
                return
            self._said = time.monotonic()
            spent = spoken(self._said - self._start)
            self._console.print(f"[{spent}] {text}", highlight=False, markup=False, soft_wrap=True)
            # A file's buffer would keep the lines until the end.
            with suppress(AttributeError, ValueError):
                self._console.file.flush()

    def _remind(self) -> None:
        while not self._over.wait(min(1.0, self._silent_s / 4)):
            if self._doing and time.monotonic() - self._said >= self._silent_s:
                self._line(f"still: {self._doing}")


def spoken(seconds: float) -> str:
    """A duration.

    >>> spoken(48.7), spoken(125)
    ('49 s', '2 min 5 s')
    """
    whole = round(seconds)
    return f"{whole} s" if whole < 90 else f"{whole // 60} min {whole % 60} s"
