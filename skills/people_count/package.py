"""Package a configuration: a folder with code, configuration and model that runs without Neo."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from neo.automl.problem import Problem
from neo.automl.space import Config
from neo.skill import Build
from skills.people_count.cameras import Watched
from skills.people_count.runtime.detectors import NETWORKS, file_of
from skills.people_count.runtime.parameters import complete_config
from skills.people_count.runtime.zones import Zone

HERE = Path(__file__).parent
RUNTIME, TEMPLATE = HERE / "runtime", HERE / "template"
NEEDS = ("av", "fastapi", "numpy", "onnxruntime", "opencv-python-headless", "prometheus-client", "uvicorn")
COMMAND = ("{python}", "serve.py", "--port", "{port}")


def build(
    problem: Problem, config: Config, cameras: Sequence[Watched], zone: Zone | None, limit: float, folder: Path
) -> Build:
    """Write the package into *folder*: beside it first, then into its place, so that no half of one is ever there."""
    full = complete_config(config)
    making = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    shutil.copytree(RUNTIME, making / "people_count_runtime", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(TEMPLATE, making, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    resources = problem.context.resources
    _model(full, resources.models_dir, making / "models")
    about = {
        "skill": problem.skill,
        "version": folder.name,
        "config": full,
        "cameras": [{"name": one.name, "address": _address(one, making)} for one in cameras],
        "zones": {"area": zone} if zone else {},
        "frames_per_second": full["sample_fps"],
        "allow_hosts": sorted(resources.inside_hosts),
        "privacy": "heads",
        "limit": limit,
    }
    (making / "package.json").write_text(json.dumps(about, indent=2), "utf-8")
    (making / "requirements.txt").write_text("".join(f"{name}=={version(name)}\n" for name in NEEDS), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    making.replace(folder)
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return Build(folder, COMMAND, tuple(files))


def _model(full: dict[str, Any], models_dir: Path, folder: Path) -> None:
    """The network's file under its own name, by which it is found again."""
    folder.mkdir()
    file = file_of(full["detector"], models_dir) if full["detector"] in NETWORKS else None
    if file is not None:
        _link(file, folder / full["detector"] / file.name)


def _address(camera: Watched, making: Path) -> str:
    """Where the camera is; a recording lies in the package, and its address is relative to it."""
    if camera.file is None:
        return camera.source.address
    place = Path("recordings") / Path(camera.file.name).name
    _link(camera.file.path, making / place)
    return str(place)


def _link(source: Path, target: Path) -> None:
    """A hard link where the disk allows it: neither weights nor recordings change."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
