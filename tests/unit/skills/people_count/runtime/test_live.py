"""A live source over real HTTP, with each fault that cameras have."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from video_ground import grey_steps, number_of, wait_for

from skills.people_count.runtime.addresses import read_address
from skills.people_count.runtime.guards import Allowed
from skills.people_count.runtime.live import Habits, Live
from skills.people_count.runtime.opening import Patience
from skills.people_count.scene.camera import StreamingCamera, scene_images
from skills.people_count.scene.scene import Scene

PRIVATE = Allowed(private=True)
QUICK = Habits(stalled_s=0.4, frozen_s=0.8, steady_s=60, patience=Patience(2, 1), first_wait_s=0.05, most_wait_s=0.2)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene()


@pytest.fixture
def camera(scene: Scene) -> Iterator[StreamingCamera]:
    with StreamingCamera(scene_images(scene, 20, 30), 20) as made:
        yield made


@pytest.fixture
def live(camera: StreamingCamera) -> Iterator[Live]:
    made = Live(read_address(camera.url), PRIVATE, QUICK).start()
    wait_for(lambda: made.status().state == "ok", "it connects")
    yield made
    made.stop()


def _state(live: Live, state: str) -> None:
    wait_for(lambda: live.status().state == state, f"it becomes {state}; it is {live.status()}")


def test_the_newest_frame_alone_is_held(live: Live, camera: StreamingCamera) -> None:
    wait_for(lambda: live.status().decoded > 10, "frames come")
    while live.take():
        pass
    wait_for(lambda: live.take(), "the next one comes")
    status = live.status()
    assert status.dropped > 0
    assert status.dropped < status.decoded
    assert (status.why, status.size, status.connections) == ("", (640, 480), 1)


def test_a_dropped_stream_is_connected_to_again(live: Live, camera: StreamingCamera) -> None:
    camera.drop()
    wait_for(lambda: live.status().connections == 2, "it connects again")
    decoded = live.status().decoded
    wait_for(lambda: live.status().decoded > decoded and live.status().state == "ok", "frames come again")
    assert live.status().connections == 2


def test_a_camera_that_refuses_is_gone_and_comes_back(live: Live, camera: StreamingCamera) -> None:
    camera.refuse()
    _state(live, "gone")
    wait_for(lambda: "503" in live.status().why, "why is told")
    camera.refuse(False)
    _state(live, "ok")
    assert live.status().why == "" and live.status().connections > 2


def test_silence_is_a_stall_then_a_new_connection(live: Live, camera: StreamingCamera) -> None:
    camera.silence()
    _state(live, "stalled")
    assert "Nothing came" in live.status().why
    wait_for(lambda: live.status().connections > 1, "it connects again")
    camera.silence(False)
    _state(live, "ok")


def test_the_same_picture_is_frozen_until_it_changes(live: Live, camera: StreamingCamera) -> None:
    camera.freeze()
    _state(live, "frozen")
    assert "same picture" in live.status().why
    # It is connected to once more, which wakes some cameras, and is still frozen after that.
    wait_for(lambda: live.status().connections == 2, "it connects again")
    decoded = live.status().decoded
    states = set()
    while live.status().decoded < decoded + 20:
        states.add(live.status().state)
    assert (states, live.status().connections) == ({"frozen"}, 2)
    camera.freeze(False)
    _state(live, "ok")


def test_the_size_may_change(live: Live, camera: StreamingCamera) -> None:
    camera.resize(320, 240)
    wait_for(lambda: live.status().size == (320, 240), "the new size comes")
    shapes = []
    wait_for(
        lambda: ((picture := live.take()) and shapes.append(picture.image.shape)) or len(shapes) > 1, "frames come"
    )
    assert shapes[-1] == (240, 320, 3)
    assert live.status().connections == 1


def test_a_size_that_is_too_small_is_told(live: Live, camera: StreamingCamera) -> None:
    camera.resize(16, 16)
    _state(live, "gone")
    wait_for(lambda: "too small" in live.status().why, "why is told")
    assert "16" in live.status().why


def test_an_end_is_told_and_the_next_attempt_waits(scene: Scene) -> None:
    with StreamingCamera(scene_images(scene, 20, 0.5), 20, repeats=False) as camera:
        live = Live(read_address(camera.url), PRIVATE, QUICK).start()
        _state(live, "gone")
        wait_for(lambda: live.status().connections > 2, "it goes on trying")
        live.stop()
        assert not live.status().is_over  # a stream that ends is a fault, not an end


def test_a_refused_address_is_told_at_once() -> None:
    live = Live(read_address("http://127.0.0.1:9/stream"), habits=QUICK).start()
    _state(live, "gone")
    assert "private network" in live.status().why
    live.stop()


def test_stop_ends_the_thread_whatever_it_waits_for(camera: StreamingCamera) -> None:
    patient = Live(read_address(camera.url), PRIVATE, Habits(patience=Patience(600, 600))).start()
    _state(patient, "ok")
    camera.silence()
    patient.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("live ") and thread.is_alive()]


def test_a_file_taken_whole(tmp_path: Path) -> None:
    live = Live(read_address(grey_steps(tmp_path / "a.mp4")), habits=Habits(pace="every")).start()
    taken = []
    wait_for(lambda: ((picture := live.take()) and taken.append(picture)) or live.status().is_over, "it ends")
    assert [number_of(picture.image) for picture in taken] == list(range(20))
    assert [picture.at for picture in taken] == pytest.approx(np.arange(20) / 10)
    assert live.status().dropped == 0
    assert "end" in live.status().why


def test_a_file_played_by_the_clock(tmp_path: Path) -> None:
    live = Live(read_address(grey_steps(tmp_path / "a.mp4", frames=8))).start()
    taken = []
    wait_for(lambda: ((picture := live.take()) and taken.append(picture)) or live.status().is_over, "it ends")
    steps = np.diff([picture.at for picture in taken])
    assert steps == pytest.approx(
        np.rint(steps * 10) / 10, abs=1e-5
    )  # times are the file's, whenever the thread woke up
    assert (live.status().state, live.status().connections) == ("gone", 1)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_text("This is no video.")
    live = Live(read_address(path)).start()
    wait_for(lambda: live.status().is_over, "it is over")
    assert (live.status().state, live.status().connections) == ("gone", 1)
    assert "no video" in live.status().why
