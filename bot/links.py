"""The pages behind the links of a mail: GET asks, POST does it.

Scanners of mail follow links; what follows a link alone changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from html import escape
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from neo.errors import BadInput, NotAllowed, UserError
from neo.services.alert_links import PATH, look_at, obey, secret_of
from neo.store.store import Store

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex"><title>Neo: alert</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}}
button{{font:inherit;padding:.6rem 1.4rem;cursor:pointer}}</style></head>
<body><main><h1>{title}</h1><p>{text}</p>{form}</main></body></html>"""
FORM = '<form method="post"><button type="submit">Yes, do it</button></form>'
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",  # the address itself is the right to do it
}
STATUS: dict[type[UserError], int] = {BadInput: 404, NotAllowed: 403}


def links_app(store: Store, folder: Path, now: Callable[[], float] = time.time) -> Starlette:
    """The pages as an app of their own, for a process that serves nothing else."""
    return Starlette(routes=link_routes(store, folder, now))


def link_routes(store: Store, folder: Path, now: Callable[[], float] = time.time) -> list[Route]:
    """The pages, to be served beside others.

    Args:
        folder: The data folder, where the secret lies that signs the links.
    """

    def answered(request: Request) -> HTMLResponse:
        token, asked = str(request.path_params["token"]), request.method != "POST"
        try:
            said = (look_at if asked else obey)(store, secret_of(folder), token, now())
        except UserError as error:
            return _page("Not done", str(error), status=STATUS.get(type(error), 400))
        return _page("Alert", said, FORM if asked else "")

    async def link(request: Request) -> HTMLResponse:
        return await run_in_threadpool(answered, request)

    return [Route(f"{PATH}{{token}}", link, methods=["GET", "POST"])]


def _page(title: str, text: str, form: str = "", status: int = 200) -> HTMLResponse:
    body = PAGE.format(title=escape(title), text=escape(text), form=form)
    return HTMLResponse(body, status, headers=HEADERS)
