"""`neo ask`: a question to a package, to what `neo tune` wrote, or to a deployed project."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bot import bootstrap
from bot.settings import Settings
from neo.errors import BadInput, Unavailable
from neo.store.migrate import migrate

TIMEOUT_S = 180.0


def ask(settings: Settings, where: str, question: str) -> dict[str, Any]:
    """The answer, with its sources.

    Raises:
        BadInput: *where* is neither a package nor a project.
        Unavailable: What is there does not answer.
    """
    for folder in (Path(where), Path(where) / "package"):
        if (folder / "ask.py").is_file():
            return _of_package(folder, question)
    return _of_project(settings, where, question)


def _of_package(folder: Path, question: str) -> dict[str, Any]:
    """A package answers in a process of its own: it brings its own code."""
    ran = subprocess.run(
        [sys.executable, "ask.py", question, "--json"], cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S
    )
    if ran.returncode:
        raise Unavailable(f"The package in {folder} does not answer.", ran.stderr.strip()[-400:], "Build it again.")
    body = json.loads(ran.stdout.strip().splitlines()[-1])
    return {"question": question, "answer": body["text"], "sources": body["sources"], "latency_s": body["latency_s"]}


def _of_project(settings: Settings, project: str, question: str) -> dict[str, Any]:
    deps = bootstrap.deps(settings)
    migrate(deps.store)
    with deps.store.read() as tx:
        known = {row.id: row for row in tx.projects.all()}
        if project not in known:
            raise BadInput(
                f"{project!r} is neither a package's folder nor a project.",
                f"Projects here: {', '.join(known) or 'none'} (data folder {settings.data_dir}).",
                "Name a folder that `neo tune --out` wrote, or a project that `neo status` lists.",
            )
        deployment = tx.deployments.current(project)
    if deployment is None:
        raise Unavailable(f"Project {project} is not deployed.", f"It is {known[project].stage}.", "Finish it first.")
    reply = deps.skill_of(known[project]).ask(deployment.url, question, TIMEOUT_S)
    sources = [dict(source) for source in reply.sources]
    return {"question": question, "answer": reply.text, "sources": sources, "latency_s": reply.latency_s}
