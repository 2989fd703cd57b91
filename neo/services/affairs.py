"""Which events are Neo's affair: few of those that a busy workspace sends, told from the others by reads alone."""

from __future__ import annotations

from collections.abc import Sequence

from neo.domain.events import (
    Event,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    ReactionAdded,
    ReactionRemoved,
)
from neo.store import Transaction
from neo.store.places import Place


def concerning(tx: Transaction, events: Sequence[Event | None]) -> list[bool]:
    """For each event, whether there may be something to do with it; a query or three, however many events.

    One that could not be read, None, is told as such in a turn of its own.

    What people say among themselves outside any project's thread is not Neo's affair, nor are emojis on their own
    messages. While a post may stand in a channel without Neo knowing at which timestamp, emojis there are looked at.
    """
    said, reacted = [_thread(one) for one in events], [_item(one) for one in events]
    projects = tx.projects.threads({place for place in said if place})
    posts = tx.outbox.messages_at({place for place in reacted if place})
    unsure = tx.outbox.unsure_channels({place[:2] for place in reacted if place and place not in posts})
    return [
        in_thread in projects if in_thread else on in posts or on[:2] in unsure if on else True
        for in_thread, on in zip(said, reacted, strict=True)
    ]


def _thread(event: Event | None) -> Place | None:
    """The thread in which something was said that was not said to Neo by itself."""
    to_neo = isinstance(event, MessageReceived) and (event.is_dm or event.mentions_neo)
    if to_neo or not isinstance(event, MessageReceived | MessageEdited | MessageDeleted):
        return None
    return event.team, event.channel, event.thread or event.ts


def _item(event: Event | None) -> Place | None:
    """The message on which an emoji was put, or from which it was taken."""
    if isinstance(event, ReactionAdded | ReactionRemoved):
        return event.team, event.channel, event.item_ts
    return None
