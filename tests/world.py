"""A whole Neo over a database of its own, driven by events and read by rows: no Slack, no mocks."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import select

from bot.settings import load
from neo.agent.language import Language, embedded
from neo.agent.understanding.encoder import encoder_at
from neo.app import QUEUES, Neo
from neo.automl.problem import Resources
from neo.delivery.deployers import LocalDeployer
from neo.domain.access import Profile
from neo.domain.events import (
    ButtonPressed,
    CommandGiven,
    Event,
    FileRef,
    MessageReceived,
    ReactionAdded,
    ReactionRemoved,
)
from neo.domain.posts import SURFACES, Post
from neo.errors import BadInput
from neo.services.deps import Deps, Policy
from neo.store import Store
from neo.store.files import FileStore
from neo.store.migrate import migrate
from neo.store.outbox import body_of
from neo.store.tables import DocumentRow, PostRow, ProjectRow
from neo.transports.base import Outgoing
from skills import SKILLS

OWNER, COLLEAGUE, CHANNEL, TEAM = "UOWNER", "UCOLLEAGUE", "C1", "T1"

# Test processes that run side by side keep out of each other's ports.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PORTS = range(8850 + 20 * _WORKER, 8870 + 20 * _WORKER)

HANDBOOK = """# Returns handbook

## Receiving returns
Returned parcels arrive at dock seven between six and two. A parcel without a return label is parked on shelf Q9.

## Inspection
An inspector opens each parcel under camera. Goods with a broken seal go to grade B.
Goods that smell of smoke are refused.

## Refunds
A refund is released within five working days after inspection. Refunds above 500 euros need the shift lead's signature.

## Loading
Trucks are loaded from the back. Pallets heavier than 800 kilograms stay on the floor. Dock four is closed on Sundays.
"""

QUESTIONS = (
    ("Where do returned parcels arrive?", "dock seven", "Returned parcels arrive at dock seven"),
    ("Where is a parcel without a return label parked?", "shelf Q9", "parked on shelf Q9"),
    ("What grade do goods with a broken seal get?", "grade B", "Goods with a broken seal go to grade B."),
    (
        "Within how many days is a refund released?",
        "five working days",
        "A refund is released within five working days",
    ),
    ("Whose signature do refunds above 500 euros need?", "the shift lead's", "need the shift lead's signature"),
    ("What happens with goods that smell of smoke?", "refused", "Goods that smell of smoke are refused."),
    ("Who opens each parcel under camera?", "an inspector", "An inspector opens each parcel under camera."),
    ("From where are trucks loaded?", "from the back", "Trucks are loaded from the back."),
    ("Where do pallets heavier than 800 kilograms stay?", "on the floor", "stay on the floor"),
    ("When is dock four closed?", "on Sundays", "Dock four is closed on Sundays."),
    ("When do returned parcels arrive?", "between six and two", "between six and two"),
    ("After what is a refund released?", "inspection", "after inspection"),
)


def golden_csv() -> bytes:
    """The golden set as a person would send it."""
    rows = ["question,answer,evidence,source"]
    rows += [f'"{q}","{a}","{e}",returns.md' for q, a, e in QUESTIONS]
    return "\n".join(rows).encode()


FILES: Mapping[str, bytes] = {"returns.md": HANDBOOK.encode(), "golden.csv": golden_csv()}


@dataclass
class Clock:
    """Time that moves when a test says so."""

    at: float = 1_000_000.0

    def __call__(self) -> float:
        return self.at


class Recorder:
    """A transport that gives each message a timestamp and keeps what was sent; real rows are behind it."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.edits: list[Outgoing] = []
        self.people: dict[str, Profile] = {}
        self._next = itertools.count(1)

    def send(self, outgoing: Outgoing) -> list[str]:
        self.sent.append(outgoing)
        return [] if outgoing.post.to_user or outgoing.post.kind in SURFACES else [f"2000.{next(self._next):06d}"]

    def edit(self, outgoing: Outgoing, stamps: Any) -> list[str]:
        self.edits.append(outgoing)
        return []

    def find(self, team: str, channel: str, ts: str) -> str | None:
        return None

    def person(self, team: str, user: str) -> Profile:
        return self.people.get(user, Profile(team=team, known=True))


@dataclass
class World:
    """Neo with a person or two before it."""

    neo: Neo
    clock: Clock
    contents: dict[str, bytes]
    transport: Recorder = field(default_factory=Recorder)
    _count: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def store(self) -> Store:
        return self.neo.deps.store

    def event_id(self) -> str:
        return f"Ev{next(self._count)}"

    def give(self, event: Event) -> None:
        """Receive an event and handle all that there is."""
        self.neo.receive(event)
        self.settle()

    def settle(self) -> None:
        """Handle all events and send all posts."""
        while self.neo.pump():
            pass
        while self.neo.deliver(self.transport):
            pass

    def work(self, *queues: str) -> int:
        """Run all jobs that are due, and what follows from them; returns how many ran."""
        ran = 0
        while any(self.neo.work(queue) for queue in queues or QUEUES):
            ran += 1
            self.settle()
        return ran

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.at += seconds

    def say(self, text: str, user: str = OWNER, thread: str | None = "1.0", files: tuple[str, ...] = ()) -> None:
        """A person says something in the project's thread; thread None starts one."""
        number = next(self._count)
        ts = "1.0" if thread is None else f"{number + 1}.0"
        refs = tuple(FileRef(f"F{name}", name, len(self.contents[name]), "", name) for name in files)
        self.give(
            MessageReceived(f"Ev{number}", TEAM, CHANNEL, ts, thread, user, text, refs, mentions_neo=thread is None)
        )

    def react(self, kind: str, emoji: str, user: str = OWNER) -> None:
        """A person reacts to the newest post of a document kind."""
        self.give(ReactionAdded(self.event_id(), TEAM, CHANNEL, self.ts_of(kind), user, emoji))

    def unreact(self, kind: str, emoji: str, user: str = OWNER) -> None:
        """A person takes an emoji back."""
        self.give(ReactionRemoved(self.event_id(), TEAM, CHANNEL, self.ts_of(kind), user, emoji))

    def press(self, action: str, value: str, user: str = OWNER) -> None:
        """A person presses a button."""
        self.give(ButtonPressed(self.event_id(), TEAM, CHANNEL, "9.9", user, action, value))

    def command(self, text: str, user: str = OWNER, view: str = "") -> Post:
        """A person gives a slash command; the last that was sent then."""
        self.give(CommandGiven(self.event_id(), TEAM, CHANNEL, user, text, view))
        return self.transport.sent[-1].post

    def project(self) -> ProjectRow:
        """The only project."""
        with self.store.read() as tx:
            (row,) = tx.projects.all()
            return row

    def document(self, kind: str) -> DocumentRow:
        """The newest version of a document."""
        with self.store.read() as tx:
            row = tx.documents.latest(self.project().id, kind)
        assert row is not None, f"no {kind} document"
        return row

    def rows(self) -> list[PostRow]:
        """Everything Neo said, as rows."""
        with self.store.read() as tx:
            return list(tx.outbox.of_project(self.project().id))

    def posts(self) -> list[Post]:
        """Everything Neo said."""
        return [body_of(row) for row in self.rows()]

    def last(self) -> Post:
        """What Neo said last; that it is at work, or is not any more, is nothing said."""
        return [post for post in self.posts() if post.kind != "working"][-1]

    def said(self, words: str) -> bool:
        """Whether Neo said these words."""
        return any(words in post.text for post in self.posts())

    def ts_by_text(self, words: str) -> str:
        """The timestamp of the first post with these words, wherever it stands."""
        with self.store.read() as tx:
            rows = [row for row in tx.session.exec(select(PostRow)).all() if words in str(row.body["text"])]
            return tx.outbox.stamps(rows[0].id)[0]

    def ts_of(self, kind: str) -> str:
        """The timestamp of the newest post of a document kind."""
        row = self.document(kind)
        with self.store.read() as tx:
            post = next(p for p in reversed(tx.outbox.of_project(row.project)) if p.document == row.id)
            return tx.outbox.stamps(post.id)[0]

    def jobs(self, *kinds: str) -> list[Any]:
        """Open jobs of the project."""
        with self.store.read() as tx:
            return list(tx.jobs.open(self.project().id, *kinds))

    def to_requirements(self) -> None:
        """Walk to the first gate."""
        self.say("@Neo I need a bot that answers questions about our handbooks", thread=None)
        self.say("", files=tuple(self.contents))
        self.work()
        self.say("60 % accuracy, 2 seconds, 1 cent")
        self.press("recommended", self.project().id)
        self.work()

    def to_architecture(self) -> None:
        """Walk to the second gate."""
        self.to_requirements()
        self.react("requirements", "white_check_mark")
        self.later(61)
        self.work()

    def to_live(self) -> None:
        """Walk to the end of the road."""
        self.to_architecture()
        self.react("architecture", "+1")
        self.later(61)
        self.work("tune", "short")


@cache
def language_here() -> Language:
    """Made once for all worlds of a process: by the packaged embedder where it is ready, else by words."""
    settings = load()
    return embedded(encoder_at(settings.models, settings.language), {one.name: one for one in SKILLS})


def world(folder: Path, files: Mapping[str, bytes] = FILES, **policy: Any) -> World:
    """A fresh Neo in *folder*, with words alone (no packaged models), so that it is quick."""
    clock, contents = Clock(), dict(files)

    def fetch(ref: FileRef, team: str) -> bytes:
        if ref.name not in contents:
            raise BadInput(f"{ref.name} is gone.")
        return contents[ref.name]

    settings = {"trials": 6, "grace_s": 60.0, "progress_every_s": 0.0, "watch_every_s": 1.0, **policy}
    store = Store(f"sqlite:///{folder / 'neo.db'}")
    migrate(store)
    deps = Deps(
        store=store,
        files=FileStore(folder / "files"),
        skills={skill.name: skill for skill in SKILLS},
        policy=Policy(studies_url=f"sqlite:///{folder / 'studies.db'}", work_dir=folder, **settings),
        resources=Resources(models_dir=folder / "models"),
        fetch_file=fetch,
        deployer=LocalDeployer(PORTS),
        language=language_here(),
        now=clock,
    )
    return World(Neo(deps), clock, contents)
