"""The workspace: its memory, the bot's line, the pages' line, and every act that changes what is seen."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

from bot.workspace import channels, envelopes, events, installation, messages, users
from bot.workspace.changes import Changes
from bot.workspace.errors import Json, PersonError, SlackError
from bot.workspace.faults import Faults, Plan, Refuse
from bot.workspace.http_mode import HttpMode, RequestUrl
from bot.workspace.socket_mode import SocketMode
from bot.workspace.state import App, State

# Slack's triggers live 3 s; a machine that is busy tuning may need longer to open a modal.
TRIGGER_LIFE_S = 30.0


@dataclass(frozen=True)
class Draft:
    """What an author hands over: the channel, the words, and what goes with them."""

    channel_id: str
    user_id: str
    body: Json
    thread_ts: str | None = None
    only_for: str | None = None


@dataclass(frozen=True)
class Setup:
    """How a workspace differs from the usual one.

    Attributes:
        team_name: A new workspace's name.
        app: The app of another workspace that is to be installed here too.
        request_url: Where events are POSTed, signed, instead of going over the socket.
        rotates_tokens: Whether ``oauth.v2.access`` gives tokens that expire, with refresh tokens.
        faults: What goes wrong on purpose.
        mail_dir: A folder into which the app writes mails, as ``.eml`` files; the page shows them.
    """

    team_name: str = "Local workspace"
    app: App | None = None
    request_url: RequestUrl | None = None
    rotates_tokens: bool = False
    faults: Plan = field(default_factory=Plan)
    mail_dir: Path | None = None


class Workspace:
    """One local workspace. Every method may be called from any thread.

    Args:
        state_file: The SQLite file, made when it is missing.
        base_url: Where this workspace is reached, without a slash at the end.
        setup: What differs from a workspace of its own that speaks Socket Mode.

    Attributes:
        line: The way to the bot: ``socket``, or its request URL when the setup names one.
        neighbours: Other workspaces whose tokens the Web API here takes too, as slack.com does for all.
    """

    def __init__(self, state_file: Path, base_url: str, setup: Setup | None = None) -> None:
        setup = setup or Setup()
        self.state = State(state_file, team_name=setup.team_name, app=setup.app)
        self.base_url = base_url.rstrip("/")
        self.changes = Changes()
        self.faults = Faults(setup.faults)
        self.mail_dir = setup.mail_dir
        self.rotates_tokens = setup.rotates_tokens
        self.neighbours: list[Workspace] = []
        self.codes: dict[str, Json] = {}
        self.socket = SocketMode(self.state, self._tell_presence, self.faults)
        self.line: SocketMode | HttpMode = self.socket
        if setup.request_url is not None:
            self.line = HttpMode(self.state, setup.request_url, self._tell_presence, self.faults)
        self._triggers: dict[str, tuple[str, float]] = {}
        self._response_urls: dict[str, Json] = {}
        self._lock = Lock()
        users.seed(self.state)
        channels.seed(self.state)
        self.state.move_to(self.base_url)

    # -- messages ---------------------------------------------------------------------------------------------

    def post(self, draft: Draft) -> str:
        """Store a message, tell the bot and the pages, and give its ``ts``.

        Raises:
            SlackError: ``is_archived``.
        """
        channel = self._open(draft.channel_id)
        with self.state.transaction():
            ts = messages.insert(
                self.state,
                draft.channel_id,
                draft.user_id,
                draft.body,
                thread_ts=draft.thread_ts,
                only_for=draft.only_for,
            )
            if draft.only_for is None:
                self._announce_message(ts, draft, channels.channel_type(channel))
        if draft.user_id == self.state.identity.bot_user_id and draft.only_for is None:
            self.set_status(draft.channel_id, draft.thread_ts or ts, "")
        self._changed("message", draft.channel_id, ts)
        return ts

    def edit(self, channel_id: str, ts: str, changes: Json, *, mark: bool = True) -> Json:
        """Change a message's body by the keys of *changes* (None takes a key away), and give the message.

        Args:
            mark: Whether people see "(edited)"; a streamed answer grows without it.
        """
        with self.state.transaction():
            row = messages.find(self.state, channel_id, ts)
            before = self.shown(channel_id, ts)
            body: Json = {key: value for key, value in (json.loads(row["body"]) | changes).items() if value is not None}
            if mark:
                body["edited"] = {"user": row["user_id"], "ts": self.state.next_ts()}
            messages.rewrite(self.state, channel_id, ts, body)
            after = self.shown(channel_id, ts)
            if row["only_for"] is None and mark:
                kind = channels.channel_type(channels.find(self.state, channel_id))
                self._queue(events.message_changed(after, before, channel_id, kind, self.state.next_ts()))
        self._changed("message", channel_id, ts)
        return after

    def delete(self, channel_id: str, ts: str) -> None:
        """Take a message away and tell everyone."""
        with self.state.transaction():
            row = messages.find(self.state, channel_id, ts)
            before = self.shown(channel_id, ts)
            stands = messages.remove(self.state, channel_id, ts)
            if row["only_for"] is None:
                kind = channels.channel_type(channels.find(self.state, channel_id))
                self._queue(events.message_deleted(before, channel_id, kind, self.state.next_ts()))
        kind = "message" if stands else "deleted"
        self.changes.publish(kind, channel=channel_id, ts=ts, thread_ts=row["thread_ts"])
        self.line.wake()

    def shown(self, channel_id: str, ts: str, *, metadata: bool = False) -> Json:
        """A message as Slack shows it."""
        row = messages.find(self.state, channel_id, ts)
        return messages.message_json(self.state, row, self.base_url, metadata=metadata)

    def react(self, channel_id: str, ts: str, name: str, user_id: str) -> None:
        """Add an emoji.

        Raises:
            SlackError: ``already_reacted``, ``message_not_found``, ``is_archived``.
        """
        self._open(channel_id)
        row = messages.find(self.state, channel_id, ts)
        with self.state.transaction() as db:
            made = db.execute(
                "INSERT INTO reactions VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", (channel_id, ts, name, user_id)
            ).rowcount
            if not made:
                raise SlackError("already_reacted", f"{user_id} has already put :{name}: on {ts}")
            self._queue_reaction("reaction_added", name, user_id, (channel_id, ts), row["user_id"])
        self._changed("message", channel_id, ts)

    def unreact(self, channel_id: str, ts: str, name: str, user_id: str) -> None:
        """Take an emoji back.

        Raises:
            SlackError: ``no_reaction``, ``message_not_found``.
        """
        row = messages.find(self.state, channel_id, ts)
        with self.state.transaction() as db:
            gone = db.execute(
                "DELETE FROM reactions WHERE channel_id = ? AND ts = ? AND name = ? AND user_id = ?",
                (channel_id, ts, name, user_id),
            ).rowcount
            if not gone:
                raise SlackError("no_reaction", f"{user_id} has not put :{name}: on {ts}")
            self._queue_reaction("reaction_removed", name, user_id, (channel_id, ts), row["user_id"])
        self._changed("message", channel_id, ts)

    # -- what is around messages ------------------------------------------------------------------------------

    def set_status(self, channel_id: str, thread_ts: str, status: str) -> None:
        """Show what the bot is doing in a thread, such as ``is reading``; an empty status takes it away."""
        with self.state.transaction() as db:
            gone = db.execute(
                "DELETE FROM statuses WHERE channel_id = ? AND thread_ts = ?", (channel_id, thread_ts)
            ).rowcount
            if status:
                db.execute("INSERT INTO statuses VALUES (?, ?, ?)", (channel_id, thread_ts, status))
        if status or gone:
            self.changes.publish("status", channel=channel_id, thread_ts=thread_ts, status=status)

    def set_prompts(self, channel_id: str, thread_ts: str, title: str, prompts: list[Json]) -> None:
        """Offer prompts to click on; an empty list takes them away."""
        with self.state.transaction() as db:
            db.execute("DELETE FROM prompts WHERE channel_id = ? AND thread_ts = ?", (channel_id, thread_ts))
            if prompts:
                db.execute(
                    "INSERT INTO prompts VALUES (?, ?, ?, ?)", (channel_id, thread_ts, title, json.dumps(prompts))
                )
        self.changes.publish("prompts", channel=channel_id, thread_ts=thread_ts)

    def tell_bot(self, event: Json) -> None:
        """Queue one event and send it."""
        self._queue(event)
        self.line.wake()

    def ask_bot(self, kind: str, payload: Json, *, accepts_answer: bool) -> Json:
        """Hand the bot an interaction or a command, and wait for its acknowledgement.

        Raises:
            PersonError: The app is not installed, not connected, or does not answer in time.
        """
        if installation.standing(self.state) == installation.REMOVED:
            name = self.state.identity.bot_name
            raise PersonError(f"{name} was removed from this workspace. Install it again in the App menu.", 409)
        return self.line.ask(kind, payload, accepts_answer=accepts_answer)

    # -- secrets with a short life ----------------------------------------------------------------------------

    def new_trigger(self, user_id: str) -> str:
        """A ``trigger_id`` with which the bot may open a modal for *user_id*, once, within TRIGGER_LIFE_S."""
        now = time.monotonic()
        trigger = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        with self._lock:
            self._triggers = {key: entry for key, entry in self._triggers.items() if entry[1] > now - 600}
            self._triggers[trigger] = (user_id, now + TRIGGER_LIFE_S)
        return trigger

    def use_trigger(self, trigger_id: str) -> str:
        """The user for whom a trigger was made.

        Raises:
            SlackError: ``invalid_trigger_id`` or ``expired_trigger_id``.
        """
        with self._lock:
            entry = self._triggers.pop(trigger_id, None)
        if entry is None:
            raise SlackError("invalid_trigger_id", "unknown, or used before")
        if entry[1] < time.monotonic():
            raise SlackError("expired_trigger_id", f"older than {TRIGGER_LIFE_S:g} s")
        return entry[0]

    def new_response_url(self, channel_id: str, user_id: str, message_ts: str = "", thread_ts: str = "") -> str:
        """An address at which the bot may answer one interaction, at most five times within half an hour."""
        key = secrets.token_urlsafe(18)
        entry: Json = {
            "channel_id": channel_id,
            "user_id": user_id,
            "ts": message_ts,
            "thread_ts": thread_ts or None,
            "uses": 5,
            "until": time.monotonic() + 1800,
        }
        with self._lock:
            self._response_urls = {k: v for k, v in self._response_urls.items() if v["until"] > time.monotonic()}
            self._response_urls[key] = entry
        return f"{self.base_url}/response/{key}"

    def use_response_url(self, key: str) -> Json:
        """What an interaction's address stands for: channel_id, user_id and ts.

        Raises:
            SlackError: ``expired_url`` or ``used_url``, as Slack says.
        """
        with self._lock:
            entry = self._response_urls.get(key)
            if entry is None or entry["until"] < time.monotonic():
                raise SlackError("expired_url")
            if entry["uses"] == 0:
                raise SlackError("used_url")
            entry["uses"] -= 1
        return entry

    def refuse_calls(self, count: int, retry_after_s: int = 1) -> None:
        """Answer the next *count* calls of chat methods with 429, as Slack does to a bot that posts too fast."""
        self.faults.set(replace(self.faults.plan, refuse=Refuse(("chat.*",), count, retry_after_s)))

    # -- inside -----------------------------------------------------------------------------------------------

    def _announce_message(self, ts: str, draft: Draft, channel_type: str) -> None:
        shown = self.shown(draft.channel_id, ts, metadata=True)
        self._queue(events.message(shown, draft.channel_id, channel_type))
        for file in shown.get("files", []):
            self._queue(events.file_shared(file["id"], draft.user_id, draft.channel_id, ts))
        bot = self.state.identity.bot_user_id
        mentioned = re.search(rf"<@{bot}(\|[^>]*)?>", shown.get("text", ""))
        if mentioned and channel_type != "im" and draft.user_id != bot:
            self._queue(events.app_mention(shown, draft.channel_id))

    def _queue_reaction(self, kind: str, name: str, user_id: str, item: tuple[str, str], author: str) -> None:
        self._queue(events.reaction(kind, name, user_id, item, author, self.state.next_ts()))

    def _queue(self, event: Json) -> None:
        """Queue an event, unless the app is removed or not in the channel in which it happened."""
        channel_id = events.channel_of(event)
        bot = self.state.identity.bot_user_id
        if installation.standing(self.state) == installation.REMOVED:
            return
        if channel_id and bot not in channels.members(self.state, channel_id):
            return
        shared = bool(channel_id) and channels.is_shared(self.state, channel_id)
        envelopes.put(self.state, events.envelope(self.state.identity, event, is_shared=shared))

    def _open(self, channel_id: str) -> sqlite3.Row:
        channel = channels.find(self.state, channel_id)
        if channel["archived"]:
            raise SlackError("is_archived", f"#{channel['name']} is archived and read-only")
        return channel

    def _tell_presence(self, connected: bool) -> None:
        self.changes.publish("presence", connected=connected)

    def _changed(self, kind: str, channel_id: str, ts: str) -> None:
        row = messages.find(self.state, channel_id, ts)
        self.changes.publish(kind, channel=channel_id, ts=ts, thread_ts=row["thread_ts"], only_for=row["only_for"])
        self.line.wake()
