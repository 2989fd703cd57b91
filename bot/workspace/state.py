"""The workspace's memory: one SQLite connection behind a lock, identities, time stamps, and where files lie."""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.workspace.schema import open_database

_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class App:
    """What an app has once, however many workspaces it is installed in."""

    app_id: str
    client_id: str
    client_secret: str
    signing_secret: str
    app_token: str
    verification_token: str


@dataclass(frozen=True)
class Identity(App):
    """Who the workspace and its one app are; fixed when the state file is made."""

    team_id: str
    team_name: str
    team_domain: str
    bot_id: str
    bot_user_id: str
    bot_name: str
    bot_token: str


def new_id(prefix: str) -> str:
    """A fresh identifier that looks like Slack's: *prefix* and ten capital letters and digits."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(10))


def _new_app() -> App:
    return App(
        app_id=new_id("A"),
        client_id=f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**13)}",
        client_secret=secrets.token_hex(16),
        signing_secret=secrets.token_hex(16),
        app_token=f"xapp-local-{secrets.token_urlsafe(24)}",
        verification_token=secrets.token_hex(12),
    )


class State:
    """Everything that outlives a restart. Safe to use from several threads.

    Args:
        state_file: The SQLite file; uploaded contents lie in a folder beside it.
        bot_name: The app's name in a new workspace.
        team_name: A new workspace's name.
        app: The app, when it is the one that another workspace has too; a new workspace's own otherwise.
    """

    def __init__(
        self,
        state_file: Path,
        *,
        bot_name: str = "Neo",
        team_name: str = "Local workspace",
        app: App | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._db = open_database(state_file)
        self.files_dir = state_file.with_name(f"{state_file.stem}-files")
        self.files_dir.mkdir(parents=True, exist_ok=True)
        self.identity = self._load_identity(bot_name, team_name, app)

    def close(self) -> None:
        """Close the file; the object is of no use afterwards."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, inside one transaction: committed at the end, rolled back on an error. May be nested."""
        with self._lock:
            if self._db.in_transaction:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                if self._db.in_transaction:  # SQLite itself rolls back when the disk is full
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows of one query."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row of one query, or None."""
        with self._lock:
            found: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
            return found

    def next_ts(self) -> str:
        """A time stamp ``seconds.micros`` above every one given before, over restarts and clock changes too."""
        with self.transaction() as db:
            last = int(self._meta(db, "clock", "0"))
            now = max(last + 1, time.time_ns() // 1000)
            self._set_meta(db, "clock", str(now))
        return f"{now // 1_000_000}.{now % 1_000_000:06d}"

    def move_to(self, base_url: str) -> None:
        """Point what waits for the bot at *base_url*, since the port may differ from the last run's."""
        with self.transaction() as db:
            before = self._meta(db, "base_url", base_url)
            if before != base_url:
                db.execute("UPDATE envelopes SET payload = replace(payload, ?, ?)", (before, base_url))
            self._set_meta(db, "base_url", base_url)

    def meta(self, key: str, default: str = "") -> str:
        """One fact about the workspace as a whole."""
        with self._lock:
            return self._meta(self._db, key, default)

    def set_meta(self, key: str, value: str) -> None:
        """Keep one fact about the workspace as a whole."""
        with self.transaction() as db:
            self._set_meta(db, key, value)

    def _load_identity(self, bot_name: str, team_name: str, app: App | None) -> Identity:
        fresh = asdict(app or _new_app()) | {
            "team_id": new_id("T"),
            "team_name": team_name,
            "team_domain": "local",
            "bot_id": new_id("B"),
            "bot_user_id": new_id("U"),
            "bot_name": bot_name,
            "bot_token": f"xoxb-local-{secrets.token_urlsafe(24)}",
        }
        with self.transaction() as db:
            if app is not None:
                for key in asdict(app):
                    self._set_meta(db, key, fresh[key])
            return Identity(**{key: self._ensure_meta(db, key, value) for key, value in fresh.items()})

    def _ensure_meta(self, db: sqlite3.Connection, key: str, value: str) -> str:
        db.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO NOTHING", (key, value))
        return self._meta(db, key, value)

    @staticmethod
    def _meta(db: sqlite3.Connection, key: str, default: str) -> str:
        row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row["value"]) if row else default

    @staticmethod
    def _set_meta(db: sqlite3.Connection, key: str, value: str) -> None:
        db.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
        )
