"""The service over the cameras: what they counted, how they are, pictures, a page, and figures for Prometheus."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from health import Health
from hour import Hour
from kept import Kept
from people_count_runtime.cameras import Cameras
from people_count_runtime.counting import open_counter
from people_count_runtime.guards import Allowed
from people_count_runtime.watched import Beat, Camera, Message, Observation, Plan, Shot
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from single import MOST_BYTES, PictureError, SinglePictures

HERE = Path(__file__).resolve().parent
REGISTRY = CollectorRegistry()
# Labelled by what the package names: cameras and zones are few, and none is made up on the way.
PEOPLE = Gauge("people_count_people", "People counted now", ["camera", "zone"], registry=REGISTRY)
UP = Gauge("people_count_camera_ok", "1 while a camera is watched, else 0", ["camera"], registry=REGISTRY)
FPS = Gauge("people_count_camera_fps", "Frames a second that come", ["camera"], registry=REGISTRY)
TROUBLE = Counter("people_count_trouble_total", "Seconds without a count", ["camera", "zone"], registry=REGISTRY)
COUNTING = Histogram(
    "people_count_seconds",
    "Seconds to count in a frame",
    ["camera"],
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.5, 1),
)


@dataclass(frozen=True)
class Package:
    """What `package.json` says."""

    version: str
    cameras: list[Camera]
    plan: Plan
    limit: float | None
    processes: int | None


def load(folder: Path) -> Package:
    """Read the package in *folder*."""
    about = json.loads((folder / "package.json").read_text("utf-8"))
    allowed = Allowed(frozenset(about.get("allow_hosts", ())), bool(about.get("allow_private", False)))
    zones = about.get("zones", {})
    cameras = [Camera(each["name"], each["address"], each.get("zones", zones)) for each in about["cameras"]]
    plan = Plan(
        config=about["config"],
        models_dir=folder / "models",
        frames_per_second=float(about.get("frames_per_second", 5.0)),
        allowed=allowed,
        privacy=about.get("privacy", "heads"),
    )
    return Package(str(about["version"]), cameras, plan, about.get("limit"), about.get("processes"))


class Service:
    """Takes in what the cameras tell."""

    def __init__(self, package: Package, data: Path) -> None:
        self.package, self.kept = package, Kept(data)
        self.hour, self.health = Hour(package.limit), Health(package.cameras)
        for row in self.kept.after(0.0, most=10**9):
            self.hour.add(row)
        self.cameras = Cameras(package.cameras, package.plan, open_counter, self.hear, package.processes)
        self._by_kind: Mapping[type, Callable[[Any], None]] = {
            Observation: self._observed,
            Beat: self._beat,
            Shot: self._shot,
        }

    def hear(self, message: Message) -> None:
        """Take a message in."""
        self._by_kind[type(message)](message)

    def _observed(self, observation: Observation) -> None:
        row = self.kept.add(observation)
        self.hour.add(row)
        self.health.count(row)
        if observation.count is None:
            TROUBLE.labels(observation.camera, observation.zone).inc()
        else:
            PEOPLE.labels(observation.camera, observation.zone).set(observation.count)

    def _beat(self, beat: Beat) -> None:
        self.health.beat(beat)
        UP.labels(beat.camera).set(beat.state == "ok")
        FPS.labels(beat.camera).set(beat.fps)
        for seconds in beat.count_s:
            COUNTING.labels(beat.camera).observe(seconds)

    def _shot(self, shot: Shot) -> None:
        self.health.shots[shot.camera] = shot


def create_app(package: Package, data: Path) -> FastAPI:
    """The service over a package; cameras run while the app does.

    Args:
        package: What to watch.
        data: The SQLite file of observations.
    """
    service = Service(package, data)
    single = SinglePictures(package.plan.config, package.plan.models_dir)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        service.cameras.start()
        yield
        service.cameras.stop()
        service.kept.close()

    app = FastAPI(title="People counted", version=package.version, docs_url=None, redoc_url=None, lifespan=life)

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        return service.health.summary(package.version)

    @app.get("/observations")
    def observations(after: float = 0.0) -> list[dict[str, Any]]:
        return service.kept.after(after)

    @app.get("/hour")
    def hour() -> dict[str, Any]:
        return service.hour.summary(time.time())

    @app.get("/snapshot/{camera}.jpg")
    def snapshot(camera: str) -> Response:
        shot = service.health.shots.get(camera)
        if shot is None:
            raise HTTPException(404, f"There is no picture of {camera!r}: no such camera, or nothing was counted yet.")
        return Response(shot.jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    @app.post("/count")
    async def count(request: Request) -> dict[str, int | None]:
        content = bytearray()
        async for part in request.stream():
            content += part
            if len(content) > MOST_BYTES:
                raise HTTPException(413, f"The picture has more than {MOST_BYTES / 1e6:.0f} MB. Send a smaller one.")
        try:
            return {"count": await run_in_threadpool(single.count, bytes(content))}
        except PictureError as error:
            raise HTTPException(422, str(error)) from error

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    @app.get("/", response_class=HTMLResponse)
    def page() -> str:
        return (HERE / "page.html").read_text("utf-8")

    return app
