"""Listeners: each translates and hands over, and acknowledges. Who listens to what is in ``register``."""

from __future__ import annotations

from collections.abc import Callable

from slack_bolt import App

from bot.listeners import actions, commands, events, shortcuts, views
from neo.domain.events import Event

Receive = Callable[[Event], object]


def register(app: App, receive: Receive, forget: Callable[[str], None] | None = None) -> None:
    """Register every listener on the app.

    Args:
        receive: Keeps an event in the inbox.
        forget: Drops the tokens of a workspace that removed Neo; None where there is one token.
    """
    events.register(app, receive, forget)
    for family in (actions, commands, shortcuts, views):
        family.register(app, receive)
