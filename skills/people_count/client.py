"""Talks to a running counter: what it observes, what it shows, and a smoke test."""

from __future__ import annotations

import time
from functools import cache
from typing import Any
from urllib.parse import quote

import cv2
import httpx

from neo.automl.problem import Evaluation, Problem
from neo.errors import Unavailable
from skills.people_count.episodes import Waited
from skills.people_count.evaluate import Frame, scores
from skills.people_count.runtime.reading import frames_at

TIMEOUT_S = 20.0


def smoke(problem: Problem, url: str, most: int, waited: Waited) -> list[Evaluation]:
    """Send counted frames, spread over the set, to the service, and score what it counts in each alone."""
    videos = {one.sha256: one.path for one in problem.context.inputs}
    single = [one for one in problem.instances if isinstance(one.payload, Frame)]
    step = max(1, len(single) // most)
    found = []
    for instance in single[::step][:most]:
        frame: Frame = instance.payload
        _, image = next(frames_at(videos[frame.video], [frame.number]))
        _, data = cv2.imencode(".png", image)
        start = time.perf_counter()
        body = _asked("POST", f"{url}/count", content=data.tobytes())
        took_s = time.perf_counter() - start
        metrics = scores(body["count"], frame.count, waited) if body["count"] is not None else {}
        found.append(Evaluation(instance.id, metrics, took_s, 0.0, {"counted": str(body["count"])}))
    return found


def observations(url: str, after: float) -> list[dict[str, Any]]:
    """What the service kept after a time in Unix seconds, oldest first."""
    found: list[dict[str, Any]] = _asked("GET", f"{url}/observations", params={"after": after})
    return found


def picture(url: str, camera: str) -> tuple[bytes, str] | None:
    """The newest picture of a camera, JPEG, and what it shows; None where there is none yet."""
    health = _asked("GET", f"{url}/healthz")
    known = {one["name"]: one for one in health["cameras"]}
    if camera not in known or not known[camera]["picture_at"]:
        return None
    answer = _sent("GET", f"{url}/snapshot/{quote(camera)}.jpg")
    return (answer.content, str(known[camera]["alt"])) if answer.status_code == httpx.codes.OK else None


def _asked(method: str, address: str, **more: Any) -> Any:
    answer = _sent(method, address, **more)
    try:
        return answer.raise_for_status().json()
    except (httpx.HTTPStatusError, ValueError) as error:
        raise Unavailable("The counter refused.", f"It says: {answer.text[:300]}", "Say *retry*.") from error


@cache
def _client() -> httpx.Client:
    """One for all looks: making one, with its trust store, takes longer than a look."""
    return httpx.Client(timeout=TIMEOUT_S)


def _sent(method: str, address: str, **more: Any) -> httpx.Response:
    try:
        return _client().request(method, address, **more)
    except httpx.HTTPError as error:
        raise Unavailable(
            "The counter did not answer.", f"{type(error).__name__}: {error}.",
            "I watch it and start it again when it is down.",
        ) from error  # fmt: skip
