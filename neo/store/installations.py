"""Where Neo is installed: the tables that Slack's own SDK reads and writes, as it lays them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, String, Table, func
from sqlmodel import SQLModel

_TEAM = (("enterprise_id", 32), ("enterprise_name", 200))
_BOT = (("team_id", 32), ("team_name", 200), ("bot_token", 200), ("bot_id", 32), ("bot_user_id", 32))
_SCOPES = (("bot_scopes", 1000), ("bot_refresh_token", 200))
_HOOK = (
    ("incoming_webhook_url", 200),
    ("incoming_webhook_channel", 200),
    ("incoming_webhook_channel_id", 200),
    ("incoming_webhook_configuration_url", 200),
)


def _key() -> list[Column[Any]]:
    known = [Column(name, String(32), nullable=False) for name in ("client_id", "app_id")]
    return [Column("id", Integer, primary_key=True, autoincrement=True), *known]


def _words(*names: Sequence[tuple[str, int]]) -> list[Column[Any]]:
    return [Column(name, String(size)) for group in names for name, size in group]


def _last() -> list[Column[Any]]:
    return [Column("installed_at", DateTime, nullable=False, default=func.now())]


def _org() -> Column[Any]:
    return Column("is_enterprise_install", Boolean, default=False, nullable=False)


BOTS = Table(
    "slack_bots",
    SQLModel.metadata,
    *_key(),
    *_words(_TEAM, _BOT, _SCOPES),
    Column("bot_token_expires_at", DateTime),
    _org(),
    *_last(),
    Index("slack_bots_idx", "client_id", "enterprise_id", "team_id", "installed_at"),
)

INSTALLATIONS = Table(
    "slack_installations",
    SQLModel.metadata,
    *_key(),
    *_words(_TEAM, (("enterprise_url", 200),), _BOT, _SCOPES),
    Column("bot_token_expires_at", DateTime),
    Column("user_id", String(32), nullable=False),
    *_words((("user_token", 200), ("user_scopes", 1000), ("user_refresh_token", 200))),
    Column("user_token_expires_at", DateTime),
    *_words(_HOOK),
    _org(),
    *_words((("token_type", 32),)),
    *_last(),
    Index("slack_installations_idx", "client_id", "enterprise_id", "team_id", "user_id", "installed_at"),
)

STATES = Table(
    "slack_oauth_states",
    SQLModel.metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("state", String(200), nullable=False),
    Column("expire_at", DateTime, nullable=False),
)
