"""Posts out to Slack's Web API: a message a second and channel, patient with 429 and outages."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError, SlackObjectFormationError

from bot.blocks import render
from bot.blocks.mrkdwn import MOST_BLOCKS, escaped
from bot.clients import Clients, OneWorkspace
from bot.slack_surfaces import Surfaces
from neo.domain.access import Profile
from neo.domain.posts import Attachment, Post
from neo.store.files import FileStore
from neo.transports.base import Outgoing, Refused, TryLater

EVENT_TYPE = "neo_post"
FALLBACK = 3500  # characters of accessible text; Slack cuts at 4,000
PAGE = 200  # messages asked for at a time, when one is looked for by its metadata
# Slack's own trouble, or ours that a person can mend without losing the message.
PASSING = frozenset(
    {
        "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout",
        "team_added_to_org", "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
        "missing_scope",
    }
)  # fmt: skip
TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format"})
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
# Slack limits a message by its channel, which waits with the post; every other method by workspace and app.
LIMITED_BY_CHANNEL = frozenset({"chat_postMessage", "chat_postEphemeral"})
SHARED_AFTER_S = (0.0, 0.5, 1.0)  # pauses before each look for the message that shows a file
_OUTAGE_S = 5.0
_AUTH_S = 60.0


class SlackTransport:
    """Carries posts to Slack, or to the local workspace.

    Args:
        client: Talks to the Web API with the bot's token; or gives the client of a post's workspace.
        files: Where attachments lie.
        messages_per_s: For each channel; 0 is no limit.

    Attributes:
        gap_s: Seconds between two messages of a channel, which the outbox keeps over all processes.
    """

    def __init__(self, client: WebClient | Clients, files: FileStore, messages_per_s: float = 1.0) -> None:
        self._clients = OneWorkspace(client) if isinstance(client, WebClient) else client
        self._files = files
        self.gap_s = 1.0 / messages_per_s if messages_per_s else 0.0
        self._held: dict[tuple[str, str], float] = {}
        self._free_at: dict[str, float] = {}
        self._surfaces = Surfaces(files, self._call)
        self._lock = threading.Lock()

    def busy(self) -> list[str]:
        """Channels that had a message less than their gap ago."""
        now = time.monotonic()
        with self._lock:
            self._free_at = {channel: at for channel, at in self._free_at.items() if at > now}
            return list(self._free_at)

    def send(self, outgoing: Outgoing) -> Sequence[str]:
        """See :class:`neo.transports.base.ChatTransport`."""
        post = outgoing.post
        if self._surfaces.draw(outgoing):
            return []
        if post.to_user:
            self._ephemeral(outgoing)
            return []
        ts = self._already_there(outgoing) if outgoing.again else None
        stamps = [ts or self._post(outgoing)]
        if post.attachments:
            stamps += self._upload(outgoing, post.attachments, stamps[0])
        return stamps

    def edit(self, outgoing: Outgoing, stamps: Sequence[str]) -> Sequence[str]:
        """See :class:`neo.transports.base.ChatTransport`."""
        fields = {"channel": outgoing.channel, "ts": stamps[0], **_content(outgoing.post), **_metadata(outgoing)}
        try:
            self._call(outgoing.team, outgoing.channel, "chat_update", **fields)
        except Refused as error:
            if not any(code in str(error) for code in GONE):
                raise
            return [self._post(outgoing)]
        return []

    def find(self, team: str, channel: str, ts: str) -> str | None:
        """See :class:`neo.transports.base.ChatTransport`."""
        for message in self._thread(team, channel, ts, latest=ts, inclusive=True):
            if message.get("ts") == ts:
                return _row_of(message)
        return None

    def person(self, team: str, user: str) -> Profile:
        """See :class:`neo.transports.base.ChatTransport`."""
        return self._surfaces.person(team, user)

    def _already_there(self, outgoing: Outgoing) -> str | None:
        """The message that an earlier try left, found by its metadata."""
        messages = self._around(outgoing)
        return next((str(message["ts"]) for message in messages if _row_of(message) == outgoing.row), None)

    def _around(self, outgoing: Outgoing, after: str | None = None) -> list[dict[str, Any]]:
        """What stands where a post goes: its thread, or the channel's newest messages."""
        if outgoing.thread is None:
            return self._newest(outgoing.team, outgoing.channel)
        return self._thread(outgoing.team, outgoing.channel, outgoing.thread, **({"oldest": after} if after else {}))

    def _newest(self, team: str, channel: str) -> list[dict[str, Any]]:
        answer = self._call(team, None, "conversations_history", channel=channel, include_all_metadata=True, limit=PAGE)
        return list(answer.get("messages") or [])

    def _thread(self, team: str, channel: str, ts: str, **bounds: Any) -> list[dict[str, Any]]:
        """All messages of a thread within the bounds, oldest first, over as many pages as there are."""
        fields: dict[str, Any] = {"channel": channel, "ts": ts, "include_all_metadata": True, "limit": PAGE, **bounds}
        messages: list[dict[str, Any]] = []
        while True:
            try:
                answer = self._call(team, None, "conversations_replies", **fields)
            except Refused:
                return messages  # no such thread any more
            messages += answer.get("messages") or []
            fields["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor")
            if not fields["cursor"]:
                return messages

    def _ephemeral(self, outgoing: Outgoing) -> None:
        if outgoing.channel == outgoing.post.to_user:  # their own conversation with Neo: nobody else is there
            content = _content(outgoing.post)
            self._call(outgoing.team, outgoing.channel, "chat_postMessage", channel=outgoing.channel, **content)
            return
        fields = {"channel": outgoing.channel, "user": outgoing.post.to_user, **_content(outgoing.post)}
        if outgoing.thread:
            fields["thread_ts"] = outgoing.thread
        self._call(outgoing.team, outgoing.channel, "chat_postEphemeral", **fields)

    def _post(self, outgoing: Outgoing) -> str:
        where = {"channel": outgoing.channel, **({"thread_ts": outgoing.thread} if outgoing.thread else {})}
        try:
            fields = {**where, **_content(outgoing.post), **_metadata(outgoing), "unfurl_links": False}
            answer = self._call(outgoing.team, outgoing.channel, "chat_postMessage", **fields)
        except Refused as error:
            if not any(code in str(error) for code in TOO_LONG):
                raise
            answer = self._post_as_file(outgoing, where)
        return str(answer["ts"])

    def _post_as_file(self, outgoing: Outgoing, where: dict[str, Any]) -> Any:
        """What does not fit into a message goes as its beginning and a file: never lost, never silent."""
        text = escaped(outgoing.post.text)
        short = f"{text[: FALLBACK - 60]}…\n_The whole text is in the file below._"
        answer = self._call(
            outgoing.team, outgoing.channel, "chat_postMessage", **where, text=short, **_metadata(outgoing)
        )
        content = outgoing.post.text.encode()
        uploads = [{"content": content, "filename": "message.md", "title": "The whole message"}]
        self._call(outgoing.team, outgoing.channel, "files_upload_v2", **where, file_uploads=uploads)
        return answer

    def _upload(self, outgoing: Outgoing, attachments: Sequence[Attachment], after: str) -> list[str]:
        """Upload all files in one message; its timestamp, where it can be found."""
        uploads = [
            {
                "content": self._files.get(one.address),
                "filename": one.name,
                "title": one.title,
                **({"alt_txt": one.alt_text} if one.alt_text else {}),
            }
            for one in attachments
        ]
        fields: dict[str, Any] = {"channel": outgoing.channel, "file_uploads": uploads}
        if outgoing.thread:
            fields["thread_ts"] = outgoing.thread
        answer = self._call(outgoing.team, outgoing.channel, "files_upload_v2", **fields)
        first = (answer.get("files") or [{}])[0].get("id")
        return self._carrier(outgoing, str(first), after) if first else []

    def _carrier(self, outgoing: Outgoing, file: str, after: str) -> list[str]:
        """The message that shows a file, so that a reaction to it is understood; Slack shares it a moment later."""
        for pause_s in SHARED_AFTER_S:
            time.sleep(pause_s)
            try:
                messages = self._around(outgoing, after)
            except TryLater:
                break
            if found := [str(m["ts"]) for m in messages if any(f.get("id") == file for f in m.get("files") or ())]:
                return found
        return []  # the post itself is stamped; a reaction to its files alone is then not understood

    def _call(self, team: str, to: str | None, method: str, **fields: Any) -> Any:
        """Call a method unless Slack asked for patience with it; *to* is the channel that gets a message."""
        now = time.monotonic()
        with self._lock:
            if (wait := self._held.get((team, method), 0.0) - now) > 0:
                raise TryLater(wait, f"Slack asked for patience with {method}")
            if to is not None and self.gap_s:
                self._free_at[to] = now + self.gap_s
        try:
            return getattr(self._clients.of(team), method)(**fields)
        except SlackApiError as error:
            judged = _judged(error)
            if _limited(error) and isinstance(judged, TryLater) and method not in LIMITED_BY_CHANNEL:
                with self._lock:
                    self._held[(team, method)] = time.monotonic() + judged.wait_s
            raise judged from error
        except (SlackClientError, URLError, OSError) as error:
            raise TryLater(_OUTAGE_S, f"Slack is out of reach: {error}") from error


def _limited(error: SlackApiError) -> bool:
    response: Any = error.response
    code = str(response.get("error", "")) if hasattr(response, "get") else str(response)
    return getattr(response, "status_code", 200) == 429 or code in ("ratelimited", "rate_limited")


def _judged(error: SlackApiError) -> TryLater | Refused:
    response: Any = error.response
    status = getattr(response, "status_code", 200)
    code = str(response.get("error", "")) if hasattr(response, "get") else str(response)
    if _limited(error):
        return TryLater(float(response.headers.get("Retry-After", 1)), "Slack asks for patience (429)")
    if status >= 500:
        return TryLater(_OUTAGE_S, f"Slack answered {status}")
    if code in PASSING:
        return TryLater(_AUTH_S, f"Slack refused: {code}")
    return Refused(f"Slack refused: {code}")


def _content(post: Post) -> dict[str, Any]:
    text = escaped(post.text)
    try:
        blocks = [block.to_dict() for block in render(post)]
    except SlackObjectFormationError as error:
        raise Refused(f"invalid_blocks: {error}") from error
    if len(blocks) > MOST_BLOCKS:
        raise Refused(f"msg_blocks_too_long: {len(blocks)} blocks, of which Slack takes {MOST_BLOCKS}")
    return {"text": text if len(text) <= FALLBACK else f"{text[:FALLBACK]}…", "blocks": blocks}


def _metadata(outgoing: Outgoing) -> dict[str, Any]:
    return {"metadata": {"event_type": EVENT_TYPE, "event_payload": {"row": outgoing.row}}}


def _row_of(message: dict[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    row = (metadata.get("event_payload") or {}).get("row")
    return str(row) if row else None
