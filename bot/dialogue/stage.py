"""Neo on a stage of its own: real events in, rendered blocks out, a clock that moves when it is told to."""

from __future__ import annotations

import itertools
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from bot import payloads
from bot.blocks import RENDERERS, render
from bot.dialogue.material import FILES
from neo.agent.language import Language
from neo.app import Neo
from neo.automl.problem import Resources
from neo.delivery.deployers import LocalDeployer
from neo.domain.access import Profile
from neo.domain.events import FileRef
from neo.domain.posts import Post
from neo.errors import BadInput
from neo.services.deps import Deps, Policy
from neo.skill import Skill
from neo.store import Store
from neo.store.files import FileStore
from neo.store.migrate import migrate
from neo.store.tables import DocumentRow, ProjectRow
from neo.transports.base import Outgoing

BOT, OWNER, COLLEAGUE, CHANNEL, TEAM = "UNEO", "UOWNER", "UCOLLEAGUE", "C1", "T1"
GRACE_S = 60.0


@dataclass(frozen=True)
class Seen:
    """A message of Neo's as Slack shows it.

    Attributes:
        text: The text of its blocks.
        asks: The rows that it asks, each with the names of its slots, from the rows' block ids.
        document: ``requirements`` or ``architecture`` where it is one, by its header.
        private: Whether one person alone sees it.
    """

    ts: str
    text: str
    asks: tuple[tuple[str, ...], ...] = ()
    conflict: str = ""
    document: str = ""
    private: bool = False


class Shown:
    """A transport that shows posts as Slack would, and gives them timestamps."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self._next = itertools.count(1)

    def send(self, outgoing: Outgoing) -> list[str]:
        """Show a post."""
        ts = f"2000.{next(self._next):06d}"
        post = outgoing.post
        if post.kind not in RENDERERS:
            return []
        self.seen.append(_seen(ts, post))
        return [] if post.to_user else [ts]

    def edit(self, outgoing: Outgoing, stamps: Any) -> list[str]:
        """Show a post anew, in its place."""
        return []

    def find(self, team: str, channel: str, ts: str) -> str | None:
        """No message is lost here."""
        return None

    def person(self, team: str, user: str) -> Profile:
        """All scripted people are members."""
        return Profile(team=team, known=True)


def _seen(ts: str, post: Post) -> Seen:
    blocks = [block.to_dict() for block in render(post)]
    texts, header = [], ""
    for block in blocks:
        if block["type"] == "header":
            header = block["text"]["text"]
        texts += [part["text"] for part in (block.get("text"), *block.get("elements", ())) if _is_text(part)]
    ids = [str(block.get("block_id", "")) for block in blocks]
    rows = tuple(tuple(one.removeprefix("ask:").split("+")) for one in ids if one.startswith("ask:"))
    document = next((kind for kind in ("requirements", "architecture") if header and kind in header.lower()), "")
    return Seen(ts, unescape("\n".join(texts)), rows, str(post.data.get("conflict", "")), document, bool(post.to_user))


def _is_text(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get("text"), str)


@dataclass
class Stage:
    """One conversation's Neo, with its database and files in a folder of their own."""

    folder: Path
    skills: Mapping[str, Skill]
    language: Language
    now: float = 1_000_000.0
    shown: Shown = field(default_factory=Shown)
    turns_s: list[float] = field(default_factory=list)  # of each message, until Neo's answer stood in the outbox
    _count: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        database = self.folder / "neo.db"
        template = self.folder.parent / "template.db"
        if template.exists():
            shutil.copy(template, database)
        self.neo = self._made()
        if not template.exists():
            migrate(self.neo.deps.store)
        self.thread = ""

    def _made(self) -> Neo:
        policy = Policy(
            grace_s=GRACE_S, trials=4, studies_url=f"sqlite:///{self.folder / 'studies.db'}", work_dir=self.folder
        )
        return Neo(
            Deps(
                store=Store(f"sqlite:///{self.folder / 'neo.db'}"),
                files=FileStore(self.folder / "files"),
                skills=self.skills,
                policy=policy,
                # What is talked about is not searched here, so that no trial needs a model.
                resources=Resources(models_dir=self.folder / "no-models"),
                fetch_file=_fetch,
                deployer=LocalDeployer(range(8990, 8999)),
                language=self.language,
                now=lambda: self.now,
            )
        )

    def restart(self) -> None:
        """Throw Neo away and start another on what it kept."""
        self.neo.deps.store.close()
        self.neo = self._made()

    def say(self, text: str, user: str = OWNER, files: tuple[str, ...] = ()) -> None:
        """A message in the thread; the first one starts it with a mention."""
        number = next(self._count)
        ts = f"1000.{number:06d}"
        event: dict[str, Any] = {"type": "message", "channel": CHANNEL, "ts": ts, "user": user, "text": _escaped(text)}
        if not self.thread:
            event |= {"type": "app_mention", "text": f"<@{BOT}> {event['text']}"}
            self.thread = ts
        else:
            event["thread_ts"] = self.thread
        if files:
            event |= {"subtype": "file_share", "files": [_file(name) for name in files]}
        self.turns_s.append(self._give(payloads.message_received(self._body(event), BOT)))

    def react(self, ts: str, emoji: str, user: str = OWNER, *, take_back: bool = False) -> None:
        """An emoji put on one of Neo's messages, or taken back."""
        kind = "reaction_removed" if take_back else "reaction_added"
        item = {"type": "message", "channel": CHANNEL, "ts": ts}
        body = self._body({"type": kind, "user": user, "reaction": emoji, "item": item})
        self._give((payloads.reaction_removed if take_back else payloads.reaction_added)(body))

    def _body(self, event: dict[str, Any]) -> dict[str, Any]:
        return {"team_id": TEAM, "event_id": f"Ev{next(self._count)}", "event": event}

    def _give(self, event: Any) -> float:
        """Have an event handled, then all that follows; gives the seconds until Neo's answer stood in the outbox."""
        if event is None:
            raise BadInput("An event of the script is none of Neo's.", "", "It is a fault of the evaluation.")
        start = time.perf_counter()
        self.neo.receive(event)
        while self.neo.pump():
            pass
        seconds = time.perf_counter() - start
        self.settle()
        return seconds

    def settle(self) -> None:
        """Handle all events, run what is due but for searches, and show everything."""
        while True:
            while self.neo.pump():
                pass
            while self.neo.deliver(self.shown):
                pass
            if not self.neo.work("short"):
                return

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.settle()

    def project(self) -> ProjectRow | None:
        """The conversation's project, for the scorer; the person never sees it."""
        with self.neo.deps.store.read() as tx:
            return next(iter(tx.projects.all()), None)

    def document(self, kind: str) -> DocumentRow | None:
        """The newest version of a document, for the scorer."""
        project = self.project()
        with self.neo.deps.store.read() as tx:
            return tx.documents.latest(project.id, kind) if project else None

    def close(self) -> None:
        """Let go of the database."""
        self.neo.deps.store.close()


def _escaped(text: str) -> str:
    kept = re.sub(r"&(?!amp;|lt;|gt;)", "&amp;", text)
    return re.sub(r"<(?![@#!]|https?:|mailto:)", "&lt;", kept)


def _file(name: str) -> dict[str, Any]:
    return {"id": f"F{name}", "name": name, "size": len(FILES[name]), "mimetype": "", "url_private_download": name}


def _fetch(ref: FileRef, _team: str) -> bytes:
    if ref.name not in FILES:
        raise BadInput(f"{ref.name} is gone.")
    return FILES[ref.name]
