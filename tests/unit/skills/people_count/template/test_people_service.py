"""The service as it is delivered: a folder, started as a process, asked over HTTP, stopped and started again."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import psutil
import pytest
from counter_package import counter_package, serving

from skills.people_count.scene.camera import StreamingCamera, scene_images
from skills.people_count.scene.scene import Scene

sys.path.insert(0, str(Path(__file__).parents[1] / "runtime"))

from video_ground import wait_for

COUNTER = Path(__file__).parents[1] / "runtime" / "moving_counter.py"
ROOM = {"room": [[0, 0], [1, 0], [1, 1], [0, 1]]}


@pytest.fixture(scope="module")
def streaming() -> Iterator[StreamingCamera]:
    with StreamingCamera(scene_images(Scene(((0, 2), (2, 6))), 10, 30), 10) as camera:
        yield camera


@pytest.fixture
def package(tmp_path: Path, streaming: StreamingCamera) -> Path:
    """A package whose counter is the tests' own."""
    folder = tmp_path / "v1"
    cameras = [
        {"name": "Lobby & hall", "address": streaming.url.replace("http://", "http://me:secret@")},
        {"name": "Broken", "address": str(folder / "broken.mp4")},
    ]
    counter_package(folder, {"zones": ROOM, "cameras": cameras})
    shutil.copy(COUNTER, folder / "people_count_runtime" / "counting.py")
    (folder / "broken.mp4").write_text("This is no video.")
    return folder


def _running(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def _camera(client: httpx.Client, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in client.get("/healthz").json()["cameras"] if each["name"] == name)
    return found


def _counted(client: httpx.Client, after: float = 0.0) -> list[dict[str, Any]]:
    return [row for row in client.get("/observations", params={"after": after}).json() if row["count"] is not None]


def test_what_it_serves(package: Path) -> None:
    with serving(package) as (client, _):
        wait_for(lambda: len(_counted(client)) > 8 and _camera(client, "Lobby & hall")["picture_at"], "it counts")
        wait_for(lambda: _camera(client, "Lobby & hall")["state"] == "ok", "it is told")
        health = client.get("/healthz").json()
        assert health["ok"] and health["version"] == "v1" and 0 < health["p95_s"] < 5
        lobby, broken = health["cameras"]
        assert lobby["counts"].keys() == {"room"} and lobby["alt"].startswith("Camera Lobby & hall: ")
        assert "secret" not in json.dumps(health)
        assert broken["state"] == "gone" and "no video" in broken["why"] and broken["counts"] == {"room": None}

        rows = client.get("/observations").json()
        assert rows[0].keys() == {"camera", "zone", "count", "at", "trouble", "kept"}
        assert any(row["camera"] == "Broken" and row["count"] is None and "no video" in row["trouble"] for row in rows)
        kept = [row["kept"] for row in rows]
        assert kept == sorted(set(kept))
        later = client.get("/observations", params={"after": kept[3]}).json()
        assert [row["kept"] for row in later][: len(kept) - 4] == kept[4:]

        picture = client.get("/snapshot/Lobby & hall.jpg")
        assert picture.headers["content-type"] == "image/jpeg" and picture.headers["cache-control"] == "no-store"
        assert cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_COLOR).shape == (480, 640, 3)
        assert client.get("/snapshot/Broken.jpg").status_code == 404
        assert client.get("/snapshot/..%2Fpackage.json.jpg").status_code == 404

        hour = client.get("/hour").json()
        assert hour["limit"] == 3 and {line["camera"] for line in hour["lines"]} == {"Lobby & hall"}
        assert hour["lines"][0]["minutes"][-1]["peak"] >= hour["lines"][0]["minutes"][-1]["mean"]
        wait_for(lambda: client.get("/hour").json()["crossings"], "six people are over the limit of three")
        assert client.get("/hour").json()["crossings"][-1]["kind"] == "over"
        assert 'people_count_camera_ok{camera="Broken"} 0.0' in client.get("/metrics").text
        assert 'people_count_people{camera="Lobby & hall",zone="room"}' in client.get("/metrics").text
        page = client.get("/").text
        assert (
            "prefers-color-scheme: dark" in page and 'lang="en"' in page and "http://" not in page.split("<script>")[0]
        )


def test_an_end_and_a_new_start(package: Path) -> None:
    with serving(package) as (client, process):
        wait_for(lambda: len(_counted(client)) > 4, "it counts")
        before = client.get("/observations").json()
        children = process.children(recursive=True)
        assert children
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        wait_for(lambda: not _running(children), "all processes end")
    with serving(package) as (client, process):
        after = client.get("/observations").json()
        assert after[: len(before)] == before
        wait_for(lambda: _counted(client, before[-1]["kept"]), "it goes on")
        told = client.get("/observations").json()
        children = process.children(recursive=True)
        process.kill()  # what was told is kept even so
        wait_for(lambda: not _running(children), "they end with it")
    with serving(package) as (client, _):
        assert client.get("/observations").json()[: len(told)] == told


def test_pictures_are_never_stored(package: Path) -> None:
    with serving(package) as (client, _):
        wait_for(lambda: client.get("/snapshot/Lobby & hall.jpg").status_code == 200, "there is a picture")
        made = {path.name for path in package.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
        assert made - {"page.html", "README.md", "package.json", "broken.mp4"} <= {
            "observations.sqlite",
            "observations.sqlite-wal",
            "observations.sqlite-shm",
        }
        data = b"".join(path.read_bytes() for path in package.glob("observations.sqlite*"))
        assert b"\xff\xd8\xff" not in data
