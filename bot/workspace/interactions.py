"""The payloads of buttons, modals and slash commands, built from plain values. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.workspace.errors import Json
from bot.workspace.state import Identity


@dataclass(frozen=True)
class Actor:
    """The person who presses, submits or types, and the trigger that this gives to the bot."""

    user_id: str
    user_name: str
    team_id: str
    trigger_id: str


# The blocks' own keys that an action repeats, by what an element can be.
_ACTION_KEYS = ("action_id", "type", "text", "value", "style", "placeholder", "confirm", "url", "initial_option")


def block_actions(
    identity: Identity,
    actor: Actor,
    action: Json,
    *,
    message: Json,
    channel: tuple[str, str],
    response_url: str,
    state: Json,
) -> Json:
    """A pressed button or a changed select in a message. *channel* is its id and name."""
    container: Json = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel[0],
        "is_ephemeral": bool(message.get("is_ephemeral")),
    }
    if message.get("thread_ts"):
        container["thread_ts"] = message["thread_ts"]
    shown = {key: value for key, value in message.items() if key != "is_ephemeral"}
    return _common("block_actions", identity, actor) | {
        "container": container,
        "channel": {"id": channel[0], "name": channel[1]},
        "message": shown,
        "response_url": response_url,
        "state": state,
        "actions": [action],
    }


def view_actions(identity: Identity, actor: Actor, action: Json, *, view: Json) -> Json:
    """A pressed button or a changed select in a modal or on the Home tab."""
    return _common("block_actions", identity, actor) | {
        "container": {"type": "view", "view_id": view["id"]},
        "view": view,
        "actions": [action],
    }


def view_submission(identity: Identity, actor: Actor, view: Json) -> Json:
    """A modal whose submit button was pressed; *view* carries the values in ``state``."""
    return _common("view_submission", identity, actor) | {"view": view}


def view_closed(identity: Identity, actor: Actor, view: Json) -> Json:
    """A modal that was closed without submitting."""
    payload = _common("view_closed", identity, actor) | {"view": view, "is_cleared": False}
    del payload["trigger_id"]
    return payload


def message_action(
    identity: Identity,
    actor: Actor,
    callback_id: str,
    *,
    message: Json,
    channel: tuple[str, str],
    response_url: str,
    action_ts: str,
) -> Json:
    """A shortcut of a message's menu. *channel* is its id and name."""
    return _shortcut("message_action", identity, actor, callback_id, action_ts) | {
        "message": message,
        "message_ts": message["ts"],
        "channel": {"id": channel[0], "name": channel[1]},
        "response_url": response_url,
    }


def global_shortcut(identity: Identity, actor: Actor, callback_id: str, action_ts: str) -> Json:
    """A shortcut that stands beside the composer; it names no channel."""
    payload = _shortcut("shortcut", identity, actor, callback_id, action_ts)
    payload["user"]["username"] = actor.user_name
    return payload


def _shortcut(kind: str, identity: Identity, actor: Actor, callback_id: str, action_ts: str) -> Json:
    payload = _common(kind, identity, actor) | {"callback_id": callback_id, "action_ts": action_ts}
    del payload["api_app_id"]
    payload["user"] = {"id": actor.user_id, "name": actor.user_name, "team_id": actor.team_id}
    return payload


def slash_command(
    identity: Identity, actor: Actor, command: str, text: str, *, channel: tuple[str, str], response_url: str
) -> Json:
    """A slash command with its text. *channel* is the id and name of where it was typed."""
    return {
        "token": identity.verification_token,
        "team_id": identity.team_id,
        "team_domain": identity.team_domain,
        "channel_id": channel[0],
        "channel_name": channel[1],
        "user_id": actor.user_id,
        "user_name": actor.user_name,
        "command": command,
        "text": text,
        "api_app_id": identity.app_id,
        "is_enterprise_install": False,
        "response_url": response_url,
        "trigger_id": actor.trigger_id,
    }


def action_of(element: Json, block_id: str, ts: str, chosen: Json) -> Json:
    """What an action says of the element that was used; *chosen* holds ``selected_option`` and the like."""
    action = {key: element[key] for key in _ACTION_KEYS if key in element}
    return action | {"block_id": block_id, "action_ts": ts} | chosen


def _common(kind: str, identity: Identity, actor: Actor) -> Json:
    return {
        "type": kind,
        "team": {"id": identity.team_id, "domain": identity.team_domain},
        "enterprise": None,
        "user": {
            "id": actor.user_id,
            "username": actor.user_name,
            "name": actor.user_name,
            "team_id": actor.team_id,
        },
        "api_app_id": identity.app_id,
        "token": identity.verification_token,
        "trigger_id": actor.trigger_id,
        "is_enterprise_install": False,
    }
