"""A process that listens: `neo web` starts it in HTTP mode, on a socket that all of them share.

It holds neither models nor skills, so it starts quickly, stays small, and never waits for a handler's work.
"""

from __future__ import annotations

import argparse
import socket
import time

import uvicorn

from bot import logs
from bot.app import create_app
from bot.http import HttpApp, Inlet
from bot.links import link_routes
from bot.loops import die_with
from bot.oauth import Workspaces
from bot.settings import Settings, load
from neo.domain.events import AppInstalled
from neo.store.receiving import Receiving
from neo.store.store import Store


def uvicorn_config(app: object) -> uvicorn.Config:
    """How the server runs: no line for each request, no lifespan, nothing that an event does not need."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_keep_alive=60,
    )


def serve(settings: Settings, listening: socket.socket) -> None:
    """Answer Slack on a socket that listens, until asked to end.

    Raises:
        ConfigurationError: Slack does not know the token.
        Unavailable: Slack cannot be reached.
    """
    store = Store(settings.database)
    receiving = Receiving(store, most=settings.most_waiting)
    inlet = Inlet(receiving)

    def installed(team: str, name: str, installer: str) -> None:
        receiving.receive(AppInstalled(f"installed:{team}:{time.time()}", team, name, installer))

    workspaces = Workspaces(settings, store, installed) if settings.has_oauth else None
    app = create_app(settings, inlet, workspaces)
    server = uvicorn.Server(uvicorn_config(HttpApp(app, inlet, store, link_routes(store, settings.data_dir))))
    server.run(sockets=[listening])


def main() -> None:
    """Run on the socket whose descriptor is in the name, such as `receiver-0-7`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--parent", type=int, required=True)
    given = parser.parse_args()
    die_with(given.parent)
    settings = load()
    logs.set_up(settings, given.name)
    serve(settings, socket.socket(fileno=int(given.name.rpartition("-")[2])))


if __name__ == "__main__":
    main()
