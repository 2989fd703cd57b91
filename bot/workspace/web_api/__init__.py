"""The Web API: a table of methods, and the routes by which the bot calls them."""

from __future__ import annotations

import asyncio
import base64
import json
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse

from bot.workspace import installation
from bot.workspace.errors import Json, PersonError, SlackError
from bot.workspace.web_api import assistant, auth, chat, conversations, files, oauth, reactions, streams, users, views
from bot.workspace.web_api.call import Call, Method
from bot.workspace.workspace import Workspace

METHODS: dict[str, Method] = {
    **assistant.METHODS,
    **auth.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **oauth.METHODS,
    **reactions.METHODS,
    **streams.METHODS,
    **users.METHODS,
    **views.METHODS,
}
_APP_TOKEN_METHODS = {"apps.connections.open"}
_CLIENT_METHODS = {"oauth.v2.access", "apps.uninstall"}  # the app's id and secret open them, no token


async def endpoint(request: Request) -> JSONResponse:
    """The route ``/api/{method}``. Slack answers 200 whatever happens; the body tells."""
    workspace: Workspace = request.app.state.workspace
    method = request.path_params["method"]
    header = request.headers.get("authorization", "")
    try:
        args = _with_client(await _arguments(request), header)
        workspace = _authorised(workspace, method, header, args)
    except SlackError as error:
        return JSONResponse(error.answer())
    await asyncio.sleep(workspace.faults.delay_s(method))
    retry_after_s = workspace.faults.refusal(method)
    if retry_after_s is not None:
        return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers={"Retry-After": str(retry_after_s)})
    return JSONResponse(await run_in_threadpool(dispatch, workspace, method, args))


def dispatch(workspace: Workspace, method: str, args: Mapping[str, Any]) -> Json:
    """Call one method, and give the body of its answer."""
    function = METHODS.get(method)
    if function is None:
        return SlackError("unknown_method", method).answer()
    try:
        return {"ok": True} | function(Call(workspace, args))
    except SlackError as error:
        return error.answer()
    except PersonError as error:
        return SlackError("internal_error", str(error)).answer()
    except sqlite3.OperationalError as error:
        return SlackError("internal_error", f"the workspace cannot write its state: {error}").answer()


def _authorised(workspace: Workspace, method: str, header: str, args: Mapping[str, Any]) -> Workspace:
    """The workspace whose token the call carries: this one or a neighbour."""
    if method in _CLIENT_METHODS:
        return workspace
    token = header.removeprefix("Bearer ").strip() or str(args.get("token", ""))
    if not token:
        raise SlackError("not_authed")
    wants_app_token = method in _APP_TOKEN_METHODS
    if token == workspace.state.identity.app_token:
        if wants_app_token:
            return workspace
        raise SlackError("not_allowed_token_type", f"{method} takes the other kind of token")
    for one in oauth.everywhere(workspace):
        if installation.check_token(one.state, token):
            if wants_app_token:
                raise SlackError("not_allowed_token_type", f"{method} takes the other kind of token")
            return one
    raise SlackError("invalid_auth")


def _with_client(args: dict[str, Any], header: str) -> dict[str, Any]:
    """The arguments, with the app's id and secret when they come in the header instead."""
    if not header.startswith("Basic "):
        return args
    try:
        client_id, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    except ValueError as error:
        raise SlackError("invalid_client_id", "the Authorization header cannot be read") from error
    return args | {"client_id": client_id, "client_secret": secret}


async def _arguments(request: Request) -> dict[str, Any]:
    """Query, form or JSON, in one dict. Some clients send a JSON content type with an empty body."""
    args: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        form = await request.form()
        return args | {key: value for key, value in form.items() if not isinstance(value, UploadFile)}
    text = (await request.body()).decode("utf-8", errors="replace")
    if kind.startswith("application/json") and text.strip():
        try:
            body = json.loads(text)
        except ValueError as error:
            raise SlackError("invalid_json", str(error)) from error
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return args | body
    return args | dict(parse_qsl(text, keep_blank_values=True))
