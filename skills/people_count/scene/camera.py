"""A camera that streams a scene or a video file over HTTP: `python -m skills.people_count.scene.camera --port 8600`."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import cv2
import numpy as np

from .scene import Scene

PATH = "/stream.mjpg"
BOUNDARY = "frame"
QUALITY = 85
Images = Callable[[], Iterator[np.ndarray]]


def scene_images(scene: Scene, fps: float, seconds: float) -> Images:
    """A scene's frames, from its start each time that it is played."""

    def play() -> Iterator[np.ndarray]:
        for number in range(round(seconds * fps)):
            yield scene.frame(number / fps, number)

    return play


def file_images(path: Path) -> Images:
    """A video file's frames, from its start each time that it is played."""

    def play() -> Iterator[np.ndarray]:
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                yield np.asarray(frame.to_ndarray(format="bgr24"))

    return play


class StreamingCamera:
    """Plays images in real time, and sends each as a JPEG to whoever is connected: Motion JPEG, as IP cameras do.

    It plays on whether somebody is connected or not. Faults are made on demand.

    Args:
        images: What to play.
        fps: Frames a second.
        repeats: Whether to begin anew at the end; else the stream ends there.
        port: 0 for a free one.
    """

    def __init__(self, images: Images, fps: float = 10.0, *, repeats: bool = True, port: int = 0) -> None:
        self._images, self._fps, self._repeats = images, fps, repeats
        self._turn = threading.Condition()
        self._jpeg, self._number = b"", -1
        self._is_over = self._is_frozen = self._is_silent = self._refuses = False
        self._size: tuple[int, int] | None = None
        self._generation = self.connections = 0
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Answers)
        self._server.camera = self
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True),
            threading.Thread(target=self._play, daemon=True),
        ]

    def __enter__(self) -> StreamingCamera:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it streams."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{PATH}"

    @property
    def shown(self) -> int:
        """The number of the newest frame, from 0, over all repeats; -1 before the first."""
        return self._number

    def start(self) -> StreamingCamera:
        """Begin to play and to answer."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """End it, and all connections."""
        self._stopping.set()
        self.drop()
        self._server.shutdown()
        self._server.server_close()

    def drop(self) -> None:
        """Cut all connections; new ones are answered."""
        with self._turn:
            self._generation += 1
            self._turn.notify_all()

    def freeze(self, is_frozen: bool = True) -> None:
        """Send the same picture again and again, or go on."""
        self._is_frozen = is_frozen

    def silence(self, is_silent: bool = True) -> None:
        """Keep connections and send nothing, or go on."""
        self._is_silent = is_silent

    def refuse(self, refuses: bool = True) -> None:
        """Cut all connections and answer new ones with 503, or go on."""
        self._refuses = refuses
        self.drop()

    def resize(self, width: int, height: int) -> None:
        """Send pictures of another size from now on, in the middle of the stream."""
        self._size = (width, height)

    def parts(self) -> Iterator[bytes]:
        """The stream for one connection, until it is cut or over."""
        with self._turn:
            generation, last = self._generation, -1
            self.connections += 1
        while True:
            with self._turn:
                while self._number <= last and not self._is_over and self._generation == generation:
                    self._turn.wait()
                if self._generation != generation or self._number <= last:
                    return
                last, jpeg = self._number, self._jpeg
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            yield head.encode() + jpeg + b"\r\n"

    def refuses(self) -> bool:
        """Whether connections are refused now."""
        return self._refuses

    def _play(self) -> None:
        began, number = time.monotonic(), 0
        while True:
            for image in self._images():
                if self._stopping.wait(max(0.0, began + number / self._fps - time.monotonic())):
                    return
                self._show(image)
                number += 1
            if not self._repeats:
                break
        with self._turn:
            self._is_over = True
            self._turn.notify_all()

    def _show(self, image: np.ndarray) -> None:
        if self._is_silent:
            return
        if not self._is_frozen or not self._jpeg:
            sized = cv2.resize(image, self._size) if self._size else image
            jpeg = cv2.imencode(".jpg", sized, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
        else:
            jpeg = self._jpeg
        with self._turn:
            self._jpeg, self._number = jpeg, self._number + 1
            self._turn.notify_all()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    camera: StreamingCamera


class _Answers(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        camera = self.server.camera
        if self.path != PATH or camera.refuses():
            self.send_error(503 if self.path == PATH else 404)
            return
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.end_headers()
        try:
            for part in camera.parts():
                self.wfile.write(part)
        except (BrokenPipeError, ConnectionResetError):
            return  # who watched has left

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a stream is one line that is of no use."""


def main() -> None:
    """Stream until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8600, help="port (default: 8600)")
    parser.add_argument("--video", type=Path, help="a video file to stream instead of the made scene")
    parser.add_argument("--fps", type=float, default=10.0, help="frames a second (default: 10)")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the made scene (default: 60)")
    parser.add_argument("--once", action="store_true", help="end the stream after the first time")
    asked = parser.parse_args()
    images = file_images(asked.video) if asked.video else scene_images(Scene(), asked.fps, asked.seconds)
    with StreamingCamera(images, asked.fps, repeats=not asked.once, port=asked.port):
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
