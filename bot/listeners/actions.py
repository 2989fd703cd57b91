"""Buttons under Neo's messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import payloads
from bot.blocks.forms import what_went_wrong

Receive = Callable[[Any], object]


def register(app: App, receive: Receive) -> None:
    """Listen to every button; a thumbs-down also opens the form at once, since its trigger lives three seconds."""

    def pressed(ack: Ack, body: dict[str, Any]) -> None:
        if event := payloads.button_pressed(body):
            receive(event)
        ack()

    def thumb(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        pressed(ack, body)
        way, _, answer = str(body["actions"][0].get("value", "")).partition(":")
        if way == "down":
            client.views_open(trigger_id=body["trigger_id"], view=what_went_wrong(answer).to_dict())

    app.action("thumb")(thumb)
    app.action(re.compile(r"^(?!thumb$).*"))(pressed)
