"""A scripted person in the workspace: says, reacts, presses, and waits for what the bot does.

It uses the same HTTP routes as the chat page, so what it can do a person can do too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.workspace.errors import Json, PersonError

_POLL_S = 0.15


@dataclass(frozen=True)
class Message:
    """A message as the page receives it. ``raw`` is Slack's JSON, with metadata and ``is_ephemeral``."""

    channel: str
    ts: str
    user: str
    text: str
    raw: Json

    @property
    def thread_ts(self) -> str:
        """The ts of the message that starts the thread; the message's own when it has none."""
        return str(self.raw.get("thread_ts") or self.ts)

    @property
    def blocks(self) -> list[Json]:
        """The message's blocks."""
        return list(self.raw.get("blocks") or [])

    @property
    def files(self) -> list[Json]:
        """The message's files."""
        return list(self.raw.get("files") or [])

    @property
    def reactions(self) -> dict[str, list[str]]:
        """Who reacted, by emoji."""
        return {reaction["name"]: reaction["users"] for reaction in self.raw.get("reactions") or []}

    @property
    def edited(self) -> bool:
        """Whether the message was changed after it was sent."""
        return "edited" in self.raw


class Person:
    """Acts as one of the workspace's people.

    Args:
        base_url: The workspace's address, such as ``http://127.0.0.1:3100``.
        as_user: ``you`` (the owner), ``colleague``, ``stranger``, ``guest``, ``partner``, or a user id.
    """

    def __init__(self, base_url: str, as_user: str = "you") -> None:
        self._http = httpx.Client(base_url=base_url, timeout=60, trust_env=False)
        found = self._get("/people/me", {"as": as_user})
        self.user_id: str = found["user"]["id"]
        self.bot_user_id: str = found["bot_user_id"]

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def bot_connected(self) -> bool:
        """Whether the bot listens at this moment."""
        return bool(self._get("/people/me")["connected"])

    def channels(self) -> dict[str, str]:
        """The id of every channel by its name; the direct message with the bot has the empty name."""
        return {channel.get("name", ""): channel["id"] for channel in self._get("/people/channels")["channels"]}

    def create_channel(self, name: str, *, private: bool = False) -> str:
        """Make a channel and give its id; only its members see a private one."""
        return str(self._post("/people/channels", {"name": name, "private": private})["channel"])

    def rename_channel(self, channel: str, name: str) -> None:
        """Give a channel another name."""
        self._post("/people/channels/rename", {"channel": channel, "name": name})

    def archive_channel(self, channel: str) -> None:
        """Make a channel read-only."""
        self._post("/people/channels/archive", {"channel": channel})

    def unarchive_channel(self, channel: str) -> None:
        """Open an archived channel again."""
        self._post("/people/channels/unarchive", {"channel": channel})

    def invite(self, channel: str, user: str) -> None:
        """Bring someone into a channel: a role such as ``guest``, a user id, or ``bot``."""
        self._post("/people/channels/members", {"channel": channel, "user": user})

    def take_out(self, channel: str, user: str) -> None:
        """Take someone, or the bot, out of a channel."""
        self._post("/people/channels/members", {"channel": channel, "user": user, "remove": True})

    def set_profile(self, *, tz: str = "", locale: str = "") -> None:
        """Change one's own time zone, such as ``Europe/Berlin``, and language, such as ``de-DE``."""
        self._post("/people/profile", {"tz": tz, "locale": locale})

    def app(self, act: str = "") -> str:
        """How the app stands: ``installed``, ``revoked`` or ``removed``; first ``revoke``, ``remove``, ``install``."""
        answer = self._post("/people/app", {"act": act}) if act else self._get("/people/app")
        return str(answer["standing"])

    def set_faults(self, **plan: Any) -> None:
        """Replace what goes wrong on purpose, by the keys of ``faults.Plan``; none turns everything off."""
        self._post("/people/faults", plan)

    def open_dm(self) -> str:
        """Open the direct message with the bot and give its id."""
        return str(self._post("/people/dm", {})["channel"])

    def open_home(self) -> Json | None:
        """Open the bot's Home tab, and give what it shows at this moment."""
        self._post("/people/tabs", {"tab": "home"})
        home: Json | None = self._get("/people/views")["home"]
        return home

    def say(self, text: str, channel: str, thread_ts: str | None = None, files: Sequence[Path] = ()) -> str:
        """Send a message and give its ts. "@Neo" in *text* becomes a mention; *channel* is an id or ``#name``."""
        fields = {"text": text, "channel": channel, "thread_ts": thread_ts or "", "as": self.user_id}
        with ExitStack() as stack:
            parts = [("files", (path.name, stack.enter_context(path.open("rb")))) for path in files]
            answer = self._http.post("/people/messages", data=fields, files=parts or None)
        return str(_checked(answer)["ts"])

    def edit(self, channel: str, ts: str, text: str) -> None:
        """Change one's own message."""
        self._post("/people/messages/edit", {"channel": channel, "ts": ts, "text": text})

    def delete(self, channel: str, ts: str) -> None:
        """Delete one's own message."""
        self._post("/people/messages/delete", {"channel": channel, "ts": ts})

    def react(self, channel: str, ts: str, emoji: str) -> None:
        """Add an emoji, by its name without colons; a skin tone may follow (``+1::skin-tone-4``)."""
        self._post("/people/reactions", {"channel": channel, "ts": ts, "name": emoji})

    def unreact(self, channel: str, ts: str, emoji: str) -> None:
        """Take one's emoji back."""
        self._post("/people/reactions", {"channel": channel, "ts": ts, "name": emoji, "remove": True})

    def press(
        self, message: Message, action_id: str, value: Any = None, *, block_id: str = "", values: Json | None = None
    ) -> None:
        """Press a button or choose from a select.

        Args:
            message: Where the button is.
            action_id: Which one.
            value: What is chosen in a select, or the value of the feedback button that is pressed.
            block_id: Needed only when two elements share the action_id.
            values: What other fields of the message hold: block id -> action id -> value.
        """
        used = {"action_id": action_id, "block_id": block_id, "value": value, "values": values or {}}
        self._post("/people/actions", {"channel": message.channel, "ts": message.ts} | used)

    def command(self, command: str, text: str = "", channel: str = "#general", thread_ts: str | None = None) -> None:
        """Type a slash command, such as ``command("/neo", "status")``."""
        fields = {"channel": channel, "text": f"{command} {text}".strip(), "thread_ts": thread_ts or ""}
        self._post("/people/commands", fields)

    def shortcut(self, callback_id: str, message: Message | None = None) -> None:
        """Choose a shortcut: of a message's menu, or one that stands beside the composer."""
        place = {"channel": message.channel, "ts": message.ts} if message else {}
        self._post("/people/shortcuts", {"callback_id": callback_id} | place)

    def stop(self, channel: str, thread_ts: str) -> None:
        """Press Stop in a thread in which the bot works."""
        self._post("/people/stop", {"channel": channel, "thread_ts": thread_ts})

    def session(self, channel: str, thread_ts: str) -> tuple[str, str]:
        """A thread's agent session: its status and its title; both empty when there is none."""
        answer = self._get("/people/messages", {"channel": channel, "thread": thread_ts})
        return str(answer["session"]), str(answer["title"])

    def modals(self) -> list[Json]:
        """One's open modals, the top one last."""
        return list(self._get("/people/views")["modals"])

    def submit(self, view_id: str, values: Json) -> dict[str, str]:
        """Submit a modal. *values* is block id -> action id -> value; gives errors by block id, empty when accepted."""
        return dict(self._post("/people/views/submit", {"view": view_id, "values": values}).get("errors") or {})

    def close_modal(self, view_id: str) -> None:
        """Close a modal without submitting."""
        self._post("/people/views/close", {"view": view_id})

    def press_in_view(self, view_id: str, action_id: str, value: Any = None) -> None:
        """Press a button or choose from a select, in a modal or on the Home tab."""
        self._post("/people/views/actions", {"view": view_id, "action_id": action_id, "value": value})

    def messages(self, channel: str, thread_ts: str | None = None) -> list[Message]:
        """A channel's newest messages or a whole thread, oldest first; ephemeral ones that one may see are included."""
        answer = self._get("/people/messages", {"channel": channel, "thread": thread_ts or ""})
        return [Message(answer["channel"], item["ts"], item["user"], item["text"], item) for item in answer["messages"]]

    def status(self, channel: str, thread_ts: str | None = None) -> str:
        """What the bot is doing in a thread, such as ``is working…``; empty when it is idle."""
        return str(self._get("/people/messages", {"channel": channel, "thread": thread_ts or ""})["status"])

    def wait_for(
        self,
        wanted: Callable[[Message], bool],
        channel: str,
        thread_ts: str | None = None,
        *,
        timeout_s: float = 30.0,
    ) -> Message:
        """The newest message that *wanted* accepts, as soon as there is one.

        Raises:
            TimeoutError: None came within *timeout_s*; the error shows the last messages that did.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            found = self.messages(channel, thread_ts)
            for message in reversed(found):
                if wanted(message):
                    return message
            if time.monotonic() > deadline:
                last = "; ".join(f"{message.user}: {message.text[:80]!r}" for message in found[-3:])
                raise TimeoutError(f"No such message within {timeout_s:g} s. The last ones were: {last or 'none'}")
            time.sleep(_POLL_S)

    def download(self, file: Json) -> bytes:
        """The content of a file of a message."""
        answer = self._http.get(file["permalink"])
        if answer.status_code != 200:
            raise PersonError(f"{file['name']}: {answer.text}", answer.status_code)
        return answer.content

    def _get(self, path: str, params: Json | None = None) -> Json:
        return _checked(self._http.get(path, params={"as": getattr(self, "user_id", "")} | (params or {})))

    def _post(self, path: str, fields: Json) -> Json:
        return _checked(self._http.post(path, json={"as": self.user_id} | fields))


def _checked(answer: httpx.Response) -> Json:
    try:
        body: Json = answer.json()
    except ValueError as error:
        raise PersonError(
            f"The workspace answered {answer.status_code}: {answer.text[:200]}", answer.status_code
        ) from error
    if "error" in body:
        raise PersonError(str(body["error"]), answer.status_code)
    return body
