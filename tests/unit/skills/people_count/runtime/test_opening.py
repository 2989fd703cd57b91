"""Bad input, each kind with a clear answer; and frames as they come out."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from video_ground import grey_steps, sound_only

from skills.people_count.runtime import opening
from skills.people_count.runtime.addresses import read_address
from skills.people_count.runtime.faults import SourceError
from skills.people_count.runtime.guards import Allowed
from skills.people_count.runtime.opening import Converter, Patience, open_video
from skills.people_count.runtime.reading import frames_at, probe

PRIVATE, SHORT = Allowed(private=True), Patience(0.5, 0.5)


def _text(path: Path) -> Path:
    path.write_text("This is no video. " * 100)
    return path


def _playlist(path: Path) -> Path:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n/etc/passwd\n#EXT-X-ENDLIST\n")
    return path


def _empty(path: Path) -> Path:
    path.touch()
    return path


def _cut(path: Path) -> Path:
    data = grey_steps(path).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def _no_codec(path: Path) -> Path:
    path.write_bytes(grey_steps(path).read_bytes().replace(b"avc1", b"zzzz"))
    return path


def _no_rate(path: Path) -> Path:
    avi = path.with_suffix(".avi")
    data = bytearray(grey_steps(avi, "mjpeg").read_bytes())
    header = data.find(b"strh") + 8
    data[header + 24 : header + 28] = bytes(4)
    avi.write_bytes(data)
    return avi


def _tiny(path: Path) -> Path:
    return grey_steps(path.with_suffix(".avi"), "mpeg4", (1, 1), 2)


def _no_frame(path: Path) -> Path:
    avi = grey_steps(path.with_suffix(".avi"), "mjpeg")
    data = avi.read_bytes()
    avi.write_bytes(data[: data.find(b"movi") + 4])
    return avi


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_text, "no video that can be read"),
        (_playlist, "no video that can be read"),  # it names another file
        (_empty, "is empty"),
        (_cut, "no video that can be read"),  # its index stood at its end
        (_no_codec, "codec that is not there"),
        (_no_rate, "0 frames a second"),
        (_tiny, "too small"),
        (_no_frame, "clip.avi"),
        (sound_only, "has no picture"),
        (lambda path: path, "There is no file"),
        (lambda path: path.parent, "There is no file"),
    ],
)
def test_bad_files(make: Callable[[Path], Path], told: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=told) as error:
        probe(make(tmp_path / "clip.mp4"))
    assert str(tmp_path) not in str(error.value)


def test_a_dead_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers there
        port = taken.getsockname()[1]
        with pytest.raises(SourceError, match="refuses the connection") as error:
            probe(f"rtsp://me:secret@127.0.0.1:{port}/door", PRIVATE, SHORT)
        assert "secret" not in str(error.value)
        with pytest.raises(SourceError, match="No stream comes"):
            probe(f"http://me:secret@127.0.0.1:{port}/door", PRIVATE, SHORT)


@pytest.mark.parametrize(("scheme", "told"), [("rtsp", "in time"), ("http", "timed out")])
def test_an_address_that_never_answers(scheme: str, told: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(SourceError, match=told):
            probe(f"{scheme}://127.0.0.1:{port}/door", PRIVATE, SHORT)


def test_no_address_into_the_private_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        port = server.getsockname()[1]
        for address in (
            f"http://127.0.0.1:{port}/",
            f"rtsp://2130706433:{port}/",
            f"http://[::ffff:127.0.0.1]:{port}/",
        ):
            with pytest.raises(SourceError, match="private network"):
                probe(address)
        with pytest.raises(TimeoutError):
            server.accept()


def test_no_such_device() -> None:
    with pytest.raises(SourceError, match="is not there"):
        probe("webcam:199")


def test_8k_comes_scaled_down(tmp_path: Path) -> None:
    facts = probe(grey_steps(tmp_path / "large.avi", "mjpeg", (7680, 4320), 2))
    assert (facts.width, facts.height, facts.frames) == (1920, 1080, 2)


def test_above_8k_is_refused(tmp_path: Path) -> None:
    clip = grey_steps(tmp_path / "huge.avi", "mjpeg", (9000, 4400), 1)
    with pytest.raises(SourceError, match="too large"):
        probe(clip)


def test_a_telephone_held_upright(tmp_path: Path) -> None:
    flat = np.zeros((64, 96, 3), np.uint8)
    flat[:, :48] = 255  # white on the left
    path = tmp_path / "upright.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.set_display_rotation(-90)  # to be turned by a quarter, clockwise
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(flat, format="bgr24")))
        container.mux(stream.encode())
    (_, image), *_ = frames_at(path, [0])
    assert image.shape == (96, 64, 3)
    assert image[:40].mean() > 200 > 50 > image[56:].mean()  # what was left is on top
    assert probe(path).height == 96


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.avi", "mpeg4")])
def test_facts(name: str, codec: str, tmp_path: Path) -> None:
    facts = probe(grey_steps(tmp_path / name, codec))
    assert (facts.width, facts.height, facts.fps, facts.frames, facts.seconds) == (96, 64, 10.0, 20, 2.0)
    assert facts.codec == {"libx264": "h264"}.get(codec, codec)


def test_a_file_that_was_cut_off_claims_no_more_than_it_has(tmp_path: Path) -> None:
    path = grey_steps(tmp_path / "cut.avi", "mjpeg")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert probe(path).frames < 20


def test_damaged_packets_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = grey_steps(tmp_path / "a.avi", "mjpeg")
    data = bytearray(path.read_bytes())
    places = [found.start() for found in re.finditer(rb"00dc", bytes(data[: data.find(b"idx1")]))]
    for at in places[5:8]:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        data[at + 8 : at + 8 + size] = bytes(size)
    path.write_bytes(data)
    with open_video(read_address(path)) as video:
        frames = [Converter()(frame) for frame in video.frames()]
    assert len(frames) == 17
    monkeypatch.setattr(opening, "MAX_DAMAGED", 1)
    with open_video(read_address(path)) as video, pytest.raises(SourceError, match="no video"):
        list(video.frames())
