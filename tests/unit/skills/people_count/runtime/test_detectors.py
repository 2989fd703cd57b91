"""Detectors on real pictures: the made scene for those of OpenCV, counted frames for the networks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from skills.people_count.runtime.boxes import Image
from skills.people_count.runtime.counting import kept
from skills.people_count.runtime.detectors import (
    DETECTORS,
    NETWORKS,
    DetectorMissing,
    available,
    file_of,
    open_detector,
    takes_any_size,
)
from skills.people_count.runtime.parameters import complete_config
from skills.people_count.runtime.reading import frames_at
from skills.people_count.scene.scene import Scene

# Errors at confidence and NMS .5 on every other counted frame, with some room above what was measured.
MOST_ERROR = {"fastestdet": 5.5, "yolox-nano": 1.0, "nanodet": 1.0, "ssdlite": 3.5}


@pytest.fixture(scope="module")
def counted(shared: Path) -> list[tuple[Image, int]]:
    """Frames of the development video, and how many people a person counted in each."""
    folder = shared / "data" / "vtest"
    counts = {int(n): row["near"] for n, row in json.loads((folder / "counts.json").read_text())["counts"].items()}
    wanted = sorted(counts)[::2]
    return [(image.copy(), counts[number]) for number, image in frames_at(folder / "vtest.mp4", wanted)]


@pytest.mark.shared
@pytest.mark.parametrize("name", sorted(MOST_ERROR))
def test_a_network_counts_real_people(name: str, counted: list[tuple[Image, int]], shared: Path) -> None:
    config = complete_config({"detector": name, "input_size": 320})
    detector = open_detector(config, shared / "models")
    errors = []
    for image, people in counted:
        candidates = detector.detect(image)
        height, width = image.shape[:2]
        assert candidates.corners.min(initial=0) >= 0
        assert (candidates.corners <= [width, height, width, height]).all()
        errors.append(abs(len(kept(candidates, config, (height, width))) - people))
    assert np.mean(errors) <= MOST_ERROR[name]


@pytest.mark.shared
def test_a_free_input_keeps_the_pictures_proportions(counted: list[tuple[Image, int]], shared: Path) -> None:
    models = shared / "models"
    assert takes_any_size("yolox-nano", models) and not takes_any_size("fastestdet", models)
    large, small = (
        open_detector(complete_config({"detector": "yolox-nano", "input_size": size}), models) for size in (512, 256)
    )
    image, people = counted[-1]
    found = [len(kept(one.detect(image), complete_config({}), image.shape[:2])) for one in (large, small)]
    assert abs(found[0] - people) <= abs(found[1] - people)


def test_who_stands_apart_is_found_without_any_weights(tmp_path: Path) -> None:
    scene = Scene(((0, 3), (60, 3)), 3)
    image, people = scene.frame(20.0, 200), scene.count(20.0)
    hog = complete_config({"detector": "hog", "hog_width": 640, "confidence": 0.2, "nms": 0.3})
    found = kept(open_detector(hog, tmp_path).detect(image), hog, image.shape[:2])
    assert people == 3 and abs(len(found) - people) <= 1


def test_what_moves_is_found_before_a_still_background(tmp_path: Path) -> None:
    scene = Scene(((0, 4), (60, 4)), 5)
    config = complete_config({"detector": "background", "confidence": 0.2})
    detector = open_detector(config, tmp_path)
    errors = []
    for number in range(detector.history + 20):
        at = 10 + number / 5
        image = scene.frame(at, number)
        seen = len(kept(detector.detect(image), config, image.shape[:2]))
        if number >= detector.history:
            errors.append(abs(seen - scene.count(at)))
    assert np.mean(errors) <= 2


def test_an_empty_picture_has_nobody(tmp_path: Path) -> None:
    image = np.full((480, 640, 3), 90, np.uint8)
    for name in available(tmp_path):
        detector = open_detector(complete_config({"detector": name}), tmp_path)
        assert all(len(detector.detect(image)) == 0 for _ in range(3))


def test_files_are_found_by_name_or_in_a_folder_of_their_own(tmp_path: Path) -> None:
    assert available(tmp_path) == ("background", "hog")
    with pytest.raises(DetectorMissing, match="yolox"):
        open_detector(complete_config({"detector": "yolox-nano"}), tmp_path)
    (tmp_path / "yolox_nano.onnx").write_bytes(b"x")
    (tmp_path / "nanodet").mkdir()
    (tmp_path / "nanodet" / "any-name.onnx").write_bytes(b"x")
    assert file_of("yolox-nano", tmp_path) == tmp_path / "yolox_nano.onnx"
    assert set(available(tmp_path)) == {"background", "hog", "yolox-nano", "nanodet"}
    assert set(DETECTORS) >= set(NETWORKS)
