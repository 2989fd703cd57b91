"""Buttons under Neo's messages and on its Home."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import payloads
from bot.blocks.forms import what_went_wrong
from bot.listeners.opening import opened, opened_form

Receive = Callable[[Any], object]

# Buttons that open a form: their trigger lives three seconds.
OPENS = {"edit_requirement": "edit_requirement", "new_project": "new_project"}


def register(app: App, receive: Receive) -> None:
    """Listen to every button; a thumbs-down also opens its form at once."""

    def pressed(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        if event := payloads.button_pressed(body):
            form = OPENS.get(event.action)
            receive(replace(event, view=opened_form(client, body["trigger_id"], form)) if form else event)
        ack()

    def thumb(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        pressed(ack, body, client)
        way, _, answer = str(body["actions"][0].get("value", "")).partition(":")
        if way == "down":
            opened(client, body["trigger_id"], what_went_wrong(answer))  # the thumb counts without it too

    app.action("thumb")(thumb)
    app.action(re.compile(r"^(?!thumb$).*"))(pressed)
