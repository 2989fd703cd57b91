"""The workspace's users: three roles to act as, and the bot."""

from __future__ import annotations

import sqlite3
import time

from bot.workspace.errors import Json, SlackError
from bot.workspace.state import State, new_id

# name, what people read, what the role may be used to show, colour of the initials (hex)
ROLES = (
    ("you", "You", "owner", "2f6f5e"),
    ("colleague", "Colleague", "member", "8a5a2b"),
    ("stranger", "Stranger", "member", "6a4c93"),
)


def seed(state: State) -> None:
    """Add the roles and the bot to a new workspace; does nothing in an old one."""
    identity = state.identity
    with state.transaction() as db:
        if db.execute("SELECT 1 FROM users").fetchone():
            return
        now = int(time.time())
        rows = [(new_id("U"), name, shown, role, 0, color, now) for name, shown, role, color in ROLES]
        rows.append((identity.bot_user_id, identity.bot_name.lower(), identity.bot_name, "bot", 1, "3b5bdb", now))
        db.executemany("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def everyone(state: State) -> list[sqlite3.Row]:
    """All users, the bot too, in the order in which they joined."""
    return state.rows("SELECT * FROM users ORDER BY rowid")


def find(state: State, user_id: str) -> sqlite3.Row:
    """The user called *user_id*.

    Raises:
        SlackError: ``user_not_found``.
    """
    row = state.row("SELECT * FROM users WHERE id = ?", user_id)
    if row is None:
        raise SlackError("user_not_found", f"no user {user_id!r}")
    return row


def person(state: State, id_or_name: str) -> sqlite3.Row | None:
    """A person (never the bot) by id or by role name such as ``colleague``."""
    return state.row("SELECT * FROM users WHERE is_bot = 0 AND (id = ? OR name = ?)", id_or_name, id_or_name.lower())


def user_json(state: State, row: sqlite3.Row) -> Json:
    """A user as ``users.info`` gives it."""
    is_bot = bool(row["is_bot"])
    profile: Json = {
        "real_name": row["real_name"],
        "real_name_normalized": row["real_name"],
        "display_name": row["real_name"],
        "display_name_normalized": row["real_name"],
        "team": state.identity.team_id,
    }
    if is_bot:
        profile |= {"bot_id": state.identity.bot_id, "api_app_id": state.identity.app_id}
    else:
        profile["email"] = f"{row['name']}@local.invalid"
    return {
        "id": row["id"],
        "team_id": state.identity.team_id,
        "name": row["name"],
        "deleted": False,
        "color": row["color"],
        "real_name": row["real_name"],
        "tz": "Etc/UTC",
        "tz_label": "Coordinated Universal Time",
        "tz_offset": 0,
        "profile": profile,
        "is_admin": row["role"] == "owner",
        "is_owner": row["role"] == "owner",
        "is_primary_owner": row["role"] == "owner",
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": is_bot,
        "is_app_user": False,
        "updated": row["created"],
    }


def bot_profile(state: State) -> Json:
    """The app's short profile, which every message of the bot carries."""
    identity = state.identity
    return {
        "id": identity.bot_id,
        "deleted": False,
        "name": identity.bot_name,
        "updated": 0,
        "app_id": identity.app_id,
        "team_id": identity.team_id,
    }
