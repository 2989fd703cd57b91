"""The Web API: a table of methods, and the routes by which the bot calls them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse

from bot.workspace.errors import Json, PersonError, SlackError
from bot.workspace.web_api import assistant, auth, chat, conversations, files, reactions, streams, users, views
from bot.workspace.web_api.call import Call, Method
from bot.workspace.workspace import Workspace

METHODS: dict[str, Method] = {
    **assistant.METHODS,
    **auth.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **reactions.METHODS,
    **streams.METHODS,
    **users.METHODS,
    **views.METHODS,
}
_APP_TOKEN_METHODS = {"apps.connections.open"}


async def endpoint(request: Request) -> JSONResponse:
    """The route ``/api/{method}``. Slack answers 200 whatever happens; the body tells."""
    workspace: Workspace = request.app.state.workspace
    method = request.path_params["method"]
    try:
        args = await _arguments(request)
        _authorise(workspace, method, request.headers.get("authorization", ""), args)
    except SlackError as error:
        return JSONResponse(error.answer())
    retry_after_s = workspace.refusal() if method.startswith("chat.") else None
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


def _authorise(workspace: Workspace, method: str, header: str, args: Mapping[str, Any]) -> None:
    token = header.removeprefix("Bearer ").strip() or str(args.get("token", ""))
    identity = workspace.state.identity
    wanted, other = identity.bot_token, identity.app_token
    if method in _APP_TOKEN_METHODS:
        wanted, other = other, wanted
    if not token:
        raise SlackError("not_authed")
    if token == other:
        raise SlackError("not_allowed_token_type", f"{method} takes the other kind of token")
    if token != wanted:
        raise SlackError("invalid_auth")


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
