"""oauth.v2.access, auth.revoke, apps.uninstall: the app's tokens come and go."""

from __future__ import annotations

import time

from bot.workspace import installation
from bot.workspace.errors import Json, SlackError
from bot.workspace.web_api.call import Call, Method
from bot.workspace.workspace import Workspace


def access(call: Call) -> Json:
    """oauth.v2.access: a code of the authorize page, or a refresh token, for a token of the workspace it is of."""
    _check_client(call)
    if call.text("grant_type", "authorization_code") == "refresh_token":
        return _refreshed(call)
    code = call.required("code", "invalid_code")
    for workspace in everywhere(call.workspace):
        issued = workspace.codes.pop(code, None)
        if issued is not None:
            return _answer(call, workspace, issued)
    raise SlackError("invalid_code")


def _answer(call: Call, workspace: Workspace, issued: Json) -> Json:
    if issued["until"] < time.monotonic():
        raise SlackError("code_expired")
    if call.text("redirect_uri", issued["redirect_uri"]) != issued["redirect_uri"]:
        raise SlackError("bad_redirect_uri")
    installation.install(workspace)
    pair = installation.grant(workspace.state) if workspace.rotates_tokens else None
    return installation.access_answer(workspace.state, issued["user_id"], pair)


def _refreshed(call: Call) -> Json:
    wanted = call.required("refresh_token", "invalid_refresh_token")
    for workspace in everywhere(call.workspace):
        pair = installation.refresh(workspace.state, wanted)
        if pair is not None:
            return installation.access_answer(workspace.state, "", pair)
    raise SlackError("invalid_refresh_token")


def everywhere(workspace: Workspace) -> list[Workspace]:
    """The workspace and its neighbours."""
    return [workspace, *workspace.neighbours]


def revoke(call: Call) -> Json:
    """auth.revoke: the token of this very call is refused from now on; with ``test`` nothing happens."""
    if call.flag("test"):
        return {"revoked": False}
    installation.revoke(call.workspace)
    return {"revoked": True}


def uninstall(call: Call) -> Json:
    """apps.uninstall."""
    _check_client(call)
    installation.remove(call.workspace)
    return {}


def _check_client(call: Call) -> None:
    identity = call.identity
    if call.text("client_id") != identity.client_id:
        raise SlackError("invalid_client_id")
    if call.text("client_secret") != identity.client_secret:
        raise SlackError("bad_client_secret")


METHODS: dict[str, Method] = {"oauth.v2.access": access, "auth.revoke": revoke, "apps.uninstall": uninstall}
