"""Channels and direct messages."""

from __future__ import annotations

import re
import sqlite3
import time

from bot.workspace import users
from bot.workspace.errors import Json, PersonError, SlackError
from bot.workspace.state import State, new_id

# name, purpose, the names of those who are invited beside the workspace's own members
SEEDED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("neo-projects", "Start a project with Neo here.", ()),
    ("general", "For everyone.", ()),
    ("with-partners", "Shared with a guest and with another company.", ("guest", "partner")),
)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


def seed(state: State) -> None:
    """Open the first channels of a new workspace; does nothing in an old one."""
    with state.transaction() as db:
        if db.execute("SELECT 1 FROM channels").fetchone():
            return
        owner = db.execute("SELECT id FROM users WHERE role = 'owner'").fetchone()["id"]
        for name, purpose, invited in SEEDED:
            channel_id = create(state, name, owner, purpose)["id"]
            for person in invited:
                db.execute("INSERT INTO members SELECT ?, id FROM users WHERE name = ?", (channel_id, person))


def create(state: State, name: str, creator: str, purpose: str = "", *, private: bool = False) -> sqlite3.Row:
    """Open a channel with the bot in it: a public one for every member, a private one for its creator.

    Raises:
        PersonError: The name is taken, or has characters that a channel's name cannot have.
    """
    check_name(state, name)
    channel_id, kind = new_id("C"), "group" if private else "channel"
    with state.transaction() as db:
        db.execute(
            "INSERT INTO channels VALUES (?, ?, ?, NULL, ?, ?, ?, 0)",
            (channel_id, name, kind, creator, purpose, int(time.time())),
        )
        if not private:
            everywhere = ", ".join("?" * len(users.EVERYWHERE))
            db.execute(
                f"INSERT INTO members SELECT ?, id FROM users WHERE role IN ({everywhere})",  # noqa: S608 - only marks
                (channel_id, *users.EVERYWHERE),
            )
        for user_id in (creator, state.identity.bot_user_id):
            db.execute("INSERT INTO members VALUES (?, ?) ON CONFLICT DO NOTHING", (channel_id, user_id))
    return find(state, channel_id)


def check_name(state: State, name: str) -> None:
    """Say what is wrong with a new name, if anything is.

    Raises:
        PersonError: The name is taken, or has characters that a channel's name cannot have.
    """
    if not _NAME.fullmatch(name):
        raise PersonError(
            f"A channel cannot be called {name!r}: use lower-case letters, digits, hyphens and underscores, at most 80."
        )
    if state.row("SELECT 1 FROM channels WHERE kind != 'im' AND name = ?", name):
        raise PersonError(f"There is already a channel #{name}. Open it, or choose another name.", 409)


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
            "INSERT INTO channels VALUES (?, '', 'im', ?, ?, '', ?, 0)", (channel_id, user_id, bot, int(time.time()))
        )
        db.executemany("INSERT INTO members VALUES (?, ?)", [(channel_id, user_id), (channel_id, bot)])
    return find(state, channel_id), False


def find(state: State, id_or_name: str) -> sqlite3.Row:
    """A channel by id, by name or by ``#name``.

    Raises:
        SlackError: ``channel_not_found``.
    """
    row = state.row("SELECT * FROM channels WHERE id = ?", id_or_name) or state.row(
        "SELECT * FROM channels WHERE kind != 'im' AND name = ?", id_or_name.removeprefix("#")
    )
    if row is None:
        raise SlackError("channel_not_found", f"no channel {id_or_name!r}")
    return row


def seen_by_bot(state: State, id_or_name: str) -> sqlite3.Row:
    """The same for the bot, for which a private channel without it does not exist."""
    row = find(state, id_or_name)
    if row["kind"] == "group" and state.identity.bot_user_id not in members(state, row["id"]):
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


def is_shared(state: State, channel_id: str) -> bool:
    """Whether someone of another workspace is in the channel, by Slack Connect."""
    joined = "FROM members JOIN users ON users.id = members.user_id"
    return state.row(f"SELECT 1 {joined} WHERE channel_id = ? AND team_id != ''", channel_id) is not None


def channel_type(row: sqlite3.Row) -> str:
    """What an event calls the kind of a channel."""
    return str(row["kind"])


def channel_json(state: State, row: sqlite3.Row) -> Json:
    """A channel as ``conversations.info`` gives it."""
    common: Json = {
        "id": row["id"],
        "created": row["created"],
        "is_archived": bool(row["archived"]),
        "is_im": row["kind"] == "im",
        "is_org_shared": False,
        "context_team_id": state.identity.team_id,
        "updated": row["created"] * 1000,
    }
    if row["kind"] == "im":
        return common | {"user": row["user_id"], "priority": 0}
    shared, inside = is_shared(state, row["id"]), members(state, row["id"])
    return common | {
        "name": row["name"],
        "name_normalized": row["name"],
        "is_channel": True,
        "is_group": False,
        "is_mpim": False,
        "is_private": row["kind"] == "group",
        "is_general": row["name"] == "general",
        "is_shared": shared,
        "is_ext_shared": shared,
        "is_pending_ext_shared": False,
        "unlinked": 0,
        "creator": row["creator"],
        "is_member": state.identity.bot_user_id in inside,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": row["purpose"], "creator": row["creator"], "last_set": row["created"]},
        "previous_names": [],
        "num_members": len(inside),
    }
