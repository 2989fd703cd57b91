"""assistant.threads.* and agents.sessions.*: what the bot is doing, and what one may ask it."""

from __future__ import annotations

from bot.workspace import channels
from bot.workspace.errors import Json, SlackError
from bot.workspace.web_api.call import Call, Method

# An agent session's status, and the words that people see.
_SESSION_WORDS = {"active": "", "processing": "is working…", "suspended": "", "closed": ""}


def set_status(call: Call) -> Json:
    """assistant.threads.setStatus: the words follow the bot's name; empty words take them away."""
    channel_id = channels.find(call.state, call.required("channel_id"))["id"]
    call.workspace.set_status(channel_id, call.required("thread_ts"), call.text("status"))
    return {}


def set_suggested_prompts(call: Call) -> Json:
    """assistant.threads.setSuggestedPrompts: at most four, each with a title and a message."""
    channel_id = channels.find(call.state, call.required("channel_id"))["id"]
    prompts = call.json("prompts") or []
    if len(prompts) > 4 or not all(prompt.get("title") and prompt.get("message") for prompt in prompts):
        raise SlackError("invalid_arguments", "prompts must be at most 4 objects with title and message")
    call.workspace.set_prompts(channel_id, call.text("thread_ts"), call.text("title"), prompts)
    return {}


def set_session_status(call: Call) -> Json:
    """agents.sessions.setStatus."""
    channel_id = channels.find(call.state, call.required("channel_id"))["id"]
    status = call.required("status")
    if status not in _SESSION_WORDS:
        raise SlackError("invalid_arguments", f"status must be one of {', '.join(_SESSION_WORDS)}, not {status!r}")
    call.workspace.set_status(channel_id, call.text("thread_ts"), _SESSION_WORDS[status])
    return {}


def rename_session(call: Call) -> Json:
    """agents.sessions.rename: the chat page shows no titles, so the name is checked and not kept."""
    channels.find(call.state, call.required("channel_id"))
    call.required("title")
    return {}


METHODS: dict[str, Method] = {
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setSuggestedPrompts": set_suggested_prompts,
    "agents.sessions.setStatus": set_session_status,
    "agents.sessions.rename": rename_session,
}
