"""How far a download is: a callable, and a bar for a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

Report = Callable[[str, int, int], None]
"""Called with what is being fetched, the bytes so far and the bytes in all."""


def silent(what: str, done_bytes: int, total_bytes: int) -> None:
    """Report nothing."""


@contextmanager
def console_progress() -> Iterator[Report]:
    """Yield a report that draws a bar on stderr, or prints one line a file where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield _plain_report()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {}

        def report(what: str, done_bytes: int, total_bytes: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total_bytes)
            bars.update(tasks[what], completed=min(done_bytes, total_bytes), total=total_bytes)

        yield report


def _plain_report() -> Report:
    announced: set[str] = set()

    def report(what: str, done_bytes: int, total_bytes: int) -> None:
        if what not in announced:
            announced.add(what)
            sys.stderr.write(f"{what}: {total_bytes / 1e6:.0f} MB\n")

    return report
