"""Slack's events over HTTP: each is verified by Bolt, kept in the inbox, and only then acknowledged."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextvars import ContextVar
from functools import partial

import structlog
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from neo.domain.events import Event
from neo.store.receiving import Receiving
from neo.store.store import Store

log = structlog.get_logger(__name__)

EVENTS = "/slack/events"
RETRY_AFTER_S = 60
MOST_BYTES = 1 << 20  # Slack's events are a few kilobytes

Kept = asyncio.Future[bool]
_handed_over: ContextVar[list[Kept] | None] = ContextVar("handed_over", default=None)


class Inlet:
    """Where listeners hand over what they translated.

    On the event loop an event is only handed to the writer, and the answer to Slack waits for it; in a thread the
    listener itself waits.
    """

    def __init__(self, receiving: Receiving) -> None:
        self.receiving = receiving
        self._lock = threading.Lock()
        self._done: list[tuple[Kept, Future[bool]]] = []

    def __call__(self, event: Event) -> None:
        """Keep an event."""
        handed_over = _handed_over.get()
        if handed_over is None:
            self.receiving.receive(event)
            return
        loop = asyncio.get_running_loop()
        kept = loop.create_future()
        self.receiving.put(event).add_done_callback(partial(self._written, loop, kept))
        handed_over.append(kept)
        # When the loop has dispatched all that came in at the same time: one commit for it, and the two threads do
        # not take turns.
        loop.call_soon(self.receiving.start)

    def _written(self, loop: asyncio.AbstractEventLoop, kept: Kept, future: Future[bool]) -> None:
        """In the writer's thread: wake the loop once for a whole group."""
        with self._lock:
            self._done.append((kept, future))
            if len(self._done) > 1:
                return
        loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        with self._lock:
            done, self._done = self._done, []
        for kept, future in done:
            if kept.cancelled():
                continue  # Slack hung up; the event is kept, and its next try will be the second
            if error := future.exception():
                kept.set_exception(error)
            else:
                kept.set_result(future.result())


class HttpApp:
    """All that Neo serves on its port: Slack's events, the pages of an installation, and whether it is well.

    Args:
        app: Bolt's, with its listeners, which hand over to the inlet.
        inlet: Into the inbox.
        store: Asked whether it answers.
        others: Served beside them, such as the pages of links in mails.
    """

    def __init__(self, app: App, inlet: Inlet, store: Store, others: Sequence[BaseRoute] = ()) -> None:
        self._app, self._inlet = app, inlet
        # Whether events may be dispatched on the event loop: nothing on their way waits for a network or a database.
        # With many workspaces, the first event of each asks Slack whose token it has.
        self._in_loop = app.oauth_flow is None

        def health(_request: Request) -> Response:
            store.ping()
            return JSONResponse({"ok": True})

        pages = [Route(path, self._page) for path in ("/slack/install", "/slack/oauth_redirect")]
        self._pages = Starlette(routes=[Route("/healthz", health), *pages, *others])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: events take the short way, all else is Starlette's."""
        if scope["type"] != "http" or scope["path"] != EVENTS or scope["method"] != "POST":
            await self._pages(scope, receive, send)
            return
        response = await self._answered(scope, receive)
        content = response.body.encode()
        headers = {**response.first_headers_without_set_cookie(), "content-length": str(len(content))}
        raw = [(key.encode("latin-1"), str(value).encode("latin-1")) for key, value in headers.items()]
        await send({"type": "http.response.start", "status": response.status, "headers": raw})
        await send({"type": "http.response.body", "body": content})

    async def _answered(self, scope: Scope, receive: Receive) -> BoltResponse:
        """The answer: 503 while the inbox is full, 500 when an event could not be kept; Slack sends both again."""
        if self._inlet.receiving.full():
            wait = {"Retry-After": str(RETRY_AFTER_S)}
            return BoltResponse(status=503, body="Neo's inbox is full.", headers=wait)  # type: ignore[arg-type]
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        content = await _body(receive)
        if content is None:
            return BoltResponse(status=413, body="That is no event of Slack's.")
        request = BoltRequest(body=content.decode(), headers=headers)
        if self._in_loop and headers.get("content-type", "").startswith("application/json"):
            return await self._dispatched_here(request)
        # Forms, buttons and commands: their listeners may call Slack.
        return await run_in_threadpool(self._app.dispatch, request)

    async def _dispatched_here(self, request: BoltRequest) -> BoltResponse:
        handed_over: list[Kept] = []
        token = _handed_over.set(handed_over)
        try:
            response = self._app.dispatch(request)
        finally:
            _handed_over.reset(token)
        return response if await _all_kept(handed_over) else BoltResponse(status=500)

    async def _page(self, request: Request) -> Response:
        flow = self._app.oauth_flow
        if flow is None:
            return Response("Neo serves one workspace here; there is nothing to install.", 404)
        answer = {flow.install_path: flow.handle_installation, flow.redirect_uri_path: flow.handle_callback}
        bolt_request = to_bolt_request(request, b"")
        return to_starlette_response(await run_in_threadpool(answer[request.url.path], bolt_request))


async def _body(receive: Receive) -> bytes | None:
    """The request's body; None when it is larger than any of Slack's."""
    content, more = b"", True
    while more:
        message = await receive()
        content += message.get("body", b"")
        more = message.get("more_body", False)
        if len(content) > MOST_BYTES:
            return None
    return content


async def _all_kept(handed_over: Sequence[Kept]) -> bool:
    try:
        for kept in handed_over:
            await kept
    except Exception:
        log.exception("an event could not be kept; Slack sends it again")
        return False
    return True
