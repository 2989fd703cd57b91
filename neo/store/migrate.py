"""Bring a database to the present schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from neo.errors import ConfigurationError
from neo.store.store import Store

FOLDER = Path(__file__).parent / "migrations"


def migrate(store: Store) -> str:
    """Run the migrations that are missing, each in its own transaction; a re-run does nothing.

    Returns:
        The schema's revision afterwards.

    Raises:
        ConfigurationError: The database was written by a newer Neo.
    """
    config = _config()
    with store.engine.connect() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise ConfigurationError(
                f"The database {store.engine.url!r} has a schema that this Neo does not know ({error}). "
                "It was written by a newer version: install that one, or name another database in NEO_DATABASE_URL."
            ) from error
        connection.commit()
        return MigrationContext.configure(connection, opts={"version_table": "neo_schema"}).get_current_revision() or ""


def is_current(store: Store) -> bool:
    """Whether the database has the schema that this code is written for."""
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "neo_schema"})
        return context.get_current_revision() == newest()


def newest() -> str:
    """The revision that this code is written for."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
