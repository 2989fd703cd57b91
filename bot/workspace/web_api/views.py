"""views.*: modals and the Home tab."""

from __future__ import annotations

from typing import Any

from bot.workspace import users, views
from bot.workspace.errors import Json, SlackError
from bot.workspace.web_api.call import Call, Method


def open_modal(call: Call) -> Json:
    """views.open: a modal for the person whose trigger this is."""
    user_id = call.workspace.use_trigger(call.required("trigger_id"))
    return {"view": views.open_modal(call.workspace, user_id, _view(call))}


def push(call: Call) -> Json:
    """views.push: another modal on top of the person's open one."""
    user_id = call.workspace.use_trigger(call.required("trigger_id"))
    return {"view": views.open_modal(call.workspace, user_id, _view(call))}


def update(call: Call) -> Json:
    """views.update, by view_id or external_id."""
    view_id = call.text("view_id") or views.by_external_id(call.state, call.required("external_id"))
    return {"view": views.update(call.workspace, view_id, _view(call), expected_hash=call.text("hash"))}


def publish(call: Call) -> Json:
    """views.publish: a person's Home tab."""
    user_id = call.required("user_id")
    users.find(call.state, user_id)
    return {"view": views.publish(call.workspace, user_id, _view(call))}


def _view(call: Call) -> Any:
    view = call.json("view")
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", "view must be an object")
    return view


METHODS: dict[str, Method] = {
    "views.open": open_modal,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
