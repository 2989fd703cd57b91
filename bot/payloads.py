"""Slack's JSON into Neo's events: pure functions, None for what is no event of Neo's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from neo.domain.approvals import bare
from neo.domain.events import (
    AppRemoved,
    ButtonPressed,
    ChannelChanged,
    ChannelJoined,
    CommandGiven,
    FileRef,
    FormSubmitted,
    HomeOpened,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    ReactionAdded,
    ReactionRemoved,
    ShortcutUsed,
    WorkStopped,
)

Json = Mapping[str, Any]

# A person's own words come without a subtype, with files, or as a reply that is shown in the channel too.
_WORDS = (None, "file_share", "thread_broadcast")


def message_received(body: Json, bot_user: str) -> MessageReceived | None:
    """A person's message, or a mention; None for joins and what bots say."""
    event = body["event"]
    if not _is_a_persons(event, bot_user):
        return None
    return MessageReceived(
        **_said(body, event, bot_user),
        files=tuple(_file(file) for file in event.get("files") or ()),
        is_dm=event.get("channel_type") == "im" or str(event["channel"]).startswith("D"),
        mentions_neo=event["type"] == "app_mention" or f"<@{bot_user}>" in str(event.get("text") or ""),
    )


def message_edited(body: Json, bot_user: str) -> MessageEdited | None:
    """A person's words that they changed; None for bots', and where only a link was unfolded."""
    now, before = (body["event"].get(key) or {} for key in ("message", "previous_message"))
    if not _is_a_persons(now, bot_user) or now.get("text") == before.get("text"):
        return None
    return MessageEdited(**_said(body, now, bot_user), before=_words(before, bot_user))


def message_deleted(body: Json, bot_user: str) -> MessageDeleted | None:
    """A person's message that is gone, or left a gravestone; None for bots'."""
    before = body["event"].get("previous_message") or {}
    return MessageDeleted(**_said(body, before, bot_user)) if _is_a_persons(before, bot_user) else None


def _said(body: Json, message: Json, bot_user: str) -> dict[str, Any]:
    """What all events about a person's message say of it."""
    return {
        "event_id": body["event_id"],
        "team": _team(body),
        "channel": body["event"]["channel"],
        "ts": message["ts"],
        "thread": message.get("thread_ts"),
        "user": message["user"],
        "text": _words(message, bot_user),
    }


def _words(message: Json, bot_user: str) -> str:
    return _plain(_without_mention(str(message.get("text") or ""), bot_user))


def _is_a_persons(message: Json, bot_user: str) -> bool:
    words = message.get("subtype") in _WORDS and not message.get("bot_id")
    return words and message.get("user") not in (None, bot_user)


def work_stopped(body: Json) -> WorkStopped:
    """The platform's Stop button."""
    event = body["event"]
    thread = str(event.get("thread_ts") or "")
    return WorkStopped(body["event_id"], _team(body), event["channel"], thread, str(event.get("user") or ""))


def home_opened(body: Json) -> HomeOpened:
    """A tab of the conversation with Neo."""
    event = body["event"]
    tab = str(event.get("tab") or "home")
    return HomeOpened(body["event_id"], _team(body), str(event.get("channel") or ""), event["user"], tab)


# The event's type -> what it means for the channel.
CHANNEL_CHANGES = {
    "channel_archive": "archived",
    "channel_unarchive": "unarchived",
    "channel_deleted": "deleted",
    "channel_left": "left",
    "channel_rename": "renamed",
    "group_archive": "archived",
    "group_unarchive": "unarchived",
    "group_deleted": "deleted",
    "group_left": "left",
    "group_rename": "renamed",
}


def channel_changed(body: Json) -> ChannelChanged:
    """A channel archived, opened again, deleted, renamed, or left by Neo."""
    event = body["event"]
    channel = event["channel"]
    id = channel["id"] if isinstance(channel, Mapping) else str(channel)
    return ChannelChanged(body["event_id"], _team(body), id, CHANNEL_CHANGES[event["type"]])


def channel_left(body: Json, bot_user: str) -> ChannelChanged | None:
    """Neo was taken out of a channel; None for anybody else who left."""
    event = body["event"]
    if event["user"] != bot_user:
        return None
    return ChannelChanged(body["event_id"], _team(body), event["channel"], "left")


def channel_joined(body: Json, bot_user: str) -> ChannelJoined | None:
    """Neo was added to a channel; None for anybody else."""
    event = body["event"]
    if event.get("user") != bot_user:
        return None
    return ChannelJoined(body["event_id"], _team(body), event["channel"], str(event.get("inviter") or ""))


def app_removed(body: Json) -> AppRemoved | None:
    """The workspace removed Neo, or took back its bot's token; None where only a person's token went."""
    event = body["event"]
    if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
        return None
    reason = "removed" if event["type"] == "app_uninstalled" else "revoked"
    return AppRemoved(body["event_id"], _team(body), reason)


def shortcut_used(body: Json, bot_user: str) -> ShortcutUsed:
    """A shortcut on a message, or from anywhere."""
    message = body.get("message") or {}
    return ShortcutUsed(
        event_id=f"{body.get('trigger_id', '')}:{body.get('action_ts', '')}",
        team=_team(body),
        user=body["user"]["id"],
        name=body["callback_id"],
        channel=str((body.get("channel") or {}).get("id") or ""),
        item_ts=str(message.get("ts") or ""),
        thread=message.get("thread_ts"),
        text=_words(message, bot_user),
    )


def reaction_added(body: Json) -> ReactionAdded | None:
    """An emoji put on a message; None for one put on a file."""
    values = _reaction(body)
    return ReactionAdded(**values) if values else None


def reaction_removed(body: Json) -> ReactionRemoved | None:
    """An emoji taken from a message; None for one taken from a file."""
    values = _reaction(body)
    return ReactionRemoved(**values) if values else None


def _reaction(body: Json) -> dict[str, str] | None:
    event = body["event"]
    item = event["item"]
    if item.get("type") != "message":
        return None
    return {
        "event_id": body["event_id"],
        "team": _team(body),
        "channel": item["channel"],
        "item_ts": item["ts"],
        "user": event["user"],
        "emoji": bare(event["reaction"]),
    }


def button_pressed(body: Json) -> ButtonPressed | None:
    """A button under a message or on the Home tab; None for one in a modal."""
    action, channel = body["actions"][0], body.get("channel")
    container, view = body.get("container") or {}, body.get("view") or {}
    if view.get("type") != "home" and not (channel and container.get("message_ts")):
        return None
    return ButtonPressed(
        event_id=f"{body.get('trigger_id', '')}:{action.get('action_ts', '')}",
        team=_team(body),
        channel=channel["id"] if channel else body["user"]["id"],
        item_ts=str(container.get("message_ts") or ""),
        user=body["user"]["id"],
        action=action["action_id"],
        value=str(action.get("value") or ""),
        trigger=body.get("trigger_id", ""),
    )


def command_given(body: Json) -> CommandGiven:
    """A slash command."""
    return CommandGiven(
        event_id=body["trigger_id"],
        team=body["team_id"],
        channel=body["channel_id"],
        user=body["user_id"],
        text=str(body.get("text") or "").strip(),
    )


def form_submitted(body: Json) -> FormSubmitted:
    """A modal sent; its callback id names the form, its private metadata what it is about."""
    view = body["view"]
    fields = {
        action: _filled(state)
        for block in (view.get("state") or {}).get("values", {}).values()
        for action, state in block.items()
    }
    return FormSubmitted(
        event_id=f"{view['id']}:{view.get('hash', '')}",
        team=_team(body),
        user=body["user"]["id"],
        form=view["callback_id"],
        subject=view.get("private_metadata", ""),
        fields=fields,
    )


def _filled(state: Json) -> str:
    """What a field of a form holds, whatever kind of field it is."""
    option = state.get("selected_option") or {}
    return str(state.get("value") or option.get("value") or state.get("selected_conversation") or "")


def _file(file: Json) -> FileRef:
    return FileRef(
        id=file["id"],
        name=str(file.get("name") or file["id"]),
        size=int(file.get("size") or 0),
        media_type=str(file.get("mimetype") or ""),
        url=str(file.get("url_private_download") or file.get("url_private") or ""),
    )


def _team(body: Json) -> str:
    return str(body.get("team_id") or (body.get("team") or {}).get("id") or "")


def _without_mention(text: str, bot_user: str) -> str:
    """A message to Neo without its name; other people's names are a part of what is said."""
    return re.sub(rf"\s*<@{re.escape(bot_user)}(?:\|[^>]*)?>[,:]?\s*", " ", text).strip()


def _plain(text: str) -> str:
    """Slack escapes three characters, and only those."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
