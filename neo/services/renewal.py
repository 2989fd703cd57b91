"""A job's lease, renewed while it runs."""

from __future__ import annotations

import threading

import structlog

from neo.errors import LeaseLost
from neo.services.deps import HeldJob
from neo.store.jobs import RENEW_S

log = structlog.get_logger(__name__)


class Renewal:
    """Renews a job's lease in a thread of its own while the job runs."""

    def __init__(self, job: HeldJob) -> None:
        self._job, self._over = job, threading.Event()
        self._thread = threading.Thread(target=self._loop, name=f"renew-{job.id}", daemon=True)

    def __enter__(self) -> Renewal:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(timeout=5)

    def _loop(self) -> None:
        while not self._over.wait(RENEW_S):
            try:
                self._job.renew()
            except LeaseLost:
                return  # the job finds out in its own next transaction, which is rolled back
            except Exception:
                log.exception("a lease could not be renewed", job=self._job.id)
