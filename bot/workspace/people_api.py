"""The people's side over HTTP: what the chat page and a scripted person do."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.workspace import acts, channels, inputs, messages, sessions, users, views
from bot.workspace.errors import Json, PersonError, SlackError
from bot.workspace.state import State
from bot.workspace.workspace import Workspace


@dataclass(frozen=True)
class Ask:
    """One request of one person: who, and what they sent."""

    workspace: Workspace
    person: sqlite3.Row
    args: Json
    uploads: tuple[UploadFile, ...] = ()

    @property
    def state(self) -> State:
        """The workspace's memory."""
        return self.workspace.state

    def text(self, name: str) -> str:
        """An optional string."""
        return str(self.args.get(name) or "")

    def required(self, name: str) -> str:
        """A string that must be there."""
        value = self.text(name)
        if not value:
            raise PersonError(f"The request lacks {name!r}. Reload the page and try again.")
        return value

    def number(self, name: str, default: int) -> int:
        """An optional whole number."""
        value = self.text(name) or str(default)
        if not value.isdigit():
            raise PersonError(f"{name} must be a whole number, not {value!r}.")
        return int(value)

    def filled_in(self) -> inputs.Raw:
        """What the fields hold: block id -> action id -> value."""
        values = self.args.get("values") or {}
        if not isinstance(values, dict) or not all(isinstance(block, dict) for block in values.values()):
            raise PersonError("values must be an object of objects: block id, then action id, then value.")
        return values

    def used(self) -> acts.Used:
        """The button or field that was used."""
        return acts.Used(self.required("action_id"), self.text("block_id"), self.args.get("value"), self.filled_in())

    def channel(self) -> sqlite3.Row:
        """The channel that the request names, in which the person must be."""
        return acts.readable_channel(self.workspace, self.person, self.required("channel"))

    def open_channel(self) -> sqlite3.Row:
        """The same, when it is not archived."""
        return acts.writable(self.channel())


def who(workspace: Workspace, wanted: str) -> sqlite3.Row:
    """The person to act as; the owner when nobody is named."""
    row = users.person(workspace.state, wanted or "you")
    if row is None:
        known = ", ".join(role.name for role in users.ROLES)
        raise PersonError(f"There is nobody called {wanted!r} here. Act as one of: {known}.", 404)
    return row


def route(path: str, act: Callable[[Ask], Json], method: str = "POST") -> Route:
    """A route that hands an Ask to *act* on a worker thread, and turns refusals into ``{"error": sentence}``."""

    async def endpoint(request: Request) -> Response:
        workspace: Workspace = request.app.state.workspace
        async with _Form(request) as form:
            try:
                args, uploads = await _arguments(request, form)
            except ValueError as error:
                return JSONResponse({"error": f"The request is not valid JSON ({error})."}, status_code=400)
            return await run_in_threadpool(_answer, workspace, act, args, uploads)

    return Route(path, endpoint, methods=[method])


def _answer(workspace: Workspace, act: Callable[[Ask], Json], args: Json, uploads: tuple[UploadFile, ...]) -> Response:
    try:
        return JSONResponse(act(Ask(workspace, who(workspace, str(args.get("as") or "")), args, uploads)))
    except PersonError as error:
        return JSONResponse({"error": str(error)}, status_code=error.status)
    except SlackError as error:
        return JSONResponse({"error": f"That cannot be done: {error}."}, status_code=404)
    except sqlite3.OperationalError as error:
        return JSONResponse(
            {"error": f"The workspace cannot write its state ({error}). Free some space on its disk, and try again."},
            status_code=507,
        )


class _Form:
    """The request's multipart form, closed afterwards; an empty one when the body is JSON or missing."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._form = FormData()

    async def __aenter__(self) -> FormData:
        if self._request.headers.get("content-type", "").startswith(("multipart/", "application/x-www-form")):
            self._form = await self._request.form(max_files=100)
        return self._form

    async def __aexit__(self, *_: object) -> None:
        await self._form.close()


async def _arguments(request: Request, form: FormData) -> tuple[Json, tuple[UploadFile, ...]]:
    args: Json = dict(request.query_params)
    args |= {key: value for key, value in form.items() if isinstance(value, str)}
    uploads = tuple(item for _, item in form.multi_items() if isinstance(item, UploadFile) and item.filename)
    if request.headers.get("content-type", "").startswith("application/json"):
        body: Any = json.loads(await request.body() or b"{}")
        args |= body if isinstance(body, dict) else {}
    return args, uploads


# -- reading --------------------------------------------------------------------------------------------------


def me(ask: Ask) -> Json:
    """Who one is, who else there is, and whether the bot listens."""
    return {
        "user": users.user_json(ask.state, ask.person),
        "users": [users.user_json(ask.state, row) for row in users.everyone(ask.state)],
        "bot_user_id": ask.state.identity.bot_user_id,
        "connected": ask.workspace.line.connected,
    }


def list_channels(ask: Ask) -> Json:
    """The channels and the direct message of the person."""
    rows = channels.visible_to(ask.state, ask.person["id"])
    return {"channels": [channels.channel_json(ask.state, row) for row in rows]}


def list_messages(ask: Ask) -> Json:
    """A channel's newest messages, or a thread; oldest first. Ephemeral ones have ``is_ephemeral``."""
    channel_id, viewer, thread = ask.channel()["id"], ask.person["id"], ask.text("thread")
    if thread:
        rows = messages.replies(ask.state, channel_id, thread, viewer=viewer)
    else:
        limit = min(ask.number("limit", 200), 1000)
        rows = messages.history(ask.state, channel_id, viewer=viewer, limit=limit, before=ask.text("before"))
    shown = [acts.as_seen(ask.workspace, row) for row in rows]
    session, title = sessions.find(ask.state, channel_id, thread)
    status = sessions.words(ask.state, channel_id, thread)
    return {"channel": channel_id, "messages": shown, "status": status, "session": session, "title": title}


def list_views(ask: Ask) -> Json:
    """The person's open modals, the top one last, and their Home tab."""
    found = views.home(ask.state, ask.person["id"])
    return {
        "modals": [views.body_of(row) for row in views.open_modals(ask.state, ask.person["id"])],
        "home": views.body_of(found) if found else None,
    }


# -- acting ---------------------------------------------------------------------------------------------------


def say(ask: Ask) -> Json:
    """Send a message, with files when there are any."""
    contents = [(upload.filename or "file", upload.file) for upload in ask.uploads]
    ts = acts.say(ask.workspace, ask.person, ask.open_channel(), ask.text("text"), ask.text("thread_ts"), contents)
    return {"ts": ts, "channel": ask.channel()["id"]}


def edit(ask: Ask) -> Json:
    """Change one's own message."""
    acts.edit(ask.workspace, ask.person, ask.open_channel(), ask.required("ts"), ask.required("text"))
    return {}


def delete(ask: Ask) -> Json:
    """Delete one's own message."""
    acts.delete(ask.workspace, ask.person, ask.open_channel(), ask.required("ts"))
    return {}


def react(ask: Ask) -> Json:
    """Add an emoji, or take it back with ``remove``."""
    act = acts.unreact if ask.args.get("remove") else acts.react
    act(ask.workspace, ask.person, ask.open_channel(), ask.required("ts"), ask.required("name"))
    return {}


def press(ask: Ask) -> Json:
    """Press a button or choose from a select, in a message."""
    acts.press(ask.workspace, ask.person, ask.channel(), ask.required("ts"), ask.used())
    return {}


def press_in_view(ask: Ask) -> Json:
    """Press a button or choose from a select, in a modal or on the Home tab."""
    acts.press_in_view(ask.workspace, ask.person, ask.required("view"), ask.used())
    return {}


def submit(ask: Ask) -> Json:
    """Submit a modal; ``errors`` by block id when it is not accepted."""
    return acts.submit(ask.workspace, ask.person, ask.required("view"), ask.filled_in())


def close(ask: Ask) -> Json:
    """Close a modal without submitting."""
    acts.close(ask.workspace, ask.person, ask.required("view"))
    return {}


def command(ask: Ask) -> Json:
    """Type a slash command."""
    acts.command(ask.workspace, ask.person, ask.channel(), ask.required("text"), ask.text("thread_ts"))
    return {}


def open_dm(ask: Ask) -> Json:
    """Open the direct message with the bot."""
    return {"channel": acts.open_tab(ask.workspace, ask.person, "messages")}


def open_tab(ask: Ask) -> Json:
    """Open the bot's ``home`` or ``messages`` tab."""
    return {"channel": acts.open_tab(ask.workspace, ask.person, ask.required("tab"))}


# -- the stream ------- ----------------------------------------------------------------------------------------


async def stream(request: Request) -> Response:
    """Server-sent events: a note for every change that the person may see."""
    workspace: Workspace = request.app.state.workspace
    try:
        person = who(workspace, request.query_params.get("as", ""))
    except PersonError as error:
        return JSONResponse({"error": str(error)}, status_code=error.status)
    visible = {row["id"] for row in await run_in_threadpool(channels.visible_to, workspace.state, person["id"])}

    async def notes() -> AsyncIterator[str]:
        yield "retry: 1000\n\n" + _note({"type": "open", "connected": workspace.line.connected})
        async for change in workspace.changes.subscribe():
            if change["type"] == "channels":
                visible.clear()
                visible.update(row["id"] for row in channels.visible_to(workspace.state, person["id"]))
            if _may_see(change, person["id"], visible):
                yield _note(change)

    return StreamingResponse(notes(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _may_see(change: Json, user_id: str, visible: set[str]) -> bool:
    for_me = change.get("only_for") in (None, user_id) and change.get("user") in (None, user_id)
    return for_me and ("channel" not in change or change["channel"] in visible)


def _note(change: Json) -> str:
    return f"data: {json.dumps(change)}\n\n"


ROUTES = [
    route("/people/me", me, "GET"),
    route("/people/channels", list_channels, "GET"),
    route("/people/messages", list_messages, "GET"),
    route("/people/views", list_views, "GET"),
    route("/people/messages", say),
    route("/people/messages/edit", edit),
    route("/people/messages/delete", delete),
    route("/people/reactions", react),
    route("/people/actions", press),
    route("/people/views/actions", press_in_view),
    route("/people/views/submit", submit),
    route("/people/views/close", close),
    route("/people/commands", command),
    route("/people/dm", open_dm),
    route("/people/tabs", open_tab),
    Route("/people/stream", stream),
]
