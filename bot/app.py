"""The Bolt app, for Socket Mode and for HTTP alike."""

from __future__ import annotations

from collections.abc import Callable

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.clients import slack_client
from bot.listeners import register
from bot.oauth import Workspaces
from bot.settings import Settings
from neo.domain.events import Event
from neo.errors import ConfigurationError, Unavailable

__all__ = ["check_token", "create_app", "slack_client"]


def create_app(settings: Settings, receive: Callable[[Event], object], workspaces: Workspaces | None = None) -> App:
    """The app with all listeners; they only put events into the inbox and acknowledge.

    Args:
        workspaces: Where Neo is installed, each with its own token; None where there is one token.

    Raises:
        ConfigurationError: Slack does not know the token.
        Unavailable: Slack cannot be reached.
    """
    secret = settings.slack_signing_secret.get_secret_value()
    if workspaces is None:
        check_token(slack_client(settings), settings)  # in our words; Bolt asks once more, so that no event has to
    app = App(
        client=slack_client(settings),
        signing_secret=secret or None,
        request_verification_enabled=bool(secret),
        token_verification_enabled=workspaces is None,
        process_before_response=True,
        authorize=workspaces.authorize if workspaces else None,  # type: ignore[arg-type]  # Bolt takes its own class too
        oauth_settings=workspaces.flow() if workspaces else None,
    )
    register(app, receive, workspaces.forget if workspaces else None)
    return app


def check_token(client: WebClient, settings: Settings) -> SlackResponse:
    """Ask Slack whether it knows the bot's token; its answer, with the workspace and who the bot is there.

    Raises:
        ConfigurationError: It does not.
        Unavailable: It cannot be reached.
    """
    try:
        return client.auth_test()
    except SlackApiError as error:
        raise ConfigurationError(
            f"Slack at {settings.slack_api_url} refuses SLACK_BOT_TOKEN ({error.response['error']}). Take the "
            "'Bot User OAuth Token' (xoxb-...) from the page 'OAuth & Permissions', or unset it to go local."
        ) from error
    except (SlackClientError, OSError) as error:
        raise Unavailable(
            f"Slack at {settings.slack_api_url} cannot be reached.", f"{error}.", "Check SLACK_API_URL and the network."
        ) from error
