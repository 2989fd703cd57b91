"""Package a configuration: a folder with code, configuration, index and models that runs without Neo."""

from __future__ import annotations

import json
import os
import shutil
from importlib.metadata import version
from pathlib import Path

from neo.automl.problem import InputFile, Problem, Resources
from neo.automl.space import Config
from neo.llm.local_model import NAME as LOCAL_MODEL
from neo.models.fetch import locate
from neo.skill import Build
from skills.rag.models import embedder
from skills.rag.runtime.generators import GENERATORS
from skills.rag.runtime.index import needs_embedder
from skills.rag.runtime.parameters import complete_config
from skills.rag.runtime.pipeline import Pipeline, build_index, parse_file

HERE = Path(__file__).parent
RUNTIME, TEMPLATE = HERE / "runtime", HERE / "template"
NEEDS = ("bm25s", "faiss-cpu", "fastapi", "fastembed", "llama-index-core", "numpy", "prometheus-client", "uvicorn")
FOR_MODELS = ("openai", "xllamacpp")
COMMAND = ("{python}", "serve.py", "--port", "{port}")
PACKAGED_EMBEDDERS = ("minilm-l6-int8", "minilm-l3")


def build(problem: Problem, config: Config, folder: Path) -> Build:
    """Write the package into *folder*, beside it first and then into its place, so that no half of one is ever there."""
    full = complete_config(config)
    making = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    shutil.copytree(RUNTIME, making / "rag_runtime", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(TEMPLATE, making, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    resources = problem.context.resources
    documents = [file for file in problem.context.inputs if file.role == "document"]
    _index(documents, full, resources, making / "index")
    models = _models(full, resources, making / "models")
    about = {
        "skill": problem.skill,
        "metric": problem.metric,
        "models": models,
        "documents": [d.name for d in documents],
    }
    (making / "package.json").write_text(json.dumps(about, indent=2), "utf-8")
    (making / "requirements.txt").write_text(_requirements(models), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    making.replace(folder)
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return Build(folder, COMMAND, tuple(files))


def _index(documents: list[InputFile], full: Config, resources: Resources, folder: Path) -> None:
    parsed = [parse_file(file.name, file.sha256, file.path, full) for file in documents]
    embed = embedder(full["embedder"], resources) if needs_embedder(full) and _here(resources, full) else None
    Pipeline(build_index(parsed, full, embed), full, embed).save(folder)


def _here(resources: Resources, full: Config) -> bool:
    from neo.models.embed import available

    return full["embedder"] not in PACKAGED_EMBEDDERS or full["embedder"] in available(resources.models_dir)


def _models(full: Config, resources: Resources, folder: Path) -> dict[str, str]:
    """Put the models that the configuration uses beside it; what each one is, by role."""
    models: dict[str, str] = {}
    if needs_embedder(full) and _here(resources, full):
        name = full["embedder"]
        models["embedder"] = name
        if name in PACKAGED_EMBEDDERS:
            _copy(locate(name, resources.models_dir), folder / name)
    if GENERATORS[full["generator"]].needs_model:
        if resources.endpoint is not None:
            models["endpoint_model"] = resources.endpoint.model
            models["endpoint_url"] = resources.endpoint.base_url or ""
        else:
            models["local_model"] = LOCAL_MODEL
            _copy(locate(LOCAL_MODEL, resources.models_dir), folder / LOCAL_MODEL)
    return models


def _copy(source: Path, target: Path) -> None:
    """Copy a model's folder; a hard link where the disk allows it, since weights never change."""

    def link(one: str, other: str) -> str:
        try:
            os.link(one, other)
        except OSError:
            shutil.copy2(one, other)
        return other

    shutil.copytree(source, target, copy_function=link)


def _requirements(models: dict[str, str]) -> str:
    names = [*NEEDS, *(FOR_MODELS if {"local_model", "endpoint_model"} & set(models) else ())]
    return "".join(f"{name}=={version(name)}\n" for name in names)
