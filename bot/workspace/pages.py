"""The chat page and the pieces of it that are fetched anew when something changes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.workspace import acts, channels, installation, messages, sessions, shortcuts, users, views, writing
from bot.workspace.errors import Json, PersonError, SlackError
from bot.workspace.people_api import who
from bot.workspace.render import environment
from bot.workspace.render.names import names_for
from bot.workspace.workspace import Workspace

_SUGGESTIONS = (
    "@{bot} I need a bot that answers questions about our handbooks",
    "@{bot} what can you do?",
)


@dataclass(frozen=True)
class Look:
    """One look at the workspace: whose page, which conversation, which thread, which tab."""

    workspace: Workspace
    person: sqlite3.Row
    channel: sqlite3.Row
    thread: str
    tab: str


def page(look: Look) -> str:
    """The whole page."""
    return _render(look, "workspace.html", _page_facts(look))


def message(look: Look, ts: str, place: str) -> str:
    """One message, as it stands in the ``channel`` or in the ``thread`` pane."""
    row = acts.seen_message(look.workspace, look.person, look.channel["id"], ts)
    return _render(look, "message.html", {"message": _seen(look, row), "place": place})


def _render(look: Look, template: str, facts: Json) -> str:
    state = look.workspace.state
    common: Json = {
        "names": names_for(state, look.person["id"]),
        "person": look.person,
        "bot": {"id": state.identity.bot_user_id, "name": state.identity.bot_name},
        "channel": look.channel,
        "title": _title(look),
        "thread": look.thread,
        "tab": look.tab,
        "team_name": state.identity.team_name,
        "has_mail": look.workspace.mail_dir is not None,
        "message_shortcuts": shortcuts.ON_MESSAGES,
        "global_shortcuts": shortcuts.ANYWHERE,
    }
    return environment().get_template(template).render(common | facts)


def _page_facts(look: Look) -> Json:
    state, viewer = look.workspace.state, look.person["id"]
    home = views.home(state, viewer)
    inside = channels.members(state, look.channel["id"])
    return {
        "people": [row for row in users.everyone(state) if not row["is_bot"]],
        "channels": [_entry(look, row) for row in channels.visible_to(state, viewer)],
        "messages": [_seen(look, row) for row in messages.history(state, look.channel["id"], viewer=viewer)],
        "thread_messages": _thread(look) if look.thread else [],
        "connected": look.workspace.line.connected,
        "home": views.body_of(home) if home and look.tab == "home" else None,
        "modals": [views.body_of(row) for row in views.open_modals(state, viewer)],
        "prompts": _prompts(look, ""),
        "thread_prompts": _prompts(look, look.thread) if look.thread else None,
        "status": _status(look, look.thread),
        "stoppable": _stoppable(look, look.thread),
        "session_title": sessions.find(state, look.channel["id"], look.thread)[1],
        "standing": installation.standing(state),
        "outsiders": [row for row in users.everyone(state) if row["id"] not in inside],
        "suggestions": [text.format(bot=state.identity.bot_name) for text in _SUGGESTIONS],
    }


def _thread(look: Look) -> list[Json]:
    rows = messages.replies(look.workspace.state, look.channel["id"], look.thread, viewer=look.person["id"])
    return [_seen(look, row) for row in rows]


def _seen(look: Look, row: sqlite3.Row) -> Json:
    state = look.workspace.state
    shown = acts.as_seen(look.workspace, row)
    author = users.find(state, row["user_id"])
    extra: Json = {
        "author": author["real_name"],
        "role": author["name"] if not author["is_bot"] else "bot",
        "mine": row["user_id"] == look.person["id"],
        "status": _status(look, row["thread_ts"] or row["ts"]),
        "stoppable": _stoppable(look, row["thread_ts"] or row["ts"]),
        "typed": writing.typed(state, shown["text"]),
        "is_root": row["thread_ts"] is None,
        "blocks": shown.get("blocks", []),
        "attachments": shown.get("attachments", []),
        "files": shown.get("files", []),
        "reactions": shown.get("reactions", []),
        "edited": shown.get("edited"),
        "is_ephemeral": shown.get("is_ephemeral", False),
        "reply_count": shown.get("reply_count", 0),
        "reply_users": shown.get("reply_users", []),
        "latest_reply": shown.get("latest_reply", ""),
        "deleted": shown.get("subtype") == "tombstone",
        "streaming": "streaming" in json.loads(row["body"]),
    }
    return shown | extra


def _entry(look: Look, row: sqlite3.Row) -> Json:
    newest = look.workspace.state.row(
        "SELECT max(ts) AS ts FROM messages WHERE channel_id = ? AND only_for IS NULL", row["id"]
    )
    return {
        "id": row["id"],
        "name": row["name"],
        "kind": row["kind"],
        "archived": bool(row["archived"]),
        "latest": newest["ts"] if newest and newest["ts"] else "",
        "current": row["id"] == look.channel["id"],
    }


def _title(look: Look) -> str:
    return f"#{look.channel['name']}" if look.channel["kind"] != "im" else look.workspace.state.identity.bot_name


def _status(look: Look, thread: str) -> str:
    return sessions.words(look.workspace.state, look.channel["id"], thread)


def _stoppable(look: Look, thread: str) -> bool:
    return sessions.find(look.workspace.state, look.channel["id"], thread)[0] == "processing"


def _prompts(look: Look, thread: str) -> Json:
    """What the bot suggests in a thread, or in the conversation as a whole: a title and prompts."""
    row = look.workspace.state.row(
        "SELECT title, prompts FROM prompts WHERE channel_id = ? AND thread_ts = ?", look.channel["id"], thread
    )
    return {"title": row["title"], "list": json.loads(row["prompts"])} if row else {"title": "", "list": []}


# -- routes ---------------------------------------------------------------------------------------------------


def _look(request: Request) -> Look:
    workspace: Workspace = request.app.state.workspace
    query = request.query_params
    person = who(workspace, query.get("as", ""))
    channel = acts.readable_channel(workspace, person, request.path_params["channel"])
    return Look(workspace, person, channel, query.get("thread", ""), query.get("tab", "messages"))


def _shown(draw: Callable[[Request], str]) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        try:
            return HTMLResponse(draw(request), headers={"Cache-Control": "no-store"})
        except PersonError as error:
            return PlainTextResponse(str(error), status_code=error.status)
        except SlackError as error:
            return PlainTextResponse(f"There is no such conversation or message ({error}).", status_code=404)

    return endpoint


async def index(request: Request) -> Response:
    """Open the first channel, or the direct message with ``?dm=1``."""
    workspace: Workspace = request.app.state.workspace
    try:
        person = who(workspace, request.query_params.get("as", ""))
    except PersonError as error:
        return PlainTextResponse(str(error), status_code=error.status)
    seen = await run_in_threadpool(channels.visible_to, workspace.state, person["id"])
    open_ones = [row["id"] for row in seen if not row["archived"]]
    if "dm" in request.query_params or not open_ones:
        channel_id = await run_in_threadpool(acts.open_tab, workspace, person, "messages")
    else:
        channel_id = open_ones[0]
    return RedirectResponse(f"/channels/{channel_id}?as={person['name']}", status_code=303)


ROUTES: list[BaseRoute] = [
    Route("/", index),
    Route("/channels/{channel}", _shown(lambda request: page(_look(request)))),
    Route(
        "/channels/{channel}/messages/{ts}",
        _shown(
            lambda request: message(
                _look(request), request.path_params["ts"], request.query_params.get("place", "channel")
            )
        ),
    ),
]
