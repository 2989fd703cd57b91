"""Open a source: each kind in its own way, with limits on what it may make this process do."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from .addresses import PORTS, Source
from .ending import Ending
from .faults import SourceError
from .guards import PUBLIC, Allowed
from .opening_faults import told
from .rtsp_relay import Relay
from .web_bodies import Web

MIN_SIDE = 32  # nobody can be seen in less
MAX_PIXELS = 8192 * 4608  # one frame of it is 57 MB; 8K has 33 million
MAX_SIDE = 1920  # larger frames are scaled down while they are converted: no detector looks closer
MAX_DAMAGED = 25  # packets in a row that cannot be decoded
# What a file may be. Playlists and scripts that name other files and addresses are not among them.
_FILE_FORMATS = "mov,matroska,webm,avi,mpeg,mpegts,mpegvideo,m4v,h264,hevc,av1,ivf,obu,mjpeg,flv,asf,ogg,nut,gif"
_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "file": {"format_whitelist": _FILE_FORMATS},
    "http": {"format_whitelist": f"{_FILE_FORMATS},mpjpeg,hls", "analyzeduration": "1000000"},
    "rtsp": {
        # Over TCP, so that the camera never tells this machine where to send packets or listen.
        "rtsp_transport": "tcp",
        "protocol_whitelist": "rtsp,rtp,tcp",
        "format_whitelist": "rtsp,mpegts",
        "analyzeduration": "1000000",
    },
    "device": {"protocol_whitelist": "file", "format_whitelist": "video4linux2"},
}


@dataclass(frozen=True)
class Patience:
    """How long is waited for a source.

    Attributes:
        open_s: For a connection and its first answer.
        read_s: For the next packet.
    """

    open_s: float = 10.0
    read_s: float = 10.0


PATIENT = Patience()


class Video:
    """An open source. Make one with `open_video`, and close it."""

    def __init__(self, source: Source, container: InputContainer, ending: Ending) -> None:
        self.source, self._container, self._ending = source, container, ending
        self.stream = _stream(source, container)
        self.stream.codec_context.thread_count = 1  # cameras are spread over processes; threads would only fight
        self.fps = _rate(source, self.stream)

    def __enter__(self) -> Video:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def frames(self) -> Iterator[VideoFrame]:
        """Decode frames in order, until the source ends. Damaged packets are left out.

        Raises:
            SourceError: it broke off, stood still, or what comes cannot be decoded.
        """
        damaged = 0
        try:
            for packet in self._container.demux(self.stream):
                try:
                    decoded = self.stream.decode(packet)
                except av.error.InvalidDataError:
                    damaged += 1
                    if damaged > MAX_DAMAGED:
                        raise
                    continue
                damaged = 0 if decoded else damaged
                for frame in decoded:
                    check_size(self.source, frame.width, frame.height)
                    yield frame
        except (av.error.FFmpegError, OSError) as error:
            raise told(self.source, error) from error

    def seconds(self) -> float | None:
        """How long the source says that it is; None where it does not say."""
        if self.stream.duration and self.stream.time_base:
            return float(self.stream.duration * self.stream.time_base)
        return self._container.duration / 1e6 if self._container.duration else None

    def close(self) -> None:
        """Let go of everything."""
        self._ending.end()
        self._container.close()


def open_video(
    source: Source, allowed: Allowed = PUBLIC, patience: Patience = PATIENT, ending: Ending | None = None
) -> Video:
    """Open a source and check that it has pictures that can be watched.

    Args:
        source: What to open.
        allowed: Which hosts may be connected to.
        patience: How long is waited.
        ending: By which another thread ends it, while it is being opened too.

    Raises:
        SourceError: it cannot be opened, may not be, or has no such pictures.
    """
    ending = ending or Ending()
    try:
        container = OPENERS[source.kind](source, allowed, patience, ending)
    except (av.error.FFmpegError, OSError) as error:
        ending.end()
        raise told(source, error) from error
    except SourceError:
        ending.end()
        raise
    try:
        return Video(source, container, ending)
    except SourceError:
        ending.end()
        container.close()
        raise


class Converter:
    """Makes images of decoded frames; for one thread, and quicker than as many converters as frames."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> np.ndarray:
        """Convert a frame.

        Returns:
            uint8, shape (height, width, 3), blue green red, upright, its longer side at most MAX_SIDE.
        """
        scale = min(1.0, MAX_SIDE / max(frame.width, frame.height))
        size: dict[str, Any] = {}
        if scale < 1:
            size = {"width": round(frame.width * scale), "height": round(frame.height * scale), "interpolation": "AREA"}
        image: np.ndarray = self._reformatter.reformat(frame, format="bgr24", **size).to_ndarray()
        # A telephone films on its side and says so.
        return np.ascontiguousarray(np.rot90(image, frame.rotation // 90)) if frame.rotation % 360 else image


def check_size(source: Source, width: int, height: int) -> None:
    """Check a frame's size. Raises SourceError."""
    if min(width, height) < MIN_SIDE:
        raise SourceError(
            f"The picture of {source.shown} is too small.",
            f"It has {width} x {height} pixels; nobody is seen in less than {MIN_SIDE} x {MIN_SIDE}.",
            "Set the camera to a larger picture, or send another file.",
        )
    if width * height > MAX_PIXELS:
        raise SourceError(
            f"The picture of {source.shown} is too large.",
            f"It has {width} x {height} pixels; the limit is {MAX_PIXELS / 1e6:.0f} million (8K).",
            "Set the camera to a smaller picture: 1920 x 1080 shows as much to a detector.",
        )


def _stream(source: Source, container: InputContainer) -> VideoStream:
    if not container.streams.video:
        kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
        raise SourceError(f"{source.shown} has no picture.", f"It holds {kinds}.", "Send a video with a picture.")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise SourceError(
            f"{source.shown} cannot be decoded.",
            "Its pictures are in a codec that is not there.",
            "Save it as H.264, H.265, VP9, AV1, MPEG-4 or MJPEG.",
        )
    if stream.codec_context.width or stream.codec_context.height:
        check_size(source, stream.codec_context.width, stream.codec_context.height)
    return stream


def _rate(source: Source, stream: VideoStream) -> float:
    """Frames a second as the source says; a live one may say nothing, and gives 0."""
    rate = float(stream.average_rate or stream.guessed_rate or 0)
    if source.kind == "file" and (rate <= 0 or _is_rateless(Path(source.address))):
        raise SourceError(
            f"{source.shown} has 0 frames a second.",
            "Without a rate nobody can say when a frame was seen.",
            "Save it again with its rate.",
        )
    return rate


def _is_rateless(path: Path) -> bool:
    """Whether an AVI file says that it has 0 frames a second, for which the decoder would invent 25."""
    with path.open("rb") as file:
        head = file.read(4096)
    at = head.find(b"strh")
    if head[8:12] != b"AVI " or at < 0 or head[at + 8 : at + 12] != b"vids":
        return False
    scale: int
    rate: int
    scale, rate = struct.unpack("<II", head[at + 28 : at + 36])
    return scale == 0 or rate == 0


def _open_file(source: Source, allowed: Allowed, patience: Patience, ending: Ending) -> InputContainer:
    path = Path(source.address)
    if not path.is_file():
        raise SourceError(f"There is no file {source.shown!r}.", "Nothing of this name is a file.", "Check its name.")
    if path.stat().st_size == 0:
        raise SourceError(f"{source.shown} is empty.", "The file has 0 bytes.", "Send it again.")
    # Handed over as an open file: its name is never read as an address.
    return av.open(path.open("rb"), "r", options=dict(_OPTIONS["file"]), io_open=_no_other)


def _open_http(source: Source, allowed: Allowed, patience: Patience, ending: Ending) -> InputContainer:
    web = Web(allowed, patience.read_s)
    ending.add(web.stop)
    first = [web.body(source.address)]

    def body(url: str, *_: Any) -> Any:
        # The first request is already answered; the parts of a playlist are asked for one by one.
        return first.pop() if first else web.body(url)

    return av.open(first[0].name, "r", options=dict(_OPTIONS["http"]), io_open=body)


def _open_rtsp(source: Source, allowed: Allowed, patience: Patience, ending: Ending) -> InputContainer:
    url = source.url
    port = url.port or PORTS[url.scheme.lower()]
    relay = Relay(str(url.hostname), port, allowed, is_tls=url.scheme == "rtsps", timeout_s=patience.open_s)
    ending.add(relay.stop)
    login, at, _ = url.netloc.rpartition("@")
    address = url._replace(scheme="rtsp", netloc=f"{login}{at}127.0.0.1:{relay.port}").geturl()
    timeout, began = (patience.open_s, patience.read_s), time.monotonic()
    try:
        return av.open(address, "r", options=dict(_OPTIONS["rtsp"]), timeout=timeout)
    except (av.error.FFmpegError, OSError) as error:
        # An answer that was not waited for any longer looks like a wrong one.
        is_late = time.monotonic() - began >= patience.open_s
        raise relay.refused or told(source, TimeoutError() if is_late else error) from error


def _open_device(source: Source, allowed: Allowed, patience: Patience, ending: Ending) -> InputContainer:
    timeout = (patience.open_s, patience.read_s)
    return av.open(source.address, "r", format="v4l2", options=dict(_OPTIONS["device"]), timeout=timeout)


def _no_other(url: str, *_: Any) -> Any:
    raise PermissionError(f"a file may not open another one ({url})")


OPENERS: Mapping[str, Callable[[Source, Allowed, Patience, Ending], InputContainer]] = {
    "file": _open_file,
    "http": _open_http,
    "rtsp": _open_rtsp,
    "device": _open_device,
}
