"""The mailbox: what the app mailed, in the page, where the workspace was given a folder to look at."""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.workspace import mailbox
from bot.workspace.errors import PersonError
from bot.workspace.mailbox import Letter
from bot.workspace.people_api import who
from bot.workspace.render import environment
from bot.workspace.workspace import Workspace

# The frame of a mail: no scripts, no forms, nothing from elsewhere; a link opens a page of its own.
_FRAME = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_PAGE = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'"
_HEADERS = {"Content-Security-Policy": f"{_PAGE}; base-uri 'none'; frame-ancestors 'none'", "Cache-Control": "no-store"}
_NO_MAIL = "There is no such mail. Go back to the list: it may have been removed."


async def page(request: Request) -> Response:
    """``GET /mail``: the list, and the mail that ``?open=`` names."""
    workspace: Workspace = request.app.state.workspace
    if workspace.mail_dir is None:
        return PlainTextResponse("This workspace was given no folder of mails.", status_code=404)
    try:
        person = who(workspace, request.query_params.get("as", ""))
    except PersonError as error:
        return PlainTextResponse(str(error), status_code=error.status)
    name = request.query_params.get("open", "")
    letter = await run_in_threadpool(mailbox.opened, workspace.mail_dir, name) if name else None
    if name and letter is None:
        return PlainTextResponse(_NO_MAIL, status_code=404)
    facts = {
        "letters": await run_in_threadpool(mailbox.newest, workspace.mail_dir),
        "letter": letter,
        "person": person,
        "bot": {"name": workspace.state.identity.bot_name},
    }
    return HTMLResponse(environment().get_template("mail.html").render(facts), headers=_HEADERS)


async def body(request: Request) -> Response:
    """``GET /mail/{name}/body``: what stands in the mail's frame."""
    letter = await _letter(request)
    if letter is None:
        return PlainTextResponse(_NO_MAIL, status_code=404)
    html = environment().get_template("mail_body.html").render(letter=letter)
    return HTMLResponse(html, headers={"Content-Security-Policy": _FRAME, "Cache-Control": "no-store"})


async def part(request: Request) -> Response:
    """``GET /mail/{name}/parts/{number}``: an attachment, always as a download."""
    letter = await _letter(request)
    wanted = request.path_params["number"]
    found = next((one for one in letter.parts if one.number == wanted), None) if letter else None
    if found is None:
        return PlainTextResponse(_NO_MAIL, status_code=404)
    disposition = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(found.content, media_type="application/octet-stream", headers=headers)


async def _letter(request: Request) -> Letter | None:
    workspace: Workspace = request.app.state.workspace
    if workspace.mail_dir is None:
        return None
    return await run_in_threadpool(mailbox.opened, workspace.mail_dir, request.path_params["name"])


ROUTES = [
    Route("/mail", page),
    Route("/mail/{name}/body", body),
    Route("/mail/{name}/parts/{number:int}", part),
]
