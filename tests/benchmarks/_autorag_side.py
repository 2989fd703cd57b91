"""AutoRAG's side of `neo bench rag-autorag`; runs under AutoRAG's own interpreter and imports nothing of Neo.

    python _autorag_side.py JOB.json RESULT.json

The job names the paragraphs, the questions to search on, the held-out ones, and the embedders' folders. The result
has the seconds of imports, of the search and of the winner's run on the held-out questions, how many configurations
were scored, the winner, and the paragraphs that the winner retrieves for each held-out question.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

STARTED = time.perf_counter()
os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")

import pandas as pd  # noqa: E402
import yaml  # noqa: E402
from autorag.deploy.base import extract_best_config  # noqa: E402
from autorag.embedding.base import embedding_models  # noqa: E402
from autorag.evaluator import Evaluator  # noqa: E402
from fastembed import TextEmbedding  # noqa: E402
from fastembed.common.model_description import ModelSource, PoolingType  # noqa: E402
from llama_index.core.base.embeddings.base import BaseEmbedding  # noqa: E402
from pydantic import PrivateAttr  # noqa: E402

IMPORTS_S = time.perf_counter() - STARTED
CANDIDATES, TOP_K = 20, 5
TOKENIZERS = ("porter_stemmer", "space")
NORMALISERS = ("mm", "tmm", "z", "dbsf")
CC_WEIGHTS = 11  # 0, .1, ... 1: as fine as Neo's own steps
RRF_CONSTANTS = (4, 14)  # eleven whole numbers, both ends included
CONFIGURATIONS = len(TOKENIZERS) + (RRF_CONSTANTS[1] - RRF_CONSTANTS[0] + 1) + len(NORMALISERS) * CC_WEIGHTS
METRIC = "retrieval_ndcg"


class PackagedEmbedding(BaseEmbedding):  # type: ignore[misc]
    """The packaged weights, run as Neo runs them: one text at a time, with the same number of threads."""

    _model: Any = PrivateAttr()

    def __init__(self, spec: dict[str, Any], **rest: Any) -> None:
        super().__init__(model_name=spec["name"], **rest)
        registered = f"bench/{spec['name']}"
        TextEmbedding.add_custom_model(
            model=registered,
            pooling=PoolingType[spec["pooling"]],
            normalization=True,
            sources=ModelSource(hf=registered),
            dim=spec["dim"],
            model_file=spec["file"],
            output_name=spec["output"],
        )
        self._model = TextEmbedding(registered, specific_model_path=spec["folder"], threads=spec["threads"])

    def _embed(self, texts: list[str]) -> list[list[float]]:
        return [vector.tolist() for vector in self._model.embed(texts, batch_size=1)]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._embed([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._embed(texts)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embed([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def _lazy(spec: dict[str, Any]) -> Any:
    loaded: list[PackagedEmbedding] = []

    def load() -> PackagedEmbedding:
        loaded[:] = loaded or [PackagedEmbedding(spec)]
        return loaded[0]

    return load


def _ends(low: float, high: float) -> str:
    """A range as AutoRAG reads it: a list would be taken for alternatives."""
    return f"({low}, {high})"


def _config(names: list[str], folder: Path) -> dict[str, Any]:
    strategy = {"metrics": [METRIC]}
    stores = [
        {
            "name": name, "db_type": "chroma", "client_type": "persistent", "embedding_model": name,
            "collection_name": name, "path": str(folder / "resources" / "chroma"),
        }
        for name in names
    ]  # fmt: skip
    nodes = [
        ("lexical_retrieval", CANDIDATES, [{"module_type": "bm25", "bm25_tokenizer": list(TOKENIZERS)}]),
        ("semantic_retrieval", CANDIDATES, [{"module_type": "vectordb", "vectordb": list(names)}]),
        (
            "hybrid_retrieval",
            TOP_K,
            [
                {"module_type": "hybrid_rrf", "weight_range": _ends(*RRF_CONSTANTS)},
                {
                    "module_type": "hybrid_cc", "normalize_method": list(NORMALISERS), "weight_range": _ends(0.0, 1.0),
                    "test_weight_size": CC_WEIGHTS,
                },
            ],
        ),
    ]  # fmt: skip
    made = [
        {"node_type": kind, "strategy": strategy, "top_k": top_k, "modules": modules} for kind, top_k, modules in nodes
    ]
    return {"vectordb": stores, "node_lines": [{"node_line_name": "retrieve", "nodes": made}]}


def _winner(trial: Path, config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The best module of each node with its fixed weight, as a search over that one pipeline."""
    best = extract_best_config(str(trial))
    found = {node["node_type"]: node["modules"] for node in best["node_lines"][0]["nodes"]}
    fixed = _config([store["name"] for store in config["vectordb"]], folder)
    for node in fixed["node_lines"][0]["nodes"]:
        (module,) = found[node["node_type"]]
        module = {key: value for key, value in module.items() if key not in ("weight_range", "test_weight_size")}
        module.pop("top_k", None)
        if "weight" in module:
            weight = module.pop("weight")
            whole = module["module_type"] in ("hybrid_rrf", "HybridRRF")
            module["weight_range"] = _ends(int(weight), int(weight)) if whole else _ends(weight, weight)
            module |= {} if whole else {"test_weight_size": 1}
        node["modules"] = [module]
    return fixed


def _evaluate(folder: Path, job: dict[str, Any], asked: list[dict[str, Any]], config: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    questions = pd.DataFrame(
        {
            "qid": [one["id"] for one in asked],
            "query": [one["text"] for one in asked],
            "retrieval_gt": [[[one["paragraph"]]] for one in asked],
            "generation_gt": [[one["answer"]] for one in asked],
        }
    )
    corpus = pd.DataFrame(
        {
            "doc_id": list(job["paragraphs"]),
            "contents": list(job["paragraphs"].values()),
            "metadata": [
                {"last_modified_datetime": pd.Timestamp("2026-01-01").to_pydatetime()} for _ in job["paragraphs"]
            ],
        }
    )
    questions.to_parquet(folder / "questions.parquet")
    corpus.to_parquet(folder / "paragraphs.parquet")
    (folder / "search.yaml").write_text(yaml.safe_dump(config), "utf-8")
    evaluator = Evaluator(str(folder / "questions.parquet"), str(folder / "paragraphs.parquet"), str(folder / "work"))
    evaluator.start_trial(str(folder / "search.yaml"), skip_validation=True)
    return folder / "work" / "0"


def main(job_file: Path, result_file: Path) -> None:
    job = json.loads(job_file.read_text("utf-8"))
    names = [spec["name"] for spec in job["embedders"]]
    embedding_models.update({spec["name"]: _lazy(spec) for spec in job["embedders"]})
    folder = Path(job["folder"])

    start = time.perf_counter()
    config = _config(names, folder / "search" / "work")
    trial = _evaluate(folder / "search", job, job["search"], config)
    search_s = time.perf_counter() - start

    start = time.perf_counter()
    winner = _winner(trial, config, folder / "heldout" / "work")
    done = _evaluate(folder / "heldout", job, job["heldout"], winner)
    heldout_s = time.perf_counter() - start

    last = next((done / "retrieve" / "hybrid_retrieval").glob("best_*.parquet"))
    frame = pd.read_parquet(last).set_index("qid")
    retrieved = {one["id"]: [str(name) for name in frame.loc[one["id"], "retrieved_ids"]] for one in job["heldout"]}
    result = {
        "imports_s": IMPORTS_S,
        "search_s": search_s,
        "heldout_s": heldout_s,
        "configurations": CONFIGURATIONS + len(names),
        "winner": winner["node_lines"][0]["nodes"],
        "retrieved": retrieved,
    }
    result_file.write_text(json.dumps(result), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
