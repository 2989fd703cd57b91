"""What a source may be called."""

from __future__ import annotations

from pathlib import Path

import pytest

from skills.people_count.runtime.addresses import read_address
from skills.people_count.runtime.faults import SourceError


@pytest.mark.parametrize(
    ("text", "kind", "address", "shown"),
    [
        ("clips/hall.mp4", "file", "clips/hall.mp4", "hall.mp4"),
        ("/srv/12:30.mp4", "file", "/srv/12:30.mp4", "12:30.mp4"),  # a path may have a colon
        (Path("rtsp://x"), "file", "rtsp:/x", "x"),  # a Path is never an address
        (" RTSP://cam.example/door ", "rtsp", "RTSP://cam.example/door", "rtsp://cam.example/door"),
        ("rtsps://u:p@cam.example:322/a?k=1", "rtsp", "rtsps://u:p@cam.example:322/a?k=1", "rtsps://cam.example:322/a"),
        ("http://cam.example/s.mjpg?token=9", "http", "http://cam.example/s.mjpg?token=9", "http://cam.example/s.mjpg"),
        ("https://[2001:db8::1]:8443/s", "http", "https://[2001:db8::1]:8443/s", "https://[2001:db8::1]:8443/s"),
        ("/dev/video0", "device", "/dev/video0", "/dev/video0"),
        ("webcam:2", "device", "/dev/video2", "/dev/video2"),
    ],
)
def test_read(text: str | Path, kind: str, address: str, shown: str) -> None:
    source = read_address(text)
    assert (source.kind, source.address, source.shown) == (kind, address, shown)
    assert source.is_live == (kind != "file")


@pytest.mark.parametrize(
    "text",
    [
        "file:/etc/passwd",
        "file:///etc/passwd",
        "concat:/a.ts|/b.ts",
        "data:video/mp4;base64,AAAA",
        "subfile,,start,0,end,9,,:/etc/passwd",
        "crypto:/etc/passwd",
        "pipe:0",
        "tcp://cam.example:80",
        "udp://239.0.0.1:1234",
        "gopher://cam.example/",
        "lavfi:testsrc",
        "http:/cam.example/a",  # a slash too few
        "http://",
        "http://cam.example:port/",
        "http://[::1/a",
        "rtsp://cam.example/a\nb",
        "webcam:0/../../etc/passwd",
        "webcam:-1",
        "/dev/zero",
        "/dev/video",
        "/dev/video0/../sda",
        "",
        "  ",
    ],
)
def test_refused(text: str) -> None:
    if text.startswith("subfile"):
        # No scheme by its letters, so it is a path; it is opened as a file, which is not there.
        assert read_address(text).kind == "file"
        return
    with pytest.raises(SourceError) as told:
        read_address(text)
    assert told.value.what and told.value.why and told.value.remedy


def test_a_password_is_not_told() -> None:
    with pytest.raises(SourceError) as told:
        read_address("ftp://me:secret@cam.example/a")
    assert "secret" not in str(told.value)
