"""A counter as it is delivered: a folder with the template and the pipeline, served by a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

import skills.people_count

SKILL = Path(skills.people_count.__file__).parent


def counter_package(folder: Path, about: Mapping[str, Any]) -> Path:
    """The folder, with what its package.json says."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(SKILL / "template", folder, ignore=ignored)
    shutil.copytree(SKILL / "runtime", folder / "people_count_runtime", ignore=ignored)
    whole = {"version": "v1", "config": {}, "zones": {}, "allow_private": True, "limit": 3, "processes": 1, **about}
    (folder / "package.json").write_text(json.dumps(whole))
    return folder


@contextmanager
def serving(folder: Path) -> Iterator[tuple[httpx.Client, psutil.Process]]:
    """Start it, wait until it answers, and kill it at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [sys.executable, "serve.py", "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder, env=environment)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        try:
            until = time.monotonic() + 60
            while not _answers(client):
                assert time.monotonic() < until, "the service does not answer"
                time.sleep(0.05)
            yield client, psutil.Process(process.pid)
        finally:
            process.kill()
            process.wait()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False
