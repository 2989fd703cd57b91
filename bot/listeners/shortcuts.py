"""Shortcuts: on a message, and from anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot import payloads
from bot.listeners.opening import opened_form

Receive = Callable[[Any], object]

FORMS = ("add_golden", "new_project")


def register(app: App, receive: Receive) -> None:
    """Listen to every shortcut; each opens a form of its own name."""

    def used(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
        event = payloads.shortcut_used(body, context.bot_user_id or "")
        if event.name in FORMS:
            receive(replace(event, view=opened_form(client, body["trigger_id"], event.name)))
        ack()

    app.shortcut(re.compile(".*"))(used)
