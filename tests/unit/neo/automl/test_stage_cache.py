"""The stage cache: hits, corruption, concurrent writers."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from neo.automl.stage_cache import StageCache


def test_a_hit_is_the_value_and_is_not_computed_again(tmp_path: Path) -> None:
    cache, calls = StageCache(tmp_path), []

    def make() -> np.ndarray:  # type: ignore[type-arg]
        calls.append(1)
        return np.arange(5)

    for _ in range(3):
        assert cache.get_or_make("embed", 1, {"text": "a"}, make).tolist() == [0, 1, 2, 3, 4]
    assert len(calls) == 1
    assert (cache.stats.hits, cache.stats.misses) == (2, 1)


def test_stage_version_and_parameters_make_different_entries(tmp_path: Path) -> None:
    cache = StageCache(tmp_path)
    assert cache.get_or_make("chunk", 1, {"size": 1}, lambda: "a") == "a"
    assert cache.get_or_make("chunk", 2, {"size": 1}, lambda: "b") == "b"
    assert cache.get_or_make("chunk", 1, {"size": 2}, lambda: "c") == "c"
    assert cache.get_or_make("parse", 1, {"size": 1}, lambda: "d") == "d"


def test_a_corrupted_entry_is_built_again(tmp_path: Path) -> None:
    cache = StageCache(tmp_path)
    cache.get_or_make("chunk", 1, {}, lambda: "good")
    (entry,) = tmp_path.rglob("*.pickle")
    for damage in (entry.read_bytes()[:-1], b"", b"\x00" * 100):
        entry.write_bytes(damage)
        assert cache.get_or_make("chunk", 1, {}, lambda: "good") == "good"
        assert len(entry.read_bytes()) > 32


def write(folder: str, number: int) -> str:
    return StageCache(Path(folder)).get_or_make("stage", 1, {"k": number % 3}, lambda: "x" * 200_000)[:1]


def test_concurrent_writers_never_show_half_an_entry(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        assert set(pool.map(write, [str(tmp_path)] * 24, range(24))) == {"x"}
    assert not list(tmp_path.rglob("*.part"))
