"""Alembic runs this to migrate; the connection is given by ``neo.store.migrate``."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

import neo.store.installations
import neo.store.tables  # noqa: F401  (the same)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    version_table="neo_schema",
    render_as_batch=True,
    transactional_ddl=True,  # SQLite too: the store says BEGIN itself, so a killed migration leaves nothing behind
)
with context.begin_transaction():
    context.run_migrations()
