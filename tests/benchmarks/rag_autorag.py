"""Neo against AutoRAG on retrieval over XQuAD: the same paragraphs, questions, weights and threads.

Both search on the same 300 questions; the winner of each is scored by Neo's own nDCG@5 on the same held-out ones. A
paragraph is one retrieved unit for both: Neo's documents are the paragraphs, chunks that cover a whole one, and hits
are brought to paragraphs without repeats. Neither sees titles. Neither is charged its imports; both are charged
loading the models, embedding and indexing, from empty caches.

A configuration is one that was scored on all search questions. For Neo: distinct draws from the rag skill's own space
(its chunking held), scored by the very `evaluate` of a search. For AutoRAG, generously: each leaf module, and each
weight or constant of each fusion, although those only fuse lists that are already there.

Both embed the corpus once, whatever the number of configurations; Neo then tries more of them. How it stands when Neo
stops after as many as AutoRAG tried is `configs_per_second_vs_autorag_same_number`.

AutoRAG notes how long a module took over all questions; Neo measures latency on questions asked one at a time through
the whole pipeline, answers included, which costs more than scoring. The ratio leaves these measurements out;
`configs_per_second_vs_autorag_with_latency` has them in (timed on LATENCY_CONFIGURATIONS, charged for all).

AutoRAG's packages conflict with Neo's locks, so it has an environment of its own; see MISSING.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean
from typing import Any

import _xquad
import optuna

from bot import bootstrap
from bot.bench import Measured
from bot.settings import load
from neo.automl.executors import run_trial
from neo.automl.problem import Instance, Problem, Resources
from neo.automl.space import Config
from neo.domain.brief import Brief
from neo.evals.retrieval_metrics import Place, ndcg
from neo.evals.stats import paired_difference
from neo.models.catalogue import CATALOGUE
from neo.models.embed import _PACKAGED, available
from neo.models.fetch import locate

AUTORAG, FASTEMBED = "0.3.27", "0.9.1"
MISSING = (
    "AutoRAG is not installed. Make an environment for it (Python 3.10 to 3.12) and name its interpreter: "
    f"`python3.11 -m venv autorag && autorag/bin/pip install AutoRAG=={AUTORAG} fastembed=={FASTEMBED} && "
    "NEO_AUTORAG_PYTHON=$PWD/autorag/bin/python neo bench rag-autorag`"
)
SEARCH_QUESTIONS = 300
CONFIGURATIONS = 3000
LATENCY_CONFIGURATIONS = 8
TOP_K = 5
# One chunk a paragraph (chunks as long as may be, never shared), no titles, five hits to rank. The rest of the space is
# open: words, vectors, their fusion, and rerankers over the same weights.
FIXED = {
    "chunker": "sentence", "chunk_tokens": 512, "chunk_overlap": 0.0, "index_text": "plain", "query_transform": "none",
    "context_unit": "chunk", "top_k": TOP_K,
}  # fmt: skip
THREADS = 2
AUTORAG_SECONDS = 3600
SIDE = Path(__file__).with_name("_autorag_side.py")


def bench(seed: int) -> Measured:
    """Both searches, one after the other; see the module."""
    python = _interpreter()
    if python is None:
        return Measured(skipped=MISSING)
    if not _xquad.FILE.is_file():
        return Measured(skipped=_xquad.MISSING)
    data = _xquad.load()
    with tempfile.TemporaryDirectory() as folder:
        problem = _problem(Path(folder) / "neo", data)
        known = {instance.id for instance in problem.instances}  # a question that is asked twice counts once
        usable = [one for one in data.questions if one.id in known]
        search, heldout = _xquad.parted(usable, SEARCH_QUESTIONS, seed)
        mine = _neo(problem, search, heldout, seed)
        theirs = _autorag(python, Path(folder) / "autorag", data, search, heldout)
    scores = [
        [_ndcg(side["retrieved"][one.id], _xquad.name_of(one.paragraph)) for one in heldout] for side in (mine, theirs)
    ]
    difference = paired_difference(scores[0], scores[1], seed=seed)
    speed = [side["configurations"] / side["search_s"] for side in (mine, theirs)]
    same = theirs["configurations"]
    return Measured(
        ratios={
            "configs_per_second_vs_autorag": speed[0] / speed[1],
            "configs_per_second_vs_autorag_same_number": theirs["search_s"] / mine["ends_s"][same - 1],
            "configs_per_second_vs_autorag_with_latency": 1 / (1 / speed[0] + mine["latency_s"]) / speed[1],
            "ndcg5_difference": difference.value,
        },
        intervals={"ndcg5_difference": (difference.low, difference.high)},
        details={
            "neo": {**_told(mine), "configs_per_s": speed[0], "ndcg5": fmean(scores[0])},
            "autorag": {**_told(theirs), "configs_per_s": speed[1], "ndcg5": fmean(scores[1])},
            "questions": {"search": len(search), "heldout": len(heldout)},
            "autorag_version": AUTORAG,
        },
    )


def _interpreter() -> str | None:
    if named := os.environ.get("NEO_AUTORAG_PYTHON"):
        return named
    return sys.executable if find_spec("autorag") and find_spec("fastembed") else None


def _told(side: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in side.items() if key not in ("retrieved", "ends_s")}


def _ndcg(names: Sequence[str], gold: str) -> float:
    ranked = [Place(name, 0, 1) for name in names[:TOP_K]]
    return ndcg(ranked, [[Place(gold, 0, 1, whole=True)]])


def _neo(problem: Problem, search: list[_xquad.Asked], heldout: list[_xquad.Asked], seed: int) -> dict[str, Any]:
    by_id = {instance.id: instance for instance in problem.instances}
    asked = [by_id[one.id] for one in search]
    configs = _draw(problem, CONFIGURATIONS, seed)
    start = time.perf_counter()
    means, ends_s = [], []
    for config in configs:
        means.append(_mean(problem, config, asked))
        ends_s.append(time.perf_counter() - start)
    search_s = ends_s[-1]
    best = max(range(len(configs)), key=means.__getitem__)
    timed = replace(problem, context=replace(problem.context, timed=True))
    more_s = [
        run_trial(timed, config, asked).seconds - run_trial(problem, config, asked).seconds
        for config in configs[:LATENCY_CONFIGURATIONS]
    ]
    ran = run_trial(problem, configs[best], [by_id[one.id] for one in heldout])
    retrieved = {one.instance: _paragraphs(one.output["retrieved"]) for one in ran.evaluations}
    return {
        "search_s": search_s,
        "ends_s": ends_s,
        "latency_s": fmean(more_s),
        "configurations": len(configs),
        "winner": configs[best],
        "ndcg5_on_search": means[best],
        "retrieved": retrieved,
    }


def _problem(folder: Path, data: _xquad.Xquad) -> Problem:
    documents = {_xquad.name_of(number): text for number, text in enumerate(data.paragraphs)}
    golden = [{"id": one.id, "question": one.text, "source": _xquad.name_of(one.paragraph)} for one in data.questions]
    files = _xquad.inputs(folder / "files", documents, golden)
    resources = Resources(load().models, THREADS)
    made = bootstrap.skills()["rag"].problem(Brief(skill="rag", opening="bench"), files, folder / "cache", resources)
    return replace(made, context=replace(made.context, timed=False))


def _draw(problem: Problem, count: int, seed: int) -> list[Config]:
    """The default, then distinct random configurations of the space with the chunking held."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    fixed = {name: value for name, value in FIXED.items() if name in {one.name for one in problem.space.parameters}}
    found = [problem.space.complete(fixed)]
    while len(found) < count:
        drawn = problem.space.complete({**problem.space.suggest(study.ask()), **fixed})
        if drawn not in found:
            found.append(drawn)
    return found


def _mean(problem: Problem, config: Config, asked: Sequence[Instance]) -> float:
    return fmean(one.metrics["ndcg"] for one in run_trial(problem, config, asked).evaluations)


def _paragraphs(chunk_ids: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(one.rpartition(":")[0] for one in chunk_ids))


def _autorag(
    python: str, folder: Path, data: _xquad.Xquad, search: list[_xquad.Asked], heldout: list[_xquad.Asked]
) -> dict[str, Any]:
    folder.mkdir(parents=True)
    models = load().models
    job = {
        "folder": str(folder),
        "paragraphs": {_xquad.name_of(number): text for number, text in enumerate(data.paragraphs)},
        "search": [_row(one) for one in search],
        "heldout": [_row(one) for one in heldout],
        "embedders": [_spec(name, models) for name in available(models)],
    }
    job_file, result_file, log = folder / "job.json", folder / "result.json", folder / "log"
    job_file.write_text(json.dumps(job), "utf-8")
    with log.open("w") as out:
        done = subprocess.run(
            [python, str(SIDE), str(job_file), str(result_file)], stdout=out, stderr=out, cwd=folder,
            timeout=AUTORAG_SECONDS, check=False,
        )  # fmt: skip
    if done.returncode or not result_file.is_file():
        raise RuntimeError(f"AutoRAG's side failed with code {done.returncode}:\n{log.read_text('utf-8')[-3000:]}")
    result: dict[str, Any] = json.loads(result_file.read_text("utf-8"))
    return result


def _row(one: _xquad.Asked) -> dict[str, str]:
    return {"id": one.id, "text": one.text, "paragraph": _xquad.name_of(one.paragraph), "answer": one.answer}


def _spec(name: str, models: Path) -> dict[str, Any]:
    """How the other side loads the same weights as `neo.models.embed` does."""
    packaged = _PACKAGED[name]
    return {
        "name": name, "folder": str(locate(name, models)), "file": CATALOGUE[name].weights.name, "dim": packaged.dim,
        "pooling": packaged.pooling.name, "output": packaged.output_name, "threads": THREADS,
    }  # fmt: skip
