"""Listeners: each translates and hands over, and acknowledges. Who listens to what is in ``register``."""

from __future__ import annotations

from collections.abc import Callable

from slack_bolt import App

from bot.listeners import actions, commands, events, shortcuts, views
from neo.domain.events import Event

Receive = Callable[[Event], object]


def register(app: App, receive: Receive) -> None:
    """Register every listener on the app; *receive* keeps an event in the inbox."""
    for family in (events, actions, commands, shortcuts, views):
        family.register(app, receive)
