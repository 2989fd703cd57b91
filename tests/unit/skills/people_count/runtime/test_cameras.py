"""Cameras over processes: one's trouble is not the others', and a process that dies or hangs begins anew."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from moving_counter import open_counter
from shipped import FOLDER, cameras, guards, live, opening, watched
from video_ground import wait_for

from skills.people_count.scene.camera import StreamingCamera, scene_images
from skills.people_count.scene.clips import write_clip
from skills.people_count.scene.scene import Scene

Cameras, Allowed, Habits, Patience = cameras.Cameras, guards.Allowed, live.Habits, opening.Patience
Beat, Camera, Done, Observation = watched.Beat, watched.Camera, watched.Done, watched.Observation
Plan, Shot = watched.Plan, watched.Shot
QUICK = Habits(stalled_s=1, frozen_s=20, patience=Patience(5, 2), first_wait_s=0.05, most_wait_s=0.2)
WHOLE = {"whole": [[0, 0], [1, 0], [1, 1], [0, 1]]}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "walk.mp4"
    write_clip(path, 4, 10, script=((0, 4),))
    return path


@pytest.fixture(scope="module")
def streaming() -> Iterator[StreamingCamera]:
    with StreamingCamera(scene_images(Scene(), 10, 60), 10) as camera:
        yield camera


class Heard:
    """All messages, by their kind and camera."""

    def __init__(self) -> None:
        self._by: dict[tuple[type, str], list[Any]] = defaultdict(list)

    def __call__(self, message: Any) -> None:
        self._by[type(message), message.camera].append(message)

    def of(self, kind: type, camera: str) -> list[Any]:
        return list(self._by[kind, camera])

    def counted(self, camera: str) -> list[Any]:
        return [each for each in self.of(Observation, camera) if each.count is not None]

    def troubles(self, camera: str) -> str:
        return " ".join(each.trouble for each in self.of(Observation, camera) if each.count is None)


@contextmanager
def _watching(
    cameras: list[Camera], config: dict[str, Any] | None = None, **more: Any
) -> Iterator[tuple[Cameras, Heard]]:
    heard = Heard()
    plan = Plan(config or {}, Path("models"), 10.0, Allowed(private=True), more.pop("habits", QUICK))
    watched = Cameras(cameras, plan, open_counter, heard, **more).start()
    try:
        yield watched, heard
    finally:
        pids = watched.pids()
        watched.stop()
        assert not [pid for pid in pids if psutil.pid_exists(pid)]


def test_every_frame_of_files_is_counted_once(clip: Path) -> None:
    cameras = [Camera(name, str(clip), WHOLE) for name in ("north", "south", "west")]
    with _watching(cameras, habits=Habits(pace="every"), processes=2) as (watched, heard):
        assert watched.join(60)
        for camera in cameras:
            (done,) = heard.of(Done, camera.name)
            assert done.frames == 40 and done.seconds > 0
            assert [each.at for each in heard.counted(camera.name)] == pytest.approx([n / 10 for n in range(40)])
            assert heard.counted(camera.name)[-1].count == pytest.approx(4, abs=1)
            assert sum(beat.counted for beat in heard.of(Beat, camera.name)) == 40


def test_one_s_trouble_is_not_the_others(streaming: StreamingCamera, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("This is no video.")
    cameras = [
        Camera("good", streaming.url, WHOLE),
        Camera("text", str(tmp_path / "text.mp4"), {"door": WHOLE["whole"]}),
        Camera("refused", "http://169.254.169.254/stream"),
        Camera("unread", "concat:a|b"),
        Camera("broken", streaming.url, {"cellar": WHOLE["whole"]}),
    ]
    with _watching(cameras, {"no_model_for": "cellar"}, processes=1) as (_, heard):
        wait_for(lambda: len(heard.counted("good")) > 20, "the good one is counted")
        for name, told in {
            "text": "no video that can be read",
            "refused": "private network",
            "unread": "not a kind of address",
            "broken": "detector.onnx",
        }.items():
            wait_for(lambda name=name, told=told: told in heard.troubles(name), f"{name} tells {told!r}")  # type: ignore[misc]
            assert not heard.counted(name)
        assert {each.zone for each in heard.of(Observation, "text")} == {"door"}
        assert {each.zone for each in heard.of(Observation, "refused")} == {"the whole picture"}
        assert not heard.troubles("good")
        (shot, *_) = heard.of(Shot, "good")
        assert shot.jpeg.startswith(b"\xff\xd8") and "Camera good" in shot.alt


def test_a_process_that_is_killed_begins_anew(streaming: StreamingCamera) -> None:
    with _watching([Camera("one", streaming.url), Camera("two", streaming.url)], processes=2) as (watched, heard):
        wait_for(lambda: heard.counted("one") and heard.counted("two"), "both are counted")
        os.kill(watched.pids()[0], signal.SIGKILL)
        wait_for(lambda: "ended with -9" in heard.troubles("one"), "its end is told")
        counted = len(heard.counted("one"))
        wait_for(lambda: len(heard.counted("one")) > counted, "it is counted again")
        assert not heard.troubles("two")


@pytest.mark.parametrize(("fault", "told"), [("dies_once", "ended with 9"), ("hangs_once", "ended with -9")])
def test_a_process_that_dies_or_hangs_by_itself(
    fault: str, told: str, streaming: StreamingCamera, tmp_path: Path
) -> None:
    config = {fault: str(tmp_path / "marker")}
    with _watching([Camera("one", streaming.url)], config, silent_s=2.5) as (_, heard):
        wait_for(lambda: told in heard.troubles("one"), "its end is told")
        before = len(heard.counted("one"))
        wait_for(lambda: len(heard.counted("one")) > before, "it is counted after that")
        assert (tmp_path / "marker").exists()


def test_processes_end_when_their_parent_is_gone(streaming: StreamingCamera, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        f"""
import sys, time
sys.path[:0] = {[str(Path(__file__).parent), FOLDER.name]!r}
from pathlib import Path
from moving_counter import open_counter
from people_count_runtime.cameras import Cameras
from people_count_runtime.guards import Allowed
from people_count_runtime.watched import Camera, Plan
if __name__ == "__main__":
    plan = Plan({{}}, Path("."), 5.0, Allowed(private=True))
    cameras = Cameras([Camera("one", {streaming.url!r})], plan, open_counter, lambda message: None).start()
    while not cameras.pids():
        time.sleep(0.05)
    print(*cameras.pids(), flush=True)
    time.sleep(600)
"""
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "the child ends")


def test_names_differ() -> None:
    with pytest.raises(ValueError, match="one name each"):
        Cameras([Camera("a", "x"), Camera("a", "y")], Plan({}, Path()), open_counter, lambda message: None)
