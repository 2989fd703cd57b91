"""The app in the workspace: installed or removed, and which of its tokens the Web API takes."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from bot.workspace import events
from bot.workspace.errors import Json, SlackError
from bot.workspace.state import State, new_id

if TYPE_CHECKING:
    from bot.workspace.workspace import Workspace

INSTALLED, REVOKED, REMOVED = "installed", "revoked", "removed"
ROTATED_LIFE_S = 12 * 3600
# What Neo's manifest asks for; the workspace checks no scopes.
SCOPES = "app_mentions:read,channels:history,chat:write,commands,files:read,files:write,groups:history,im:history"
_STANDING = "standing"


def standing(state: State) -> str:
    """How the app stands: ``installed``, ``revoked`` (its token is refused) or ``removed`` (it hears nothing more)."""
    return state.meta(_STANDING, INSTALLED)


def check_token(state: State, token: str) -> bool:
    """Whether *token* is one of this workspace's bot tokens.

    Raises:
        SlackError: ``token_revoked`` or ``token_expired``.
    """
    grant = state.row("SELECT * FROM grants WHERE token = ?", token)
    if grant is None and token != state.identity.bot_token:
        return False
    if standing(state) != INSTALLED or (grant is not None and grant["revoked"]):
        raise SlackError("token_revoked")
    if grant is not None and grant["expires"] < time.time():
        raise SlackError("token_expired")
    return True


def revoke(workspace: Workspace) -> None:
    """Take the bot's tokens back; the app hears of it by ``tokens_revoked``."""
    if standing(workspace.state) != INSTALLED:
        return
    with workspace.state.transaction():
        workspace.tell_bot(events.tokens_revoked(workspace.state.identity.bot_user_id))
        _set(workspace, REVOKED)


def remove(workspace: Workspace) -> None:
    """Uninstall the app; it hears ``app_uninstalled`` and ``tokens_revoked``, and then nothing more."""
    if standing(workspace.state) == REMOVED:
        return
    with workspace.state.transaction():
        workspace.tell_bot(events.app_uninstalled())
        workspace.tell_bot(events.tokens_revoked(workspace.state.identity.bot_user_id))
        _set(workspace, REMOVED)


def install(workspace: Workspace) -> None:
    """Install the app again: its token is valid as before."""
    _set(workspace, INSTALLED)


def grant(state: State) -> tuple[str, str]:
    """A token that expires after ROTATED_LIFE_S, and the token with which it is refreshed."""
    token, refresh = f"xoxe.xoxb-1-{secrets.token_urlsafe(24)}", f"xoxe-1-{secrets.token_urlsafe(24)}"
    with state.transaction() as db:
        db.execute("INSERT INTO grants VALUES (?, ?, ?, 0)", (token, refresh, int(time.time()) + ROTATED_LIFE_S))
    return token, refresh


def refresh(state: State, refresh_token: str) -> tuple[str, str] | None:
    """A new pair for an old one, which is of no use afterwards; None when the token is not this workspace's."""
    with state.transaction() as db:
        found = db.execute(
            "UPDATE grants SET revoked = 1 WHERE refresh_token = ? AND revoked = 0", (refresh_token,)
        ).rowcount
        return grant(state) if found else None


def access_answer(state: State, installer_id: str, pair: tuple[str, str] | None) -> Json:
    """What ``oauth.v2.access`` answers; *pair* holds the tokens when rotation is on."""
    identity = state.identity
    answer: Json = {
        "app_id": identity.app_id,
        "authed_user": {"id": installer_id} if installer_id else {},
        "scope": SCOPES,
        "token_type": "bot",
        "access_token": pair[0] if pair else identity.bot_token,
        "bot_user_id": identity.bot_user_id,
        "team": {"id": identity.team_id, "name": identity.team_name},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    return answer | ({"refresh_token": pair[1], "expires_in": ROTATED_LIFE_S} if pair else {})


def new_code() -> str:
    """A code as the authorize page hands it out."""
    return f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**13)}.{new_id('')}{secrets.token_hex(24)}"


def _set(workspace: Workspace, value: str) -> None:
    workspace.state.set_meta(_STANDING, value)
    workspace.changes.publish("presence", connected=workspace.line.connected)
