"""The payloads of the Events API, built from plain values. Pure: nothing is read or written here."""

from __future__ import annotations

import time

from bot.workspace.errors import Json
from bot.workspace.state import Identity, new_id

# What Slack puts into an event's message; everything else of a stored message stays at home.
_MESSAGE_KEYS = ("client_msg_id", "bot_id", "bot_profile", "text", "blocks", "attachments", "metadata", "edited")
_THREAD_KEYS = ("thread_ts", "parent_user_id")
# Of a person of another workspace, by Slack Connect.
_CONNECT_KEYS = ("user_team", "source_team")
_FILE_SHARE_KEYS = ("text", "blocks", "attachments", "files", "upload", "display_as_bot")
_AUTHOR_KEYS = ("client_msg_id", "subtype", "user", "team", "bot_id", "bot_profile", "edited", "ts")
_FIGURE_KEYS = ("reply_count", "reply_users_count", "latest_reply")
_MENTION_KEYS = ("user", "ts", "client_msg_id", "text", "team", "blocks")
_INNER_KEYS = (*_AUTHOR_KEYS, "text", "blocks", "attachments", "upload", "display_as_bot", *_THREAD_KEYS, *_FIGURE_KEYS)


def channel_of(event: Json) -> str:
    """The id of the channel in which an event happened; empty when it happened in none."""
    named = event.get("channel") or event.get("channel_id") or event.get("item", {}).get("channel") or ""
    return str(named["id"] if isinstance(named, dict) else named)


def envelope(identity: Identity, event: Json, *, is_shared: bool = False) -> Json:
    """Wrap an event as Slack delivers it, with a fresh ``event_id``; *is_shared* when its channel is a Connect one."""
    return {
        "token": identity.verification_token,
        "team_id": identity.team_id,
        "api_app_id": identity.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": identity.team_id,
                "user_id": identity.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": is_shared,
        "event_context": new_id("4-"),
    }


def message(shown: Json, channel_id: str, channel_type: str) -> Json:
    """A new message; one that carries files has the subtype ``file_share``."""
    keys = _FILE_SHARE_KEYS if shown.get("files") else _MESSAGE_KEYS
    event: Json = {"type": "message", "user": shown["user"], "ts": shown["ts"]}
    if shown.get("files"):
        event |= {"subtype": "file_share", "upload": True, "display_as_bot": False}
    else:
        event["team"] = shown["team"]
    event |= {key: shown[key] for key in (*keys, *_THREAD_KEYS, *_CONNECT_KEYS) if key in shown}
    return event | {"channel": channel_id, "event_ts": shown["ts"], "channel_type": channel_type}


def app_mention(shown: Json, channel_id: str) -> Json:
    """The second event that Slack sends for a message in a channel which names the bot."""
    event: Json = {key: shown[key] for key in (*_MENTION_KEYS, *_CONNECT_KEYS) if key in shown}
    if shown.get("thread_ts") and shown["thread_ts"] != shown["ts"]:
        event["thread_ts"] = shown["thread_ts"]
    return {"type": "app_mention", "channel": channel_id, "event_ts": shown["ts"]} | event


def message_changed(after: Json, before: Json, channel_id: str, channel_type: str, ts: str) -> Json:
    """An edit. *ts* is the event's own time stamp."""
    return _change("message_changed", channel_id, channel_type, ts) | {
        "message": _inner(after),
        "previous_message": _inner(before),
    }


def message_deleted(before: Json, channel_id: str, channel_type: str, ts: str) -> Json:
    """A deletion. *ts* is the event's own time stamp."""
    return _change("message_deleted", channel_id, channel_type, ts) | {
        "deleted_ts": before["ts"],
        "previous_message": _inner(before),
    }


def reaction(kind: str, name: str, user_id: str, item: tuple[str, str], item_user: str, ts: str) -> Json:
    """``reaction_added`` or ``reaction_removed``; *item* is the message's channel and ts."""
    return {
        "type": kind,
        "user": user_id,
        "reaction": name,
        "item": {"type": "message", "channel": item[0], "ts": item[1]},
        "item_user": item_user,
        "event_ts": ts,
    }


def file_shared(file_id: str, user_id: str, channel_id: str, ts: str) -> Json:
    """A file appeared in a channel."""
    return {
        "type": "file_shared",
        "file_id": file_id,
        "user_id": user_id,
        "file": {"id": file_id},
        "channel_id": channel_id,
        "event_ts": ts,
    }


def app_home_opened(user_id: str, channel_id: str, tab: str, ts: str, view: Json | None = None) -> Json:
    """A person opened the bot's ``home`` or ``messages`` tab."""
    event: Json = {"type": "app_home_opened", "user": user_id, "channel": channel_id, "tab": tab, "event_ts": ts}
    return event | ({"view": view} if view and tab == "home" else {})


def member_joined_channel(user_id: str, channel_id: str, team_id: str, inviter: str, ts: str) -> Json:
    """Someone, or the bot, is now in a channel."""
    return {
        "type": "member_joined_channel",
        "user": user_id,
        "channel": channel_id,
        "channel_type": "C",
        "team": team_id,
        "inviter": inviter,
        "event_ts": ts,
    }


def member_left_channel(user_id: str, channel_id: str, team_id: str, ts: str) -> Json:
    """Someone is not in a channel any more."""
    return {
        "type": "member_left_channel",
        "user": user_id,
        "channel": channel_id,
        "channel_type": "C",
        "team": team_id,
        "event_ts": ts,
    }


def channel_left(channel_id: str, actor_id: str, ts: str) -> Json:
    """The bot itself was taken out of a channel by *actor_id*."""
    return {"type": "channel_left", "channel": channel_id, "actor_id": actor_id, "event_ts": ts}


def channel_rename(channel_id: str, kind: str, name: str, created: int, ts: str) -> Json:
    """``channel_rename``, or ``group_rename`` of a private channel."""
    renamed: Json = {"id": channel_id, "is_channel": kind == "channel", "is_mpim": False}
    renamed |= {"name": name, "name_normalized": name, "created": created}
    return {"type": f"{kind}_rename", "channel": renamed, "event_ts": ts}


def channel_archive(channel_id: str, kind: str, user_id: str, ts: str, *, archived: bool) -> Json:
    """``channel_archive`` or ``channel_unarchive``; ``group_...`` of a private channel."""
    act = "archive" if archived else "unarchive"
    # Slack names the person otherwise in this one of the four.
    by = "actor_id" if (kind, act) == ("group", "unarchive") else "user"
    event: Json = {"type": f"{kind}_{act}", "channel": channel_id, by: user_id}
    return event | ({"is_moved": 0} if archived else {}) | {"event_ts": ts}


def agent_session_stopped(user_id: str, thread: tuple[str, str], streaming: list[str], ts: str) -> Json:
    """A person pressed Stop; *thread* is its channel and ts, *streaming* the messages that were cut short."""
    return {
        "type": "agent_session_stopped",
        "channel": thread[0],
        "thread_ts": thread[1],
        "user": user_id,
        "streaming_message_ts": streaming,
        "event_ts": ts,
    }


def tokens_revoked(bot_user_id: str) -> Json:
    """The bot's token is refused from now on."""
    return {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot_user_id]}}


def app_uninstalled() -> Json:
    """The app was removed from the workspace."""
    return {"type": "app_uninstalled"}


def _change(subtype: str, channel_id: str, channel_type: str, ts: str) -> Json:
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": channel_id,
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel_type,
    }


def _inner(shown: Json) -> Json:
    return {"type": "message"} | {key: shown[key] for key in (*_INNER_KEYS, *_CONNECT_KEYS) if key in shown}
