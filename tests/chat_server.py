"""A local OpenAI-compatible server for tests: it answers as told, and badly when told so."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from neo.llm.base import Endpoint

Answer = Callable[[dict[str, Any]], Any]
STALL = "stall"


@dataclass
class ChatServer:
    """A running server: where it is, and the bodies that it was sent."""

    url: str
    asked: list[dict[str, Any]] = field(default_factory=list)

    def endpoint(self, model: str = "some-model") -> Endpoint:
        return Endpoint("none", self.url, model)


def texts_of(body: dict[str, Any]) -> tuple[str, str]:
    """System and user text of a request."""
    texts = {one["role"]: one["content"] for one in body["messages"]}
    return texts["system"], texts["user"]


def completion(text: str | None, **message: Any) -> dict[str, Any]:
    """A chat completion as the API documents it."""
    said = {"role": "assistant", "content": text, **message}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": said}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
    }


@contextmanager
def serving(answer: Answer, host: str = "127.0.0.1") -> Iterator[ChatServer]:
    """Serve until the block ends.

    Args:
        answer: From a request's body to a text; to (status, body) for anything else; or to `STALL`.
        host: Any address of this machine; all but the usual one count as a paid service elsewhere.
    """
    over = threading.Event()
    served = ChatServer("")

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.asked.append(body)
            given = answer(body)
            if given == STALL:
                over.wait()
                return
            status, reply = given if isinstance(given, tuple) else (200, completion(given))
            content = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Retry-After-Ms", "1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer((host, 0), Chat)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    served.url = f"http://{host}:{server.server_port}/v1"
    try:
        yield served
    finally:
        over.set()
        server.shutdown()
        server.server_close()
