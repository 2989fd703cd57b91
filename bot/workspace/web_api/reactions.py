"""reactions.*: the bot's emoji."""

from __future__ import annotations

from bot.workspace import messages
from bot.workspace.emoji import is_known
from bot.workspace.errors import Json, SlackError
from bot.workspace.web_api.call import Call, Method
from bot.workspace.web_api.chat import inside, target


def _place(call: Call) -> tuple[str, str]:
    return target(call), call.required("timestamp", "no_item_specified")


def add(call: Call) -> Json:
    """reactions.add."""
    name = call.required("name", "invalid_name").strip(":")
    if not is_known(name):
        raise SlackError("invalid_name", f"no emoji :{name}:")
    call.workspace.react(inside(call), call.required("timestamp", "no_item_specified"), name, call.identity.bot_user_id)
    return {}


def remove(call: Call) -> Json:
    """reactions.remove."""
    name = call.required("name", "invalid_name").strip(":")
    call.workspace.unreact(*_place(call), name, call.identity.bot_user_id)
    return {}


def get(call: Call) -> Json:
    """reactions.get."""
    channel_id, ts = _place(call)
    row = messages.find(call.state, channel_id, ts)
    shown = messages.message_json(call.state, row, call.workspace.base_url)
    kept = {
        key: shown[key]
        for key in ("type", "text", "user", "ts", "team", "bot_id", "blocks", "reactions")
        if key in shown
    }
    return {"type": "message", "channel": channel_id, "message": kept}


METHODS: dict[str, Method] = {"reactions.add": add, "reactions.remove": remove, "reactions.get": get}
