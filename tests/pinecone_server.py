"""A local server with the part of Pinecone's data plane that the client uses; it fails on demand.

Vectors are kept as float32 and searched exactly. Namespaces come with the first vector and go with the last one.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

KEY = "pcsk_test_0123456789"
PAGE = 100
Reply = tuple[int, dict[str, Any]]


@dataclass
class Faults:
    """How often what goes wrong: the share of requests that fail, each kind as likely as the others.

    `busy` is a 429, `down` a 503, `half` stores half of an upsert and then fails, `short` stores half and says so
    politely, `cut` breaks the connection, `slow` answers after *delay_s*.
    """

    share: float = 0.0
    kinds: tuple[str, ...] = ("busy", "down", "half")
    seed: int = 0
    most: int = 10**9
    retry_after: str | None = "0"
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self.happened: Counter[str] = Counter()

    def draw(self, path: str) -> str:
        if self.happened.total() >= self.most or self._random.random() >= self.share:
            return ""
        usual = [kind for kind in self.kinds if kind not in ("half", "short") or path.endswith("upsert")]
        kind = self._random.choice(usual) if usual else ""
        self.happened[kind] += bool(kind)
        return kind


@dataclass
class PineconeServer:
    """A running server: where it is, what it holds, what it was asked."""

    url: str = ""
    dim: int = 0
    metric: str = "dotproduct"
    lag: int = 0  # queries that do not see the latest write yet
    namespaces: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    asked: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    writes: int = 0

    def stats(self, asked: dict[str, Any]) -> Reply:
        counts = {name: {"vectorCount": len(held)} for name, held in self.namespaces.items()}
        total = sum(len(held) for held in self.namespaces.values())
        return 200, {
            "namespaces": counts, "dimension": self.dim, "indexFullness": 0, "totalVectorCount": total,
            "metric": self.metric, "vectorType": "dense",
        }  # fmt: skip

    def upsert(self, asked: dict[str, Any]) -> Reply:
        for one in asked["vectors"]:
            if len(one["values"]) != self.dim or not any(one["values"]):
                return 400, {"code": 3, "message": f"Vector dimension {len(one['values'])} does not match {self.dim}"}
        held = self.namespaces.setdefault(asked.get("namespace", ""), {})
        for one in asked["vectors"]:
            held[one["id"]] = np.array(one["values"], dtype=np.float32)
        self.writes += 1
        return 200, {"upsertedCount": len(asked["vectors"])}

    def query(self, asked: dict[str, Any]) -> Reply:
        held = self.namespaces.get(asked.get("namespace", ""), {})
        if not any(asked["vector"]):
            return 400, {"code": 3, "message": "Dense vectors must contain at least one non-zero value"}
        vector = np.array(asked["vector"], dtype=np.float32)
        scores = {name: float(one @ vector) for name, one in held.items()}
        best = sorted(scores, key=lambda name: (-scores[name], name))[: asked["topK"]]
        found = [{"id": name, "score": scores[name], "values": []} for name in best]
        return 200, {"matches": found, "namespace": asked.get("namespace", ""), "usage": {"readUnits": 1}}

    def fetch(self, asked: dict[str, Any]) -> Reply:
        held = self.namespaces.get(asked["namespace"][0], {})
        found = {name: {"id": name, "values": held[name].tolist()} for name in asked["ids"] if name in held}
        return 200, {"vectors": found, "namespace": asked["namespace"][0], "usage": {"readUnits": 1}}

    def list_ids(self, asked: dict[str, Any]) -> Reply:
        names = sorted(self.namespaces.get(asked["namespace"][0], {}))
        start = int(asked.get("paginationToken", ["0"])[0])
        shown = [{"id": name} for name in names[start : start + PAGE]]
        more = {"pagination": {"next": str(start + PAGE)}} if start + PAGE < len(names) else {}
        return 200, {"vectors": shown, "namespace": asked["namespace"][0], "usage": {"readUnits": 1}, **more}

    def delete(self, asked: dict[str, Any]) -> Reply:
        name = asked.get("namespace", "")
        if name not in self.namespaces:
            return 404, {"code": 5, "message": "Namespace not found"}
        for one in list(self.namespaces[name]) if asked.get("deleteAll") else asked["ids"]:
            self.namespaces[name].pop(one, None)
        if not self.namespaces[name]:
            del self.namespaces[name]
        return 200, {}

    def describe(self, asked: dict[str, Any]) -> Reply:
        """The control plane's word on the index `neo`, the only one that there is."""
        return 200, {
            "name": "neo", "host": self.url, "dimension": self.dim, "metric": self.metric, "vector_type": "dense",
            "deletion_protection": "disabled", "status": {"ready": True, "state": "Ready"},
            "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}},
        }  # fmt: skip

    def answer(self, path: str, asked: dict[str, Any], fault: str) -> Reply | None:
        with self.lock:
            self.asked.append(path)
            self.bodies.append(asked)
            if fault in ("half", "short"):
                some = asked["vectors"][: len(asked["vectors"]) // 2]
                self.upsert({**asked, "vectors": some}) if some else None
                said = 200, {"upsertedCount": len(some)}
                return said if fault == "short" else (503, {"code": 14, "message": "The service is unavailable"})
            if fault == "cut":
                return None
            if fault in ("busy", "down"):
                return (429, {"message": "Too many requests"}) if fault == "busy" else (503, {"message": "No server"})
            known = PATHS.get(path)
            return known(self, asked) if known else (404, {"message": f"No such path: {path}"})

    def lsn(self, path: str) -> dict[str, str]:
        """What tells a client whether its writes are seen."""
        if path == "/vectors/upsert":
            return {"x-pinecone-lsn-committed": str(self.writes)}
        if path == "/query":
            self.lag = max(0, self.lag - 1)
            return {"x-pinecone-lsn-reconciled": str(self.writes - (self.lag > 0))}
        return {}


PATHS: dict[str, Callable[[PineconeServer, dict[str, Any]], Reply]] = {
    "/describe_index_stats": PineconeServer.stats,
    "/vectors/upsert": PineconeServer.upsert,
    "/vectors/delete": PineconeServer.delete,
    "/vectors/fetch": PineconeServer.fetch,
    "/vectors/list": PineconeServer.list_ids,
    "/query": PineconeServer.query,
    "/indexes/neo": PineconeServer.describe,
}


@contextmanager
def serving(dim: int, faults: Faults | None = None) -> Iterator[PineconeServer]:
    """Serve an empty index for vectors of one length until the block ends."""
    served = PineconeServer(dim=dim, faults=faults or Faults())
    over = threading.Event()

    class Plane(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.reply(json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}"))

        def do_GET(self) -> None:
            self.reply(dict(parse_qs(urlsplit(self.path).query)))

        def reply(self, asked: dict[str, Any]) -> None:
            path = urlsplit(self.path).path
            if self.headers["Api-Key"] != KEY:
                self.send(401, {"message": "Invalid API Key"}, {})
                return
            with served.lock:
                fault = served.faults.draw(path)
            if fault == "slow":
                over.wait(served.faults.delay_s)
            said = served.answer(path, asked, fault)
            if said is None:
                self.close_connection = True
                return
            waits = {"Retry-After": served.faults.retry_after} if said[0] in (429, 503) else {}
            self.send(*said, {**{k: v for k, v in waits.items() if v is not None}, **served.lsn(path)})

        def send(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/json"}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            return

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: object) -> None:
            return  # a client that waited long enough hangs up

    server = Quiet(("127.0.0.1", 0), Plane)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        over.set()
        server.shutdown()
        server.server_close()
