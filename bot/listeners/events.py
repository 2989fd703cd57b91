"""Events: what people write, change, delete and react to; channels and workspaces that come and go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext

from bot import payloads
from neo.domain.events import AppRemoved, Event

Receive = Callable[[Any], object]
Translate = Callable[[dict[str, Any], str], Event | None]

# A message event's subtype -> what it is; every other one is a message, or nothing of Neo's.
SUBTYPES: dict[str, Translate] = {
    "message_changed": payloads.message_edited,
    "message_deleted": payloads.message_deleted,
}


def _message(body: dict[str, Any], bot_user: str) -> Event | None:
    return SUBTYPES.get(str(body["event"].get("subtype")), payloads.message_received)(body, bot_user)


def _nothing(body: dict[str, Any], bot_user: str) -> None:
    """Known and of no consequence: files come with their message."""


def _of(translate: Callable[[dict[str, Any]], Event | None]) -> Translate:
    return lambda body, bot_user: translate(body)


EVENTS: dict[str, Translate] = {
    "message": _message,
    "app_mention": payloads.message_received,
    "reaction_added": _of(payloads.reaction_added),
    "reaction_removed": _of(payloads.reaction_removed),
    "app_home_opened": _of(payloads.home_opened),
    "agent_session_stopped": _of(payloads.work_stopped),
    "member_joined_channel": payloads.channel_joined,
    "member_left_channel": payloads.channel_left,
    "app_uninstalled": _of(payloads.app_removed),
    "tokens_revoked": _of(payloads.app_removed),
    "file_shared": _nothing,
    **dict.fromkeys(payloads.CHANNEL_CHANGES, _of(payloads.channel_changed)),
}


def register(app: App, receive: Receive, forget: Callable[[str], None] | None) -> None:
    """Listen to what happens in channels, direct messages and workspaces."""
    for name, translate in EVENTS.items():
        app.event(name)(_listener(translate, receive, forget))


def _listener(translate: Translate, receive: Receive, forget: Callable[[str], None] | None) -> Callable[..., None]:
    def heard(body: dict[str, Any], context: BoltContext) -> None:
        if event := translate(body, context.bot_user_id or ""):
            receive(event)
            if forget is not None and isinstance(event, AppRemoved):
                forget(event.team)

    return heard
