"""The slash command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot import payloads

Receive = Callable[[Any], object]


def register(app: App, receive: Receive) -> None:
    """Listen to `/neo`."""

    def command(ack: Ack, body: dict[str, Any]) -> None:
        receive(payloads.command_given(body))
        ack()

    app.command("/neo")(command)
