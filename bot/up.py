"""`neo up`: every process of Neo in one command, with the local workspace where there is no Slack."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from rich.console import Console

from bot import bootstrap
from bot.app import check_token, slack_client
from bot.learning import ensure_learned
from bot.settings import Settings
from bot.supervisor import Supervisor
from bot.workspace import Setup, WorkspaceServer
from neo.errors import Unavailable
from neo.services.deployment import stop_all
from neo.store.migrate import migrate

PROCESSES = ("web", "worker", "scheduler")


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
    if settings.has_slack and not settings.has_oauth:
        with suppress(Unavailable):  # out of reach now: the web process says so, and is started again until it is there
            check_token(slack_client(settings), settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "NEO_DATA_DIR": str(settings.data_dir), "NEO_MODELS_DIR": str(settings.models)}
    workspace = None
    if not settings.has_slack:
        setup = Setup(mail_dir=None if settings.smtp_url.get_secret_value() else settings.mail_dir)
        workspace = WorkspaceServer(settings.data_dir / "workspace.db", port=settings.workspace_port, setup=setup)
        workspace.start()
        tokens = workspace.tokens
        local = {
            "SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": tokens.bot_token,
            "SLACK_APP_TOKEN": tokens.app_token,
            "NEO_MESSAGES_PER_S": "0",  # nobody is rate-limited on their own machine
        }
        environment |= local
    environment |= {f"NEO_{key.upper()}": _plain(getattr(settings, key)) for key in PASSED_ON}
    store = bootstrap.deps(settings).store
    migrate(store)  # once, before several processes would try at the same time
    store.close()
    supervisor = Supervisor(environment, settings.data_dir / "logs", say)
    supervisor.start(PROCESSES)
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
    "inside_hosts",
    "smtp_url",
)


def _plain(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


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
