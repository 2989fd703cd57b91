"""Package a configuration: a folder with code, configuration, index and models that runs without Neo."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from neo.automl.problem import InputFile, Problem, Resources
from neo.automl.space import Config
from neo.errors import Unavailable
from neo.llm.base import Endpoint
from neo.llm.local_model import NAME as LOCAL_MODEL
from neo.llm.pricing import price_of
from neo.models.catalogue import CATALOGUE
from neo.models.fetch import locate
from neo.skill import Build
from skills.rag.kept_stages import KeptStages
from skills.rag.models import Loaded, cross_encoder_source, load
from skills.rag.runtime.needs import needs_model, needs_pairs, needs_service, needs_tokens
from skills.rag.runtime.parameters import complete_config
from skills.rag.runtime.pipeline import Pipeline, build_index, parse_file
from skills.rag.runtime.vector_stores import Access, StoreError
from skills.rag.stores import forget_trials, live_access

HERE = Path(__file__).parent
RUNTIME, TEMPLATE = HERE / "runtime", HERE / "template"
# What answering imports, and nothing of what only indexing does; a test looks at what a package really imports.
NEEDS = ("bm25s", "faiss-cpu", "fastapi", "numpy", "prometheus-client", "pydantic", "uvicorn")
FOR_ROLES = {
    "embedder": ("fastembed",),
    "cross_encoder": ("fastembed",),
    "local_model": ("openai", "xllamacpp"),
    "endpoint_model": ("openai",),
}
FOR_STORE = {"pinecone": ("pinecone",)}
FOR_STEMMER = {"porter": ("nltk",)}
COMMAND = ("{python}", "serve.py", "--port", "{port}")


def build(problem: Problem, config: Config, folder: Path) -> Build:
    """Write the package into *folder*: beside it first, then into its place, so that no half of one is ever there."""
    full = complete_config(config)
    making = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    shutil.copytree(RUNTIME, making / "rag_runtime", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(TEMPLATE, making, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    resources = problem.context.resources
    documents = [file for file in problem.context.inputs if file.role == "document"]
    loaded = load(full, resources)
    access = live_access(problem.context) if needs_service(full) else None
    _index(documents, full, loaded, making / "index", access, KeptStages(problem.context.cache_dir))
    models = _models(full, resources, loaded, making / "models")
    about = {
        "skill": problem.skill,
        "version": folder.name,
        "metric": problem.metric,
        "models": models,
        "documents": [d.name for d in documents],
    }
    if access is not None:  # never the key
        about["vector_service"] = {"host": access.host, "index": access.index, "scope": access.scope}
    (making / "package.json").write_text(json.dumps(about, indent=2), "utf-8")
    (making / "requirements.txt").write_text(_requirements(models, full), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    making.replace(folder)
    forget_trials(problem.context)
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return Build(folder, COMMAND, tuple(files))


def _index(
    documents: list[InputFile], full: Config, loaded: Loaded, folder: Path, access: Access | None, stage: KeptStages
) -> None:
    """Build the index from what trials kept of its stages, which is what building it anew would give."""
    parsed = [parse_file(file.name, file.sha256, file.path, full, stage) for file in documents]
    index = build_index(parsed, full, loaded.embed, stage=stage, embed_tokens=loaded.embed_tokens, access=access)
    try:
        Pipeline(index, full).save(folder)
    except StoreError as error:
        raise Unavailable(error.what, error.why, error.remedy) from error


def _models(full: Config, resources: Resources, loaded: Loaded, folder: Path) -> dict[str, Any]:
    """Put the models that the configuration uses beside it; what each one is, by role."""
    models: dict[str, Any] = {}
    if loaded.embed is not None:
        name = models["embedder"] = full["embedder"]
        if name in CATALOGUE:
            _copy(locate(name, resources.models_dir), folder / name)
        if needs_tokens(full):
            models["token_embedder"] = name
    if needs_pairs(full):
        name = models["cross_encoder"] = full["cross_encoder"]
        source = cross_encoder_source(name, resources.models_dir)
        if isinstance(source, Path):
            _copy(source, folder / name)
    if needs_model(full):
        if resources.endpoint is not None:
            models |= _endpoint(resources.endpoint) | {"temperature": full["temperature"]}
        else:
            models["local_model"] = LOCAL_MODEL
            _copy(locate(LOCAL_MODEL, resources.models_dir), folder / LOCAL_MODEL)
    return models


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    """Which model, where, and its price in dollars for a million tokens; never the key."""
    price = price_of(endpoint.model, endpoint.base_url, endpoint.price)
    return {
        "endpoint_model": endpoint.model,
        "endpoint_url": endpoint.base_url or "",
        "prompt_usd_per_million": price.prompt_usd,
        "completion_usd_per_million": price.completion_usd,
        "context_tokens": endpoint.context_tokens,
    }


def _copy(source: Path, target: Path) -> None:
    """Copy a model's folder; a hard link where the disk allows it, since weights never change."""

    def link(one: str, other: str) -> str:
        try:
            os.link(one, other)
        except OSError:
            shutil.copy2(one, other)
        return other

    shutil.copytree(source, target, copy_function=link)


def _requirements(models: Mapping[str, Any], full: Config) -> str:
    names = {*NEEDS, *FOR_STEMMER.get(full["stemmer"], ())}
    names |= set(FOR_STORE.get(full["vector_store"], ())) if needs_service(full) else set()
    for role, more in FOR_ROLES.items():
        names |= set(more) if role in models else set()
    return "".join(f"{name}=={version(name)}\n" for name in sorted(names))
