"""How the rag skill scales: memory of a search over papers, trials over 50,000 chunks, and embedding by itself.

`memory_vs_3gb`: peak resident memory of `neo tune` with 12 trials on ARAGOG's 15 PDF papers, its children included and
sampled each SAMPLE_S seconds, over 3 GB.

`trials_vs_180s`: seconds of 20 different trials (latencies measured) that share one chunking of some 50,000 chunks of
about 500 characters, over 180 s, after the chunks were indexed once by the first trial, which is reported by itself.
The text is real sentences put together anew. Its passages' vectors are drawn by chance, since the time of a trial does
not depend on them; questions are embedded for real. What embedding all passages would take is **extrapolated** from
EMBEDDED of them (`embedding_extrapolated_s`).

`embed_vs_fastembed`: texts a second of `neo.models.embed` over those of fastembed as it comes, same model, texts and
threads, medians of turns in the same run; the worst of the packaged models.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import _xquad
import numpy as np
import psutil
from fastembed import TextEmbedding

from bot import bootstrap
from bot.bench import Measured
from bot.settings import load
from neo.automl.executors import run_trial
from neo.automl.problem import InputFile, Problem, Resources
from neo.automl.space import Config
from neo.domain.brief import Brief
from neo.models.embed import Embedder, available, load_embedder
from neo.models.fetch import locate
from skills.rag import models

ARAGOG = _xquad.SHARED / "data" / "aragog"
MOST_MEMORY, MOST_SECONDS = 3_000_000_000, 180.0
TRIALS, SAMPLE_S = 12, 0.5
CHUNKS, CHUNK_CHARS, DOCUMENTS = 50_000, 500, 100
QUESTIONS = 100
EMBEDDED, TURNS = 200, 3
THREADS = 2
FEWER = 200  # texts in one call: fewer are questions or sentences, more are a corpus
SHARED_CONFIG: Config = {
    "chunker": "sentence", "chunk_tokens": 128, "chunk_overlap": 0.0, "index_text": "plain", "embedder": "minilm-l3",
}  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def bench(seed: int) -> Measured:
    """All three; see the module."""
    if not _xquad.FILE.is_file():
        return Measured(skipped=_xquad.MISSING)
    here = available(load().models)
    if SHARED_CONFIG["embedder"] not in here:
        return Measured(skipped=f"{SHARED_CONFIG['embedder']} is not here; `neo models pull` brings it")
    embedding = {name: embed_speed(name, seed) for name in here}
    with tempfile.TemporaryDirectory() as folder:
        large = large_corpus(Path(folder), seed)
    per_s = embedding[SHARED_CONFIG["embedder"]]["passages_per_s"]
    large["embedding_extrapolated_s"] = large["passages"] / per_s
    ratios = {
        "trials_vs_180s": large["trials_s"] / MOST_SECONDS,
        "embed_vs_fastembed": min(one["ratio"] for one in embedding.values()),
    }
    papers: dict[str, Any] = {"skipped": f"no ARAGOG in {ARAGOG}"}
    if ARAGOG.is_dir():
        with tempfile.TemporaryDirectory() as folder:
            papers = memory(Path(folder))
        ratios["memory_vs_3gb"] = papers["peak_bytes"] / MOST_MEMORY
    return Measured(ratios, details={"large": large, "embedding": embedding, "papers": papers})


def memory(folder: Path) -> dict[str, Any]:
    """Peak memory of a search over the papers, in a process of its own."""
    command = [
        sys.executable, "-m", "bot.cli", "tune", "rag", "--docs", str(ARAGOG / "papers"),
        "--golden", str(ARAGOG / "questions.json"), "--out", str(folder / "out"), "--trials", str(TRIALS),
    ]  # fmt: skip
    root = Path(__file__).resolve().parents[2]
    env = {**_environment(), "NEO_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(root)}
    start, peak = time.perf_counter(), 0
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=log)
        while process.poll() is None:
            peak = max(peak, _resident(process.pid))
            time.sleep(SAMPLE_S)
    if process.returncode:
        raise RuntimeError((folder / "log").read_text("utf-8")[-2000:])
    return {"peak_bytes": peak, "trials": TRIALS, "seconds": time.perf_counter() - start}


def _environment() -> dict[str, str]:
    return {**os.environ, "NEO_MODELS_DIR": str(load().models)}


def _resident(pid: int) -> int:
    try:
        process = psutil.Process(pid)
        return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0


def large_corpus(folder: Path, seed: int) -> dict[str, Any]:
    """Index some 50,000 chunks once, then time 20 trials over them."""
    with _drawn_vectors() as drawn:
        problem = _problem(folder, seed)
        first = run_trial(problem, _trials()[0], problem.instances)
        times = [run_trial(problem, config, problem.instances).seconds for config in _trials()]
    resident = psutil.Process().memory_info().rss
    return {
        "chunks_about": CHUNKS, "questions": len(problem.instances), "passages": sum(drawn),
        "first_trial_s": first.seconds, "trials_s": sum(times), "slowest_trial_s": max(times), "trials": len(times),
        "resident_bytes": resident, "times": [round(one, 2) for one in times],
    }  # fmt: skip


def _trials() -> list[Config]:
    words = [{"stemmer": stem, "bm25_k1": k1} for stem, k1 in itertools.product(("porter", "none"), (0.9, 1.5))]
    ways: list[Config] = [
        {"retriever": "bm25", "reranker": "none", "top_k": 5},
        {"retriever": "rank_fusion", "fusion_weight": 0.5, "reranker": "none", "top_k": 5},
        {"retriever": "weighted_fusion", "fusion_weight": 0.3, "reranker": "none", "top_k": 10},
        {"retriever": "weighted_fusion", "fusion_weight": 0.7, "reranker": "mmr", "mmr_balance": 0.7, "top_k": 5},
        {"retriever": "dense", "reranker": "mmr", "mmr_balance": 0.5, "top_k": 10},
    ]
    return [{**SHARED_CONFIG, **word, **way} for word in words for way in ways]


def _problem(folder: Path, seed: int) -> Problem:
    data, draw = _xquad.load(), random.Random(seed)
    sentences = [one for text in data.paragraphs for one in _SENTENCE.split(text)]
    documents = {f"d{number:03}.txt": _text(sentences, draw) for number in range(DOCUMENTS)}
    mixed, _ = _xquad.parted(data.questions, len(data.questions), seed)
    golden = [row for one in mixed if (row := _question(one, data, documents)) is not None][:QUESTIONS]
    files: tuple[InputFile, ...] = _xquad.inputs(folder / "files", documents, golden)
    resources = Resources(load().models, THREADS)
    return bootstrap.skills()["rag"].problem(Brief(skill="rag", opening="bench"), files, folder / "cache", resources)


def _text(sentences: Sequence[str], draw: random.Random) -> str:
    wanted = CHUNKS * CHUNK_CHARS // DOCUMENTS
    paragraphs, size = [], 0
    while size < wanted:
        paragraphs.append(" ".join(draw.choices(sentences, k=4)))
        size += len(paragraphs[-1])
    return "\n\n".join(paragraphs)


def _question(one: _xquad.Asked, data: _xquad.Xquad, documents: dict[str, str]) -> dict[str, Any] | None:
    """A golden row; None where no document happens to have the sentence with the answer."""
    sentences = _SENTENCE.split(data.paragraphs[one.paragraph])
    answering = next((sentence for sentence in sentences if one.answer in sentence), None)
    source = next((name for name, text in documents.items() if answering and answering in text), None)
    return {"id": one.id, "question": one.text, "evidence": answering, "source": source} if source else None


class _Drawn:
    """Real vectors for few texts, drawn ones for a corpus; the same text has the same vector."""

    def __init__(self, embed: Embedder, drawn: list[int]) -> None:
        self._embed, self._drawn = embed, drawn
        self.name, self.dim = embed.name, embed.dim

    def __call__(self, texts: Sequence[str]) -> Any:
        if len(texts) <= FEWER:
            return self._embed(texts)
        self._drawn.append(len(texts))
        seed = int.from_bytes(hashlib.sha256(texts[0].encode()).digest()[:8])
        vectors = np.random.default_rng(seed).normal(size=(len(texts), self.dim)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@contextmanager
def _drawn_vectors() -> Iterator[list[int]]:
    """Load embedders that draw a corpus's vectors; gives how many were drawn, call by call."""
    drawn: list[int] = []
    kept = models._loaded
    made: dict[tuple[Any, ...], _Drawn] = {}
    models._loaded = lambda *named: made.setdefault(named, _Drawn(kept(*named), drawn))  # type: ignore
    models._remembering.cache_clear()
    try:
        yield drawn
    finally:
        models._loaded = kept
        models._remembering.cache_clear()


def embed_speed(name: str, seed: int) -> dict[str, float]:
    """Texts a second of both, in turns: chunks of 500 characters, and passages of 150."""
    data = _xquad.load()
    # No whole paragraphs: padded to the longest, fastembed's own batch of 256 takes more than 20 GB for them.
    texts = [text[:CHUNK_CHARS] for text in random.Random(seed).sample(data.paragraphs, EMBEDDED // 4)]
    passages = [text[:150] for text in random.Random(seed).choices(data.paragraphs, k=EMBEDDED)]
    ours = load_embedder(name, load().models, THREADS)
    bare = TextEmbedding(f"neo/{name}", specific_model_path=str(locate(name, load().models)), threads=THREADS)
    sides: dict[str, Callable[[], object]] = {
        "neo": lambda: ours(texts + passages),
        "fastembed": lambda: list(bare.embed(texts + passages)),
    }
    for side in sides.values():
        side()
    seconds: dict[str, list[float]] = {key: [] for key in sides}
    for _ in range(TURNS):
        for key, side in sides.items():
            seconds[key].append(_timed(side))
    return {
        "ratio": median(seconds["fastembed"]) / median(seconds["neo"]),
        "texts_per_s": len(texts + passages) / median(seconds["neo"]),
        "passages_per_s": len(passages) / _timed(lambda: ours(passages)),
    }


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
