"""files.*: the bot's uploads, in Slack's three steps, and facts about any file."""

from __future__ import annotations

from bot.workspace import channels, files
from bot.workspace.errors import Json, SlackError
from bot.workspace.web_api.call import Call, Method
from bot.workspace.web_api.chat import by_bot, content
from bot.workspace.workspace import Draft


def get_upload_url(call: Call) -> Json:
    """files.getUploadURLExternal: an address that takes the content once."""
    name, length = call.required("filename"), call.number("length", 0)
    if not 0 < length <= files.MAX_UPLOAD_BYTES:
        raise SlackError(
            "invalid_arguments", f"length is {length}; between 1 and {files.MAX_UPLOAD_BYTES} bytes are allowed"
        )
    row = files.reserve(call.state, name, call.identity.bot_user_id, alt_text=call.text("alt_txt"))
    return {"upload_url": f"{call.workspace.base_url}/upload/v1/{row['upload_key']}", "file_id": row["id"]}


def complete_upload(call: Call) -> Json:
    """files.completeUploadExternal: give titles, and share in a channel or thread."""
    wanted = call.json("files")
    if not isinstance(wanted, list) or not wanted:
        raise SlackError("invalid_arguments", "files must be a list of objects with id and title")
    ids = [_titled(call, str(item["id"]), item.get("title")) for item in wanted]
    for channel_id in _channels(call):
        body: Json = content(call, files=True) | {"text": call.text("initial_comment"), "file_ids": ids}
        draft = Draft(
            channel_id, call.identity.bot_user_id, by_bot(call, body), thread_ts=call.text("thread_ts") or None
        )
        call.workspace.post(draft)
    return {"files": [_short(call, file_id) for file_id in ids]}


def _titled(call: Call, file_id: str, title: str | None) -> str:
    row = files.find(call.state, file_id)
    if not row["uploaded"]:
        raise SlackError("file_not_found", f"the content of {file_id} was never uploaded")
    if title:
        with call.state.transaction() as db:
            db.execute("UPDATE files SET title = ? WHERE id = ?", (title, file_id))
    return file_id


def _channels(call: Call) -> list[str]:
    named = call.text("channel_id") or call.text("channels")
    return [str(channels.find(call.state, name)["id"]) for name in named.split(",") if name]


def _short(call: Call, file_id: str) -> Json:
    shown = files.file_json(call.state, files.find(call.state, file_id), call.workspace.base_url)
    return shown | {"channels": _channels(call), "groups": [], "ims": []}


def info(call: Call) -> Json:
    """files.info."""
    row = files.find(call.state, call.required("file", "file_not_found"))
    return {"file": files.file_json(call.state, row, call.workspace.base_url), "comments": []}


METHODS: dict[str, Method] = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": info,
}
