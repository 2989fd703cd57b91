"""Agent sessions: one a thread, with a status and a title, and a Stop button while it is ``processing``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.workspace import events, messages
from bot.workspace.errors import PersonError, SlackError
from bot.workspace.state import State

if TYPE_CHECKING:
    from bot.workspace.workspace import Workspace

STATUSES = ("active", "processing", "suspended", "closed")
MAX_TITLE = 200
_WORKING = "is working…"


def set_status(workspace: Workspace, channel_id: str, thread_ts: str, status: str, title: str = "") -> tuple[str, str]:
    """Change a session, made when it is missing; gives its status and title. *title* counts for a new one only."""
    with workspace.state.transaction() as db:
        db.execute(
            "INSERT INTO sessions VALUES (?, ?, ?, ?) "
            "ON CONFLICT (channel_id, thread_ts) DO UPDATE SET status = excluded.status",
            (channel_id, thread_ts, status, title),
        )
        if status != "processing":
            db.execute("DELETE FROM statuses WHERE channel_id = ? AND thread_ts = ?", (channel_id, thread_ts))
    workspace.changes.publish("status", channel=channel_id, thread_ts=thread_ts, status=status)
    return status, find(workspace.state, channel_id, thread_ts)[1]


def rename(workspace: Workspace, channel_id: str, thread_ts: str, title: str) -> None:
    """Give a session another title.

    Raises:
        SlackError: ``session_not_found``.
    """
    with workspace.state.transaction() as db:
        found = db.execute(
            "UPDATE sessions SET title = ? WHERE channel_id = ? AND thread_ts = ?", (title, channel_id, thread_ts)
        ).rowcount
    if not found:
        raise SlackError("session_not_found", f"no session in thread {thread_ts} of {channel_id}")
    workspace.changes.publish("status", channel=channel_id, thread_ts=thread_ts, status="")


def find(state: State, channel_id: str, thread_ts: str) -> tuple[str, str]:
    """A session's status and title; both empty when there is none."""
    row = state.row("SELECT * FROM sessions WHERE channel_id = ? AND thread_ts = ?", channel_id, thread_ts)
    return (row["status"], row["title"]) if row else ("", "")


def words(state: State, channel_id: str, thread_ts: str) -> str:
    """What people read after the bot's name, such as ``is reading``; empty when it is idle."""
    row = state.row("SELECT status FROM statuses WHERE channel_id = ? AND thread_ts = ?", channel_id, thread_ts)
    if row:
        return str(row["status"])
    return _WORKING if find(state, channel_id, thread_ts)[0] == "processing" else ""


def stop(workspace: Workspace, user_id: str, channel_id: str, thread_ts: str) -> None:
    """Press Stop: what streams in the thread ends, and the bot is told. It changes the status itself, as in Slack.

    Raises:
        PersonError: Nothing is being worked on in the thread.
    """
    if find(workspace.state, channel_id, thread_ts)[0] != "processing":
        raise PersonError("There is nothing to stop here: the work has ended already.", 409)
    streaming = [
        row["ts"]
        for row in messages.replies(workspace.state, channel_id, thread_ts)
        if "streaming" in json.loads(row["body"])
    ]
    with workspace.state.transaction():
        for ts in streaming:
            workspace.edit(channel_id, ts, {"streaming": None}, mark=False)
        place = (channel_id, thread_ts)
        workspace.tell_bot(events.agent_session_stopped(user_id, place, streaming, workspace.state.next_ts()))
