"""The workspace's own SQLite file: its tables and its version."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot.workspace.errors import WorkspaceError

VERSION = 2

_CHANNELS = """
CREATE TABLE channels (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('channel', 'group', 'im')),
  user_id TEXT, creator TEXT NOT NULL, purpose TEXT NOT NULL DEFAULT '', created INTEGER NOT NULL,
  archived INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX channel_names ON channels (name) WHERE kind != 'im';
CREATE UNIQUE INDEX channel_ims ON channels (user_id) WHERE kind = 'im';
"""
_SESSIONS = """
CREATE TABLE sessions (
  channel_id TEXT NOT NULL, thread_ts TEXT NOT NULL, status TEXT NOT NULL, title TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (channel_id, thread_ts));
"""
_GRANTS = """
CREATE TABLE grants (
  token TEXT PRIMARY KEY, refresh_token TEXT NOT NULL UNIQUE, expires INTEGER NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0);
"""
_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE users (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, real_name TEXT NOT NULL, role TEXT NOT NULL,
  is_bot INTEGER NOT NULL DEFAULT 0, color TEXT NOT NULL, created INTEGER NOT NULL,
  team_id TEXT NOT NULL DEFAULT '', tz TEXT NOT NULL DEFAULT 'Etc/UTC', locale TEXT NOT NULL DEFAULT 'en-US');
{_CHANNELS}
CREATE TABLE members (channel_id TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (channel_id, user_id));
CREATE TABLE messages (
  channel_id TEXT NOT NULL, ts TEXT NOT NULL, thread_ts TEXT, user_id TEXT NOT NULL, only_for TEXT,
  body TEXT NOT NULL, PRIMARY KEY (channel_id, ts));
CREATE INDEX message_threads ON messages (channel_id, thread_ts);
CREATE TABLE reactions (
  channel_id TEXT NOT NULL, ts TEXT NOT NULL, name TEXT NOT NULL, user_id TEXT NOT NULL,
  PRIMARY KEY (channel_id, ts, name, user_id));
CREATE TABLE files (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, title TEXT NOT NULL, mimetype TEXT NOT NULL, size INTEGER NOT NULL,
  user_id TEXT NOT NULL, alt_text TEXT NOT NULL DEFAULT '', created INTEGER NOT NULL, upload_key TEXT,
  uploaded INTEGER NOT NULL DEFAULT 0);
CREATE TABLE views (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
  is_open INTEGER NOT NULL DEFAULT 1, updated INTEGER NOT NULL);
CREATE TABLE envelopes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, envelope_id TEXT NOT NULL UNIQUE, payload TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, refusals INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '');
CREATE TABLE statuses (
  channel_id TEXT NOT NULL, thread_ts TEXT NOT NULL, status TEXT NOT NULL, PRIMARY KEY (channel_id, thread_ts));
CREATE TABLE prompts (
  channel_id TEXT NOT NULL, thread_ts TEXT NOT NULL, title TEXT NOT NULL, prompts TEXT NOT NULL,
  PRIMARY KEY (channel_id, thread_ts));
{_SESSIONS}{_GRANTS}"""
# What brings a file from one version to the next. Rows keep their rowid, by which channels are listed.
_STEPS = {
    1: "\n".join(
        (
            "DROP INDEX channel_names; DROP INDEX channel_ims; ALTER TABLE channels RENAME TO channels_before;",
            _CHANNELS,
            "INSERT INTO channels (rowid, id, name, kind, user_id, creator, purpose, created) "
            "SELECT rowid, id, name, kind, user_id, creator, purpose, created FROM channels_before;",
            "DROP TABLE channels_before;",
            "ALTER TABLE users ADD COLUMN team_id TEXT NOT NULL DEFAULT '';",
            "ALTER TABLE users ADD COLUMN tz TEXT NOT NULL DEFAULT 'Etc/UTC';",
            "ALTER TABLE users ADD COLUMN locale TEXT NOT NULL DEFAULT 'en-US';",
            _SESSIONS,
            _GRANTS,
        )
    ),
}


def open_database(path: Path) -> sqlite3.Connection:
    """Open the state file at *path*, make its tables when it is new, and bring an older one up to date.

    Raises:
        WorkspaceError: The folder cannot be written, the file is no database, or a newer program wrote it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5)
        db.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = NORMAL"):
            db.execute(f"PRAGMA {pragma}")
        _ensure_version(db, path)
    except (OSError, sqlite3.DatabaseError) as error:
        raise WorkspaceError(
            f"The workspace's state file {path} cannot be opened ({error}). "
            "Check that its folder can be written and has space, or move the file away to start a new workspace."
        ) from error
    return db


def _ensure_version(db: sqlite3.Connection, path: Path) -> None:
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found == 0:
        _run(db, _TABLES, VERSION)
    elif found in _STEPS:
        for version in range(found, VERSION):
            _run(db, _STEPS[version], version + 1)
    elif found != VERSION:
        db.close()
        raise WorkspaceError(
            f"The workspace's state file {path} has version {found}; this program reads version {VERSION}. "
            "Use the program that wrote it, or move the file away to start a new workspace."
        )


def _run(db: sqlite3.Connection, script: str, version: int) -> None:
    """Do a whole step or nothing of it."""
    try:
        db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {version}; COMMIT;")
    except sqlite3.DatabaseError:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
