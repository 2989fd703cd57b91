"""The worker process: claims jobs and runs them, a thread for each queue."""

from __future__ import annotations

import structlog

from bot.bootstrap import neo as make_neo
from bot.loops import Loops
from bot.settings import Settings
from neo.services.monitoring import revive

log = structlog.get_logger(__name__)

# Queue -> threads. A search keeps the machine busy alone; short work must not wait behind it, nor one service that is
# watched behind another that does not answer.
THREADS = {"short": 2, "gather": 1, "tune": 1, "watch": 2}
REST_S = 0.3


def run(settings: Settings) -> None:
    """Run until asked to stop; what runs then is given back, and goes on where it was after the next start."""
    neo = make_neo(settings)
    loops = Loops()
    neo.stopping = loops.over
    started = revive(neo.deps)
    if started:
        log.info("services started again", count=started)
    for queue, threads in THREADS.items():
        for number in range(threads):
            loops.add(f"{queue}-{number}", lambda queue=queue: neo.work(queue), REST_S)  # type: ignore[misc]
    loops.run()
