"""Modals."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot import payloads

Receive = Callable[[Any], object]


def register(app: App, receive: Receive) -> None:
    """Listen to every form that is sent."""

    def submitted(ack: Ack, body: dict[str, Any]) -> None:
        receive(payloads.form_submitted(body))
        ack()

    app.view(re.compile(".*"))(submitted)
