"""Messages as they are stored, and as Slack shows them."""

from __future__ import annotations

import json
import sqlite3

from bot.workspace import files, users
from bot.workspace.errors import Json, SlackError
from bot.workspace.state import State

TOMBSTONE: Json = {"subtype": "tombstone", "text": "This message was deleted."}


def insert(
    state: State,
    channel_id: str,
    user_id: str,
    body: Json,
    *,
    thread_ts: str | None = None,
    only_for: str | None = None,
) -> str:
    """Store a message and give its ``ts``. *body* holds what the author wrote: text, blocks, file_ids, metadata.

    Raises:
        SlackError: ``thread_not_found`` when *thread_ts* names no message of the channel.
    """
    with state.transaction() as db:
        root = thread_root(state, channel_id, thread_ts) if thread_ts else None
        ts = state.next_ts()
        db.execute(
            "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)",
            (channel_id, ts, root, user_id, only_for, json.dumps(body)),
        )
    return ts


def thread_root(state: State, channel_id: str, ts: str) -> str:
    """The ts of the message that starts the thread in which *ts* stands."""
    row = state.row("SELECT ts, thread_ts FROM messages WHERE channel_id = ? AND ts = ?", channel_id, ts)
    if row is None:
        raise SlackError("thread_not_found", f"no message {ts} in {channel_id}")
    return str(row["thread_ts"] or row["ts"])


def find(state: State, channel_id: str, ts: str) -> sqlite3.Row:
    """The message's row.

    Raises:
        SlackError: ``message_not_found``.
    """
    row = state.row("SELECT * FROM messages WHERE channel_id = ? AND ts = ?", channel_id, ts)
    if row is None:
        raise SlackError("message_not_found", f"no message {ts} in {channel_id}")
    return row


def rewrite(state: State, channel_id: str, ts: str, body: Json) -> None:
    """Replace what the author wrote."""
    with state.transaction() as db:
        db.execute("UPDATE messages SET body = ? WHERE channel_id = ? AND ts = ?", (json.dumps(body), channel_id, ts))


def remove(state: State, channel_id: str, ts: str) -> bool:
    """Delete a message and its reactions. One with replies leaves a tombstone, as in Slack, so that they keep a root.

    Returns:
        Whether a tombstone stands in its place.
    """
    with state.transaction() as db:
        replied = db.execute(
            "SELECT 1 FROM messages WHERE channel_id = ? AND thread_ts = ?", (channel_id, ts)
        ).fetchone()
        if replied:
            rewrite(state, channel_id, ts, TOMBSTONE)
        else:
            db.execute("DELETE FROM messages WHERE channel_id = ? AND ts = ?", (channel_id, ts))
        db.execute("DELETE FROM reactions WHERE channel_id = ? AND ts = ?", (channel_id, ts))
    return replied is not None


def history(
    state: State, channel_id: str, *, viewer: str | None = None, limit: int = 200, before: str = ""
) -> list[sqlite3.Row]:
    """The newest messages outside threads, oldest first. Ephemeral ones only for *viewer*."""
    rows = state.rows(
        "SELECT * FROM messages WHERE channel_id = ? AND thread_ts IS NULL AND (only_for IS NULL OR only_for = ?) "
        "AND (? = '' OR ts < ?) ORDER BY ts DESC LIMIT ?",
        *(channel_id, viewer, before, before, limit),
    )
    return rows[::-1]


def replies(state: State, channel_id: str, thread_ts: str, *, viewer: str | None = None) -> list[sqlite3.Row]:
    """A thread with its first message, oldest first. Ephemeral ones only for *viewer*."""
    return state.rows(
        "SELECT * FROM messages WHERE channel_id = ? AND (ts = ? OR thread_ts = ?) "
        "AND (only_for IS NULL OR only_for = ?) ORDER BY ts",
        *(channel_id, thread_ts, thread_ts, viewer),
    )


def message_json(state: State, row: sqlite3.Row, base_url: str, *, metadata: bool = False) -> Json:
    """A message as ``conversations.history`` gives it, with files, reactions and the figures of its thread."""
    body: Json = json.loads(row["body"])
    file_ids = body.pop("file_ids", [])
    body.pop("streaming", None)
    if not metadata:
        body.pop("metadata", None)
    shown: Json = {"type": "message", "user": row["user_id"], "ts": row["ts"]} | _author(state, row) | body
    if file_ids:
        shown["files"] = [files.file_json(state, files.find(state, file_id), base_url) for file_id in file_ids]
    if row["thread_ts"]:
        parent = state.row(
            "SELECT user_id FROM messages WHERE channel_id = ? AND ts = ?", row["channel_id"], row["thread_ts"]
        )
        shown |= {"thread_ts": row["thread_ts"]} | ({"parent_user_id": parent["user_id"]} if parent else {})
    else:
        shown |= _thread_figures(state, row)
    found = reactions(state, row["channel_id"], row["ts"])
    return shown | ({"reactions": found} if found else {})


def _author(state: State, row: sqlite3.Row) -> Json:
    author = users.find(state, row["user_id"])
    team_id = users.team_of(state, author)
    if team_id == state.identity.team_id:
        return {"team": team_id}
    return {"team": team_id, "user_team": team_id, "source_team": team_id}


def _thread_figures(state: State, row: sqlite3.Row) -> Json:
    answers = state.rows(
        "SELECT ts, user_id FROM messages WHERE channel_id = ? AND thread_ts = ? AND only_for IS NULL ORDER BY ts",
        *(row["channel_id"], row["ts"]),
    )
    if not answers:
        return {}
    writers = list(dict.fromkeys(answer["user_id"] for answer in answers))
    return {
        "thread_ts": row["ts"],
        "reply_count": len(answers),
        "reply_users_count": len(writers),
        "latest_reply": answers[-1]["ts"],
        "reply_users": writers,
    }


def reactions(state: State, channel_id: str, ts: str) -> list[Json]:
    """A message's reactions, first come first."""
    found: dict[str, list[str]] = {}
    for row in state.rows(
        "SELECT name, user_id FROM reactions WHERE channel_id = ? AND ts = ? ORDER BY rowid", channel_id, ts
    ):
        found.setdefault(row["name"], []).append(row["user_id"])
    return [{"name": name, "users": users, "count": len(users)} for name, users in found.items()]
