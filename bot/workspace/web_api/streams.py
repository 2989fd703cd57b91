"""chat.startStream, appendStream, stopStream: an answer that grows before the reader's eyes."""

from __future__ import annotations

import json
from typing import Any

from bot.workspace import blocks, messages, sessions
from bot.workspace.errors import Json, SlackError
from bot.workspace.web_api.call import Call, Method
from bot.workspace.web_api.chat import by_bot, inside, own_message
from bot.workspace.workspace import Draft


def start(call: Call) -> Json:
    """chat.startStream: a message in a thread, empty or with its first chunks."""
    channel_id = inside(call)
    thread_ts = call.required("thread_ts", "invalid_thread_ts")
    parts = _append([], call)
    body = by_bot(call, _body(parts) | {"streaming": parts})
    ts = call.workspace.post(Draft(channel_id, call.identity.bot_user_id, body, thread_ts=thread_ts))
    return {"channel": channel_id, "ts": ts}


def append(call: Call) -> Json:
    """chat.appendStream."""
    channel_id, ts = own_message(call, "message_not_owned_by_app")
    parts = _append(_streaming(call, channel_id, ts), call)
    call.workspace.edit(channel_id, ts, _body(parts) | {"streaming": parts}, mark=False)
    return {"channel": channel_id, "ts": ts}


def stop(call: Call) -> Json:
    """chat.stopStream: the last chunks, and blocks such as feedback buttons below the text."""
    channel_id, ts = own_message(call, "message_not_owned_by_app")
    if call.text("session_status") not in ("", *sessions.STATUSES):
        raise SlackError("invalid_arguments", f"session_status must be one of {', '.join(sessions.STATUSES)}")
    parts = _append(_streaming(call, channel_id, ts), call)
    body = _body(parts)
    extra = call.json("blocks", "invalid_blocks_format")
    if extra:
        body["blocks"] = blocks.checked([*(body["blocks"] or []), *extra])
    metadata = call.json("metadata")
    if metadata:
        body["metadata"] = metadata
    call.workspace.edit(channel_id, ts, body | {"streaming": None}, mark=False)
    status = call.text("session_status")
    if status:
        root = messages.thread_root(call.state, channel_id, ts)
        sessions.set_status(call.workspace, channel_id, root, status)
    return {}


def _streaming(call: Call, channel_id: str, ts: str) -> list[Json]:
    parts = json.loads(messages.find(call.state, channel_id, ts)["body"]).get("streaming")
    if parts is None:
        raise SlackError("message_not_in_streaming_state", f"the message {ts} is not being streamed")
    return list(parts)


def _append(parts: list[Json], call: Call) -> list[Json]:
    chunks: list[Any] = call.json("chunks") or []
    if call.text("markdown_text"):
        chunks = [{"type": "markdown_text", "text": call.text("markdown_text")}, *chunks]
    for chunk in chunks:
        kind = chunk.get("type") if isinstance(chunk, dict) else None
        if kind not in _CHUNKS:
            raise SlackError("invalid_chunks", f"unknown chunk type {kind!r}")
        try:
            parts = _CHUNKS[kind](parts, chunk)
        except KeyError as missing:
            raise SlackError("invalid_chunks", f"a chunk of type {kind} lacks {missing}") from missing
    return parts


def _add_text(parts: list[Json], chunk: Json) -> list[Json]:
    if parts and parts[-1]["type"] == "markdown":
        return [*parts[:-1], {"type": "markdown", "text": parts[-1]["text"] + chunk["text"]}]
    return [*parts, {"type": "markdown", "text": chunk["text"]}]


def _add_task(parts: list[Json], chunk: Json) -> list[Json]:
    task: Json = {"type": "task_card", "task_id": chunk["id"], "title": chunk["title"], "status": chunk["status"]}
    for key in ("details", "output"):
        if chunk.get(key):
            task[key] = _plain(chunk[key])
    if any(part.get("task_id") == task["task_id"] for part in parts):
        return [part | task if part.get("task_id") == task["task_id"] else part for part in parts]
    return [*parts, task]


def _plain(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def _add_plan(parts: list[Json], chunk: Json) -> list[Json]:
    header = {"type": "plan", "title": chunk["title"]}
    return [header, *(part for part in parts if part["type"] != "plan")]


def _add_blocks(parts: list[Json], chunk: Json) -> list[Json]:
    return [*parts, *chunk["blocks"]]


def _body(parts: list[Json]) -> Json:
    text = "".join(part["text"] for part in parts if part["type"] == "markdown")
    shown = [part for part in parts if part["type"] != "markdown" or part["text"]]
    return {"text": text, "blocks": blocks.checked(shown) if shown else None}


_CHUNKS = {"markdown_text": _add_text, "task_update": _add_task, "plan_update": _add_plan, "blocks": _add_blocks}

METHODS: dict[str, Method] = {"chat.startStream": start, "chat.appendStream": append, "chat.stopStream": stop}
