"""The same evaluation with a cold, a warm, a spoilt and no cache at all: the same scores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neo.automl import cache_files
from neo.automl.problem import Context, InputFile, Resources
from neo.automl.stage_cache import StageCache, cache_at
from neo.evals.golden_set import Evidence, GoldenQuestion, GoldenSet
from skills.rag.evaluate import evaluate, instances_of

TEXTS = {
    "returns.txt": "Parcels can be returned within thirty days. The refund takes a week. Keep the receipt.",
    "shipping.txt": "Orders leave the warehouse on weekdays. Express shipping costs nine euros. Islands take longer.",
    "repairs.txt": "A repair is free for two years. Water damage is not covered. Send the device with its charger.",
}
GOLDEN = GoldenSet(
    (
        GoldenQuestion("1", "How long does a refund take?", "a week", (Evidence("returns.txt", "takes a week"),)),
        GoldenQuestion(
            "2", "What does express shipping cost?", "nine euros", (Evidence("shipping.txt", "nine euros"),)
        ),
        GoldenQuestion("3", "Is water damage covered?", None, (Evidence("repairs.txt", "not covered"),)),
    )
)
configs = st.fixed_dictionaries(
    {
        "chunker": st.sampled_from(["sentence", "token"]),
        "chunk_tokens": st.sampled_from([32, 64]),
        "index_text": st.sampled_from(["plain", "titled"]),
        "stemmer": st.sampled_from(["porter", "none"]),
        "bm25_b": st.sampled_from([0.0, 0.75]),
        "top_k": st.integers(1, 4),
        "context_unit": st.sampled_from(["chunk", "window"]),
    }
).map(lambda drawn: {**drawn, "retriever": "bm25", "reranker": "none", "lexical_weight": 1.0})


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    folder = tmp_path_factory.mktemp("documents")
    files = []
    for name, text in TEXTS.items():
        (folder / name).write_text(text, "utf-8")
        files.append(InputFile("document", name, folder / name, name))
    return Context(tuple(files), folder / "cache", Resources(folder / "models"), timed=False)


def scores(config: dict[str, Any], context: Context) -> str:
    # As text, in which NaN is like NaN.
    return repr([(one.metrics, one.output) for one in evaluate(config, instances_of(GOLDEN), context)])


def spoil(folder: Path, damage: list[str]) -> None:
    for entry, how in zip(sorted(one.path for one in cache_files.entries(folder)), damage, strict=False):
        data = entry.read_bytes()
        middle = len(data) // 2
        spoilt = {
            "keep": data,
            "cut": data[:middle],
            "empty": b"",
            "flip": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        }
        entry.write_bytes(spoilt[how])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(config=configs, damage=st.lists(st.sampled_from(["keep", "cut", "empty", "flip"]), min_size=8, max_size=12))
def test_no_state_of_the_cache_changes_a_score(
    context: Context, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory,
    config: dict[str, Any], damage: list[str],
) -> None:  # fmt: skip
    where = replace(context, cache_dir=tmp_path_factory.mktemp("cache"))
    with monkeypatch.context() as without:
        without.setattr(StageCache, "get_or_make", lambda self, stage, version, parameters, make: make())
        plain = scores(config, where)
    assert not cache_files.entries(where.cache_dir)
    assert scores(config, where) == plain  # cold
    assert scores(config, where) == plain  # from memory
    cache_at.cache_clear()
    assert scores(config, where) == plain  # from the files
    spoil(where.cache_dir, damage)
    cache_at.cache_clear()
    assert scores(config, where) == plain
    cache_at.cache_clear()
    cache_files.prune(where.cache_dir, 2000)
    assert scores(config, where) == plain
