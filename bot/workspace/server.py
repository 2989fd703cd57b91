"""Run the workspace: in this thread for good, or in a thread beside the caller."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType

import uvicorn

from bot.workspace.app import create_workspace
from bot.workspace.errors import WorkspaceError
from bot.workspace.guard import LOCAL_HOSTS
from bot.workspace.state import App, State
from bot.workspace.workspace import Setup, Workspace

DEFAULT_PORT = 3100


@dataclass(frozen=True)
class Tokens:
    """What the bot needs to join: both are made with the state file and stay the same."""

    bot_token: str
    app_token: str


def tokens(state_file: Path) -> Tokens:
    """The tokens of the workspace in *state_file*, which is made when it is missing.

    Raises:
        WorkspaceError: The state file cannot be opened.
    """
    state = State(state_file)
    try:
        return Tokens(state.identity.bot_token, state.identity.app_token)
    finally:
        state.close()


class _Server(uvicorn.Server):
    """uvicorn, with the long-lived connections ended first so that it can stop."""

    def __init__(self, config: uvicorn.Config, workspace: Workspace) -> None:
        super().__init__(config)
        self._workspace = workspace

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._workspace.changes.stop()
        await self._workspace.socket.close()
        await asyncio.sleep(0)
        await super().shutdown(sockets)


class WorkspaceServer:
    """A workspace on a port of its own. Use ``run`` to serve in this thread, or ``with`` to serve beside it.

    Args:
        state_file: The workspace's SQLite file.
        host: The address to bind; keep it on this machine.
        port: The port, or 0 for a free one.
        public_host: The host name in addresses when it differs from *host* (in a container, say).
        setup: What differs from a workspace of its own that speaks Socket Mode: its app, a request URL, faults.

    Raises:
        WorkspaceError: The port is in use, or the state file cannot be opened.
    """

    def __init__(
        self,
        state_file: Path,
        *,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        public_host: str | None = None,
        setup: Setup | None = None,
    ) -> None:
        self._socket = _bind(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{public_host or host}:{self.port}"
        self.api_url = f"{self.url}/api/"
        try:
            app = create_workspace(
                state_file,
                base_url=self.url,
                setup=setup,
                allowed_hosts=LOCAL_HOSTS | {host} | ({public_host} if public_host else set()),
            )
        except WorkspaceError:
            self._socket.close()
            raise
        self.workspace: Workspace = app.state.workspace
        identity = self.workspace.state.identity
        self.tokens = Tokens(identity.bot_token, identity.app_token)
        config = uvicorn.Config(
            app, log_level="warning", timeout_graceful_shutdown=2, ws="websockets-sansio", ws_max_size=2**24
        )
        self._server = _Server(config, self.workspace)
        self._thread = threading.Thread(target=self.run, name="workspace", daemon=True)

    @property
    def app(self) -> App:
        """The app, for the ``setup`` of another workspace in which it is to be installed too."""
        identity = self.workspace.state.identity
        return App(**{item.name: getattr(identity, item.name) for item in fields(App)})

    def join(self, other: WorkspaceServer) -> None:
        """Take each other's bot tokens at the Web API, so that one base_url serves both, as slack.com does for all."""
        for one, neighbour in ((self.workspace, other.workspace), (other.workspace, self.workspace)):
            if neighbour not in one.neighbours:
                one.neighbours.append(neighbour)

    def run(self) -> None:
        """Serve until stopped or interrupted."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()

    def start(self) -> None:
        """Serve in a thread; returns once requests are answered."""
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
            if not self._thread.is_alive():
                raise WorkspaceError(f"The workspace stopped while starting on {self.url}. Its log says why.")

    def stop(self) -> None:
        """Stop serving, and wait for the thread."""
        self._server.should_exit = True
        self._thread.join(10)

    def __enter__(self) -> WorkspaceServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(state_file: Path, *, host: str = "127.0.0.1", port: int = DEFAULT_PORT) -> None:
    """Serve in this thread until interrupted.

    Raises:
        WorkspaceError: The port is in use, or the state file cannot be opened.
    """
    WorkspaceServer(state_file, host=host, port=port).run()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's algorithm off; without, every answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise WorkspaceError(_bind_problem(host, port, error)) from error
    return listener


def _bind_problem(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use by another program, so the workspace cannot start there. "
            "Stop that program, or choose another port."
        )
    return f"The workspace cannot listen on {host}:{port} ({error.strerror}). Choose another address or port."
