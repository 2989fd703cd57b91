"""A package on this machine: started, probed, stopped, and every way in which it may fail to start."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from neo.delivery import deployers
from neo.delivery.deployers import LocalDeployer, Running
from neo.errors import Unavailable

# A whole package: it answers /healthz, and says what it was started with.
SERVICE = """
import http.server, json, os, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        seen = {k: v for k, v in os.environ.items() if k.startswith(("SLACK_", "OPENAI_", "NEO_", "HOME"))}
        body = json.dumps({"ok": True, "p95_s": 0.25, "seen": seen, "path": self.path}).encode()
        self.send_response(200 if os.path.exists("well") else 503)
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
print("listening on", sys.argv[1], flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""
COMMAND = ("{python}", "service.py", "{port}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "service.py").write_text(SERVICE)
    (tmp_path / "well").touch()
    return tmp_path


@pytest.fixture
def ports() -> range:
    """Two neighbouring ports that are free now, from below those that the system gives to connections."""
    for first in random.sample(range(20_000, 30_000, 2), 200):
        with socket.socket() as one, socket.socket() as two, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", first))
            two.bind(("127.0.0.1", first + 1))
            return range(first, first + 2)
    raise AssertionError("no two neighbouring ports are free")


@pytest.fixture
def started() -> Iterator[list[Running]]:
    """What a test started is stopped after it."""
    running: list[Running] = []
    yield running
    for one in running:
        LocalDeployer().stop(one)


def ended(pid: int) -> bool:
    deadline = time.monotonic() + 20
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_package_is_started_probed_and_stopped(folder: Path, ports: range, started: list[Running]) -> None:
    deployer = LocalDeployer(ports)
    running = deployer.start(folder, COMMAND)
    started.append(running)
    assert running.url in [f"http://127.0.0.1:{port}" for port in ports]
    probe = deployer.probe(running.url)
    assert (probe.ok, probe.p95_s, probe.reason) == (True, 0.25, "")
    assert "listening on" in (folder / "service.log").read_text()
    deployer.stop(running)
    assert ended(running.pid)
    down = deployer.probe(running.url)
    assert (down.ok, down.reason) == (False, "nothing answers at its address")
    deployer.stop(running)  # twice does nothing


def test_it_comes_back_at_its_address_where_that_is_free(folder: Path, ports: range, started: list[Running]) -> None:
    deployer = LocalDeployer(ports)
    wanted = f"http://127.0.0.1:{ports[1]}"
    first = deployer.start(folder, COMMAND, wanted)
    started.append(first)
    assert first.url == wanted
    second = deployer.start(folder, COMMAND, wanted)  # taken: at another one
    started.append(second)
    assert second.url == f"http://127.0.0.1:{ports[0]}"
    with pytest.raises(Unavailable, match=f"All of {ports.start} to {ports.stop - 1} are in use"):
        deployer.start(folder, COMMAND)


def test_a_service_that_dies_at_start_shows_its_logs_tail(folder: Path, ports: range) -> None:
    (folder / "service.py").write_text("import sys; print('x' * 5000); sys.exit('the index is gone')")
    with pytest.raises(Unavailable) as error:
        LocalDeployer(ports).start(folder, COMMAND)
    assert "The service did not start. Its log ends with:" in str(error.value)
    assert str(error.value).rstrip().endswith("the index is gone\n Say *retry*.")
    assert len(str(error.value)) < 1000


def test_a_command_that_does_not_exist_is_explained(folder: Path, ports: range) -> None:
    with pytest.raises(Unavailable, match="no-such-program"):
        LocalDeployer(ports).start(folder, ("no-such-program", "{port}"))


def test_a_service_that_never_gets_well_is_stopped_and_explained(
    folder: Path, ports: range, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "well").unlink()
    monkeypatch.setattr(deployers, "START_TIMEOUT_S", 1.5)
    with pytest.raises(Unavailable, match="did not come up within"):
        LocalDeployer(ports).start(folder, COMMAND)
    left = [p for p in psutil.Process().children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]
    assert not [p for p in left if str(folder) in p.cwd()]


def test_an_ill_service_is_down_with_its_status(folder: Path, ports: range, started: list[Running]) -> None:
    deployer = LocalDeployer(ports)
    running = deployer.start(folder, COMMAND)
    started.append(running)
    (folder / "well").unlink()
    probe = deployer.probe(running.url)
    assert not probe.ok and "503" in probe.reason


def test_another_program_that_got_the_same_pid_is_left_alone(
    folder: Path, ports: range, started: list[Running]
) -> None:
    deployer = LocalDeployer(ports)
    running = deployer.start(folder, COMMAND)
    started.append(running)
    deployer.stop(Running("http://127.0.0.1:1", running.pid))  # this process never served that port
    deployer.stop(Running("http://127.0.0.1:1", 0))
    assert deployer.probe(running.url).ok


def test_a_stubborn_service_is_killed(folder: Path, ports: range, started: list[Running]) -> None:
    ignore = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    (folder / "service.py").write_text(ignore + SERVICE)
    deployer = LocalDeployer(ports)
    running = deployer.start(folder, COMMAND)
    started.append(running)
    deployer.stop(running)
    assert ended(running.pid)


def test_neos_own_secrets_stay_with_neo_and_the_models_key_is_handed_over(
    folder: Path, ports: range, started: list[Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx

    for name in ("SLACK_BOT_TOKEN", "NEO_DATABASE_URL", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("HOME", "/home/neo")
    running = LocalDeployer(ports, {"OPENAI_API_KEY": "sk-for-the-package"}).start(folder, COMMAND)
    started.append(running)
    seen = httpx.get(f"{running.url}/seen").json()["seen"]
    assert seen == {"HOME": "/home/neo", "OPENAI_API_KEY": "sk-for-the-package"}


def test_it_outlives_the_signal_that_ends_its_starter(folder: Path, ports: range, started: list[Running]) -> None:
    running = LocalDeployer(ports).start(folder, COMMAND)
    started.append(running)
    assert os.getsid(running.pid) != os.getsid(0)  # a session of its own: Ctrl-C does not reach it
    os.kill(running.pid, signal.SIGCONT)
    assert LocalDeployer(ports).probe(running.url).ok
