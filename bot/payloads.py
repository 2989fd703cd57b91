"""Slack's JSON into Neo's events: pure functions, None for what is no event of Neo's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from neo.domain.approvals import bare
from neo.domain.events import (
    ButtonPressed,
    CommandGiven,
    FileRef,
    FormSubmitted,
    MessageReceived,
    ReactionAdded,
    ReactionRemoved,
)

Json = Mapping[str, Any]

# A person's own words come without a subtype, with files, or as a reply that is shown in the channel too.
_WORDS = (None, "file_share", "thread_broadcast")


def message_received(body: Json, bot_user: str) -> MessageReceived | None:
    """A person's message, or a mention; None for edits, deletions, joins and what bots say."""
    event = body["event"]
    if event.get("subtype") not in _WORDS or event.get("bot_id") or event.get("user") in (None, bot_user):
        return None
    text = str(event.get("text") or "")
    return MessageReceived(
        event_id=body["event_id"],
        team=_team(body),
        channel=event["channel"],
        ts=event["ts"],
        thread=event.get("thread_ts"),
        user=event["user"],
        text=_plain(_without_mention(text, bot_user)),
        files=tuple(_file(file) for file in event.get("files") or ()),
        is_dm=event.get("channel_type") == "im" or str(event["channel"]).startswith("D"),
        mentions_neo=event["type"] == "app_mention" or f"<@{bot_user}>" in text,
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
    """A button under a message; None for one in a modal or on the Home tab."""
    action, channel = body["actions"][0], body.get("channel")
    container = body.get("container") or {}
    if not channel or not container.get("message_ts"):
        return None
    return ButtonPressed(
        event_id=f"{body.get('trigger_id', '')}:{action.get('action_ts', '')}",
        team=_team(body),
        channel=channel["id"],
        item_ts=container["message_ts"],
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
        action: str(state.get("value") or "")
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
