"""assistant.threads.* and agents.sessions.*: what the bot is doing, and what one may ask it."""

from __future__ import annotations

from bot.workspace import channels, messages, sessions, users
from bot.workspace.errors import Json, SlackError
from bot.workspace.web_api.call import Call, Method


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
    """agents.sessions.setStatus: makes the session when there is none yet."""
    channel_id, thread_ts = _thread(call)
    status, title = call.required("status"), call.text("title")
    if status not in sessions.STATUSES:
        raise SlackError("invalid_arguments", f"status must be one of {', '.join(sessions.STATUSES)}, not {status!r}")
    _check_title(title)
    initiator = call.text("initiator_user_id")
    if initiator and users.find(call.state, initiator)["id"] not in channels.members(call.state, channel_id):
        raise SlackError("user_not_in_channel", f"{initiator} is not in {channel_id}")
    status, title = sessions.set_status(call.workspace, channel_id, thread_ts, status, title)
    return {"status": status, "title": title}


def rename_session(call: Call) -> Json:
    """agents.sessions.rename."""
    channel_id, thread_ts = _thread(call)
    title = call.required("title")
    _check_title(title)
    sessions.rename(call.workspace, channel_id, thread_ts, title)
    return {"title": title}


def _thread(call: Call) -> tuple[str, str]:
    channel_id = str(channels.find(call.state, call.required("channel_id"))["id"])
    thread_ts = call.required("thread_ts")
    if call.identity.bot_user_id not in channels.members(call.state, channel_id):
        raise SlackError("not_in_channel")
    return channel_id, messages.thread_root(call.state, channel_id, thread_ts)


def _check_title(title: str) -> None:
    if len(title) > sessions.MAX_TITLE:
        raise SlackError("invalid_arguments", f"title has {len(title)} characters, of which Slack takes 200")


METHODS: dict[str, Method] = {
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setSuggestedPrompts": set_suggested_prompts,
    "agents.sessions.setStatus": set_session_status,
    "agents.sessions.rename": rename_session,
}
