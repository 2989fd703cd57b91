"""Events: messages, mentions, reactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext

from bot import payloads

Receive = Callable[[Any], object]


def register(app: App, receive: Receive) -> None:
    """Listen to what happens in channels and DMs."""

    def message(body: dict[str, Any], context: BoltContext) -> None:
        if event := payloads.message_received(body, context.bot_user_id or ""):
            receive(event)

    def reaction_added(body: dict[str, Any]) -> None:
        if event := payloads.reaction_added(body):
            receive(event)

    def reaction_removed(body: dict[str, Any]) -> None:
        if event := payloads.reaction_removed(body):
            receive(event)

    def seen(body: dict[str, Any]) -> None:
        """Known and of no consequence: files come with their message, Home is not drawn yet."""

    app.event("message")(message)
    app.event("app_mention")(message)
    app.event("reaction_added")(reaction_added)
    app.event("reaction_removed")(reaction_removed)
    for name in ("file_shared", "app_home_opened", "member_joined_channel"):
        app.event(name)(seen)
