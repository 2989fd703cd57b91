"""Any workspace can install Neo: Bolt's OAuth flow over Neo's own database, and a client for each workspace.

Tokens lie in the tables of Slack's SDK, expire after twelve hours where the app rotates them, and are never logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import structlog
from slack_bolt.authorization.authorize import InstallationStoreAuthorize
from slack_bolt.oauth.callback_options import CallbackOptions, SuccessArgs
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from slack_sdk.oauth.token_rotation import TokenRotator

from bot.clients import slack_client
from bot.settings import Settings
from neo.store.store import Store
from neo.transports.base import Refused, TryLater

log = structlog.get_logger(__name__)

# What deploy/slack_manifest.yaml asks for, with a reason for each; a test holds the two together.
SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "reactions:read",
    "users:read",
)
RENEW_MINUTES = 120  # before a token expires; they live for twelve hours
STATE_S = 600
_RENEWAL_WAIT_S = 60.0

OnInstalled = Callable[[str, str, str], None]


def nothing(_team: str, _name: str, _installer: str) -> None:
    """What follows an installation where nothing is wired."""


class Workspaces:
    """Where Neo is installed.

    Args:
        settings: With the app's client id and secret.
        store: Neo's database, migrated.
        on_installed: Called with the workspace's id, its name and who installed, after each installation.
    """

    def __init__(self, settings: Settings, store: Store, on_installed: OnInstalled = nothing) -> None:
        self._settings, self._on_installed = settings, on_installed
        secret = settings.slack_client_secret.get_secret_value()
        self._known = _Installations(settings.slack_client_id, store)
        self._states = SQLAlchemyOAuthStateStore(STATE_S, store.writer, _quiet("states"))
        self._rotator = TokenRotator(
            client_id=settings.slack_client_id, client_secret=secret, client=slack_client(settings)
        )
        self.authorize = InstallationStoreAuthorize(
            logger=_quiet("authorize"),
            installation_store=self._known,
            client_id=settings.slack_client_id,
            client_secret=secret,
            token_rotation_expiration_minutes=RENEW_MINUTES,
            bot_only=True,  # one row for each workspace is read and renewed, here as in `of`
            cache_enabled=True,  # else each event asks Slack whose token it has
            client=slack_client(settings),
        )

    def of(self, team: str) -> WebClient:
        """See :class:`bot.clients.Clients`."""
        bot = self._known.find_bot(enterprise_id=None, team_id=team)
        if bot is None or not bot.bot_token:
            raise Refused(f"Neo is not installed in workspace {team}: install it at /slack/install")
        try:
            renewed = self._rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=RENEW_MINUTES)
        except SlackTokenRotationError as error:
            raise TryLater(_RENEWAL_WAIT_S, f"the token of workspace {team} could not be renewed") from error
        if renewed is not None:
            self._known.save_bot(renewed)
        token = (renewed or bot).bot_token
        return slack_client(self._settings, patience=0, token=token)

    def forget(self, team: str) -> None:
        """Drop a workspace's tokens and authorisation: it uninstalled Neo, or revoked its tokens."""
        bot = self._known.find_bot(enterprise_id=None, team_id=team)
        if bot is not None:
            self.authorize.authorize_result_cache.pop(bot.bot_token, None)
        self._known.delete_all(enterprise_id=None, team_id=team)
        log.info("a workspace is forgotten", team=team)

    def flow(self) -> OAuthSettings:
        """The pages of an installation: where it begins, and where Slack sends the installer back to."""
        return OAuthSettings(
            client_id=self._settings.slack_client_id,
            client_secret=self._settings.slack_client_secret.get_secret_value(),
            scopes=SCOPES,
            installation_store=self._known,
            installation_store_bot_only=True,
            token_rotation_expiration_minutes=RENEW_MINUTES,
            state_store=self._states,
            state_expiration_seconds=STATE_S,
            callback_options=CallbackOptions(self._installed, lambda args: args.default.failure(args)),
            logger=_quiet("flow"),
        )

    def _installed(self, args: SuccessArgs) -> BoltResponse:
        installation: Installation = args.installation
        team, name = installation.team_id or "", installation.team_name or ""
        log.info("Neo is installed in a workspace", team=team, name=name)
        self._on_installed(team, name, installation.user_id)
        return args.default.success(args)


class _Installations(SQLAlchemyInstallationStore):
    """Reads as any reader does, and writes in transactions that take the database's lock at once, as Neo does."""

    def __init__(self, client_id: str, store: Store) -> None:
        super().__init__(client_id, store.engine, logger=_quiet("installations"))
        self._writer = SQLAlchemyInstallationStore(client_id, store.writer, logger=_quiet("installations"))

    def save(self, installation: Installation) -> None:
        self._writer.save(installation)

    def save_bot(self, bot: Bot) -> None:
        self._writer.save_bot(bot)

    def delete_bot(self, **whose: Any) -> None:
        self._writer.delete_bot(**whose)

    def delete_installation(self, **whose: Any) -> None:
        self._writer.delete_installation(**whose)


def _quiet(part: str) -> logging.Logger:
    """A logger that never tells what the SDK tells when it debugs: rows with states and tokens."""
    logger = logging.getLogger(f"bot.oauth.{part}")
    logger.setLevel(logging.WARNING)
    return logger
