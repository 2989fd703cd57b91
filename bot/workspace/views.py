"""Modals and Home tabs: stored views, their values, and Slack's JSON."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from typing import TYPE_CHECKING

from bot.workspace import blocks, files
from bot.workspace.errors import Json, SlackError
from bot.workspace.state import State, new_id

if TYPE_CHECKING:
    from bot.workspace.workspace import Workspace

_TEXTS = ("private_metadata", "callback_id", "external_id")
_FLAGS = ("clear_on_close", "notify_on_close")
_KEPT = ("title", "submit", "close")


def find(state: State, view_id: str) -> sqlite3.Row:
    """The view's row.

    Raises:
        SlackError: ``not_found``.
    """
    row = state.row("SELECT * FROM views WHERE id = ?", view_id)
    if row is None:
        raise SlackError("not_found", f"no view {view_id!r}")
    return row


def body_of(row: sqlite3.Row) -> Json:
    """A view as Slack gives it."""
    body: Json = json.loads(row["body"])
    return body


def by_external_id(state: State, external_id: str) -> str:
    """The id of the open view that the bot named itself."""
    for row in state.rows("SELECT id, body FROM views WHERE is_open = 1 ORDER BY rowid DESC"):
        if json.loads(row["body"])["external_id"] == external_id:
            return str(row["id"])
    raise SlackError("not_found", f"no view with external_id {external_id!r}")


def open_modals(state: State, user_id: str) -> list[sqlite3.Row]:
    """A person's open modals, the top one last."""
    return state.rows(
        "SELECT * FROM views WHERE user_id = ? AND kind = 'modal' AND is_open = 1 ORDER BY rowid", user_id
    )


def home(state: State, user_id: str) -> sqlite3.Row | None:
    """A person's Home tab, or None when the bot has published none."""
    return state.row("SELECT * FROM views WHERE user_id = ? AND kind = 'home'", user_id)


def open_modal(workspace: Workspace, user_id: str, view: Json) -> Json:
    """Show a modal to one person, on top of those already open."""
    state = workspace.state
    below = open_modals(state, user_id)
    view_id = new_id("V")
    body = _body(state, view_id, view, "modal")
    if below:
        body |= {"root_view_id": json.loads(below[0]["body"])["root_view_id"], "previous_view_id": below[-1]["id"]}
    _store(state, view_id, user_id, body)
    workspace.changes.publish("view", user=user_id, view=view_id)
    return body


def update(workspace: Workspace, view_id: str, view: Json, *, expected_hash: str = "") -> Json:
    """Change an open modal in place.

    Raises:
        SlackError: ``hash_conflict`` when it has changed since the bot read it.
    """
    row = find(workspace.state, view_id)
    before = json.loads(row["body"])
    if expected_hash and expected_hash != before["hash"]:
        raise SlackError("hash_conflict", f"the view's hash is {before['hash']}, not {expected_hash}")
    body = _body(workspace.state, view_id, view, row["kind"])
    body |= {key: before[key] for key in ("root_view_id", "previous_view_id")}
    _store(workspace.state, view_id, row["user_id"], body)
    workspace.changes.publish("view", user=row["user_id"], view=view_id)
    return body


def publish(workspace: Workspace, user_id: str, view: Json) -> Json:
    """Show a person's Home tab."""
    old = home(workspace.state, user_id)
    view_id = str(old["id"]) if old else new_id("V")
    body = _body(workspace.state, view_id, view, "home")
    _store(workspace.state, view_id, user_id, body)
    workspace.changes.publish("home", user=user_id)
    return body


def close(workspace: Workspace, view_id: str, *, whole_stack: bool = False) -> None:
    """Take a modal away; with *whole_stack*, those below it too."""
    row = find(workspace.state, view_id)
    with workspace.state.transaction() as db:
        if whole_stack:
            db.execute("UPDATE views SET is_open = 0 WHERE user_id = ? AND kind = 'modal'", (row["user_id"],))
        else:
            db.execute("UPDATE views SET is_open = 0 WHERE id = ?", (view_id,))
    workspace.changes.publish("view", user=row["user_id"], view=view_id)


def _body(state: State, view_id: str, view: Json, kind: str) -> Json:
    if view.get("type") != kind:
        raise SlackError("invalid_arguments", f"view.type must be {kind!r} here, not {view.get('type')!r}")
    title = view.get("title") or {}
    if kind == "modal" and not 0 < len(title.get("text", "")) <= 24:
        raise SlackError("invalid_arguments", f"title must have 1 to 24 characters: {title.get('text', '')!r}")
    body: Json = {key: view.get(key) for key in _KEPT} | {
        "id": view_id,
        "team_id": state.identity.team_id,
        "type": kind,
        "blocks": blocks.checked(view.get("blocks"), most=100),
        "state": {"values": {}},
        "hash": f"{int(time.time())}.{secrets.token_hex(4)}",
        "root_view_id": view_id,
        "previous_view_id": None,
        "app_id": state.identity.app_id,
        "app_installed_team_id": state.identity.team_id,
        "bot_id": state.identity.bot_id,
    }
    files.check_pictures(state, body["blocks"])
    texts = {key: view.get(key) or "" for key in _TEXTS}
    return body | texts | {key: bool(view.get(key)) for key in _FLAGS}


def _store(state: State, view_id: str, user_id: str, body: Json) -> None:
    with state.transaction() as db:
        db.execute(
            "INSERT INTO views VALUES (?, ?, ?, ?, 1, ?) "
            "ON CONFLICT (id) DO UPDATE SET body = excluded.body, updated = excluded.updated",
            (view_id, user_id, body["type"], json.dumps(body), int(time.time())),
        )
