"""What happens to a channel as a whole: opened, renamed, archived, people in and out; and how the bot hears of it."""

from __future__ import annotations

import sqlite3

from bot.workspace import channels, events, users
from bot.workspace.errors import PersonError
from bot.workspace.workspace import Workspace


def open_channel(workspace: Workspace, name: str, creator: str, *, private: bool = False) -> str:
    """Make a channel with the bot in it, and give its id."""
    state = workspace.state
    with state.transaction():
        channel_id = str(channels.create(state, name, creator, private=private)["id"])
        _joined(workspace, channel_id, state.identity.bot_user_id, creator)
    workspace.changes.publish("channels")
    return channel_id


def rename(workspace: Workspace, channel: sqlite3.Row, name: str) -> None:
    """Give a channel another name; messages and projects stay with it, since its id stays."""
    state = workspace.state
    channels.check_name(state, name)
    with state.transaction() as db:
        db.execute("UPDATE channels SET name = ? WHERE id = ?", (name, channel["id"]))
        workspace.tell_bot(
            events.channel_rename(channel["id"], channel["kind"], name, channel["created"], state.next_ts())
        )
    workspace.changes.publish("channels")


def archive(workspace: Workspace, channel: sqlite3.Row, user_id: str, *, archived: bool) -> None:
    """Make a channel read-only for everybody, or open it again.

    Raises:
        PersonError: It is so already.
    """
    if bool(channel["archived"]) == archived:
        raise PersonError(f"#{channel['name']} is {'archived' if archived else 'open'} already.", 409)
    state = workspace.state
    with state.transaction() as db:
        db.execute("UPDATE channels SET archived = ? WHERE id = ?", (int(archived), channel["id"]))
        event = events.channel_archive(channel["id"], channel["kind"], user_id, state.next_ts(), archived=archived)
        workspace.tell_bot(event)
    workspace.changes.publish("channels")


def invite(workspace: Workspace, channel: sqlite3.Row, user_id: str, inviter: str) -> None:
    """Bring someone, or the bot, into a channel.

    Raises:
        PersonError: They are in it already.
    """
    if user_id in channels.members(workspace.state, channel["id"]):
        raise PersonError(f"{_name(workspace, user_id)} is in #{channel['name']} already.", 409)
    with workspace.state.transaction() as db:
        db.execute("INSERT INTO members VALUES (?, ?)", (channel["id"], user_id))
        _joined(workspace, channel["id"], user_id, inviter)
    workspace.changes.publish("channels")


def take_out(workspace: Workspace, channel: sqlite3.Row, user_id: str, actor: str) -> None:
    """Take someone, or the bot, out of a channel.

    Raises:
        PersonError: They are not in it.
    """
    state = workspace.state
    if user_id not in channels.members(state, channel["id"]):
        raise PersonError(f"{_name(workspace, user_id)} is not in #{channel['name']}.", 409)
    ts, user = state.next_ts(), users.find(state, user_id)
    left = events.member_left_channel(user_id, channel["id"], users.team_of(state, user), ts)
    with state.transaction() as db:
        # The bot hears of its own leaving too, so the event is queued while it is still a member.
        workspace.tell_bot(events.channel_left(channel["id"], actor, ts) if user["is_bot"] else left)
        db.execute("DELETE FROM members WHERE channel_id = ? AND user_id = ?", (channel["id"], user_id))
    workspace.changes.publish("channels")


def _joined(workspace: Workspace, channel_id: str, user_id: str, inviter: str) -> None:
    team_id = users.team_of(workspace.state, users.find(workspace.state, user_id))
    event = events.member_joined_channel(user_id, channel_id, team_id, inviter, workspace.state.next_ts())
    workspace.tell_bot(event)


def _name(workspace: Workspace, user_id: str) -> str:
    return str(users.find(workspace.state, user_id)["real_name"])
