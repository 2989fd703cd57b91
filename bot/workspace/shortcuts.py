"""The app's shortcuts: in a message's menu, and beside the composer. Slack learns them from the app's settings."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from bot.workspace import acts, interactions
from bot.workspace.errors import PersonError
from bot.workspace.workspace import Workspace


@dataclass(frozen=True)
class Shortcut:
    """One shortcut, as the app's settings declare it."""

    callback_id: str
    name: str


ON_MESSAGES = (Shortcut("add_golden", "Add as golden Q&A"),)
ANYWHERE = (Shortcut("new_project", "New project"),)


def use_on_message(workspace: Workspace, person: sqlite3.Row, channel: sqlite3.Row, ts: str, callback_id: str) -> None:
    """Choose a shortcut in a message's menu; the bot receives a ``message_action``.

    Raises:
        PersonError: There is no such shortcut, or only this person sees the message.
    """
    _known(ON_MESSAGES, callback_id)
    row = acts.seen_message(workspace, person, channel["id"], ts)
    if row["only_for"]:
        raise PersonError("A message that only you can see has no shortcuts.")
    message = {key: value for key, value in acts.as_seen(workspace, row).items() if key != "metadata"}
    payload = interactions.message_action(
        workspace.state.identity,
        acts.actor(workspace, person),
        callback_id,
        message=message,
        channel=(channel["id"], channel["name"] or "directmessage"),
        response_url=workspace.new_response_url(channel["id"], person["id"], ts, row["thread_ts"] or ""),
        action_ts=workspace.state.next_ts(),
    )
    workspace.ask_bot("interactive", payload, accepts_answer=False)


def use(workspace: Workspace, person: sqlite3.Row, callback_id: str) -> None:
    """Choose a shortcut beside the composer; the bot receives a ``shortcut``, which names no channel.

    Raises:
        PersonError: There is no such shortcut.
    """
    _known(ANYWHERE, callback_id)
    payload = interactions.global_shortcut(
        workspace.state.identity, acts.actor(workspace, person), callback_id, workspace.state.next_ts()
    )
    workspace.ask_bot("interactive", payload, accepts_answer=False)


def _known(table: tuple[Shortcut, ...], callback_id: str) -> None:
    names = [shortcut.callback_id for shortcut in table]
    if callback_id not in names:
        raise PersonError(f"There is no shortcut {callback_id!r} here (there are: {', '.join(names)}).", 404)
