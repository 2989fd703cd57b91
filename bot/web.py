"""The web process: listens to Slack, handles events, delivers posts."""

from __future__ import annotations

import gc
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import structlog
import uvicorn
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError
from threadpoolctl import threadpool_limits

from bot.app import check_token, create_app, slack_client
from bot.bootstrap import mail_sender
from bot.bootstrap import neo as make_neo
from bot.bootstrap import transport as make_transport
from bot.http_receiver import uvicorn_config
from bot.links import links_app
from bot.loops import Loops
from bot.settings import Settings
from bot.supervisor import Supervisor
from neo.app import Neo
from neo.domain.events import AppInstalled
from neo.errors import ConfigurationError

log = structlog.get_logger(__name__)

PUMPS = 2
# About twice as long as a turn. In a flood of events the lock is then free most of the time for those who keep them.
BEHIND_REST_S = 0.05
MAIL_REST_S = 0.5
LOOK_S = 0.5  # between two looks at the processes that listen
BACKLOG = 2048
# A pump that holds the database does not wait 5 ms, the default, until another one's thread lets it go on.
SWITCH_S = 0.0005


def run(settings: Settings) -> None:
    """Run until asked to stop: Socket Mode when there is an app token, HTTP when there is a signing secret.

    Raises:
        ConfigurationError: The tokens are missing or wrong.
    """
    signing = settings.slack_signing_secret.get_secret_value()
    if settings.has_oauth and (settings.slack_bot_token.get_secret_value() or not signing):
        raise ConfigurationError(
            "With SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, set SLACK_SIGNING_SECRET too, and no SLACK_BOT_TOKEN: "
            "each workspace has a token of its own, and installs Neo at /slack/install."
        )
    socket_token = "" if settings.has_oauth else settings.slack_app_token.get_secret_value()
    if not socket_token and not signing:
        raise ConfigurationError(
            "With SLACK_BOT_TOKEN, also set SLACK_APP_TOKEN (xapp-..., Socket Mode) or SLACK_SIGNING_SECRET (HTTP)."
        )
    neo = make_neo(settings)
    loops = loops_of(neo, settings)
    be_quick()
    if not settings.has_oauth:
        _open(neo, settings)
    if socket_token:
        handler = SocketModeHandler(create_app(settings, neo.receive), app_token=socket_token)
        _connect(handler)
        with links_served(neo, settings):
            loops.run()
        handler.close()  # type: ignore[no-untyped-call]
    else:
        _listen(loops, settings)


def _open(neo: Neo, settings: Settings) -> None:
    """Open the only workspace: its token is there, so if it was locked it has installed Neo again."""
    known = check_token(slack_client(settings), settings)
    team, name = str(known["team_id"]), str(known.get("team") or "")
    neo.receive(AppInstalled(f"start:{team}:{time.time()}", team, name))


@contextmanager
def links_served(neo: Neo, settings: Settings) -> Iterator[None]:
    """In Socket Mode nothing listens; where mails have links, their pages do."""
    if not settings.public_url:
        yield
        return
    with listening_socket(settings.http_host, settings.http_port) as listening:
        server = uvicorn.Server(uvicorn_config(links_app(neo.deps.store, settings.data_dir)))
        thread = threading.Thread(target=server.run, args=([listening],), name="links", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(timeout=5)


def _listen(loops: Loops, settings: Settings) -> None:
    """Run the loops here, and beside them the processes that listen, all on one socket."""
    sys.setswitchinterval(SWITCH_S)
    with listening_socket(settings.http_host, settings.http_port) as listening:
        number = listening.fileno()
        receivers = Supervisor(os.environ, None, log.warning, "bot.http_receiver", (number,))
        receivers.start([f"receiver-{index}-{number}" for index in range(settings.http_processes)])
        loops.add("receivers", partial(_look, receivers), LOOK_S)
        try:
            loops.run()
        finally:
            receivers.stop()


def _look(receivers: Supervisor) -> bool:
    receivers.look()
    return False


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        ConfigurationError: The address is not this machine's, or the port is taken.
    """
    try:
        return socket.create_server((host, port), backlog=BACKLOG)
    except OSError as error:
        raise ConfigurationError(
            f"NEO_HTTP_HOST = {host}, NEO_HTTP_PORT = {port} cannot be listened on: {error.strerror}. "
            "Set another, or stop what uses the port."
        ) from error


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


def _pump(neo: Neo) -> bool:
    """Handle events; with many behind them, rest after each turn: what comes in is kept first, for Slack waits 3 s."""
    found = neo.pump()
    if neo.behind:
        time.sleep(BEHIND_REST_S)
    return found


def loops_of(neo: Neo, settings: Settings) -> Loops:
    """The pump and the deliveries, of posts and of mails, as loops."""
    transport, mails = make_transport(settings), mail_sender(settings)
    loops = Loops()
    for number in range(PUMPS):
        loops.add(f"pump-{number}", partial(_pump, neo))
    loops.add("deliver", lambda: neo.deliver(transport, transport.busy(), transport.gap_s))
    loops.add("mail", lambda: neo.deliver_mail(mails), MAIL_REST_S)
    return loops
