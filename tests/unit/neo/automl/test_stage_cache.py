"""The stage cache: hits, damage, memory, concurrent and killed writers, pruning under load."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from neo.automl import cache_files
from neo.automl.cache_memory import Memory
from neo.automl.stage_cache import StageCache


def only_entry(folder: Path) -> Path:
    (entry,) = folder.rglob(f"*{cache_files.SUFFIX}")
    return entry


@pytest.mark.parametrize("memory_bytes", [0, 1_000_000])
def test_a_hit_is_the_value_and_is_not_computed_again(tmp_path: Path, memory_bytes: int) -> None:
    cache, calls = StageCache(tmp_path, memory_bytes), []

    def make() -> Any:
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


def test_what_a_stage_raises_is_raised_and_nothing_is_kept(tmp_path: Path) -> None:
    cache = StageCache(tmp_path)

    def fail() -> str:
        raise ValueError("no text")

    with pytest.raises(ValueError, match="no text"):
        cache.get_or_make("parse", 1, {}, fail)
    assert cache.get_or_make("parse", 1, {}, lambda: "text") == "text"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(values, st.lists(st.lists(st.floats(width=32, allow_nan=False), max_size=9), max_size=4))
def test_an_entry_gives_back_what_was_put_in(value: Any, rows: list[list[float]]) -> None:
    arrays = [np.array(row, dtype=np.float32) for row in rows]
    back, found = cache_files.decode(cache_files.encode((value, arrays)))
    assert back == value
    assert [array.tolist() for array in found] == [array.tolist() for array in arrays]


@given(st.data())
def test_no_damaged_entry_is_ever_taken_for_a_value(data: st.DataObject) -> None:
    whole = cache_files.encode({"text": "some text", "vectors": np.arange(12.0)})
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytes([whole[at] ^ data.draw(st.integers(1, 255))])
    for damaged in (whole[:at], whole[:at] + flipped + whole[at + 1 :]):
        with pytest.raises(cache_files.Damaged):
            cache_files.decode(damaged)


@pytest.mark.parametrize("first", [True, False])
def test_arrays_are_read_only_whether_made_or_found(tmp_path: Path, first: bool) -> None:
    cache = StageCache(tmp_path, memory_bytes=0)
    cache.get_or_make("embed", 1, {"first": not first}, lambda: np.zeros((2, 3), np.float32))
    vectors = cache.get_or_make("embed", 1, {"first": True}, lambda: np.zeros((2, 3), np.float32))
    with pytest.raises(ValueError, match="read-only"):
        vectors[0, 0] = 1
    assert vectors.flags.aligned


def test_a_damaged_entry_is_built_again(tmp_path: Path) -> None:
    cache = StageCache(tmp_path, memory_bytes=0)
    cache.get_or_make("chunk", 1, {}, lambda: "good")
    entry = only_entry(tmp_path)
    whole = entry.read_bytes()
    for damage in (whole[:-1], whole[:20], b"", b"\x00" * 100, whole + b"more"):
        entry.write_bytes(damage)
        assert cache.get_or_make("chunk", 1, {}, lambda: "good") == "good"
        assert entry.read_bytes() == whole


class Gone:
    """A class that later code no longer has."""


def test_an_entry_of_a_class_that_is_gone_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = StageCache(tmp_path, memory_bytes=0)
    cache.get_or_make("chunk", 1, {}, Gone)
    monkeypatch.delattr(sys.modules[__name__], "Gone")
    assert cache.get_or_make("chunk", 1, {}, lambda: "new") == "new"


def test_a_value_that_cannot_be_pickled_is_an_error_not_a_broken_entry(tmp_path: Path) -> None:
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
        StageCache(tmp_path).get_or_make("chunk", 1, {}, lambda: lambda: 1)
    assert not cache_files.entries(tmp_path)


def test_a_folder_that_takes_no_files_costs_time_but_no_result(tmp_path: Path) -> None:
    (tmp_path / "chunk").write_text("a file where the stage's folder should be", "utf-8")
    cache = StageCache(tmp_path)
    assert cache.get_or_make("chunk", 1, {}, lambda: "value") == "value"


def test_memory_forgets_the_least_recently_used_first() -> None:
    memory = Memory(most_bytes=100)
    for name in "abc":
        memory.put(Path(name), name, 40)
        memory.get(Path("a"))
    assert [memory.get(Path(name))[0] for name in "abc"] == [True, False, True]
    memory.put(Path("large"), "large", 101)
    assert memory.get(Path("large"))[0] is False
    assert memory.used_bytes == 80


def test_memory_gives_the_same_object(tmp_path: Path) -> None:
    cache = StageCache(tmp_path)
    first = cache.get_or_make("chunk", 1, {}, lambda: ["a"])
    only_entry(tmp_path).unlink()
    assert cache.get_or_make("chunk", 1, {}, lambda: ["b"]) is first


def write(folder: str, number: int) -> str:
    return StageCache(Path(folder)).get_or_make("stage", 1, {"k": number % 3}, lambda: "x" * 200_000)[:1]


def test_concurrent_writers_never_show_half_an_entry(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        assert set(pool.map(write, [str(tmp_path)] * 24, range(24))) == {"x"}
    assert not list(tmp_path.rglob("*.part"))
    assert not list(tmp_path.rglob("*.lock"))


def count(folder: str, number: int) -> int:
    def make() -> int:
        with (Path(folder) / "made").open("a") as out:
            out.write(f"{number}\n")
        time.sleep(0.2)
        return 7

    return StageCache(Path(folder)).get_or_make("stage", 1, {}, make)


def test_what_several_miss_at_once_is_computed_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes, ThreadPoolExecutor(4) as threads:
        found = [pool.submit(count, str(tmp_path), n) for n in range(4) for pool in (processes, threads)]
        assert {one.result() for one in found} == {7}
    assert len((tmp_path / "made").read_text().splitlines()) == 1


DIES_IN_MAKE = """
import sys, time
from pathlib import Path
from neo.automl.stage_cache import StageCache
def make():
    Path(sys.argv[1], "started").touch()
    time.sleep(600)
StageCache(Path(sys.argv[1])).get_or_make("stage", 1, {}, make)
"""
DIES_IN_WRITE = """
import sys, tempfile, time
from pathlib import Path
from neo.automl import cache_files
from neo.automl.stage_cache import StageCache
def stall(self, target):
    Path(sys.argv[1], "started").touch()
    time.sleep(600)
Path.replace = stall
StageCache(Path(sys.argv[1])).get_or_make("stage", 1, {}, lambda: "half")
"""


@pytest.mark.parametrize("script", [DIES_IN_MAKE, DIES_IN_WRITE])
def test_a_killed_writer_leaves_a_cache_that_works(tmp_path: Path, script: str) -> None:
    writer = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    try:
        while not (tmp_path / "started").exists():
            assert writer.poll() is None
            time.sleep(0.02)
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    assert StageCache(tmp_path).get_or_make("stage", 1, {}, lambda: "whole") == "whole"
    for left_over in tmp_path.rglob("*.part"):
        os.utime(left_over, (0, 0))
    cache_files.prune(tmp_path, cache_files.GB)
    assert not list(tmp_path.rglob("*.part"))
    assert StageCache(tmp_path).find("stage", 1, {}) == (True, "whole")


def test_pruning_removes_the_least_recently_used(tmp_path: Path) -> None:
    cache = StageCache(tmp_path, memory_bytes=0)
    for number in range(4):
        cache.get_or_make("stage", 1, {"n": number}, lambda: "x" * 1000)
    for age, entry in enumerate(cache_files.entries(tmp_path)):
        os.utime(entry.path, (age + 1, age + 1))
    oldest, *rest = sorted(cache_files.entries(tmp_path), key=lambda entry: entry.used_at)
    assert cache_files.read(oldest.path) is not None  # which makes it the newest
    pruned = cache_files.prune(tmp_path, 2 * oldest.size_bytes)
    assert pruned == cache_files.Pruned(2, 2 * oldest.size_bytes, 2, 2 * oldest.size_bytes)
    assert {entry.path for entry in cache_files.entries(tmp_path)} == {oldest.path, rest[-1].path}


def test_pruning_leaves_what_is_being_written(tmp_path: Path) -> None:
    fresh = tmp_path / "stage" / "ab" / "fresh.part"
    fresh.parent.mkdir(parents=True)
    fresh.touch()
    cache_files.prune(tmp_path, 0)
    assert fresh.exists()


def test_writing_keeps_the_folder_within_its_bound(tmp_path: Path) -> None:
    bound = 100_000
    cache_files.set_bound(tmp_path, bound)
    cache = StageCache(tmp_path, memory_bytes=0)
    sizes = []
    for number in range(200):
        cache.get_or_make("stage", 1, {"n": number}, lambda: "x" * 1500)
        sizes.append(sum(entry.size_bytes for entry in cache_files.entries(tmp_path)))
    assert max(sizes) <= bound * 1.1
    assert sizes[-1] > bound / 2


def test_a_bound_that_cannot_be_read_is_the_default(tmp_path: Path) -> None:
    assert cache_files.bound_of(tmp_path) == cache_files.DEFAULT_BYTES
    (tmp_path / "bound").write_text("much")
    assert cache_files.bound_of(tmp_path) == cache_files.DEFAULT_BYTES


def use(folder: str, seed: int) -> bool:
    """Ask for 300 values while the folder is pruned; every one must be right."""
    random = np.random.default_rng(seed)
    cache = StageCache(Path(folder), memory_bytes=20_000)
    for key in random.integers(0, 40, 300).tolist():
        value = cache.get_or_make("stage", 1, {"k": key}, lambda k=key: np.full(1000, k))  # type: ignore[misc]
        if not (value == key).all():
            return False
    return True


def test_pruning_under_load_never_changes_a_result(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = [pool.submit(use, str(tmp_path), seed) for seed in range(4)]
        removed = 0
        while not all(one.done() for one in found):
            pruned = cache_files.prune(tmp_path, 30_000)
            removed += pruned.removed if pruned else 0
        assert all(one.result() for one in found)
    assert removed > 0


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["ask", "cut", "flip", "drop", "prune"])), max_size=30))
def test_whatever_happens_to_the_files_the_values_are_right(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str]]
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    cache = StageCache(folder, memory_bytes=0)
    for key, act in steps:
        if act == "ask":
            assert cache.get_or_make("stage", 1, {"k": key}, lambda k=key: [k, "text"]) == [key, "text"]  # type: ignore[misc]
        elif act == "prune":
            cache_files.prune(folder, 200)
        else:
            spoil(folder, key, act)


def spoil(folder: Path, key: int, act: str) -> None:
    for entry in sorted(found.path for found in cache_files.entries(folder))[key : key + 1]:
        data = entry.read_bytes()
        damaged = {
            "cut": data[: len(data) // 2],
            "flip": data[:40] + bytes(byte ^ 1 for byte in data[40:41]) + data[41:],
            "drop": b"",
        }
        entry.write_bytes(damaged[act])
