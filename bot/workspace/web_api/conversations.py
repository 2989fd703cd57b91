"""conversations.*: channels, their members and what was said."""

from __future__ import annotations

import sqlite3

from bot.workspace import channel_acts, channels, messages
from bot.workspace.errors import Json, SlackError
from bot.workspace.web_api.call import Call, Method

_KINDS = {"public_channel": "channel", "im": "im", "private_channel": "group", "mpim": ""}


def _found(call: Call) -> sqlite3.Row:
    return channels.seen_by_bot(call.state, call.required("channel", "channel_not_found"))


def list_all(call: Call) -> Json:
    """conversations.list, all on one page."""
    wanted = call.text("types", "public_channel").replace(" ", "").split(",")
    unknown = [kind for kind in wanted if kind not in _KINDS]
    if unknown:
        raise SlackError("invalid_types", f"unknown types: {', '.join(unknown)}")
    kinds = {_KINDS[kind] for kind in wanted}
    hides = call.flag("exclude_archived")
    everything = channels.visible_to(call.state, call.identity.bot_user_id)
    rows = [row for row in everything if row["kind"] in kinds and not (hides and row["archived"])]
    return {
        "channels": [channels.channel_json(call.state, row) for row in rows],
        "response_metadata": {"next_cursor": ""},
    }


def info(call: Call) -> Json:
    """conversations.info."""
    shown = channels.channel_json(call.state, _found(call))
    if not call.flag("include_num_members"):
        shown.pop("num_members", None)
    shown.pop("priority", None)
    return {"channel": shown}


def open_im(call: Call) -> Json:
    """conversations.open: the direct message with one person."""
    if call.text("channel"):
        row, was_open = _found(call), True
    else:
        user_ids = call.required("users", "users_list_not_supplied").split(",")
        if len(user_ids) != 1:
            raise SlackError("method_not_supported_for_channel_type", "group messages do not exist in this workspace")
        row, was_open = channels.open_im(call.state, user_ids[0])
    answer: Json = {"channel": {"id": row["id"]}}
    if call.flag("return_im"):
        answer["channel"] = channels.channel_json(call.state, row) | {"is_open": True}
    return answer | ({"no_op": True, "already_open": True} if was_open else {})


def members(call: Call) -> Json:
    """conversations.members."""
    return {
        "members": channels.members(call.state, _found(call)["id"]),
        "response_metadata": {"next_cursor": ""},
    }


def join(call: Call) -> Json:
    """conversations.join: the bot comes into a public channel."""
    row = _found(call)
    if row["kind"] == "im":
        raise SlackError("method_not_supported_for_channel_type", "a direct message cannot be joined")
    if row["archived"]:
        raise SlackError("is_archived", f"#{row['name']} is archived and read-only")
    bot = call.identity.bot_user_id
    known = bot in channels.members(call.state, row["id"])
    if not known:
        channel_acts.invite(call.workspace, row, bot, bot)
    shown = channels.channel_json(call.state, row)
    shown.pop("num_members", None)
    warning: Json = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return {"channel": shown} | (warning if known else {})


def _page(call: Call, rows: list[sqlite3.Row]) -> Json:
    oldest, latest = call.text("oldest", "0"), call.text("latest") or "9999999999.999999"
    inclusive = call.flag("inclusive")
    kept = [row for row in rows if oldest < row["ts"] < latest or (inclusive and row["ts"] in (oldest, latest))]
    limit = min(call.number("limit", 100), 999)
    cursor = call.number("cursor", 0)
    page = kept[cursor : cursor + limit]
    more = cursor + limit < len(kept)
    with_metadata = call.flag("include_all_metadata")
    base_url = call.workspace.base_url
    return {
        "messages": [messages.message_json(call.state, row, base_url, metadata=with_metadata) for row in page],
        "has_more": more,
        "response_metadata": {"next_cursor": str(cursor + limit) if more else ""},
    }


def history(call: Call) -> Json:
    """conversations.history, newest first."""
    rows = messages.history(call.state, _found(call)["id"], limit=100_000)
    return _page(call, rows[::-1]) | {"pin_count": 0}


def replies(call: Call) -> Json:
    """conversations.replies: a thread with its first message, oldest first."""
    channel_id = _found(call)["id"]
    ts = call.required("ts", "thread_not_found")
    return _page(call, messages.replies(call.state, channel_id, messages.thread_root(call.state, channel_id, ts)))


METHODS: dict[str, Method] = {
    "conversations.list": list_all,
    "conversations.info": info,
    "conversations.open": open_im,
    "conversations.members": members,
    "conversations.join": join,
    "conversations.history": history,
    "conversations.replies": replies,
}
