"""Packages built elsewhere, run as a person would run them, and what they import."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from distributions import canonical, closure
from tiny_onnx import write_cross_encoder
from world import FILES, golden_csv

from neo.automl.problem import InputFile, Problem, Resources
from neo.domain.brief import Brief
from neo.llm.base import Endpoint
from neo.models import fetch
from skills.rag.models import PAIR_MODELS
from skills.rag.skill import RagSkill

MODELS_DIR = Path(os.environ.get("NEO_MODELS_DIR") or fetch.default_folder())
SKILL = RagSkill()
PLAIN: dict[str, Any] = {"retriever": "bm25", "reranker": "none", "chunk_tokens": 64, "lexical_weight": 1.0}

# Runs a script of the package as `python script.py` does, in an environment as `pip install -r requirements.txt` would
# make it: site-packages come by PYTHONPATH with -S, so that no editable install is followed, and a finder hides
# everything that the package's requirements do not bring, Neo first of all. At the end it says what was imported.
RUNNER = """
import atexit, json, os, runpy, sys
allowed, owners = json.loads(os.environ["ALLOWED"]), json.loads(os.environ["OWNERS"])
class Hidden:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in ("neo", "bot", "skills") or (top in owners and not set(owners[top]) & set(allowed)):
            raise ModuleNotFoundError(f"no module named {name!r}: the requirements do not bring it", name=name)
sys.meta_path.insert(0, Hidden())
sys.path[0] = os.getcwd()
def imported():
    names = {name.partition(".")[0] for name in sys.modules}
    with open("imported.json", "w") as out:
        json.dump(sorted({owner for name in names for owner in owners.get(name, ())}), out)
atexit.register(imported)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
OWNERS = {
    module: [re.sub(r"[-_.]+", "-", name).lower() for name in names]
    for module, names in importlib.metadata.packages_distributions().items()
}


def needs(*names: str) -> None:
    ready = {status.entry.name for status in fetch.status(MODELS_DIR) if status.state == "ready"}
    if missing := sorted(set(names) - ready):
        pytest.skip(f"{', '.join(missing)} not in {MODELS_DIR}; `{fetch.PULL}` brings them")


def environment(package: Path, **more: str) -> dict[str, str]:
    hidden = ("PYTHON", "NEO_", "OPENAI_", "PINECONE_")
    own = {key: value for key, value in os.environ.items() if not key.startswith(hidden)}
    lists = {"OWNERS": json.dumps(OWNERS), "ALLOWED": json.dumps(sorted(closure(set(pinned(package)))))}
    return {**own, **lists, "PYTHONPATH": sysconfig.get_path("purelib"), **more}


def pinned(package: Path) -> dict[str, str]:
    """The versions that the package's requirements name."""
    lines = (package / "requirements.txt").read_text("utf-8").split()
    return {canonical(name): version for name, version in (line.split("==") for line in lines)}


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-S", "-c", RUNNER, *arguments]


def problem_in(
    folder: Path, golden: bytes = golden_csv(), endpoint: Endpoint | None = None, models_dir: Path | None = None
) -> Problem:
    folder.mkdir(parents=True, exist_ok=True)
    inputs = []
    for name, content in {"returns.md": FILES["returns.md"], "golden.csv": golden}.items():
        path = folder / hashlib.sha256(content).hexdigest()
        path.write_bytes(content)
        inputs.append(InputFile("", name, path, path.name))
    resources = Resources(models_dir or MODELS_DIR, endpoint=endpoint)
    return SKILL.problem(Brief("rag", "returns"), inputs, folder / "cache", resources)


def models_for(config: Mapping[str, Any], folder: Path) -> Path:
    """The models' folder; for a cross-encoder one of its own, with one in it that a person put there."""
    if "cross_encoder" not in config:
        return MODELS_DIR
    own = folder / "models" / PAIR_MODELS / config["cross_encoder"]
    write_cross_encoder(own, fetch.locate("minilm-l3", MODELS_DIR))
    return folder / "models"


def packaged(problem: Problem, config: Mapping[str, Any], folder: Path) -> Path:
    """Build a package and move it to another place, so that nothing of its first one can be needed."""
    built = SKILL.build(problem, dict(config), folder / "built" / "v1")
    elsewhere = folder / "else where" / "package"
    shutil.copytree(built.folder, elsewhere)
    shutil.rmtree(folder / "built")
    return elsewhere


def ask(package: Path, question: str, **settings: str) -> dict[str, Any]:
    """`python ask.py QUESTION --json` in the package."""
    ran = subprocess.run(
        python("ask.py", question, "--json"),
        cwd=package,
        env=environment(package, **settings),
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert ran.returncode == 0, ran.stderr
    body: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    return body


def check_requirements(package: Path) -> None:
    """It ran with nothing but its requirements (see RUNNER); nor do they name what is never imported."""
    imported = json.loads((package / "imported.json").read_text("utf-8"))
    only_for_serving = {"fastapi", "uvicorn", "pydantic", "prometheus-client"}
    assert set(pinned(package)) - only_for_serving <= set(imported), "something is required and never imported"
    for name, version in pinned(package).items():
        assert importlib.metadata.version(name) == version
