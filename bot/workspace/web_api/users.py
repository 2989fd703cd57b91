"""users.info and users.list."""

from __future__ import annotations

import time

from bot.workspace import users
from bot.workspace.errors import Json
from bot.workspace.web_api.call import Call, Method


def info(call: Call) -> Json:
    """users.info."""
    row = users.find(call.state, call.required("user", "user_not_found"))
    return {"user": users.user_json(call.state, row, locale=call.flag("include_locale"))}


def list_all(call: Call) -> Json:
    """users.list, all on one page."""
    return {
        "members": [
            users.user_json(call.state, row, locale=call.flag("include_locale")) for row in users.everyone(call.state)
        ],
        "cache_ts": int(time.time()),
        "response_metadata": {"next_cursor": ""},
    }


METHODS: dict[str, Method] = {"users.info": info, "users.list": list_all}
