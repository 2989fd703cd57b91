"""chat.*: post, edit and delete messages."""

from __future__ import annotations

from typing import Any

from bot.workspace import blocks, channels, messages, users
from bot.workspace import files as files_of
from bot.workspace.errors import Json, SlackError
from bot.workspace.web_api.call import Call, Method
from bot.workspace.workspace import Draft

_UPDATED_KEYS = ("type", "text", "user", "team", "bot_id", "bot_profile", "edited", "blocks", "attachments", "metadata")


def content(call: Call, *, files: bool = False) -> Json:
    """What the bot wants to say, checked: text, blocks, attachments, metadata.

    Raises:
        SlackError: ``no_text``, ``msg_too_long``, ``invalid_blocks``, ``invalid_metadata_format``.
    """
    text = call.text("text") or call.text("markdown_text")
    if len(text) > blocks.MAX_TEXT:
        raise SlackError("msg_too_long", f"text has {len(text)} characters, of which Slack takes {blocks.MAX_TEXT}")
    body: Json = {"text": text}
    sent = call.json("blocks", "invalid_blocks_format")
    if sent:
        body["blocks"] = blocks.checked(sent)
        files_of.check_pictures(call.state, body["blocks"])
    elif call.text("markdown_text"):
        body["blocks"] = blocks.checked([{"type": "markdown", "text": text}])
    attachments = call.json("attachments")
    if attachments:
        body["attachments"] = _attachments(attachments)
    if not (text or sent or attachments or files):
        raise SlackError("no_text", "a message needs text, blocks or attachments")
    metadata = call.json("metadata", "invalid_metadata_format")
    if metadata:
        body["metadata"] = _metadata(metadata)
    return body


def _attachments(attachments: Any) -> list[Json]:
    if not isinstance(attachments, list) or not all(isinstance(item, dict) for item in attachments):
        raise SlackError("invalid_attachments", "attachments must be a list of objects")
    if len(attachments) > 100:
        raise SlackError("too_many_attachments", f"{len(attachments)} attachments, of which Slack takes 100")
    return [item | ({"blocks": blocks.checked(item["blocks"])} if item.get("blocks") else {}) for item in attachments]


def _metadata(metadata: Any) -> Json:
    if not isinstance(metadata, dict) or not metadata.get("event_type") or "event_payload" not in metadata:
        raise SlackError("invalid_metadata_format", "metadata needs event_type and event_payload")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def by_bot(call: Call, body: Json) -> Json:
    """*body* as the bot's own message."""
    return body | {"bot_id": call.identity.bot_id, "bot_profile": users.bot_profile(call.state)}


def target(call: Call) -> str:
    """The id of the channel that the call names; a user's id stands for the direct message with them."""
    wanted = call.required("channel", "channel_not_found")
    if wanted.startswith("U") and wanted != call.identity.bot_user_id:
        return str(channels.open_im(call.state, wanted)[0]["id"])
    return str(channels.seen_by_bot(call.state, wanted)["id"])


def inside(call: Call) -> str:
    """The same, where the bot must be a member.

    Raises:
        SlackError: ``not_in_channel``.
    """
    channel_id = target(call)
    if call.identity.bot_user_id not in channels.members(call.state, channel_id):
        raise SlackError("not_in_channel", f"the bot is not in {channel_id}")
    return channel_id


def own_message(call: Call, error: str) -> tuple[str, str]:
    """Channel and ts of a message of the bot.

    Raises:
        SlackError: *error* when it is someone else's, ``message_not_found`` when it is none.
    """
    channel_id, ts = target(call), call.required("ts", "message_not_found")
    row = messages.find(call.state, channel_id, ts)
    if row["user_id"] != call.identity.bot_user_id:
        raise SlackError(error, "the message is not the bot's own")
    return channel_id, ts


def post_message(call: Call) -> Json:
    """chat.postMessage."""
    channel_id = inside(call)
    body = by_bot(call, content(call))
    thread_ts = call.text("thread_ts") or None
    ts = call.workspace.post(Draft(channel_id, call.identity.bot_user_id, body, thread_ts=thread_ts))
    shown = call.workspace.shown(channel_id, ts, metadata=True)
    return {"channel": channel_id, "ts": ts, "message": shown}


def post_ephemeral(call: Call) -> Json:
    """chat.postEphemeral: only one person sees it."""
    channel_id = inside(call)
    user_id = call.required("user", "user_not_found")
    if user_id not in channels.members(call.state, channel_id):
        raise SlackError("user_not_in_channel", f"{user_id} is not in {channel_id}")
    draft = Draft(
        channel_id,
        call.identity.bot_user_id,
        by_bot(call, content(call)),
        thread_ts=call.text("thread_ts") or None,
        only_for=user_id,
    )
    return {"message_ts": call.workspace.post(draft)}


def update(call: Call) -> Json:
    """chat.update: text without blocks takes the blocks away."""
    channel_id, ts = own_message(call, "cant_update_message")
    if channels.find(call.state, channel_id)["archived"]:
        raise SlackError("is_inactive", "a message of an archived channel cannot be edited")
    body = content(call)
    changes = {key: body.get(key) for key in ("text", "blocks", "attachments", "metadata")}
    if changes["metadata"] is None:
        del changes["metadata"]
    shown = call.workspace.edit(channel_id, ts, changes)
    message = {key: shown[key] for key in _UPDATED_KEYS if key in shown}
    return {"channel": channel_id, "ts": ts, "text": shown["text"], "message": message}


def delete(call: Call) -> Json:
    """chat.delete."""
    channel_id, ts = own_message(call, "cant_delete_message")
    call.workspace.delete(channel_id, ts)
    return {"channel": channel_id, "ts": ts}


def get_permalink(call: Call) -> Json:
    """chat.getPermalink: an address of the chat page."""
    channel_id, ts = target(call), call.required("message_ts", "message_not_found")
    row = messages.find(call.state, channel_id, ts)
    thread = f"?thread={row['thread_ts']}" if row["thread_ts"] else ""
    return {"channel": channel_id, "permalink": f"{call.workspace.base_url}/channels/{channel_id}{thread}#m{ts}"}


METHODS: dict[str, Method] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
}
