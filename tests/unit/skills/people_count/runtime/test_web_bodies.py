"""HTTP as a camera or a malicious server speaks it."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import pytest
from video_ground import grey_steps

from skills.people_count.runtime.faults import SourceError
from skills.people_count.runtime.guards import Allowed
from skills.people_count.runtime.opening import Patience
from skills.people_count.runtime.reading import probe
from skills.people_count.runtime.web_bodies import Web

LOCALHOST = Allowed(frozenset({"localhost"}))
SHORT = Patience(2, 2)


class Site(ThreadingHTTPServer):
    """Files of a folder in parts, redirects, and a page behind a password."""

    daemon_threads = True
    folder: Path
    redirects: dict[str, str]
    asked: list[str]


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        path = self.path
        if path in self.server.redirects:
            self.send_response(302)
            self.send_header("Location", self.server.redirects[path])
            self.end_headers()
        elif path.startswith("/locked/") and self.headers.get("Authorization") != _basic("me", "secret"):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.end_headers()
        elif path.startswith("/digest/") and 'username="me"' not in self.headers.get("Authorization", ""):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Digest realm="camera", nonce="7", qop="auth", algorithm=MD5')
            self.end_headers()
        elif path.startswith("/bearer/"):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Bearer realm="camera"')
            self.end_headers()
        else:
            self._file(self.server.folder / path.rpartition("/")[2])

    def _file(self, path: Path) -> None:
        if not path.is_file():
            self.send_error(404)
            return
        data, asked = path.read_bytes(), self.headers.get("Range", "bytes=0-")
        start = int(asked.removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        try:
            self.wfile.write(data[start:])
        except (BrokenPipeError, ConnectionResetError):
            return  # it has seen enough

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[Site, str]]:
    site = Site(("127.0.0.1", 0), _Handler)
    site.folder, site.redirects, site.asked = folder, {}, []
    thread = threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site, f"localhost:{site.server_address[1]}"
    finally:
        site.shutdown()
        site.server_close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    grey_steps(tmp_path / "a.mp4", frames=40)
    return tmp_path


def test_a_file_whose_index_is_at_its_end(folder: Path) -> None:
    with _serving(folder) as (_, host):
        assert probe(f"http://{host}/a.mp4", LOCALHOST, SHORT).codec == "h264"


def test_a_redirect_is_followed_where_its_target_is_allowed(folder: Path) -> None:
    with _serving(folder) as (site, host):
        site.redirects["/old"] = "/a.mp4"
        assert probe(f"http://{host}/old", LOCALHOST, SHORT).width == 96


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:{port}/a.mp4", "http://169.254.169.254/latest", "file:///etc/passwd", "ftp://127.0.0.1/a"],
)
def test_a_redirect_into_the_private_network_is_not(target: str, folder: Path) -> None:
    with _serving(folder) as (site, host):
        site.redirects["/door"] = target.format(port=site.server_address[1])
        with pytest.raises(SourceError):
            probe(f"http://{host}/door", LOCALHOST, SHORT)
        assert site.asked == ["/door"]


def test_endless_redirects_end(folder: Path) -> None:
    with _serving(folder) as (site, host):
        site.redirects["/door"] = "/door"
        with pytest.raises(SourceError, match="redirect"):
            probe(f"http://{host}/door", LOCALHOST, SHORT)


def test_a_name_and_a_password(folder: Path) -> None:
    with _serving(folder) as (_, host):
        assert probe(f"http://me:secret@{host}/locked/a.mp4", LOCALHOST, SHORT).width == 96
        with pytest.raises(SourceError, match="401") as told:
            probe(f"http://me:wrong-one@{host}/locked/a.mp4", LOCALHOST, SHORT)
        assert "wrong-one" not in str(told.value)


def test_a_digest_of_the_password(folder: Path) -> None:
    with _serving(folder) as (_, host):
        assert probe(f"http://me:secret@{host}/digest/a.mp4", LOCALHOST, SHORT).width == 96


@pytest.mark.parametrize(
    ("login", "path"),
    [("", "locked"), ("", "digest"), ("", "bearer"), ("me:secret@", "bearer")],  # the last one asks for a token
)
def test_a_password_that_is_missing_or_of_no_use(login: str, path: str, folder: Path) -> None:
    with _serving(folder) as (_, host), pytest.raises(SourceError, match="No stream comes"):
        probe(f"http://{login}{host}/{path}/a.mp4", LOCALHOST, SHORT)


def test_what_is_not_there(folder: Path) -> None:
    with _serving(folder) as (_, host), pytest.raises(SourceError, match="404"):
        probe(f"http://{host}/b.mp4", LOCALHOST, SHORT)


def test_any_place_can_be_gone_to(folder: Path) -> None:
    data = (folder / "a.mp4").read_bytes()
    with _serving(folder) as (_, host):
        body = Web(LOCALHOST, 2).body(f"http://{host}/a.mp4")
        assert body.seekable()
        assert body.seek(0, 2) == len(data)
        body.seek(100)
        assert body.read(10) == data[100 : 100 + 10]
        body.seek(-5, 1)
        assert (body.tell(), body.read(5)) == (105, data[105:110])
        body.close()


def _playlist(folder: Path) -> Path:
    """A playlist with parts, as cameras offer it."""
    path = folder / "live.m3u8"
    with av.open(str(folder / "a.mp4")) as source, av.open(str(path), "w", format="hls") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return path


def test_a_playlist(folder: Path) -> None:
    _playlist(folder)
    with _serving(folder) as (site, host):
        assert probe(f"http://{host}/live.m3u8", LOCALHOST, SHORT).width == 96
        assert any(path.endswith(".ts") for path in site.asked)


@pytest.mark.parametrize("part", ["http://127.0.0.1:{port}/a.ts", "file:///etc/passwd", "/etc/passwd"])
def test_a_playlist_s_parts_are_guarded_too(part: str, folder: Path) -> None:
    path = _playlist(folder)
    with _serving(folder) as (site, host):
        lines = path.read_text().splitlines()
        named = part.format(port=site.server_address[1])
        path.write_text("\n".join(named if line.endswith(".ts") else line for line in lines))
        with pytest.raises(SourceError):
            probe(f"http://{host}/live.m3u8", LOCALHOST, SHORT)
        assert "/a.ts" not in site.asked
