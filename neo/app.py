"""Neo: the whole product behind five calls, and the tables that say who handles what."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable
from typing import Any

import structlog

from neo.domain.events import (
    AppInstalled,
    AppRemoved,
    ButtonPressed,
    ChannelChanged,
    ChannelJoined,
    CommandGiven,
    Event,
    FormSubmitted,
    HomeOpened,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    ReactionAdded,
    ReactionRemoved,
    ShortcutUsed,
    WorkStopped,
    from_json,
)
from neo.domain.lifecycle import Trigger
from neo.domain.posts import notice, told
from neo.errors import Cancelled, LeaseLost, UserError
from neo.services import (
    access,
    affairs,
    answering,
    approval,
    buttons,
    channels,
    comparing,
    conversation,
    daily_pictures,
    deployment,
    exporting,
    forms,
    home,
    intake_files,
    labelling,
    mailing,
    manners,
    monitoring,
    proposing,
    slash,
    stopping,
    translating,
    tuning,
    workspaces,
    writing,
)
from neo.services.deps import Deps, HeldJob, Turn
from neo.services.renewal import Renewal
from neo.services.stages import advance
from neo.store.jobs import MOST_ATTEMPTS
from neo.store.receiving import MOST_WAITING, Receiving
from neo.store.tables import EventRow, PostRow
from neo.transports.base import ChatTransport, Outgoing, Refused, TryLater
from neo.transports.mail import MailTransport

log = structlog.get_logger(__name__)

RETRY_S = (2.0, 10.0, 60.0, 300.0)  # before the second, third ... attempt at a job
MOST_SENDS = 30
MOST_LOOKED_AT = 64  # events at once
MOST_READINGS = 3  # of an event that cannot be read
ASK_AGAIN_S = 60.0


class Neo:
    """The product. Entry points call these; nothing else.

    Args:
        deps: Made by the composition root.
        transport: Where messages are looked up by their metadata; None where nothing is sent from.
        most_waiting: Open events above which the inbox takes no more.

    Attributes:
        receiving: The way into the inbox; the processes that listen have one of their own.
        behind: Whether more events waited at the last look than are looked at together.
        stopping: Set when this process goes down in good order: running jobs end soon and are given back.
    """

    def __init__(self, deps: Deps, transport: ChatTransport | None = None, *, most_waiting: int = MOST_WAITING) -> None:
        self.deps, self.transport = deps, transport
        self.receiving = Receiving(deps.store, deps.now, most_waiting)
        self.stopping = threading.Event()
        self.behind = False
        self._looking = threading.Lock()
        self._ask_again: dict[tuple[str, str], float] = {}

    def receive(self, event: Event) -> bool:
        """Keep an event in the inbox; quick, and safe to call twice.

        Returns:
            False when it was received before.

        Raises:
            Unavailable: The inbox is full, or the database cannot be written to; the event was not kept.
        """
        return self.receiving.receive(event)

    def pump(self) -> bool:
        """Finish the oldest events that are no affair of Neo's, and handle the oldest that is; False without any."""
        with self._looking:
            found, row = self._next()
        if row is not None:
            self._handle(row)
        return found

    def _next(self) -> tuple[bool, EventRow | None]:
        """Whether there were events, and one to be handled; its lease is not spent on waiting behind others.

        They are looked at without the lock of those who write, for whom the processes that listen wait too.
        """
        now = self.deps.now()
        with self.deps.store.read() as tx:
            rows = tx.inbox.free(now, MOST_LOOKED_AT)
            concern = affairs.concerning(tx, [_event_of(row) for row in rows])
        self.behind = len(rows) == MOST_LOOKED_AT
        if not rows:
            return False, None
        own = list(itertools.compress(rows, concern))
        with self.deps.store.write() as tx:
            tx.inbox.finish_free([row for row, one in zip(rows, concern, strict=True) if not one], now)
            claimed = tx.inbox.claim(own[:1], now)
        return True, claimed[0] if claimed else None

    def _handle(self, row: EventRow) -> None:
        event, seq = _event_of(row), row.seq or 0
        if event is None:
            self._unreadable(row)
            return
        try:
            self._stamp(event)
            self._meet(event)
            turn = Turn(self.deps, seq, event.team)
            if not self._is_locked(event) and not access.turned_away(self.deps, turn, event):
                EVENT_HANDLERS[type(event)](self.deps, turn, event)
            if not turn.finished:
                self._finish_event(seq)
        except UserError as error:
            self._refuse(row, event, error)
        except Exception as error:
            log.exception("an event could not be handled", kind=type(event).__name__, seq=seq)
            self._event_failed(row, event, error)

    def _unreadable(self, row: EventRow) -> None:
        """Leave an event to whoever claims it after its lease, perhaps a newer Neo; the last of them gives it up."""
        log.error("an event cannot be read", seq=row.seq, kind=row.body.get("kind"), attempt=row.attempts)
        if row.attempts >= MOST_READINGS:
            with self.deps.store.write() as tx:
                tx.inbox.finish(row.seq or 0, "it cannot be read")

    def _finish_event(self, seq: int) -> None:
        with self.deps.store.write() as tx:
            tx.inbox.finish(seq)

    def _stamp(self, event: Event) -> None:
        """A reaction to a message whose timestamp was lost in a crash: the message itself says which post it is."""
        if not isinstance(event, ReactionAdded | ReactionRemoved) or self.transport is None:
            return
        with self.deps.store.read() as tx:
            if tx.outbox.at(event.team, event.channel, event.item_ts) is not None:
                return
        post = self.transport.find(event.team, event.channel, event.item_ts)
        if post is not None:
            with self.deps.store.write() as tx:
                tx.outbox.stamp(post, event.item_ts)

    def _is_locked(self, event: Event) -> bool:
        """Whether the event is of a workspace that removed Neo: nothing is done with it then."""
        with self.deps.store.read() as tx:
            return tx.workspaces.is_locked(event.team) and not isinstance(event, AppInstalled)

    def _meet(self, event: Event) -> None:
        """Ask the platform who a person is, before the first event of theirs in half a day is handled."""
        user, now = getattr(event, "user", ""), self.deps.now()
        if not user or self.transport is None or isinstance(event, AppInstalled | AppRemoved):
            return
        if now < self._ask_again.get((event.team, user), 0.0):
            return
        with self.deps.store.read() as tx:
            if access.profile_is_fresh(self.deps, tx, event.team, user) or tx.workspaces.is_locked(event.team):
                return
        try:
            profile = self.transport.person(event.team, user)
        except TryLater as error:
            log.warning("nobody could be asked who a person is", user=user, reason=str(error))
            # Asked again with an event of theirs, but not with each: every question may wait for a network.
            later = {key: at for key, at in self._ask_again.items() if at > now}
            self._ask_again = {**later, (event.team, user): now + ASK_AGAIN_S}
            return
        access.keep_profile(self.deps, event.team, user, profile)

    def _refuse(self, row: EventRow, event: Event, error: UserError) -> None:
        with self.deps.store.write() as tx:
            tx.outbox.add_at(event.team, *_place(event), told(str(error), _user(event), _view(event)), self.deps.now())
            tx.inbox.finish(row.seq or 0)

    def _event_failed(self, row: EventRow, event: Event, error: Exception) -> None:
        with self.deps.store.write() as tx:
            tx.inbox.put_back(row.seq or 0, f"{type(error).__name__}: {error}")
            last = tx.session.get(EventRow, row.seq)
            if last is not None and last.status == "failed":
                tx.outbox.add_at(event.team, *_place(event), told(SORRY, _user(event), _view(event)), self.deps.now())

    def deliver(self, transport: ChatTransport, busy: Iterable[str] = (), gap_s: float = 0.0) -> bool:
        """Send the next post that may be sent now; False when there is none.

        Args:
            transport: Carries it.
            busy: Channels to leave alone for now.
            gap_s: Seconds between two messages of a channel, over all processes.
        """
        with self.deps.store.write() as tx:
            row = tx.outbox.claim(self.deps.now(), busy, gap_s)
            stamps = tx.outbox.stamps(row.edits) if row is not None and row.edits else []
        if row is None:
            return False
        post = translating.post_of(self.deps, row)
        if post is None:
            return True
        outgoing = Outgoing(row.edits or row.id, row.team, row.channel, row.thread, post, row.attempts > 1)
        try:
            sent = transport.edit(outgoing, stamps) if stamps else transport.send(outgoing)
        except TryLater as error:
            self._send_later(row, error)
        except Refused as error:
            log.error("a post was refused for good", post=row.id, reason=str(error))
            with self.deps.store.write() as tx:
                tx.outbox.failed(row.id, str(error))
                if opens := outgoing.post.data.get("opens"):  # a person waits for it
                    tx.outbox.add_at(row.team, opens["user"], None, forms.not_said(opens, str(error)), self.deps.now())
        else:
            with self.deps.store.write() as tx:
                tx.outbox.sent(row.id, sent)
            if sent and (opens := outgoing.post.data.get("opens")) and not row.edits:
                self.receive(forms.opened(row.id, row.team, row.channel, sent[0], opens))
        return True

    def deliver_mail(self, sender: MailTransport) -> bool:
        """Send the next mail that may be sent now; False when there is none."""
        return mailing.deliver(self.deps, sender)

    def _send_later(self, row: PostRow, error: TryLater) -> None:
        with self.deps.store.write() as tx:
            if row.attempts >= MOST_SENDS:
                tx.outbox.failed(row.id, str(error))
            else:
                tx.outbox.put_back(row.id, self.deps.now() + error.wait_s, str(error))

    def work(self, queue: str) -> bool:
        """Claim and run one job of a queue; False when there is none, or when this process is going down."""
        if self.stopping.is_set():
            return False
        with self.deps.store.write() as tx:
            row = tx.jobs.claim(queue, self.deps.now())
        if row is None:
            return False
        job = HeldJob(
            self.deps, row.id, row.project or "", row.kind, row.fence, row.attempts, row.payload, self.stopping
        )
        with Renewal(job):
            self._run(job)
        return True

    def _run(self, job: HeldJob) -> None:
        try:
            JOB_HANDLERS[job.kind](self.deps, job)
        except LeaseLost as error:
            log.warning("a job was taken over by another process", job=job.id, kind=job.kind, reason=str(error))
        except Cancelled:
            with job.transaction() as tx:
                row = job.row(tx)
                if self.stopping.is_set() and not row.stop_asked:
                    tx.jobs.release(row)
                else:
                    tx.jobs.finish(row, "cancelled")
                    job.rest(tx)
        except UserError as error:
            self._job_failed(job, str(error))
        except Exception as error:
            log.exception("a job failed", job=job.id, kind=job.kind, attempt=job.attempts)
            if job.attempts < MOST_ATTEMPTS:
                wait = RETRY_S[min(job.attempts - 1, len(RETRY_S) - 1)]
                with job.transaction() as tx:
                    tx.jobs.put_back(job.row(tx), self.deps.now() + wait, f"{type(error).__name__}: {error}")
            else:
                self._job_failed(job, f"{SORRY} ({type(error).__name__})")

    def _job_failed(self, job: HeldJob, reason: str) -> None:
        """The project stops here, says why, and can be tried again."""
        with job.finishing() as tx:
            project = tx.projects.get(job.project)
            if job.kind in STAGE_JOBS:
                advance(self.deps, tx, project, Trigger.FAIL, reason)
            text = f":x: {reason}\n{REMEDY[job.kind in STAGE_JOBS]}"
            tx.outbox.add(project, notice(text), self.deps.now())
            tx.jobs.finish(job.row(tx), "failed", reason)

    def tick(self, name: str) -> Any:
        """Do what the clock asks for; see ``TICKS``."""
        return TICKS[name](self.deps)


def _event_of(row: EventRow) -> Event | None:
    """The event of a row; None for one that this version of Neo cannot read."""
    try:
        return from_json(row.body)
    except (KeyError, TypeError):
        return None


def _user(event: Event) -> str:
    return str(getattr(event, "user", ""))


def _view(event: Event) -> str:
    return str(getattr(event, "view", ""))


def _place(event: Event) -> tuple[str, str | None]:
    """(channel, thread) in which a person is told about their event; a form that stands open is theirs alone."""
    if _view(event):
        return _user(event), None
    if isinstance(event, MessageReceived):
        return event.channel, event.thread or (None if event.is_dm else event.ts)
    return getattr(event, "channel", "") or getattr(event, "user", ""), getattr(event, "thread", None)


REMEDY = {
    True: "Nothing is lost; say *retry* to try again, *change* to change the requirements, or *cancel*.",
    False: "Nothing is lost; send it again, or say *status*.",
}
SORRY = "Something went wrong on my side; it is in the log, and whoever runs me can see it there."

EVENT_HANDLERS: dict[type[Any], Callable[..., None]] = {
    MessageReceived: conversation.on_message,
    ReactionAdded: approval.on_reaction,
    ReactionRemoved: approval.on_reaction_removed,
    ButtonPressed: buttons.on_button,
    CommandGiven: slash.on_command,
    FormSubmitted: forms.on_form,
    ShortcutUsed: forms.on_shortcut,
    MessageEdited: conversation.on_edit,
    MessageDeleted: conversation.on_deletion,
    WorkStopped: stopping.on_stopped,
    HomeOpened: home.on_opened,
    ChannelChanged: channels.on_changed,
    ChannelJoined: channels.on_joined,
    AppInstalled: workspaces.on_installed,
    AppRemoved: workspaces.on_removed,
}

JOB_HANDLERS: dict[str, Callable[[Deps, HeldJob], None]] = {
    "receive_files": intake_files.receive_files,
    "propose": proposing.propose,
    "label": labelling.label,
    "write_requirements": writing.write_requirements,
    "write_architecture": writing.write_architecture,
    "tune": tuning.tune,
    "package": deployment.package,
    "deploy": deployment.deploy,
    "watch": monitoring.watch,
    "answer": answering.answer,
    "export": exporting.export,
    "retire": deployment.retire,
    "take_down": workspaces.take_down,
    "end_comparison": comparing.end,
}

# Jobs without which a project cannot go on: when one fails for good, the project has failed.
STAGE_JOBS = frozenset({"write_requirements", "write_architecture", "tune", "package", "deploy"})

QUEUES = ("short", "gather", "tune", "watch")

TICKS: dict[str, Callable[[Deps], Any]] = {
    "keep_watching": monitoring.keep_watching,
    "remind": manners.remind,
    "send_digests": manners.send_digests,
    "refresh_homes": home.refresh_all,
    "send_mail_digests": mailing.send_digests,
    "send_daily_pictures": daily_pictures.send,
}
