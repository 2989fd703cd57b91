"""The Starlette application: every route of the workspace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from bot.workspace import authorize, downloads, mail_pages, pages, people_admin_api, people_api, web_api
from bot.workspace.guard import LOCAL_HOSTS, Guard
from bot.workspace.workspace import Setup, Workspace


def create_workspace(
    state_file: Path,
    *,
    base_url: str = "http://127.0.0.1:3100",
    allowed_hosts: frozenset[str] = LOCAL_HOSTS,
    setup: Setup | None = None,
) -> Starlette:
    """Build the application.

    Args:
        state_file: The workspace's SQLite file, made when it is missing.
        base_url: Where it will be reached; events and answers carry addresses below it.
        allowed_hosts: Host names to which it answers.
        setup: What differs from a workspace of its own that speaks Socket Mode.

    Raises:
        WorkspaceError: The state file cannot be opened.
    """
    workspace = Workspace(state_file, base_url, setup)
    app = Starlette(
        routes=[
            Route("/api/{method:path}", web_api.endpoint, methods=["GET", "POST"]),
            WebSocketRoute("/link", workspace.socket.endpoint),
            *downloads.ROUTES,
            *people_api.ROUTES,
            *people_admin_api.ROUTES,
            *authorize.ROUTES,
            *mail_pages.ROUTES,
            *pages.ROUTES,
            Route("/healthz", lambda request: JSONResponse({"ok": True})),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static"),
        ],
        middleware=[Middleware(Guard, hosts=allowed_hosts)],
        lifespan=_lifespan,
    )
    app.state.workspace = workspace
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    workspace: Workspace = app.state.workspace
    workspace.changes.start(asyncio.get_running_loop())
    sender = asyncio.create_task(workspace.line.run())
    yield
    sender.cancel()
    with suppress(asyncio.CancelledError):
        await sender
    workspace.state.close()
