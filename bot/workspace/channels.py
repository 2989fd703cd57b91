"""Channels and direct messages."""

from __future__ import annotations

import re
import sqlite3
import time

from bot.workspace import users
from bot.workspace.errors import Json, PersonError, SlackError
from bot.workspace.state import State, new_id

SEEDED = (
    ("neo-projects", "Start a project with Neo here."),
    ("general", "For everyone."),
)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


def seed(state: State) -> None:
    """Open the first channels of a new workspace; does nothing in an old one."""
    with state.transaction() as db:
        if db.execute("SELECT 1 FROM channels").fetchone():
            return
        owner = db.execute("SELECT id FROM users WHERE role = 'owner'").fetchone()["id"]
        for name, purpose in SEEDED:
            create(state, name, owner, purpose)


def create(state: State, name: str, creator: str, purpose: str = "") -> sqlite3.Row:
    """Open a channel with everyone in it, the bot too.

    Raises:
        PersonError: The name is taken, or has characters that a channel's name cannot have.
    """
    if not _NAME.fullmatch(name):
        raise PersonError(
            f"A channel cannot be called {name!r}: use lower-case letters, digits, hyphens and underscores, at most 80."
        )
    with state.transaction() as db:
        if db.execute("SELECT 1 FROM channels WHERE kind = 'channel' AND name = ?", (name,)).fetchone():
            raise PersonError(f"There is already a channel #{name}. Open it, or choose another name.", 409)
        channel_id = new_id("C")
        db.execute(
            "INSERT INTO channels VALUES (?, ?, 'channel', NULL, ?, ?, ?)",
            (channel_id, name, creator, purpose, int(time.time())),
        )
        db.execute("INSERT INTO members SELECT ?, id FROM users", (channel_id,))
    return find(state, channel_id)


def open_im(state: State, user_id: str) -> tuple[sqlite3.Row, bool]:
    """The direct message between a person and the bot, made when it is missing; and whether it was there."""
    users.find(state, user_id)
    with state.transaction() as db:
        row = db.execute("SELECT * FROM channels WHERE kind = 'im' AND user_id = ?", (user_id,)).fetchone()
        if row:
            return row, True
        channel_id = new_id("D")
        bot = state.identity.bot_user_id
        db.execute(
            "INSERT INTO channels VALUES (?, '', 'im', ?, ?, '', ?)", (channel_id, user_id, bot, int(time.time()))
        )
        db.executemany("INSERT INTO members VALUES (?, ?)", [(channel_id, user_id), (channel_id, bot)])
    return find(state, channel_id), False


def find(state: State, id_or_name: str) -> sqlite3.Row:
    """A channel by id, by name or by ``#name``.

    Raises:
        SlackError: ``channel_not_found``.
    """
    row = state.row("SELECT * FROM channels WHERE id = ?", id_or_name) or state.row(
        "SELECT * FROM channels WHERE kind = 'channel' AND name = ?", id_or_name.removeprefix("#")
    )
    if row is None:
        raise SlackError("channel_not_found", f"no channel {id_or_name!r}")
    return row


def visible_to(state: State, user_id: str) -> list[sqlite3.Row]:
    """The channels and direct messages that a user is in, channels first, in the order of their opening."""
    return state.rows(
        "SELECT channels.* FROM channels JOIN members ON members.channel_id = channels.id WHERE members.user_id = ? "
        "ORDER BY kind, channels.rowid",
        user_id,
    )


def members(state: State, channel_id: str) -> list[str]:
    """The ids of a channel's members."""
    return [
        row["user_id"]
        for row in state.rows("SELECT user_id FROM members WHERE channel_id = ? ORDER BY rowid", channel_id)
    ]


def channel_type(row: sqlite3.Row) -> str:
    """What an event calls the kind of a channel."""
    return str(row["kind"])


def channel_json(state: State, row: sqlite3.Row) -> Json:
    """A channel as ``conversations.info`` gives it."""
    common: Json = {
        "id": row["id"],
        "created": row["created"],
        "is_archived": False,
        "is_im": row["kind"] == "im",
        "is_org_shared": False,
        "context_team_id": state.identity.team_id,
        "updated": row["created"] * 1000,
    }
    if row["kind"] == "im":
        return common | {"user": row["user_id"], "priority": 0}
    return common | {
        "name": row["name"],
        "name_normalized": row["name"],
        "is_channel": True,
        "is_group": False,
        "is_mpim": False,
        "is_private": False,
        "is_general": row["name"] == "general",
        "is_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "unlinked": 0,
        "creator": row["creator"],
        "is_member": True,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": row["purpose"], "creator": row["creator"], "last_set": row["created"]},
        "previous_names": [],
        "num_members": len(members(state, row["id"])),
    }
