"""Where a package runs. Today: as a process on this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from neo.domain.health import Probe
from neo.errors import Unavailable

PORTS = range(8700, 8800)
START_TIMEOUT_S = 90.0
_STOP_TIMEOUT_S = 5.0
_LOG_TAIL = 600
# Neo's own settings and tokens are not for what it deploys.
_NEOS_OWN = ("SLACK_", "SENTRY_", "NEO_", "OPENAI_", "PINECONE_")


@dataclass(frozen=True)
class Running:
    """A started service."""

    url: str
    pid: int


class Deployer(ABC):
    """Starts, stops and probes packaged systems."""

    @abstractmethod
    def start(self, folder: Path, command: Sequence[str], url: str | None = None) -> Running:
        """Start the package in *folder*; at *url* again, if that is given and free.

        Raises:
            Unavailable: It did not come up; the message has the last lines of its log.
        """

    @abstractmethod
    def stop(self, running: Running) -> None:
        """Stop it; nothing happens when it is not running."""

    @abstractmethod
    def probe(self, url: str, timeout_s: float = 5.0) -> Probe:
        """Look whether it is up, and how fast it says it is."""


class LocalDeployer(Deployer):
    """Runs a package as a process of its own on 127.0.0.1; it outlives the worker that started it.

    Args:
        ports: To choose from.
        environment: What a package needs beside this process's own environment, such as a language model's key.
    """

    def __init__(self, ports: range = PORTS, environment: Mapping[str, str] | None = None) -> None:
        self._ports, self._extra = ports, dict(environment or {})

    def start(self, folder: Path, command: Sequence[str], url: str | None = None) -> Running:
        """See :class:`Deployer`."""
        port = self._port(url)
        filled = [part.format(port=port, python=sys.executable) for part in command]
        log = folder / "service.log"
        process = self._launch(filled, folder, log)
        running = Running(f"http://127.0.0.1:{port}", process.pid)
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                tail = log.read_text(errors="replace")[-_LOG_TAIL:]
                raise Unavailable("The service did not start.", f"Its log ends with: {tail}", "Say *retry*.")
            if self.probe(running.url).ok:
                return running
            time.sleep(0.2)
        self.stop(running)
        raise Unavailable(
            f"The service did not come up within {START_TIMEOUT_S:.0f} s.", f"Its log: {log}.", "Say *retry*."
        )

    def _launch(self, command: Sequence[str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
        try:
            with log.open("ab") as out:
                return subprocess.Popen(
                    command, cwd=folder, stdout=out, stderr=out, env=self._environment(), start_new_session=True
                )
        except OSError as error:
            raise Unavailable("The service did not start.", f"{error}.", "Mend that, then say *retry*.") from error

    def stop(self, running: Running) -> None:
        """See :class:`Deployer`."""
        port = running.url.rpartition(":")[2]
        try:
            process = psutil.Process(running.pid)
            # A pid is used again after a while: stop only what was started for this port.
            if running.pid <= 0 or port not in process.cmdline():
                return
            os.killpg(os.getpgid(running.pid), signal.SIGTERM)
            process.wait(_STOP_TIMEOUT_S)
        except (psutil.NoSuchProcess, ProcessLookupError):
            return
        except psutil.TimeoutExpired:
            os.killpg(os.getpgid(running.pid), signal.SIGKILL)

    def probe(self, url: str, timeout_s: float = 5.0) -> Probe:
        """See :class:`Deployer`."""
        start = time.perf_counter()
        try:
            answer = httpx.get(f"{url}/healthz", timeout=timeout_s)
            body = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            return Probe(time.time(), False, time.perf_counter() - start, reason=_reason(error))
        return Probe(time.time(), True, time.perf_counter() - start, body.get("p95_s"))

    def _environment(self) -> dict[str, str]:
        own = {key: value for key, value in os.environ.items() if not key.startswith(_NEOS_OWN)}
        return {**own, **self._extra}

    def _port(self, url: str | None) -> int:
        if url and _free(wanted := int(url.rpartition(":")[2])):
            return wanted
        for port in self._ports:
            if _free(port):
                return port
        ports = f"{self._ports.start} to {self._ports.stop - 1}"
        raise Unavailable("There is no free port.", f"All of {ports} are in use.", "Stop a service, then say *retry*.")


def _free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.ConnectError):
        return "nothing answers at its address"
    if isinstance(error, httpx.TimeoutException):
        return "it does not answer in time"
    return str(error)
