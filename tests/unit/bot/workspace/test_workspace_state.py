from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.workspace import WorkspaceError, tokens
from bot.workspace.state import State


def test_time_stamps_are_unique_over_threads_and_look_like_slacks(tmp_path: Path) -> None:
    state = State(tmp_path / "w.db")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: state.next_ts(), range(200)))
    assert len(set(found)) == 200
    assert all(len(ts.split(".")[0]) == 10 and len(ts.split(".")[1]) == 6 for ts in found)


def test_time_stamps_rise_when_the_clock_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = State(tmp_path / "w.db")
    before = first.next_ts()
    first.close()
    hour_ago = time.time_ns() - 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: hour_ago)
    assert State(tmp_path / "w.db").next_ts() > before


def test_tokens_stay_the_same_and_differ_between_workspaces(tmp_path: Path) -> None:
    first = tokens(tmp_path / "a.db")
    assert tokens(tmp_path / "a.db") == first
    assert tokens(tmp_path / "b.db") != first
    assert first.bot_token.startswith("xoxb-") and first.app_token.startswith("xapp-")


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    state = State(tmp_path / "w.db")
    with pytest.raises(sqlite3.IntegrityError), state.transaction() as db:
        db.execute("INSERT INTO members VALUES ('C1', 'U1')")
        with state.transaction() as inner:  # joins the outer one
            inner.execute("INSERT INTO members VALUES ('C1', 'U1')")
    assert state.rows("SELECT * FROM members") == []


def test_a_file_of_another_version_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    State(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(WorkspaceError, match=r"version 99; this program reads version 2.*move the file away"):
        State(path)


@pytest.mark.parametrize("content", [b"this is no database" * 100])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w.db"
    path.write_bytes(content)
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        State(path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        State(tmp_path / "file" / "w.db")
