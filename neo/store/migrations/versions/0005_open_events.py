"""Indices of the open events alone: what is done is not searched any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("status IN ('waiting', 'running')")


def upgrade() -> None:
    """Go one step on."""
    op.drop_index("event_open", table_name="event")
    for name, columns in (("event_open_seq", ["seq"]), ("event_open_lane", ["lane", "seq"])):
        op.create_index(name, "event", columns, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
