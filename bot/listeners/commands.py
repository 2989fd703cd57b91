"""The slash command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import payloads
from bot.listeners.opening import opened_form

Receive = Callable[[Any], object]

# What is typed, whole -> the form that it opens.
OPENS = {"new": "new_project"}


def register(app: App, receive: Receive) -> None:
    """Listen to `/neo`."""

    def command(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        event = payloads.command_given(body)
        form = OPENS.get(event.text.lower())
        receive(replace(event, view=opened_form(client, body["trigger_id"], form)) if form else event)
        ack()

    app.command("/neo")(command)
