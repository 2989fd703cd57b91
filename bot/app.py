"""The Bolt app, for Socket Mode and for HTTP alike."""

from __future__ import annotations

from collections.abc import Callable

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.listeners import register
from bot.settings import Settings
from neo.domain.events import Event
from neo.errors import ConfigurationError, Unavailable

_TIMEOUT_S = 30


def slack_client(settings: Settings, patience: int = 2) -> WebClient:
    """A client with the bot's token; the default one does not retry when Slack asks for patience.

    Args:
        patience: How often it waits and tries again after a 429; 0 for a caller that waits by itself.
    """
    client = WebClient(
        token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url, timeout=_TIMEOUT_S
    )
    if patience:
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=patience))
    return client


def create_app(settings: Settings, receive: Callable[[Event], object]) -> App:
    """The app with all listeners; they only put events into the inbox and acknowledge.

    Raises:
        ConfigurationError: Slack does not know the token.
        Unavailable: Slack cannot be reached.
    """
    client = slack_client(settings)
    check_token(client, settings)
    app = App(
        client=client,
        signing_secret=settings.slack_signing_secret.get_secret_value() or None,
        request_verification_enabled=bool(settings.slack_signing_secret.get_secret_value()),
        token_verification_enabled=False,  # just done, with a better message
        process_before_response=True,
    )
    register(app, receive)
    return app


def check_token(client: WebClient, settings: Settings) -> None:
    """Ask Slack whether it knows the bot's token.

    Raises:
        ConfigurationError: It does not.
        Unavailable: It cannot be reached.
    """
    try:
        client.auth_test()
    except SlackApiError as error:
        raise ConfigurationError(
            f"Slack at {settings.slack_api_url} refuses SLACK_BOT_TOKEN ({error.response['error']}). Take the "
            "'Bot User OAuth Token' (xoxb-...) from the page 'OAuth & Permissions', or unset it to go local."
        ) from error
    except (SlackClientError, OSError) as error:
        raise Unavailable(
            f"Slack at {settings.slack_api_url} cannot be reached.", f"{error}.", "Check SLACK_API_URL and the network."
        ) from error
