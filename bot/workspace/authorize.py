"""The page on which a person allows the app into the workspace, and sends its code to the app."""

from __future__ import annotations

import time
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.workspace import installation
from bot.workspace.errors import PersonError
from bot.workspace.people_api import who
from bot.workspace.render import environment
from bot.workspace.workspace import Workspace

_CODE_LIFE_S = 600.0


async def ask(request: Request) -> Response:
    """``GET /oauth/v2/authorize``: what the app wants, and one button."""
    workspace: Workspace = request.app.state.workspace
    query = dict(request.query_params)
    try:
        target = _checked(workspace, query)
    except PersonError as error:
        return PlainTextResponse(str(error), status_code=error.status)
    identity = workspace.state.identity
    html = (
        environment()
        .get_template("authorize.html")
        .render(
            bot_name=identity.bot_name,
            team_name=identity.team_name,
            scopes=[scope for scope in query.get("scope", installation.SCOPES).replace(" ", ",").split(",") if scope],
            host=urlsplit(target).netloc,
            fields={key: query.get(key, "") for key in ("client_id", "redirect_uri", "state")},
        )
    )
    # The form's answer is a redirect to the app, which the page's usual policy would stop.
    sources = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'"
    policy = f"{sources}; form-action 'self' {_origin(target)}"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    # Without a referrer a form's Origin is null, and the door takes it for another site's.
    return HTMLResponse(html, headers=headers | {"Referrer-Policy": "same-origin"})


async def allow(request: Request) -> Response:
    """``POST /oauth/v2/authorize``: the person allowed it; the browser goes to the app with code and state."""
    workspace: Workspace = request.app.state.workspace
    async with request.form() as form:
        fields = {key: value for key, value in form.items() if isinstance(value, str)}
    try:
        target = _checked(workspace, fields)
        person = who(workspace, fields.get("as", ""))
    except PersonError as error:
        return PlainTextResponse(str(error), status_code=error.status)
    code, now = installation.new_code(), time.monotonic()
    workspace.codes = {key: issued for key, issued in workspace.codes.items() if issued["until"] > now}
    workspace.codes[code] = {"user_id": person["id"], "redirect_uri": target, "until": now + _CODE_LIFE_S}
    parts = urlsplit(target)
    query = [*parse_qsl(parts.query), ("code", code), ("state", fields.get("state", ""))]
    return RedirectResponse(urlunsplit(parts._replace(query=urlencode(query))), status_code=302)


def _checked(workspace: Workspace, fields: dict[str, str]) -> str:
    if fields.get("client_id") != workspace.state.identity.client_id:
        raise PersonError("No app of this workspace has that client_id. Take it from the workspace's own app.")
    target = fields.get("redirect_uri", "")
    parts = urlsplit(target)
    if parts.scheme not in ("http", "https") or not parts.netloc or any(sign in target for sign in " ;,'\""):
        raise PersonError("The address lacks a redirect_uri to which the code can be sent.")
    return target


def _origin(target: str) -> str:
    parts = urlsplit(target)
    return f"{parts.scheme}://{parts.netloc}"


ROUTES = [Route("/oauth/v2/authorize", ask), Route("/oauth/v2/authorize", allow, methods=["POST"])]
