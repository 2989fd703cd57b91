"""The workspace's users: roles to act as, and the bot."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from bot.workspace.errors import Json, PersonError, SlackError
from bot.workspace.state import State, new_id

# A Slack Connect person belongs to this other workspace.
PARTNER_TEAM = "T0PARTNER00"


@dataclass(frozen=True)
class Role:
    """One person to act as.

    Attributes:
        name: How the page and scripts call them.
        shown: What people read.
        kind: ``owner``, ``member``, ``guest`` (sees only channels that they are invited to) or ``partner`` (of another
            workspace, by Slack Connect).
        color: Of the initials, hex.
        tz: An IANA time zone.
        locale: An IETF language tag.
        team_id: Of another workspace; empty for this one.
    """

    name: str
    shown: str
    kind: str
    color: str
    tz: str = "Etc/UTC"
    locale: str = "en-US"
    team_id: str = ""


ROLES = (
    Role("you", "You", "owner", "2f6f5e"),
    Role("colleague", "Colleague", "member", "8a5a2b"),
    Role("stranger", "Stranger", "member", "6a4c93"),
    Role("guest", "Guest", "guest", "2b6777", "Europe/Berlin", "de-DE"),
    Role("partner", "Partner", "partner", "94375c", "Asia/Tokyo", "ja-JP", PARTNER_TEAM),
)
# Only those kinds are in every public channel; the others must be invited.
EVERYWHERE = ("owner", "member", "bot")


def seed(state: State) -> None:
    """Add the roles and the bot, as far as the workspace lacks them."""
    identity = state.identity
    with state.transaction() as db:
        known = {row["name"] for row in db.execute("SELECT name FROM users")}
        now = int(time.time())
        rows = [
            (new_id("U"), role.name, role.shown, role.kind, 0, role.color, now, role.team_id, role.tz, role.locale)
            for role in ROLES
            if role.name not in known
        ]
        if not known:
            bot = (identity.bot_user_id, identity.bot_name.lower(), identity.bot_name, "bot", 1, "3b5bdb", now)
            rows.append((*bot, "", "Etc/UTC", "en-US"))
        db.executemany("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


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


def team_of(state: State, row: sqlite3.Row) -> str:
    """The id of the workspace to which a user belongs."""
    return row["team_id"] or state.identity.team_id


def set_profile(state: State, user_id: str, *, tz: str, locale: str) -> None:
    """Give a person a time zone and a language.

    Raises:
        PersonError: There is no such time zone.
    """
    if tz not in available_timezones():
        raise PersonError(f"There is no time zone {tz!r}. Name one as in Europe/Berlin.")
    with state.transaction() as db:
        db.execute("UPDATE users SET tz = ?, locale = ? WHERE id = ?", (tz, locale, user_id))


def user_json(state: State, row: sqlite3.Row, *, locale: bool = False) -> Json:
    """A user as ``users.info`` gives it; *locale* as with ``include_locale``."""
    is_bot, team_id, here = bool(row["is_bot"]), team_of(state, row), datetime.now(ZoneInfo(row["tz"]))
    offset = here.utcoffset()
    shown: Json = {
        "id": row["id"],
        "team_id": team_id,
        "name": row["name"],
        "deleted": False,
        "color": row["color"],
        "real_name": row["real_name"],
        "tz": row["tz"],
        "tz_label": _tz_label(here),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": _profile(state, row, team_id),
        "is_admin": row["role"] == "owner",
        "is_owner": row["role"] == "owner",
        "is_primary_owner": row["role"] == "owner",
        "is_restricted": row["role"] == "guest",
        "is_ultra_restricted": False,
        "is_bot": is_bot,
        "is_app_user": False,
        "updated": row["created"],
    }
    if row["role"] == "partner":
        shown["is_stranger"] = True
    return shown | ({"locale": row["locale"]} if locale else {})


def _tz_label(here: datetime) -> str:
    name = here.tzname() or ""
    return "Coordinated Universal Time" if name == "UTC" else f"{here.tzinfo} ({name})"


def _profile(state: State, row: sqlite3.Row, team_id: str) -> Json:
    profile: Json = {
        "real_name": row["real_name"],
        "real_name_normalized": row["real_name"],
        "display_name": row["real_name"],
        "display_name_normalized": row["real_name"],
        "team": team_id,
    }
    if row["is_bot"]:
        return profile | {"bot_id": state.identity.bot_id, "api_app_id": state.identity.app_id}
    return profile | {"email": f"{row['name']}@local.invalid"}


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
