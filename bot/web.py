"""The web process: listens to Slack, handles events, delivers posts."""

from __future__ import annotations

import gc
import threading

import uvicorn
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_sdk.errors import SlackApiError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from threadpoolctl import threadpool_limits

from bot.app import create_app
from bot.bootstrap import neo as make_neo
from bot.bootstrap import transport as make_transport
from bot.loops import Loops
from bot.settings import Settings
from neo.app import Neo
from neo.errors import ConfigurationError

PUMPS = 2


def run(settings: Settings) -> None:
    """Run until asked to stop: Socket Mode when there is an app token, HTTP when there is a signing secret.

    Raises:
        ConfigurationError: The tokens are missing or wrong.
    """
    socket = settings.slack_app_token.get_secret_value()
    if not socket and not settings.slack_signing_secret.get_secret_value():
        raise ConfigurationError(
            "With SLACK_BOT_TOKEN, also set SLACK_APP_TOKEN (xapp-..., Socket Mode) or SLACK_SIGNING_SECRET (HTTP)."
        )
    neo = make_neo(settings)
    app = create_app(settings, neo.receive)
    loops = loops_of(neo, settings)
    be_quick()
    if socket:
        handler = SocketModeHandler(app, app_token=socket)
        _connect(handler)
        loops.run()
        handler.close()  # type: ignore[no-untyped-call]
    else:
        server = uvicorn.Server(uvicorn.Config(http_app(neo, SlackRequestHandler(app)), port=settings.http_port))
        threading.Thread(target=server.run, name="http", daemon=True).start()
        loops.run()
        server.should_exit = True


def be_quick() -> None:
    """Keep this process's answers quick while a search uses the machine.

    What was made at the start is left out of later collections of garbage: a full one took half a second of some turns.
    Algebra stays on the thread that asks: a small product waits long for a second thread whose core a search has.
    """
    gc.collect()
    gc.freeze()
    threadpool_limits(1)


def _connect(handler: SocketModeHandler) -> None:
    try:
        handler.connect()  # type: ignore[no-untyped-call]
    except SlackApiError as error:
        raise ConfigurationError(
            f"Slack refuses SLACK_APP_TOKEN ({error.response['error']}). Make one with the scope "
            "connections:write on the app's page 'Basic Information', under 'App-Level Tokens' (xapp-...)."
        ) from error


def loops_of(neo: Neo, settings: Settings) -> Loops:
    """The pump and the delivery as loops."""
    transport = make_transport(settings)
    loops = Loops()
    for number in range(PUMPS):
        loops.add(f"pump-{number}", neo.pump)
    loops.add("deliver", lambda: neo.deliver(transport, transport.busy()))
    return loops


def http_app(neo: Neo, handler: SlackRequestHandler) -> Starlette:
    """Slack's events over HTTP, and whether this process is well."""

    async def slack(request: Request) -> Response:
        return await handler.handle(request)

    def health(_request: Request) -> Response:
        neo.deps.store.ping()
        return JSONResponse({"ok": True})

    return Starlette(routes=[Route("/slack/events", slack, methods=["POST"]), Route("/healthz", health)])
