"""The processes of the Slack benchmark: a stand-in for Slack's Web API, a bare Bolt app, and Neo in HTTP mode."""

from __future__ import annotations

import itertools
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
from _slack_load import BOT, TEAM, Plan, Seen

from neo.store import Store
from neo.store.migrate import migrate

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SECRET, TOKEN = "a-signing-secret-of-the-benchmark", "xoxb-benchmark"
UP_S = 60.0


@dataclass(frozen=True)
class Server:
    """A server that is measured."""

    port: int
    process: psutil.Process

    def memory_mb(self) -> dict[str, float]:
        """Resident memory of the process and of each that it started, by what it runs."""
        found = [self.process, *self.process.children(recursive=True)]
        return {f"{_what(one)}-{one.pid}": round(one.memory_info().rss / 1e6, 1) for one in found}


def _what(process: psutil.Process) -> str:
    return next((word for word in process.cmdline() if word.startswith(("receiver", "web", "bare"))), process.name())


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def slack_api() -> Iterator[str]:
    """Slack's Web API, in a process: every call succeeds."""
    port = free_port()
    with _running([sys.executable, __file__, "api", str(port)], {}, port, "/"):
        yield f"http://127.0.0.1:{port}/api/"


@contextmanager
def bare_bolt(api: str) -> Iterator[Server]:
    """A Bolt app under uvicorn that acknowledges and does nothing else, as its documentation has it."""
    port = free_port()
    with _running([sys.executable, __file__, "bare", str(port)], _environment(api), port, "/healthz") as process:
        yield Server(port, psutil.Process(process.pid))


@contextmanager
def neo_web(api: str, data: Path, processes: int = 1, **more: str) -> Iterator[Server]:
    """`neo web` in HTTP mode, on SQLite."""
    port = free_port()
    environment = _environment(api) | {
        "NEO_DATA_DIR": str(data),
        "NEO_HTTP_PORT": str(port),
        "NEO_HTTP_PROCESSES": str(processes),
        "NEO_MESSAGES_PER_S": "0",
        **more,
    }
    with _running([sys.executable, "-m", "bot.cli", "web"], environment, port, "/healthz") as process:
        yield Server(port, psutil.Process(process.pid))


class Receivers(dict[str, "Receiver"]):
    """Processes that listen, each on a port of its own, on one database."""

    def kill_one_and_start_it_again(self) -> None:
        """As a machine's out-of-memory killer would, and the process that watches over them."""
        one = next(iter(self.values()))
        one.process.kill()
        one.process.wait()
        one.start()


@dataclass
class Receiver:
    """One process that listens."""

    listening: socket.socket
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.listening.getsockname()[1])

    def start(self) -> None:
        """Start it, on the socket that outlives it."""
        number = self.listening.fileno()
        command = [sys.executable, "-m", "bot.http_receiver", f"receiver-{number}", "--parent", str(os.getpid())]
        self.process = subprocess.Popen(command, pass_fds=(number,), env=dict(self.environment), cwd=ROOT)


@contextmanager
def receivers(api: str, data: Path, count: int, **more: str) -> Iterator[Receivers]:
    """So many receiver processes of Neo, and nobody that handles what they keep."""
    store = Store(f"sqlite:///{data / 'neo.db'}")
    migrate(store)
    store.close()
    environment = _clean() | _environment(api) | {"NEO_DATA_DIR": str(data), **more}
    made = Receivers()
    try:
        for index in range(count):
            one = made[str(index)] = Receiver(socket.create_server(("127.0.0.1", 0), backlog=2048), environment)
            one.start()
        for one in made.values():
            _wait(one.process, f"http://127.0.0.1:{one.port}/healthz")
        yield made
    finally:
        for one in made.values():
            one.process.terminate()
            one.process.wait(30)
            one.listening.close()


def _clean() -> dict[str, str]:
    """This process's environment without what somebody set for their own Neo."""
    kept = ("NEO_MODELS_DIR", "NEO_SHARED")
    return {key: value for key, value in os.environ.items() if key in kept or not key.startswith(("SLACK_", "NEO_"))}


def _environment(api: str) -> dict[str, str]:
    return {"SLACK_API_URL": api, "SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET}


@contextmanager
def _running(
    command: Sequence[str], environment: Mapping[str, str], port: int, path: str
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env={**_clean(), **environment}, cwd=ROOT)
    try:
        _wait(process, f"http://127.0.0.1:{port}{path}")
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + UP_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def load(plan: Plan) -> Seen:
    """Send what a plan says, from a process of its own."""
    return finished(start_load(plan))


def start_load(plan: Plan) -> subprocess.Popen[str]:
    """Begin to send what a plan says."""
    command = [sys.executable, str(HERE / "_slack_load.py")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    json.dump(asdict(plan), process.stdin)
    process.stdin.close()
    process.stdin = None
    return process


def finished(process: subprocess.Popen[str]) -> Seen:
    """What a load saw, when it is over."""
    out, _ = process.communicate(timeout=600)
    if process.returncode:
        raise RuntimeError(f"the load ended with code {process.returncode}")
    return Seen(**json.loads(out))


class _Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stamps = itertools.count(1)

    def do_GET(self) -> None:
        self._answer({"ok": True})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        ts = f"1800000000.{next(self.stamps):06}"
        who: dict[str, Any] = {
            "user_id": BOT,
            "bot_id": "BNEO",
            "team_id": TEAM,
            "team": "Neo",
            "url": "https://neo.slack.com/",
        }
        if self.path.endswith("/users.info"):
            who = {"user": {"team_id": TEAM, "profile": {}}}
        self._answer({"ok": True, "ts": ts, "messages": [], **who})

    def _answer(self, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """A line for each request would be measured too."""


def _serve_api(port: int) -> None:
    ThreadingHTTPServer(("127.0.0.1", port), _Api).serve_forever()


def _serve_bare(port: int) -> None:
    import uvicorn
    from slack_bolt import App
    from slack_bolt.adapter.starlette import SlackRequestHandler
    from slack_sdk import WebClient
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    from bot.http_receiver import uvicorn_config

    client = WebClient(token=TOKEN, base_url=os.environ["SLACK_API_URL"])
    app = App(client=client, signing_secret=SECRET, process_before_response=True)
    for name in ("message", "app_mention", "reaction_added"):
        app.event(name)(lambda ack: ack())
    handler = SlackRequestHandler(app)

    async def slack(request: Request) -> Response:
        return await handler.handle(request)

    def health(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    served = Starlette(routes=[Route("/slack/events", slack, methods=["POST"]), Route("/healthz", health)])
    config = uvicorn_config(served)  # the same server with the same switches as Neo's
    config.port = port
    uvicorn.Server(config).run()


if __name__ == "__main__":
    {"api": _serve_api, "bare": _serve_bare}[sys.argv[1]](int(sys.argv[2]))
