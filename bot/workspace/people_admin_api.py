"""The people's side over HTTP, continued: stop, shortcuts, channels as a whole, profiles, the app, and faults."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict

from bot.workspace import acts, channel_acts, faults, installation, sessions, shortcuts, users
from bot.workspace.errors import Json, PersonError
from bot.workspace.people_api import Ask, route, who


def stop(ask: Ask) -> Json:
    """Press Stop in a thread in which the bot works."""
    sessions.stop(ask.workspace, ask.person["id"], ask.channel()["id"], ask.required("thread_ts"))
    return {}


def use_shortcut(ask: Ask) -> Json:
    """Choose a shortcut: of a message when ``ts`` names one, else one that stands beside the composer."""
    callback_id = ask.required("callback_id")
    if ask.text("ts"):
        shortcuts.use_on_message(ask.workspace, ask.person, ask.channel(), ask.required("ts"), callback_id)
    else:
        shortcuts.use(ask.workspace, ask.person, callback_id)
    return {}


def create_channel(ask: Ask) -> Json:
    """Make a channel; with ``private``, one that only its members see."""
    private = bool(ask.args.get("private"))
    return {"channel": channel_acts.open_channel(ask.workspace, _name(ask), ask.person["id"], private=private)}


def rename_channel(ask: Ask) -> Json:
    """Give a channel another name."""
    channel_acts.rename(ask.workspace, acts.writable(_named(ask)), _name(ask))
    return {}


def archive_channel(ask: Ask) -> Json:
    """Make a channel read-only."""
    channel_acts.archive(ask.workspace, _named(ask), ask.person["id"], archived=True)
    return {}


def unarchive_channel(ask: Ask) -> Json:
    """Open an archived channel again."""
    channel_acts.archive(ask.workspace, _named(ask), ask.person["id"], archived=False)
    return {}


def invite(ask: Ask) -> Json:
    """Bring someone into a channel; with ``remove``, take them out."""
    channel, user_id = acts.writable(_named(ask)), _user(ask)
    act = channel_acts.take_out if ask.args.get("remove") else channel_acts.invite
    act(ask.workspace, channel, user_id, ask.person["id"])
    return {}


def _named(ask: Ask) -> sqlite3.Row:
    channel = ask.channel()
    if channel["kind"] == "im":
        raise PersonError("A direct message has no name, and cannot be archived or shared. Open a channel.")
    return channel


def _name(ask: Ask) -> str:
    return ask.required("name").strip().removeprefix("#").lower().replace(" ", "-")


def _user(ask: Ask) -> str:
    wanted, identity = ask.required("user"), ask.state.identity
    if wanted in (identity.bot_user_id, identity.bot_name.lower(), "bot"):
        return identity.bot_user_id
    return str(who(ask.workspace, wanted)["id"])


def set_profile(ask: Ask) -> Json:
    """Change one's own time zone and language."""
    tz, locale = ask.text("tz") or ask.person["tz"], ask.text("locale") or ask.person["locale"]
    users.set_profile(ask.state, ask.person["id"], tz=tz, locale=locale)
    return {}


_APP_ACTS = {"revoke": installation.revoke, "remove": installation.remove, "install": installation.install}


def change_app(ask: Ask) -> Json:
    """``revoke`` the bot's token, ``remove`` the app, or ``install`` it again; gives how it stands now."""
    wanted = ask.required("act")
    if wanted not in _APP_ACTS:
        raise PersonError(f"The app cannot {wanted!r}: choose one of {', '.join(_APP_ACTS)}.")
    if ask.person["role"] != "owner":
        raise PersonError("Only the workspace's owner can change the app. Act as You.", 403)
    _APP_ACTS[wanted](ask.workspace)
    return app_standing(ask)


def app_standing(ask: Ask) -> Json:
    """How the app stands: installed, revoked or removed."""
    return {"standing": installation.standing(ask.state)}


def set_faults(ask: Ask) -> Json:
    """Replace what goes wrong on purpose; an empty object turns everything off."""
    plan = {key: value for key, value in ask.args.items() if key != "as"}
    ask.workspace.faults.set(faults.plan_from(plan))
    return show_faults(ask)


def show_faults(ask: Ask) -> Json:
    """What goes wrong on purpose."""
    return {"faults": asdict(ask.workspace.faults.plan)}


ROUTES = [
    route("/people/stop", stop),
    route("/people/shortcuts", use_shortcut),
    route("/people/channels", create_channel),
    route("/people/channels/rename", rename_channel),
    route("/people/channels/archive", archive_channel),
    route("/people/channels/unarchive", unarchive_channel),
    route("/people/channels/members", invite),
    route("/people/profile", set_profile),
    route("/people/app", app_standing, "GET"),
    route("/people/app", change_app),
    route("/people/faults", show_faults, "GET"),
    route("/people/faults", set_faults),
]
