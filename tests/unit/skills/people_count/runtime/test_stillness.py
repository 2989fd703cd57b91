"""A frozen picture and a quiet scene are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame

from skills.people_count.runtime.stillness import Stillness
from skills.people_count.scene.clips import write_video
from skills.people_count.scene.scene import Scene

EMPTY = ((0, 0),)


def _still_s(frames: Iterator[VideoFrame], fps: float) -> float:
    stillness = Stillness()
    return [stillness.see(frame, number / fps) for number, frame in enumerate(frames)][-1]


def _frames(images: Iterator[np.ndarray]) -> Iterator[VideoFrame]:
    return (VideoFrame.from_ndarray(image, format="bgr24") for image in images)


@pytest.mark.parametrize("levels", [1.0, 3.0])
def test_an_empty_room_with_a_sensor_s_noise_is_not_frozen(levels: float) -> None:
    ground, rng = Scene(EMPTY).ground.astype(np.float32), np.random.default_rng(1)
    noisy = (np.clip(ground + rng.normal(0, levels, ground.shape), 0, 255).astype(np.uint8) for _ in range(40))
    assert _still_s(_frames(noisy), 4) < 1


@pytest.mark.parametrize("codec", ["libx264", "mjpeg"])
def test_nor_is_it_after_it_was_compressed(codec: str, tmp_path: Path) -> None:
    scene, path = Scene(EMPTY), tmp_path / "quiet.mkv"
    write_video(path, (scene.frame(0, number) for number in range(60)), 4, codec)
    with av.open(str(path)) as container:
        assert _still_s(container.decode(video=0), 4) < 5


def test_the_same_picture_again_is_frozen() -> None:
    image = Scene().frame(3, 1)
    assert _still_s(_frames(image for _ in range(41)), 4) == 10


def test_so_it_is_when_it_is_compressed_again(tmp_path: Path) -> None:
    image, path = Scene().frame(3, 1), tmp_path / "frozen.mkv"
    write_video(path, (image for _ in range(41)), 4)
    with av.open(str(path)) as container:
        assert _still_s(container.decode(video=0), 4) > 8


def test_what_changes_slowly_adds_up() -> None:
    # One level every two seconds, as at dusk: no picture differs much from the one before it.
    dusk = (np.full((480, 640, 3), 120 - number // 8, np.uint8) for number in range(80))
    assert _still_s(_frames(dusk), 4) < 8


def test_another_size_is_another_picture() -> None:
    image = Scene().frame(3, 1)
    images = [image] * 20 + [cv2.resize(image, (320, 240))] * 5
    assert _still_s(_frames(iter(images)), 4) == 1
