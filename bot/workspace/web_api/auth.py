"""auth.test, apps.connections.open, team.info, bots.info: who is who."""

from __future__ import annotations

from bot.workspace.errors import Json, SlackError
from bot.workspace.users import bot_profile
from bot.workspace.web_api.call import Call, Method


def auth_test(call: Call) -> Json:
    """Whose token this is."""
    identity = call.identity
    return {
        "url": f"{call.workspace.base_url}/",
        "team": identity.team_name,
        "user": identity.bot_name.lower(),
        "team_id": identity.team_id,
        "user_id": identity.bot_user_id,
        "bot_id": identity.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> Json:
    """An address for one Socket Mode connection."""
    host = call.workspace.base_url.split("://", 1)[1]
    return {"url": f"ws://{host}/link?ticket={call.workspace.socket.ticket()}&app_id={call.identity.app_id}"}


def team_info(call: Call) -> Json:
    """The workspace's name."""
    identity = call.identity
    team = {
        "id": identity.team_id,
        "name": identity.team_name,
        "domain": identity.team_domain,
        "email_domain": "",
        "url": f"{call.workspace.base_url}/",
        "icon": {"image_default": True},
    }
    return {"team": team}


def bots_info(call: Call) -> Json:
    """The one bot there is."""
    wanted = call.text("bot", call.identity.bot_id)
    if wanted != call.identity.bot_id:
        raise SlackError("bot_not_found", f"no bot {wanted!r}")
    profile = {key: value for key, value in bot_profile(call.state).items() if key != "team_id"}
    return {"bot": profile | {"user_id": call.identity.bot_user_id}}


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "apps.connections.open": connections_open,
    "team.info": team_info,
    "bots.info": bots_info,
}
