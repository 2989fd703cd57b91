from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot.workspace import WorkspaceError
from bot.workspace.schema import VERSION
from bot.workspace.state import State
from bot.workspace.workspace import Workspace

FIRST = Path(__file__).with_name("state_v1.sql").read_text(encoding="utf-8")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "w.db"
    with sqlite3.connect(path) as db:
        db.executescript(FIRST)
    db.close()
    return path


def test_a_file_of_the_first_version_is_brought_up_to_date_and_loses_nothing(old: Path) -> None:
    with sqlite3.connect(old) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        before = {name: db.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall() for name in tables}
    db.close()
    state = State(old)
    for name, rows in before.items():
        columns = len(rows[0]) if rows else 0
        now = [tuple(row)[:columns] for row in state.rows(f"SELECT * FROM {name} ORDER BY rowid")]
        assert [row for row in now if row in rows] == rows, name
    assert state.identity.bot_token == "xoxb-old"
    assert state.row("PRAGMA user_version")[0] == VERSION  # type: ignore[index]


def test_the_new_roles_join_an_old_workspace(old: Path) -> None:
    workspace = Workspace(old, "http://127.0.0.1:3100")
    names = [row["name"] for row in workspace.state.rows("SELECT name FROM users ORDER BY rowid")]
    assert names == ["you", "colleague", "stranger", "neo", "guest", "partner"]
    assert workspace.shown("C1", "1700000000.000001")["text"] == "kept"


def test_a_step_that_fails_changes_nothing(old: Path) -> None:
    with sqlite3.connect(old) as db:
        db.execute("CREATE TABLE sessions (already TEXT)")  # in the way of the step
    db.close()
    with pytest.raises(WorkspaceError, match="sessions already exists"):
        State(old)
    with sqlite3.connect(old) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 1
        assert db.execute("SELECT count(*) FROM channels").fetchone()[0] == 3
    db.close()
