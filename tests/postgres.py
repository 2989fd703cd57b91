"""A PostgreSQL server of the tests' own, where its binaries are; each call gives a fresh database on it."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import psycopg
import pytest

_numbers = itertools.count(1)


def server_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; skips where there is no PostgreSQL."""
    folder = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
    if folder is None:
        pytest.skip("no PostgreSQL binaries in /usr/lib/postgresql")
    port = _started(folder)
    request.session.addfinalizer(_stop)
    name = f"neo_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(f"host=127.0.0.1 port={port} user=neo dbname=postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return f"postgresql+psycopg://neo@127.0.0.1:{port}/{name}"


_running: list[tuple[Path, Path]] = []


@cache
def _started(binaries: Path) -> int:
    data = Path(tempfile.mkdtemp(prefix="neo-postgres-"))
    if os.getuid() == 0:
        shutil.chown(data, "postgres", "postgres")
    _run([str(binaries / "initdb"), "-D", str(data / "db"), "-U", "neo", "--auth=trust", "-E", "UTF8", "--no-sync"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data} -c fsync=off"
    _run([str(binaries / "pg_ctl"), "-D", str(data / "db"), "-o", options, "-l", str(data / "log"), "-w", "start"])
    _running.append((binaries, data))
    return port


def _run(command: list[str]) -> None:
    user = {"user": pwd.getpwnam("postgres").pw_uid, "cwd": "/"} if os.getuid() == 0 else {}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **user)  # type: ignore[call-overload]


def _stop() -> None:
    while _running:
        binaries, data = _running.pop()
        _run([str(binaries / "pg_ctl"), "-D", str(data / "db"), "-m", "immediate", "stop"])
        time.sleep(0.1)
        shutil.rmtree(data, ignore_errors=True)
