"""Clients of Slack's Web API: one for the only workspace, or one for each where Neo is installed."""

from __future__ import annotations

from typing import Protocol

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.settings import Settings

_TIMEOUT_S = 30


class Clients(Protocol):
    """Gives the client of a workspace."""

    def of(self, team: str) -> WebClient:
        """The client with the bot's token in this workspace.

        Raises:
            Refused: Neo is not installed there.
            TryLater: The token is to be renewed, and Slack does not do it now.
        """


class OneWorkspace:
    """The same client for every workspace: there is one."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def of(self, team: str) -> WebClient:
        """See :class:`Clients`."""
        return self._client


def slack_client(settings: Settings, patience: int = 2, token: str = "") -> WebClient:
    """A client with a bot's token; the default one does not retry when Slack asks for patience.

    Args:
        patience: How often it waits and tries again after a 429; 0 for a caller that waits by itself.
        token: The bot's; by default that of the settings.
    """
    known = token or settings.slack_bot_token.get_secret_value() or None
    client = WebClient(token=known, base_url=settings.slack_api_url, timeout=_TIMEOUT_S)
    if patience:
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=patience))
    return client
