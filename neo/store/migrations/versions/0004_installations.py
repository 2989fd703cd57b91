"""Where Neo is installed: the tables of Slack's SDK for installations, bots and the states of an OAuth flow."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_HEAD = (("enterprise_id", 32), ("enterprise_name", 200), ("team_id", 32), ("team_name", 200))
_BOT = (("bot_token", 200), ("bot_id", 32), ("bot_user_id", 32), ("bot_scopes", 1000), ("bot_refresh_token", 200))
_USER = (("user_token", 200), ("user_scopes", 1000), ("user_refresh_token", 200))
_MORE = (
    ("enterprise_url", 200),
    ("incoming_webhook_url", 200),
    ("incoming_webhook_channel", 200),
    ("incoming_webhook_channel_id", 200),
    ("incoming_webhook_configuration_url", 200),
    ("token_type", 32),
)


def _columns(*words: tuple[str, int]) -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("client_id", sa.String(32), nullable=False),
        sa.Column("app_id", sa.String(32), nullable=False),
        *(sa.Column(name, sa.String(size)) for name, size in words),
        sa.Column("bot_token_expires_at", sa.DateTime()),
        sa.Column("is_enterprise_install", sa.Boolean(), nullable=False),
        sa.Column("installed_at", sa.DateTime(), nullable=False),
    ]


def upgrade() -> None:
    """Go one step on."""
    op.create_table("slack_bots", *_columns(*_HEAD, *_BOT))
    op.create_index("slack_bots_idx", "slack_bots", ["client_id", "enterprise_id", "team_id", "installed_at"])
    op.create_table(
        "slack_installations",
        *_columns(*_HEAD, *_BOT, *_USER, *_MORE),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("user_token_expires_at", sa.DateTime()),
    )
    op.create_index(
        "slack_installations_idx",
        "slack_installations",
        ["client_id", "enterprise_id", "team_id", "user_id", "installed_at"],
    )
    op.create_table(
        "slack_oauth_states",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("state", sa.String(200), nullable=False),
        sa.Column("expire_at", sa.DateTime(), nullable=False),
    )
