"""The only way to an RTSP camera: the decoder speaks to this relay, and the relay to the address that was checked.

The decoder would follow a camera's redirect to whatever host. Here a redirect ends the connection. What the camera says
is parsed strictly and handed on message by message, so that no second answer hides within a first one.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from typing import BinaryIO

from .faults import SourceError
from .guards import Allowed, resolve

MAX_TEXT = 65536  # bytes of headers, or of a description
_CHUNK = 65536
_STATUS = re.compile(rb"RTSP/1\.\d (\d)\d\d[ \r]")
_REQUEST = re.compile(rb"[A-Z_]{3,20} \S+ RTSP/1\.\d\r\n")  # a camera may ask whether one is still there
_LENGTH = re.compile(rb"^content-length[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_HIDDEN = re.compile(rb"^RTSP/", re.IGNORECASE | re.MULTILINE)


class Relay:
    """A connection to one camera. The decoder connects to `port` of this machine, once.

    Args:
        host: The camera's.
        port: The camera's.
        allowed: Which hosts may be connected to.
        is_tls: Whether the camera speaks TLS. Its certificate is not checked: cameras sign their own.
        timeout_s: For connecting.

    Raises:
        SourceError: the host may not be connected to.
        OSError: it does not answer.
    """

    def __init__(self, host: str, port: int, allowed: Allowed, *, is_tls: bool, timeout_s: float) -> None:
        self.refused: SourceError | None = None
        self._host = host
        self._camera = _connect(resolve(host, port, allowed), port, timeout_s)
        if is_tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self._camera = context.wrap_socket(self._camera, server_hostname=host)
        self._camera.settimeout(None)  # the decoder has its own time-outs, and hangs up
        self._decoder: socket.socket | None = None
        self._door = socket.create_server(("127.0.0.1", 0), backlog=1)
        self._door.settimeout(timeout_s)
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._relay, name="rtsp relay", daemon=True).start()

    def stop(self) -> None:
        """End both connections, from whatever thread."""
        for one in (self._camera, self._decoder, self._door):
            if one is not None:
                with contextlib.suppress(OSError):  # it may have ended by itself
                    one.shutdown(socket.SHUT_RDWR)
                one.close()

    def _relay(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # either side hung up: both do
            self._decoder, _ = self._door.accept()
            threading.Thread(target=self._ask, args=(self._decoder,), name="rtsp asking", daemon=True).start()
            with self._camera.makefile("rb") as said:
                while message := self._message(said):
                    self._decoder.sendall(message)
        self.stop()

    def _ask(self, decoder: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := decoder.recv(_CHUNK):
                self._camera.sendall(data)
        self.stop()

    def _message(self, said: BinaryIO) -> bytes:
        """The next whole packet or text of the camera; empty when there is none, or it may not be handed on."""
        first = said.read(1)
        if first == b"$":
            head = said.read(3)
            return first + head + said.read(int.from_bytes(head[1:], "big"))
        text = first
        while first and not text.endswith(b"\r\n\r\n"):
            line = said.readline(MAX_TEXT)
            text += line
            if not line or len(text) > MAX_TEXT:
                return b""
        return self._checked(text, said) if text else b""

    def _checked(self, text: bytes, said: BinaryIO) -> bytes:
        status, lengths = _STATUS.match(text), _LENGTH.findall(text)
        length = lengths[0].strip() if lengths else b"0"
        if status is not None and status[1] == b"3":
            return self._refuse("It sends its viewers to another address.", "Give that address itself.")
        is_plain = text.count(b"\n") == text.count(b"\r\n") and len(_HIDDEN.findall(text)) == (status is not None)
        if not is_plain or len(lengths) > 1 or not length.isdigit() or int(length) > MAX_TEXT:
            return self._refuse("It does not keep to the protocol.", "Check the camera's firmware.")
        body = said.read(int(length))
        if (status is None and not _REQUEST.match(text)) or _HIDDEN.search(body):
            return self._refuse("It does not keep to the protocol.", "Check the camera's firmware.")
        return text + body

    def _refuse(self, why: str, remedy: str) -> bytes:
        self.refused = SourceError(f"The camera at {self._host} is not listened to.", why, remedy)
        return b""


def _connect(addresses: list[str], port: int, timeout_s: float) -> socket.socket:
    *first, last = addresses
    for address in first:
        with contextlib.suppress(OSError):  # the next one may answer; the last one's error is told
            return socket.create_connection((address, port), timeout_s)
    return socket.create_connection((last, port), timeout_s)
