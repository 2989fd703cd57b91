"""The full grid of a reduced rag space on `chunking-eval`, scored once, question by question.

Two groups of corpora, each with an index of its own: settings of the search are tuned on the first, figures are
reported on the second, so that no figure rests on what it was tuned on.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neo.automl.executors import run_trial
from neo.automl.problem import InputFile, Problem, Resources
from neo.automl.space import Choice, Config, Real, Space, Whole
from neo.domain.brief import Brief
from skills.rag.skill import RagSkill

ROOT = Path(__file__).resolve().parents[2]
GROUPS = {"tuning": ("chatlogs", "state_of_the_union"), "reported": ("finance", "pubmed", "wikitexts")}
METRIC = "evidence_f2"
SPACE = Space(
    (
        Choice("embedder", ("minilm-l6-int8", "minilm-l3"), "minilm-l6-int8"),
        Choice("chunker", ("sentence", "token", "structure"), "sentence"),
        Whole("chunk_tokens", 64, 256, 192, step=64),
        Real("fusion_weight", 0.1, 0.9, 0.5, step=0.2),
        Whole("top_k", 1, 8, 5),
    )
)
FIXED: Config = {"retriever": "weighted_fusion", "chunk_overlap": 0.0}


@dataclass(frozen=True)
class Oracle:
    """Scores of every configuration on every question.

    Attributes:
        configs: Row i of *scores*.
        ids: Column j of *scores*: the question's id.
        strata: Column j's corpus.
        scores: Shape (configurations, questions), the metric, in [0, 1].
    """

    configs: tuple[Config, ...]
    ids: tuple[str, ...]
    strata: tuple[str, ...]
    scores: npt.NDArray[np.float64]


def shared_data() -> Path:
    """The development data; it is not part of the project."""
    return Path(os.environ.get("NEO_SHARED", ROOT.parent / "shared")) / "data"


@cache
def axes() -> dict[str, Sequence[Any]]:
    """Every parameter's values."""
    return {parameter.name: parameter.values() for parameter in SPACE.parameters}


@cache
def grid() -> tuple[Config, ...]:
    """Every configuration of SPACE: 960."""
    return tuple(dict(zip(axes(), values, strict=True)) for values in itertools.product(*axes().values()))


def oracle(group: str, models_dir: Path, processes: int = 2) -> Oracle:
    """Score the whole grid on a group of corpora; kept in `build/` until the pipeline's code changes."""
    kept = ROOT / "build" / "bench" / f"oracle-{group}-{_code()}.npz"
    if not kept.exists():
        _score(group, models_dir, processes, kept)
    with np.load(kept) as found:
        return Oracle(grid(), tuple(found["ids"].tolist()), tuple(found["strata"].tolist()), found["scores"])


def _score(group: str, models_dir: Path, processes: int, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as cache:
        first = _problem(group, models_dir, Path(cache))
        # Configurations that share chunks and vectors go to one process, so that no stage is computed twice.
        groups = [list(rows) for _, rows in itertools.groupby(range(len(grid())), key=lambda row: row // 160)]
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            parts = pool.map(_rows, [(group, models_dir, Path(cache), rows) for rows in groups])
            scores = np.concatenate(list(parts))
        strata = [instance.stratum for instance in first.instances]
        part = kept.with_suffix(".part.npz")
        np.savez(part, ids=[instance.id for instance in first.instances], strata=strata, scores=scores)
        part.replace(kept)


def _rows(job: tuple[str, Path, Path, Sequence[int]]) -> npt.NDArray[np.float64]:
    group, models_dir, cache, rows = job
    problem, configs = _problem(group, models_dir, cache), grid()
    found = []
    for row in rows:
        run = run_trial(problem, {**FIXED, **configs[row]}, problem.instances)
        found.append([evaluation.metrics[METRIC] for evaluation in run.evaluations])
    return np.array(found)


@cache
def _problem(group: str, models_dir: Path, cache: Path) -> Problem:
    data = shared_data() / "chunking-eval"
    golden = cache / f"golden-{group}.csv"
    with (data / "questions.csv").open(newline="", encoding="utf-8") as source:
        rows = [row for row in csv.DictReader(source) if row["corpus_id"] in GROUPS[group]]
    with golden.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    files = [_input("document", data / "corpora" / f"{name}.md") for name in GROUPS[group]]
    inputs = (*files, _input("golden", golden))
    problem = RagSkill().problem(Brief(skill="rag", opening="benchmark"), inputs, cache, Resources(models_dir))
    return replace(problem, metric=METRIC, context=replace(problem.context, timed=False))


def _input(role: str, path: Path) -> InputFile:
    return InputFile(role, path.name, path, hashlib.sha256(path.read_bytes()).hexdigest())


def _code() -> str:
    """A digest of everything that a score depends on."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for folder in ("skills/rag/runtime", "neo/evals"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
