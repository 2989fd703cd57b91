"""An RTSP camera: watched, connected to again, and no way into the private network."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from rtsp_camera import RtspCamera
from video_ground import grey_steps, wait_for

from skills.people_count.runtime.addresses import read_address
from skills.people_count.runtime.faults import SourceError
from skills.people_count.runtime.guards import Allowed
from skills.people_count.runtime.live import Habits, Live
from skills.people_count.runtime.opening import Patience
from skills.people_count.runtime.reading import probe

PRIVATE = Allowed(private=True)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return grey_steps(tmp_path_factory.mktemp("rtsp") / "a.ts", frames=60)


def test_what_it_sends(clip: Path) -> None:
    with RtspCamera(clip) as camera:
        facts = probe(camera.url, PRIVATE, Patience(5, 5))
        assert (facts.width, facts.height, facts.codec, facts.frames) == (96, 64, "h264", 0)
        assert camera.asked[-1] == "PLAY" and "DESCRIBE" in camera.asked


def test_it_is_connected_to_again_when_it_hangs_up(clip: Path) -> None:
    with RtspCamera(clip) as camera:
        live = Live(
            read_address(camera.url), PRIVATE, Habits(patience=Patience(5, 1), first_wait_s=0.05, most_wait_s=0.1)
        ).start()
        wait_for(lambda: live.status().decoded > 20, "frames come")
        wait_for(lambda: live.status().connections > 1 and live.status().decoded > 70, "they come again")
        live.stop()
        assert camera.asked.count("PLAY") > 1


def test_nobody_is_moved_to_another_host(clip: Path) -> None:
    with RtspCamera(clip) as inner, RtspCamera(clip, moved_to=inner.url) as outer:
        with pytest.raises(SourceError, match="another address"):
            probe(outer.url, PRIVATE, Patience(2, 2))
        assert inner.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        "RTSP/1.0 200 OK\nCSeq: 2\n\nRTSP/1.0 302 Moved\nLocation: {inner}\n\n\r\n\r\n",  # two answers in one
        "RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 4\r\nContent-Length: 900\r\n\r\n" + "x" * 900,
        "RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 1e3\r\n\r\n",
        "RTSP/1.0 200 OK\r\nContent-Length: 60\r\n\r\nv=0\r\nRTSP/1.0 302 Moved\r\nLocation: {inner}\r\n\r\n"
        + " " * 60,
        "HTTP/1.1 302 Found\r\nLocation: {inner}\r\n\r\n",
        "x" * 200_000,
    ],
)
def test_no_answer_hides_in_another(answer: str, clip: Path) -> None:
    with RtspCamera(clip) as inner, RtspCamera(clip) as outer:
        outer.raw = answer.format(inner=inner.url).encode()
        with pytest.raises(SourceError):
            probe(outer.url, PRIVATE, Patience(2, 2))
        assert inner.asked == []


def test_stop_ends_a_read_at_once(clip: Path) -> None:
    with RtspCamera(clip, seconds=600) as camera:
        live = Live(read_address(camera.url), PRIVATE, Habits(patience=Patience(600, 600))).start()
        wait_for(lambda: "PLAY" in camera.asked, "it plays")
        live.stop()
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("live ")]


def test_what_it_is_moved_to_may_be_no_file_or_other_protocol(clip: Path) -> None:
    for target in (f"file://{clip}", f"concat:{clip}", "http://127.0.0.1:9/a"):
        with RtspCamera(clip, moved_to=target) as camera, pytest.raises(SourceError):
            probe(camera.url, PRIVATE, Patience(2, 2))
