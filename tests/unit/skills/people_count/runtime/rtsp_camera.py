"""A camera that speaks RTSP, as small as one can be: MPEG-TS in RTP packets, over the connection itself."""

from __future__ import annotations

import socketserver
import struct
import threading
import time
from pathlib import Path

TS_PACKET, PER_RTP = 188, 7
SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 33\r\na=control:track0\r\n"


class RtspCamera(socketserver.ThreadingTCPServer):
    """Sends a file in MPEG-TS once to each who asks, in about `seconds`; then hangs up.

    Args:
        path: The file.
        seconds: How long sending takes.
        moved_to: An address to which everybody is sent instead.
    """

    daemon_threads = allow_reuse_address = True

    def __init__(self, path: Path, seconds: float = 1.0, moved_to: str | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.data, self.seconds, self.moved_to = path.read_bytes(), seconds, moved_to
        self.asked: list[str] = []
        self.raw = b""  # said instead of an answer to DESCRIBE
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.server_address[1]}/door"

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Answers(socketserver.StreamRequestHandler):
    server: RtspCamera

    def handle(self) -> None:
        while request := self._request():
            method, headers = request
            self.server.asked.append(method)
            if self.server.raw and method == "DESCRIBE":
                self.wfile.write(self.server.raw)
            elif self.server.moved_to and method == "DESCRIBE":
                self._answer(headers, f"Location: {self.server.moved_to}\r\n", status="302 Moved")
            elif method == "DESCRIBE":
                self._answer(headers, "Content-Type: application/sdp\r\n", SDP)
            elif method == "SETUP":
                self._answer(headers, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 7\r\n")
            elif method == "PLAY":
                self._answer(headers, "Session: 7\r\n")
                self._play()
                return
            else:
                self._answer(headers, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n")

    def _request(self) -> tuple[str, dict[str, str]] | None:
        first = self.rfile.readline().decode()
        if not first:
            return None
        headers = {}
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return first.split()[0], headers

    def _answer(self, headers: dict[str, str], more: str, body: str = "", status: str = "200 OK") -> None:
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        text = f"RTSP/1.0 {status}\r\nCSeq: {headers.get('cseq', '0')}\r\n{more}{length}\r\n{body}"
        self.wfile.write(text.encode())

    def _play(self) -> None:
        size = TS_PACKET * PER_RTP
        parts = [self.server.data[at : at + size] for at in range(0, len(self.server.data), size)]
        try:
            for number, part in enumerate(parts):
                rtp = struct.pack(">BBHII", 0x80, 33, number & 0xFFFF, number * 900, 7) + part
                self.wfile.write(b"$\x00" + struct.pack(">H", len(rtp)) + rtp)
                time.sleep(self.server.seconds / len(parts))
        except (BrokenPipeError, ConnectionResetError):
            return  # who watched has left
