"""What comes in: one writer commits all events that wait in one transaction, so that many cost little more than one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import structlog

from neo.domain.events import Event, MessageDeleted, MessageEdited, MessageReceived, WorkStopped, to_json
from neo.domain.secrets import without_secrets
from neo.errors import Unavailable
from neo.store.inbox import Arrival
from neo.store.store import Store

log = structlog.get_logger(__name__)

MOST_WAITING = 50_000
GROUP = 500  # events in one transaction: SQLite takes 32,766 values in a statement, a row has ten
RECOUNT_S = 1.0
TELL_S = 60.0


class Receiving:
    """Keeps events in the inbox; safe with many threads, and with several processes on one database.

    Args:
        store: The database; events go into it over a connection that waits for the disk at each commit.
        now: The clock.
        most: Open events in the inbox above which no more are taken, until some have been handled.
    """

    def __init__(self, store: Store, now: Callable[[], float] = time.time, most: int = MOST_WAITING) -> None:
        self._store, self._now, self._most = store.durable(), now, most
        # One thread: it is made at the first event, and ends with this object.
        self._writer = ThreadPoolExecutor(1, "inbox")
        self._lock = threading.Lock()
        self._waiting: list[tuple[Arrival, Future[bool]]] = []
        self._writing = False
        self._open, self._counted_at, self._told_at = 0, float("-inf"), float("-inf")

    def receive(self, event: Event) -> bool:
        """Keep an event, and return when it is kept.

        Returns:
            False when it was received before.

        Raises:
            Unavailable: The inbox is full, or the database cannot be written to; the event was not kept.
        """
        return self.submit(event).result()

    def submit(self, event: Event) -> Future[bool]:
        """Hand an event to the writer, which begins at once; see :meth:`put`."""
        future = self.put(event)
        self.start()
        return future

    def put(self, event: Event) -> Future[bool]:
        """Add an event to those that wait; :meth:`start` sets the writer to work on all of them.

        Returns:
            Says when the event is kept, and whether it was new.

        Raises:
            Unavailable: The inbox is full.
        """
        if self.full():
            raise Unavailable("Neo's inbox is full.", f"{self._most:,} events wait.", "It is sent again by Slack.")
        future: Future[bool] = Future()
        arrival = arrival_of(event, self._now())
        with self._lock:
            self._waiting.append((arrival, future))
        return future

    def start(self) -> None:
        """Have the writer commit what waits, unless it is at it."""
        with self._lock:
            if self._writing or not self._waiting:
                return
            self._writing = True
        self._writer.submit(self._write)

    def full(self) -> bool:
        """Whether so many events are open that no more are taken; says so in the log once a minute."""
        if self._open + len(self._waiting) < self._most:
            return False
        with self._lock:
            now = time.monotonic()
            count, tell = now - self._counted_at > RECOUNT_S, now - self._told_at > TELL_S
            if count:
                self._counted_at = now
            if tell:
                self._told_at = now
        if count:
            self._writer.submit(self._recount)
        if tell:
            log.error(
                "the inbox is full: events are sent back to Slack, which sends them again later; look whether "
                "`neo web` handles them, or raise NEO_MOST_WAITING",
                open=self._open,
                most=self._most,
            )
        return True

    def _write(self) -> None:
        while True:
            with self._lock:
                group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
                if not group:
                    self._writing = False
                    return
            self._write_group(group)
            if time.monotonic() - self._counted_at > RECOUNT_S:
                self._recount()

    def _write_group(self, group: Sequence[tuple[Arrival, Future[bool]]]) -> None:
        try:
            new = self._keep([arrival for arrival, _ in group])
        except Exception as error:  # noqa: BLE001  # handed on to whoever waits for the event
            if len(group) == 1:
                group[0][1].set_exception(error)
                return
            for one in group:  # one of them may be at fault: the others are kept
                self._write_group([one])
            return
        self._open += sum(new)
        for (_, future), was_new in zip(group, new, strict=True):
            future.set_result(was_new)

    def _keep(self, arrivals: Sequence[Arrival]) -> list[bool]:
        with self._store.write() as tx:
            threads = tx.outbox.threads_at([one.item for one in arrivals if one.item])
            return tx.inbox.add_all([_in_thread(one, threads) for one in arrivals])

    def _recount(self) -> None:
        """Other processes put events in and take them out: the true count, once a second while events come."""
        self._counted_at = time.monotonic()
        try:
            with self._store.read() as tx:
                self._open = tx.inbox.open_count(at_most=self._most)
        except Exception:
            log.exception("the inbox could not be counted; the last count stands")


def arrival_of(event: Event, now: float) -> Arrival:
    """What is kept of an event: its secrets are not.

    Its lane is its thread, where it has one: the thread of a message, or of the post that it is about.
    """
    event = _without_secrets(event)
    lane, message_key, item = f"{event.team}:{event.event_id}", None, None
    if isinstance(event, MessageReceived):
        lane = f"{event.team}:{event.channel}:{event.thread or event.ts}"
        message_key = f"{event.team}:{event.channel}:{event.ts}"
    elif isinstance(event, MessageEdited | MessageDeleted | WorkStopped):
        lane = f"{event.team}:{event.channel}:{event.thread or getattr(event, 'ts', '')}"
    elif item_ts := getattr(event, "item_ts", None):
        item = (event.team, str(getattr(event, "channel", "")), str(item_ts))
        lane = ":".join(item)
    return Arrival(event.team, event.event_id, lane, to_json(event), now, message_key, item)


def _in_thread(arrival: Arrival, threads: dict[tuple[str, str, str], str]) -> Arrival:
    if arrival.item is None or arrival.item not in threads:
        return arrival
    team, channel, _ = arrival.item
    return replace(arrival, lane=f"{team}:{channel}:{threads[arrival.item]}")


def _without_secrets(event: Event) -> Event:
    """An event with its words, and those in its form's fields, cut clean; a message says how many were cut."""
    changes: dict[str, Any] = {}
    if before := getattr(event, "before", ""):
        changes["before"] = without_secrets(before)[0]
    if words := getattr(event, "text", ""):
        text, secrets = without_secrets(words)
        if secrets:
            changes |= {
                "text": text,
                **({"secrets": secrets} if isinstance(event, MessageReceived | MessageEdited) else {}),
            }
    if fields := getattr(event, "fields", None):
        changes["fields"] = {key: without_secrets(value)[0] for key, value in fields.items()}
    return replace(event, **changes) if changes else event
