"""`neo up`: every process of Neo in one command, with the local workspace where there is no Slack."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from bot import bootstrap
from bot.app import check_token, slack_client
from bot.learning import ensure_learned
from bot.settings import Settings
from bot.workspace import WorkspaceServer
from neo.errors import Unavailable
from neo.services.deployment import stop_all
from neo.store.migrate import migrate

PROCESSES = ("web", "worker", "scheduler")
_BACKOFF_S = (0.5, 2.0, 5.0, 15.0)
_GOOD_RUN_S = 30.0
_STOP_S = 12.0


@dataclass
class Child:
    """One process that is kept running."""

    name: str
    process: subprocess.Popen[bytes]
    started: float
    falls: int = 0
    again_at: float = 0.0


@dataclass
class Supervisor:
    """Starts processes, starts a fallen one again after a growing pause, and stops all in good order.

    Args:
        environment: For the processes.
        logs: Folder for one log file each.
        say: Told of every fall.
    """

    environment: Mapping[str, str]
    logs: Path
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)

    def start(self, names: Sequence[str] = PROCESSES) -> None:
        """Start the processes."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self.children = [Child(name, self._spawn(name), time.monotonic()) for name in names]

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        with (self.logs / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "bot.cli", name, "--parent", str(os.getpid())],
                env=dict(self.environment),
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us: we stop them in order
            )

    def look(self) -> None:
        """Start again what has fallen."""
        now = time.monotonic()
        for child in self.children:
            code = child.process.poll()
            if code is None:
                continue
            if not child.again_at:
                child.falls = 1 if now - child.started > _GOOD_RUN_S else child.falls + 1
                pause = _BACKOFF_S[min(child.falls, len(_BACKOFF_S)) - 1]
                child.again_at = now + pause
                self.say(
                    f"{child.name} ended with code {code}; starting it again in {pause:g} s ({self._tail(child.name)})"
                )
            elif now >= child.again_at:
                child.process, child.started, child.again_at = self._spawn(child.name), now, 0.0

    def _tail(self, name: str) -> str:
        path = self.logs / f"{name}.log"
        lines = path.read_text(errors="replace").strip().splitlines()
        return f"last words: {lines[-1][:400]}" if lines else f"see {path}"

    def pid(self, name: str) -> int:
        """The process id of a running child."""
        return next(child.process.pid for child in self.children if child.name == name)

    def stop(self) -> None:
        """Ask all to end, wait, then insist."""
        for child in self.children:
            _signal(child.process, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_S
        for child in self.children:
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(child.process, signal.SIGKILL)
                child.process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        os.killpg(process.pid, number)


@dataclass
class Up:
    """All of Neo, running.

    Attributes:
        url: The chat page, or '' with Slack.
    """

    settings: Settings
    supervisor: Supervisor
    workspace: WorkspaceServer | None

    @property
    def url(self) -> str:
        """The chat page, or '' with Slack."""
        return self.workspace.url if self.workspace else ""

    def close(self) -> None:
        """Stop everything; projects go on where they were after the next start."""
        self.supervisor.stop()
        deps = bootstrap.deps(self.settings)
        stop_all(deps)
        deps.store.close()
        if self.workspace is not None:
            self.workspace.stop()


def start(settings: Settings, say: Callable[[str], None]) -> Up:
    """Start everything.

    Raises:
        WorkspaceError: The workspace's port is in use.
        ConfigurationError: The database has a schema of a newer Neo, or Slack refuses the bot's token.
    """
    if settings.has_slack:
        with suppress(Unavailable):  # out of reach now: the web process says so, and is started again until it is there
            check_token(slack_client(settings), settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "NEO_DATA_DIR": str(settings.data_dir), "NEO_MODELS_DIR": str(settings.models)}
    workspace = None
    if not settings.has_slack:
        workspace = WorkspaceServer(settings.data_dir / "workspace.db", port=settings.workspace_port)
        workspace.start()
        tokens = workspace.tokens
        local = {
            "SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": tokens.bot_token,
            "SLACK_APP_TOKEN": tokens.app_token,
            "NEO_MESSAGES_PER_S": "0",  # nobody is rate-limited on their own machine
        }
        environment |= local
    environment |= {f"NEO_{key.upper()}": str(getattr(settings, key)) for key in PASSED_ON}
    store = bootstrap.deps(settings).store
    migrate(store)  # once, before several processes would try at the same time
    store.close()
    supervisor = Supervisor(environment, settings.data_dir / "logs", say)
    supervisor.start()
    return Up(settings, supervisor, workspace)


# What a caller of `start` may have changed: the processes must see it too.
PASSED_ON = (
    "grace_s",
    "trials",
    "trial_jobs",
    "progress_every_s",
    "watch_every_s",
    "service_port",
    "seed",
    "openai_model",
)


def run(settings: Settings, console: Console) -> None:
    """Run until Ctrl-C or SIGTERM."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    ensure_learned(settings, console)
    up = start(settings, lambda line: console.print(f"[yellow]{line}[/]", highlight=False))
    try:
        where = f"Open [bold]{up.url}[/]" if up.url else "Neo listens in your Slack workspace"
        console.print(
            f"Neo is up. {where}. Logs: {settings.data_dir / 'logs'}. Stop with Ctrl-C.",
            highlight=False,
            soft_wrap=True,
        )
        while not over.wait(0.5):
            up.supervisor.look()
    finally:
        console.print("Stopping; projects go on where they are after the next start.")
        up.close()
