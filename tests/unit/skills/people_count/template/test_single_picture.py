"""One picture sent to the delivered service: its count, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from counter_package import counter_package, serving

from skills.people_count.runtime.counting import Looker, kept
from skills.people_count.runtime.parameters import complete_config
from skills.people_count.scene.scene import Scene

HOG = {"detector": "hog"}


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., httpx.Client]]:
    """Starts a package of a configuration; its camera is none, and that is no trouble of the service."""
    with ExitStack() as stack:

        def start(config: dict[str, str]) -> httpx.Client:
            folder = tmp_path_factory.mktemp("package") / "v1"
            cameras = [{"name": "Broken", "address": "broken.mp4"}]
            counter_package(folder, {"config": config, "cameras": cameras})
            (folder / "broken.mp4").write_text("This is no video.")
            return stack.enter_context(serving(folder))[0]

        yield start


@pytest.fixture(scope="module")
def by_hog(serve: Callable[..., httpx.Client]) -> httpx.Client:
    return serve(HOG)


def _encoded(image: np.ndarray, kind: str) -> bytes:
    return cv2.imencode(kind, image)[1].tobytes()


def test_it_counts_as_the_same_code_does_here(by_hog: httpx.Client) -> None:
    image = Scene(((0, 4),)).frame(3.0, 30)
    config = complete_config(HOG)
    wanted = len(kept(Looker(config, Path()).look(image), config, image.shape[:2]))
    assert wanted > 0
    answer = by_hog.post("/count", content=_encoded(image, ".png"))
    assert (answer.status_code, answer.json()) == (200, {"count": wanted})
    assert by_hog.post("/count", content=_encoded(image[:, :, 0], ".jpg")).json()["count"] >= 1
    assert by_hog.post("/count", content=_encoded(np.full((240, 320, 3), 90, np.uint8), ".jpg")).json() == {"count": 0}


def test_a_detector_that_compares_with_earlier_pictures_gives_none(serve: Callable[..., httpx.Client]) -> None:
    image = _encoded(Scene(((0, 4),)).frame(3.0, 30), ".png")
    assert serve({"detector": "background"}).post("/count", content=image).json() == {"count": None}


PICTURE = _encoded(np.zeros((64, 64, 3), np.uint8), ".png")
REFUSED = {
    "text": (b"This is no picture.", 422, "neither a PNG nor a JPEG"),
    "nothing": (b"", 422, "neither a PNG nor a JPEG"),
    "a picture that is cut off": (PICTURE[:40], 422, "damaged"),
    "the head of a JPEG alone": (b"\xff\xd8\xff\xe0", 422, "damaged"),
    # Its head says that it is 60000 pixels wide and high.
    "a picture that would fill the memory": (PICTURE[:16] + (60000).to_bytes(4, "big") * 2 + PICTURE[24:], 422, "more"),
    "too many bytes": (PICTURE + bytes(20_000_000), 413, "more than 20 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_and_why(by_hog: httpx.Client, name: str) -> None:
    content, status, why = REFUSED[name]
    answer = by_hog.post("/count", content=content)
    assert answer.status_code == status and why in answer.json()["detail"]
    assert by_hog.post("/count", content=PICTURE).json() == {"count": 0}
