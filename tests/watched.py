"""A deployed system that observes something, as a real HTTP server, and a skill that reads it."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
from world import CHANNEL, OWNER, TEAM, World

from neo.app import Neo
from neo.domain.alerts import AlertRule, Observation
from neo.domain.brief import Brief
from neo.errors import Unavailable
from neo.planned import Planned
from neo.store.tables import ProjectRow, new_id

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "789c63606060000000040001f61738550000000049454e44ae426082"
)
RULE = AlertRule("crowd", over=10, clear_at=9, unit="people")
GUARD, DESK = "guard@example.com", "desk@example.com"


@dataclass
class Service:
    """What the service observed, and whether it answers."""

    rows: list[tuple[str, float, float, str]] = field(default_factory=list)
    asked_after: list[float] = field(default_factory=list)
    away: bool = False
    url: str = ""

    def see(self, at: float, value: float, series: str = "hall", trouble: str = "") -> None:
        self.rows.append((series, value, at, trouble))

    def answer(self, path: str) -> tuple[int, bytes]:
        parts = urlsplit(path)
        if self.away:
            return 503, b"away"
        if parts.path == "/observations":
            after = float(parse_qs(parts.query)["after"][0])
            self.asked_after.append(after)
            return 200, json.dumps([row for row in self.rows if row[2] > after]).encode()
        return (200, PIXEL) if parts.path == "/picture" else (200, b"{}")


@contextmanager
def serving() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = service.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


class Observing(Planned):
    """A skill whose deployed system counts something."""

    def __init__(self, rules: tuple[AlertRule, ...] = (RULE,), recipients: tuple[str, ...] = (GUARD, DESK)) -> None:
        super().__init__("observing", "Something observed", ("observe something",), (), ())
        self.rules, self.to = rules, recipients
        self._client = httpx.Client(timeout=5)

    def alert_rules(self, brief: Brief, zone: str) -> tuple[AlertRule, ...]:
        return self.rules

    def recipients(self, brief: Brief) -> tuple[str, ...]:
        return self.to

    def observations(self, url: str, after: float) -> list[Observation]:
        rows = self._get(f"{url}/observations?after={after!r}").json()
        return [
            Observation(series, math.nan if value is None else value, at, trouble)
            for series, value, at, trouble in rows
        ]

    def picture(self, url: str, series: str, at: float, brief: Brief) -> tuple[bytes, str] | None:
        return self._get(f"{url}/picture").content, f"{series} with many people"

    def _get(self, url: str) -> httpx.Response:
        try:
            return self._client.get(url).raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable("The service does not answer.", str(error)) from error


def live(here: World, service: Service, skill: Observing | None = None, **policy: object) -> ProjectRow:
    """A live project whose service is watched."""
    known = skill or Observing()
    deps = here.neo.deps
    changed = replace(deps.policy, **{"watch_every_s": 15.0, **policy})  # type: ignore[arg-type]
    here.neo = Neo(replace(deps, skills={**deps.skills, known.name: known}, policy=changed))
    now = here.clock()
    with here.store.write() as tx:
        project = tx.projects.add(
            ProjectRow(
                id=new_id("prj"),
                team=TEAM,
                channel=CHANNEL,
                thread="1.0",
                owner=OWNER,
                skill=known.name,
                title="The hall",
                stage="live",
                brief=Brief(known.name, "observe the hall").to_json(),
                created_at=now,
                updated_at=now,
            )
        )
        version = tx.deployments.add_version(project.id, {}, {}, now)
        version.folder = "gone"  # nothing can be started again
        tx.deployments.add(project.id, version.id, service.url, 0, now)
    here.neo.tick("keep_watching")
    return project
