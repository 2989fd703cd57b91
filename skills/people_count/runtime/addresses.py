"""What a source of pictures may be called: a file, an RTSP or HTTP address, a camera of this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

from .faults import SourceError

KINDS: Mapping[str, str] = {"rtsp": "rtsp", "rtsps": "rtsp", "http": "http", "https": "http", "webcam": "device"}
PORTS: Mapping[str, int] = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_DEVICE = re.compile(r"/dev/video\d{1,3}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Source:
    """Where pictures come from.

    Attributes:
        kind: file, http, rtsp or device.
        address: As it is opened, with user name and password where there are any.
        shown: As it may be shown: without user name, password and query.
    """

    kind: str
    address: str
    shown: str

    @property
    def is_live(self) -> bool:
        """Whether it goes on for ever, so that its end is a fault."""
        return self.kind != "file"

    @property
    def url(self) -> SplitResult:
        """The parts of an http or rtsp address."""
        return urlsplit(self.address)


def read_address(text: str | Path) -> Source:
    """Read the address of a source; nothing is opened or looked up.

    Args:
        text: A path, ``rtsp(s)://``, ``http(s)://``, ``/dev/video0`` or ``webcam:0``. A ``Path`` is always a file.

    Raises:
        SourceError: it is none of these, or a part of it is missing.

    >>> read_address("webcam:1").address
    '/dev/video1'
    >>> read_address("rtsp://me:secret@cam.example/door?key=1").shown
    'rtsp://cam.example/door'
    """
    if isinstance(text, Path):
        return Source("file", str(text), text.name)
    text = text.strip()
    if not text or _CONTROL.search(text):
        raise _refused(text, "It is empty or has characters that no address has.")
    if text.startswith("/dev/"):
        return _device(text, text.removeprefix("/dev/video"))
    scheme = _SCHEME.match(text)
    if scheme is None:
        return Source("file", text, Path(text).name)
    kind = KINDS.get(scheme[1].lower())
    if kind is None:
        raise _refused(text, f"`{scheme[1]}:` is not a kind of address that is opened here.")
    return _device(text, text.partition(":")[2]) if kind == "device" else _network(text, kind)


def _device(text: str, number: str) -> Source:
    path = f"/dev/video{number}"
    if not _DEVICE.fullmatch(path):
        raise _refused(text, "A camera of this machine is `/dev/video` or `webcam:` with a number.")
    return Source("device", path, path)


def _network(text: str, kind: str) -> Source:
    try:
        url = urlsplit(text)
        host, _ = url.hostname, url.port  # a port that is no number shows itself only here
    except ValueError as error:
        raise _refused(text, f"It cannot be read: {error}.") from error
    if not text.lower().startswith(f"{url.scheme}://") or not host:
        raise _refused(text, "It names no host.")
    place = url.netloc.rpartition("@")[2]
    return Source(kind, text, urlunsplit((url.scheme, place, url.path, "", "")))


def _refused(text: str, why: str) -> SourceError:
    # What stands before an @ may be a password.
    shown = text.rpartition("@")[2][:80]
    return SourceError(
        f"The address {shown!r} is not opened.",
        why,
        "Give a file, rtsp://, rtsps://, http://, https://, /dev/video0 or webcam:0.",
    )
