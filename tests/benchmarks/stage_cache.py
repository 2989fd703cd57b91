"""What the stage cache saves: 40 fixed configurations with it and without it, in one process, one after the other.

The first 12 articles of XQuAD are the documents, 60 questions on them, the scores are those of retrieval, latencies
are not measured. The configurations are five ways to retrieve over each of eight pairs of a chunking and an embedder.

*Off* means that nothing of one configuration helps another: no stage cache, and no memory for texts that come again in
the embedder. Models stay loaded, and are loaded before any clock starts. *Cold* starts with an empty folder. *Warm*
runs the same again in the cache's folder with nothing left in memory, as a new process would.

`cache_cold_vs_ideal` is the cold speed-up (seconds off / seconds cold) over the ideal one: all seconds of stages off
over those of the distinct ones among them. Embedding is taken out of the stages and counted by distinct text,
since the embedder's memory saves texts that come again in different stages (the questions). Time between stages
(joining, reranking, scoring, reading the cache) is in the speed-up and not in the ideal.
`cache_speedup_warm` is seconds off / seconds warm. All seconds are of the processor, one thread, so that what else the
machine does meanwhile does not count; waiting for the disk is therefore not in them (`*_wall_s` tell it).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

import _xquad

from bot import bootstrap
from bot.bench import Measured
from bot.settings import load
from neo.automl import stage_cache
from neo.automl.executors import run_trial
from neo.automl.problem import Instance, Problem, Resources
from neo.automl.space import Config
from neo.domain.brief import Brief
from neo.models.embed import Embedder, available
from skills.rag import models

ARTICLES_PARAGRAPHS = 60  # 12 articles of five
QUESTIONS = 60
THREADS = 1
_CLOCK = time.process_time
CHUNKINGS: tuple[Config, ...] = (
    {"chunker": "sentence", "chunk_tokens": 64, "chunk_overlap": 0.0},
    {"chunker": "sentence", "chunk_tokens": 128, "chunk_overlap": 0.15},
    {"chunker": "sentence", "chunk_tokens": 256, "chunk_overlap": 0.0},
    {"chunker": "token", "chunk_tokens": 128, "chunk_overlap": 0.15},
)
PLAIN: Config = {"index_text": "plain"}  # a title would be embedded between the stages
RETRIEVALS: tuple[Config, ...] = (
    {"retriever": "bm25", "reranker": "none", "top_k": 5},
    {"retriever": "dense", "reranker": "none", "top_k": 5},
    {"retriever": "rank_fusion", "fusion_weight": 0.5, "reranker": "none", "top_k": 3},
    {"retriever": "weighted_fusion", "fusion_weight": 0.3, "reranker": "none", "top_k": 5},
    {"retriever": "weighted_fusion", "fusion_weight": 0.7, "reranker": "mmr", "mmr_balance": 0.7, "top_k": 8},
)
EMBEDDERS = ("minilm-l6-int8", "minilm-l3")


def bench(seed: int) -> Measured:
    """See the module; *seed* draws the questions."""
    if not _xquad.FILE.is_file():
        return Measured(skipped=_xquad.MISSING)
    missing = sorted(set(EMBEDDERS) - set(available(load().models)))
    if missing:
        return Measured(skipped=f"these embedders are not here: {', '.join(missing)}; `neo models pull` brings them")
    with tempfile.TemporaryDirectory() as folder:
        return measure(Path(folder), seed)


def measure(folder: Path, seed: int) -> Measured:
    """Time the three runs in a folder, and check that they give the same scores."""
    problem, asked = _problem(folder, seed)
    configs = [{**PLAIN, **pair, **way} for pair in _pairs() for way in RETRIEVALS]
    for name in EMBEDDERS:
        models.embedder(name, problem.context.resources)(["the model is loaded now"])
    with _nothing_remembered() as spent:
        off_s, off_wall_s, off = _run(problem, configs, asked)
    _forget()
    cold_s, cold_wall_s, cold = _run(problem, configs, asked)
    cache = stage_cache.cache_at(problem.context.cache_dir).stats.to_json()
    _forget()
    warm_s, warm_wall_s, warm = _run(problem, configs, asked)
    assert off == cold == warm, "the cache changes a score"
    total_s = sum(sum(times) for times in spent.values())
    distinct_s = sum(fmean(times) for times in spent.values())
    return Measured(
        ratios={
            "cache_cold_vs_ideal": (off_s / cold_s) / (total_s / distinct_s),
            "cache_speedup_cold": off_s / cold_s,
            "cache_speedup_warm": off_s / warm_s,
        },
        details={
            "off_s": off_s, "cold_s": cold_s, "warm_s": warm_s, "off_wall_s": off_wall_s,
            "cold_wall_s": cold_wall_s, "warm_wall_s": warm_wall_s, "stages_s": total_s,
            "distinct_stages_s": distinct_s,
            "ideal": total_s / distinct_s, "configurations": len(configs), "questions": len(asked), "cold": cache,
        },
    )  # fmt: skip


def _pairs() -> list[Config]:
    return [{**chunking, "embedder": name} for chunking in CHUNKINGS for name in EMBEDDERS]


def _problem(folder: Path, seed: int) -> tuple[Problem, tuple[Instance, ...]]:
    data = _xquad.load()
    chosen = data.paragraphs[:ARTICLES_PARAGRAPHS]
    articles = {f"a{first:03}.txt": "\n\n".join(chosen[first : first + 5]) for first in range(0, len(chosen), 5)}
    questions = [one for one in data.questions if one.paragraph < ARTICLES_PARAGRAPHS]
    asked, _ = _xquad.parted(questions, QUESTIONS, seed)
    golden = [{"id": one.id, "question": one.text, "evidence": chosen[one.paragraph]} for one in asked]
    files = _xquad.inputs(folder / "files", articles, golden)
    skill = bootstrap.skills()["rag"]
    resources = Resources(load().models, THREADS)
    made = skill.problem(Brief(skill="rag", opening="bench"), files, folder / "cache", resources)
    return made, made.instances


def _run(problem: Problem, configs: list[Config], asked: tuple[Instance, ...]) -> tuple[float, float, list[Any]]:
    untimed = replace(problem, context=replace(problem.context, timed=False))
    start, wall = _CLOCK(), time.perf_counter()
    found = [run_trial(untimed, config, asked).evaluations for config in configs]
    return _CLOCK() - start, time.perf_counter() - wall, [[one.metrics for one in evaluations] for evaluations in found]


def _forget() -> None:
    """Drop what this process remembers; loaded models stay."""
    stage_cache.cache_at.cache_clear()
    models._remembering.cache_clear()
    if hasattr(models, "_remembering_tokens"):
        models._remembering_tokens.cache_clear()


class _Timed:
    """An embedder that notes what each text took; a call's seconds are shared out evenly."""

    def __init__(self, embed: Embedder, spent: dict[str, list[float]]) -> None:
        self._embed, self._spent = embed, spent
        self.name, self.dim = embed.name, embed.dim

    def __call__(self, texts: Sequence[str]) -> Any:
        start = _CLOCK()
        vectors = self._embed(texts)
        each_s = (_CLOCK() - start) / max(1, len(texts))
        for text in texts:
            self._spent.setdefault(f"embed {self.name} {text}", []).append(each_s)
        return vectors


@contextmanager
def _nothing_remembered() -> Iterator[dict[str, list[float]]]:
    """Everything is computed each time; gives the seconds of each distinct stage and text, by its key."""
    spent: dict[str, list[float]] = {}
    embedders: dict[tuple[Any, ...], _Timed] = {}
    embedding: dict[str, list[float]] = {}
    inner: list[float] = []  # seconds of the stages inside each stage that runs

    def embedder(*named: Any) -> _Timed:
        return embedders.setdefault(named, _Timed(models._loaded(*named), embedding))

    def compute(
        self: stage_cache.StageCache, stage: str, version: int, parameters: Mapping[str, Any], make: Callable[[], Any]
    ) -> Any:
        inner.append(0.0)
        start = _CLOCK()
        made = make()
        taken_s = _CLOCK() - start
        inside = [(key, second) for key, seconds in embedding.items() for second in seconds]
        embedding.clear()
        for key, second in inside:
            spent.setdefault(key, []).append(second)
        own_s = taken_s - inner.pop() - sum(second for _, second in inside)
        if inner:
            inner[-1] += taken_s  # a stage in a stage is counted once, as itself
        spent.setdefault(str(self._path(stage, version, parameters)), []).append(own_s)
        return made

    kept = stage_cache.StageCache.get_or_make, models._remembering
    stage_cache.StageCache.get_or_make, models._remembering = compute, embedder  # type: ignore[method-assign]
    try:
        yield spent
    finally:
        stage_cache.StageCache.get_or_make, models._remembering = kept  # type: ignore[method-assign]
