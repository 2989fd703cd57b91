"""A local, Slack-shaped workspace: the default when there are no Slack tokens.

The unmodified Bolt app joins it through ``SLACK_API_URL`` and Socket Mode; people use its chat page. It knows
nothing of Neo: it imports neither the core nor the bot's settings.
"""

from bot.workspace.app import create_workspace
from bot.workspace.errors import WorkspaceError
from bot.workspace.faults import Faults, Plan, Refuse, Slow
from bot.workspace.http_mode import RequestUrl
from bot.workspace.person import Message, Person
from bot.workspace.server import DEFAULT_PORT, Tokens, WorkspaceServer, serve, tokens
from bot.workspace.state import App
from bot.workspace.workspace import Setup

__all__ = [
    "DEFAULT_PORT",
    "App",
    "Faults",
    "Message",
    "Person",
    "Plan",
    "Refuse",
    "RequestUrl",
    "Setup",
    "Slow",
    "Tokens",
    "WorkspaceError",
    "WorkspaceServer",
    "create_workspace",
    "serve",
    "tokens",
]
