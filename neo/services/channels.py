"""Channels that close and open: what runs there rests meanwhile, and its owner is told in person."""

from __future__ import annotations

from neo.domain.events import ChannelChanged, ChannelJoined
from neo.domain.lifecycle import WORKING, Stage, Trigger
from neo.domain.posts import private
from neo.services.deps import Deps, Turn, stage_of
from neo.services.opening import welcome
from neo.services.stages import advance

CLOSED = {
    "archived": "its channel was archived",
    "deleted": "its channel was deleted",
    "left": "I was removed from its channel",
}


def on_changed(deps: Deps, turn: Turn, event: ChannelChanged) -> None:
    """Pause what works in a channel that closed; say in an opened one what waits."""
    reason = CLOSED.get(event.change, "")
    with turn.transaction() as tx:
        for project in tx.projects.in_channel(event.team, event.channel):
            if reason and stage_of(project) in WORKING:
                advance(deps, tx, project, Trigger.PAUSE, reason)
                text = f"*{project.title}* is paused: {reason}. Nothing is lost; `/neo status` shows it."
                tx.outbox.add_at(event.team, project.owner, None, private(text, project.owner), deps.now())
            elif event.change == "unarchived" and stage_of(project) is Stage.PAUSED and "channel" in project.reason:
                text = f"The channel of *{project.title}* is open again. Say *resume* in its thread to go on."
                tx.outbox.add_at(event.team, project.owner, None, private(text, project.owner), deps.now())


def on_joined(deps: Deps, turn: Turn, event: ChannelJoined) -> None:
    """Say to the person who added Neo, and to nobody else, how to begin."""
    with turn.transaction() as tx:
        if event.user:
            text = f"Thank you for adding me to <#{event.channel}>. {welcome(deps)}"
            tx.outbox.add_at(event.team, event.channel, None, private(text, event.user), deps.now())
