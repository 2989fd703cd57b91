"""The scheduler process: only a clock. One process ticks at a time, by a lease."""

from __future__ import annotations

import os
import signal
import socket
import threading

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from bot.bootstrap import neo as make_neo
from bot.settings import Settings
from neo.app import Neo

log = structlog.get_logger(__name__)

EVERY_S = {
    "keep_watching": 60,
    "remind": 300,
    "send_digests": 300,
    "refresh_homes": 20,
    "send_mail_digests": 60,
    "send_daily_pictures": 300,
}
_LEASE_S = 90.0


def run(settings: Settings) -> None:
    """Tick until asked to stop."""
    neo = make_neo(settings)
    over = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: over.set())
    scheduler = BackgroundScheduler(timezone="UTC")
    for tick, seconds in EVERY_S.items():
        scheduler.add_job(_tick, "interval", seconds=seconds, args=(neo, tick), max_instances=1, coalesce=True)
    scheduler.start()
    while not over.wait(0.5):
        continue
    scheduler.shutdown(wait=False)


def _tick(neo: Neo, name: str) -> None:
    holder = f"{socket.gethostname()}:{os.getpid()}"
    with neo.deps.store.write() as tx:
        mine = tx.jobs.take_lease("scheduler", holder, neo.deps.now(), _LEASE_S)
    if mine:
        neo.tick(name)
