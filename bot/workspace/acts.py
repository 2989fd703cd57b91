"""What people do in the workspace, one function each; the page and the scripted person both come here."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from bot.workspace import answers, channels, events, files, inputs, interactions, messages, users, views, writing
from bot.workspace.emoji import is_known
from bot.workspace.errors import Json, PersonError
from bot.workspace.interactions import Actor
from bot.workspace.workspace import Draft, Workspace

MAX_TYPED = 12_000


@dataclass(frozen=True)
class Used:
    """The button or field that was used: its ids, what was chosen, and what else is filled in around it."""

    action_id: str
    block_id: str
    value: Any
    around: inputs.Raw


def readable_channel(workspace: Workspace, person: sqlite3.Row, channel_id: str) -> sqlite3.Row:
    """The channel by id, name or #name, when the person is in it.

    Raises:
        PersonError: The person is not a member.
    """
    channel = channels.find(workspace.state, channel_id)
    if person["id"] not in channels.members(workspace.state, channel["id"]):
        raise PersonError(f"{person['real_name']} is not in this conversation. Act as someone who is.", 403)
    return channel


def writable(channel: sqlite3.Row) -> sqlite3.Row:
    """The channel itself.

    Raises:
        PersonError: It is archived.
    """
    if channel["archived"]:
        raise PersonError(f"#{channel['name']} is archived and read-only. Open it again in its menu first.", 409)
    return channel


def as_seen(workspace: Workspace, row: sqlite3.Row) -> Json:
    """A message as people's pages receive it, with metadata; ``is_ephemeral`` when only one person sees it."""
    shown = messages.message_json(workspace.state, row, workspace.base_url, metadata=True)
    return shown | ({"is_ephemeral": True} if row["only_for"] else {})


def seen_message(workspace: Workspace, person: sqlite3.Row, channel_id: str, ts: str) -> sqlite3.Row:
    """A message's row, when the person may see it.

    Raises:
        PersonError: There is none, or only someone else sees it; the two are not told apart.
    """
    row = workspace.state.row("SELECT * FROM messages WHERE channel_id = ? AND ts = ?", channel_id, ts)
    if row is None or row["only_for"] not in (None, person["id"]):
        raise PersonError("There is no such message. It may have been deleted; reload the page.", 404)
    return row


def say(
    workspace: Workspace,
    person: sqlite3.Row,
    channel: sqlite3.Row,
    text: str,
    thread_ts: str,
    contents: Sequence[tuple[str, BinaryIO]] = (),
) -> str:
    """Send a message with its files, and give its ``ts``."""
    if not text.strip() and not contents:
        raise PersonError("The message is empty. Type something, or add a file.")
    if len(text) > MAX_TYPED:
        raise PersonError(f"The message has {len(text)} characters; {MAX_TYPED} fit. Send the rest as a file.", 413)
    body: Json = {"text": writing.stored(workspace.state, text), "client_msg_id": str(uuid.uuid4())}
    if contents:
        body["file_ids"] = [_keep(workspace, person, name, content) for name, content in contents]
    return workspace.post(Draft(channel["id"], person["id"], body, thread_ts=thread_ts or None))


def _keep(workspace: Workspace, person: sqlite3.Row, name: str, content: BinaryIO) -> str:
    row = files.reserve(workspace.state, name, person["id"])
    files.save(workspace.state, row["id"], files.chunks(content))
    return str(row["id"])


def edit(workspace: Workspace, person: sqlite3.Row, channel: sqlite3.Row, ts: str, text: str) -> None:
    """Change one's own message."""
    _own(workspace, person, channel, ts)
    workspace.edit(channel["id"], ts, {"text": writing.stored(workspace.state, text)})


def delete(workspace: Workspace, person: sqlite3.Row, channel: sqlite3.Row, ts: str) -> None:
    """Delete one's own message, or put away an ephemeral one."""
    if seen_message(workspace, person, channel["id"], ts)["only_for"] != person["id"]:
        _own(workspace, person, channel, ts)
    workspace.delete(channel["id"], ts)


def _own(workspace: Workspace, person: sqlite3.Row, channel: sqlite3.Row, ts: str) -> None:
    if seen_message(workspace, person, channel["id"], ts)["user_id"] != person["id"]:
        raise PersonError("Only the author can change or delete a message.", 403)


def react(workspace: Workspace, person: sqlite3.Row, channel: sqlite3.Row, ts: str, name: str) -> None:
    """Add an emoji, by its name without colons."""
    name = name.strip(":")
    if not is_known(name):
        raise PersonError(f"There is no emoji :{name}: here. Pick one from the list.")
    if seen_message(workspace, person, channel["id"], ts)["only_for"]:
        raise PersonError("A message that only you can see takes no emoji.")
    workspace.react(channel["id"], ts, name, person["id"])


def unreact(workspace: Workspace, person: sqlite3.Row, channel: sqlite3.Row, ts: str, name: str) -> None:
    """Take one's emoji back."""
    workspace.unreact(channel["id"], ts, name.strip(":"), person["id"])


def press(workspace: Workspace, person: sqlite3.Row, channel: sqlite3.Row, ts: str, used: Used) -> None:
    """Use a button or a select of a message, and do what the bot's acknowledgement asks."""
    row = seen_message(workspace, person, channel["id"], ts)
    message = as_seen(workspace, row)
    found = inputs.message_blocks(message)
    payload = interactions.block_actions(
        workspace.state.identity,
        actor(workspace, person),
        _action(workspace, found, used),
        message={key: value for key, value in message.items() if key != "metadata"},
        channel=(channel["id"], channel["name"] or "directmessage"),
        response_url=workspace.new_response_url(channel["id"], person["id"], ts, row["thread_ts"] or ""),
        state=inputs.state_of(found, used.around),
    )
    workspace.ask_bot("interactive", payload, accepts_answer=False)


def press_in_view(workspace: Workspace, person: sqlite3.Row, view_id: str, used: Used) -> None:
    """Use a button or a select of a modal or of the Home tab."""
    view = _view(workspace, person, view_id, used.around)
    action = _action(workspace, view["blocks"], used)
    payload = interactions.view_actions(workspace.state.identity, actor(workspace, person), action, view=view)
    workspace.ask_bot("interactive", payload, accepts_answer=False)


def _action(workspace: Workspace, found: list[Json], used: Used) -> Json:
    block, element = inputs.find(found, used.action_id, used.block_id)
    chosen: Json = {}
    if element["type"] == "feedback_buttons":
        chosen = {"value": used.value}
    elif element["type"] not in ("button", "icon_button", "workflow_button"):
        chosen = inputs.value_of(element, used.value)
    return interactions.action_of(element, block["block_id"], workspace.state.next_ts(), chosen)


def submit(workspace: Workspace, person: sqlite3.Row, view_id: str, raw: inputs.Raw) -> Json:
    """Submit a modal; gives ``errors`` by block id when a field is missing or the bot refuses one."""
    view = _view(workspace, person, view_id, raw)
    missing = inputs.missing(view["blocks"], raw)
    if missing:
        return {"errors": missing}
    payload = interactions.view_submission(workspace.state.identity, actor(workspace, person), view)
    answer = workspace.ask_bot("interactive", payload, accepts_answer=True)
    return answers.submit_answer(workspace, person["id"], view_id, answer)


def close(workspace: Workspace, person: sqlite3.Row, view_id: str) -> None:
    """Close a modal; the bot hears of it when it asked to."""
    view = _view(workspace, person, view_id, {})
    views.close(workspace, view_id)
    if view["notify_on_close"] and workspace.line.connected:
        payload = interactions.view_closed(workspace.state.identity, actor(workspace, person), view)
        workspace.ask_bot("interactive", payload, accepts_answer=False)


def _view(workspace: Workspace, person: sqlite3.Row, view_id: str, raw: inputs.Raw) -> Json:
    row = views.find(workspace.state, view_id)
    if row["user_id"] != person["id"] or not row["is_open"]:
        raise PersonError("This form is not open any more. Reload the page.", 404)
    view: Json = views.body_of(row)
    return view | {"state": inputs.state_of(view["blocks"], raw)}


def command(workspace: Workspace, person: sqlite3.Row, channel: sqlite3.Row, typed: str, thread_ts: str = "") -> None:
    """Type ``/command text``; the bot's acknowledgement may answer at once."""
    name, _, text = typed.strip().partition(" ")
    payload = interactions.slash_command(
        workspace.state.identity,
        actor(workspace, person),
        name if name.startswith("/") else f"/{name}",
        text.strip(),
        channel=(channel["id"], channel["name"] or "directmessage"),
        response_url=workspace.new_response_url(channel["id"], person["id"]),
    )
    answer = workspace.ask_bot("slash_commands", payload, accepts_answer=True)
    if answer.get("text") or answer.get("blocks"):
        place = {"channel_id": channel["id"], "user_id": person["id"], "thread_ts": thread_ts or None}
        answers.post_answer(workspace, place, answer)


def open_tab(workspace: Workspace, person: sqlite3.Row, tab: str) -> str:
    """Open the direct message with the bot, on its ``home`` or ``messages`` tab, and give the channel's id."""
    if tab not in ("home", "messages"):
        raise PersonError(f"There is no tab {tab!r}: open home or messages.")
    channel, was_there = channels.open_im(workspace.state, person["id"])
    if not was_there:
        workspace.changes.publish("channels")
    row = views.home(workspace.state, person["id"])
    ts = workspace.state.next_ts()
    view = views.body_of(row) if row else None
    workspace.tell_bot(events.app_home_opened(person["id"], channel["id"], tab, ts, view))
    return str(channel["id"])


def actor(workspace: Workspace, person: sqlite3.Row) -> Actor:
    """The person as payloads name them, with a fresh trigger."""
    team_id = users.team_of(workspace.state, person)
    return Actor(person["id"], person["name"], team_id, workspace.new_trigger(person["id"]))
