"""`neo cache`: what it says and what it removes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import bootstrap
from bot.cli import app
from bot.settings import load
from neo.automl import cache_files
from neo.automl.stage_cache import StageCache


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache with three results of about a megabyte each."""
    monkeypatch.setenv("NEO_DATA_DIR", str(tmp_path))
    cache = StageCache(tmp_path / "cache")
    for number in range(2):
        cache.get_or_make("embed", 1, {"n": number}, lambda: b"x" * 1_000_000)
    cache.get_or_make("chunk", 1, {}, lambda: b"x" * 1_000_000)
    return tmp_path / "cache"


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["cache", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_stats_count_entries_and_room_of_each_stage(folder: Path) -> None:
    said = run("stats")
    rows = {line.split("│")[1].strip(): line.split("│")[2:4] for line in said.splitlines() if line.startswith("│")}
    assert [cell.strip() for cell in rows["embed"]] == ["2", "2.0"]
    assert [cell.strip() for cell in rows["chunk"]] == ["1", "1.0"]
    assert "0.003 of at most 5 GB" in said


def test_prune_leaves_at_most_so_much(folder: Path) -> None:
    assert "Removed 1 results (1.0 MB)" in run("prune", "--gb", "0.0025")
    assert len(cache_files.entries(folder)) == 2
    assert "Removed 0 results" in run("prune")
    assert "0 (0.0 MB) are left" in run("prune", "--all")
    assert not cache_files.entries(folder)


def test_an_empty_folder_has_nothing_to_show_or_remove(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NEO_DATA_DIR", str(tmp_path / "none"))
    assert "0.000 of at most" in run("stats")
    assert "Removed 0 results" in run("prune", "--all")


def test_the_setting_bounds_the_folder_for_every_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NEO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NEO_CACHE_GB", "0.5")
    assert cache_files.bound_of(bootstrap.bounded_cache(load())) == 500_000_000
