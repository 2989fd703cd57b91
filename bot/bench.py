"""`neo bench`: run a benchmark of the checkout and write what it measured, each figure as a ratio within one run.

A benchmark is a module in `tests/benchmarks/` with a function `bench(seed) -> Measured`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
from rich.console import Console

from neo.errors import BadInput

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "benchmarks"


@dataclass(frozen=True)
class Measured:
    """What a benchmark brings back.

    Attributes:
        ratios: Each figure against its baseline in the same run.
        intervals: The 95 % interval of a ratio or difference, by the same name.
        details: Everything that lies behind them, as plain JSON values.
        skipped: Why it could not run here; empty when it did.
    """

    ratios: Mapping[str, float] = field(default_factory=dict)
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    skipped: str = ""


def names() -> list[str]:
    """The benchmarks of this checkout; empty where Neo is installed without one."""
    return sorted(path.stem.replace("_", "-") for path in FOLDER.glob("*.py") if not path.name.startswith("_"))


def run(name: str, seed: int, json_file: Path | None, console: Console) -> dict[str, Any]:
    """Run one benchmark, print its ratios, and write all of it to *json_file*.

    Raises:
        BadInput: There is no such benchmark, or no checkout.
    """
    if name not in names():
        known = ", ".join(names()) or f"none: {FOLDER} is not there"
        raise BadInput(
            f"There is no benchmark '{name}'.", f"There are: {known}.", "Run it from a checkout, by one of these names."
        )
    start = time.perf_counter()
    measured: Measured = _load(name).bench(seed)
    body = {
        "name": name,
        "seed": seed,
        "machine": machine(),
        "ratios": dict(measured.ratios),
        "intervals": {key: list(ends) for key, ends in measured.intervals.items()},
        "details": {**measured.details, "seconds": round(time.perf_counter() - start, 1)},
        **({"skipped": measured.skipped} if measured.skipped else {}),
    }
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(body, indent=2), "utf-8")
    _tell(body, console)
    return body


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _load(name: str) -> ModuleType:
    path = FOLDER / f"{name.replace('-', '_')}.py"
    # Benchmarks import each other's parts by their plain names, and so do the processes that they start.
    sys.path.insert(0, str(FOLDER))
    os.environ["PYTHONPATH"] = os.pathsep.join([str(FOLDER), *filter(None, [os.environ.get("PYTHONPATH")])])
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _tell(body: Mapping[str, Any], console: Console) -> None:
    if body.get("skipped"):
        console.print(f"{body['name']} was skipped: {body['skipped']}", highlight=False, soft_wrap=True)
    for key, value in body["ratios"].items():
        ends = body["intervals"].get(key)
        interval = f"  [{ends[0]:.3f}, {ends[1]:.3f}]" if ends else ""
        console.print(f"{key:32} {value:8.3f}{interval}", highlight=False, markup=False)
