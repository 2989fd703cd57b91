"""A recording of a camera, made when a person sent none: its frames are counted by them, and searched on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np

from neo.errors import BadInput
from skills.people_count.cameras import Watched
from skills.people_count.runtime.faults import SourceError
from skills.people_count.runtime.guards import Allowed
from skills.people_count.runtime.live import Live
from skills.people_count.runtime.reading import probe

SECONDS = 60.0
FPS = 5
LEAST = 40  # frames; a camera that gives fewer in the time is none to tune on
PATIENCE_S = 20.0  # without any picture
QUALITY = "18"  # x264's constant rate factor: near what the eye cannot tell from the source
SEND = "Check that the camera runs and can be reached from here, then say *retry*; or send a recording of it."


def record(camera: Watched, allowed: Allowed, path: Path, seconds: float = SECONDS) -> None:
    """Write what a camera shows for so long, FPS frames a second, as MP4.

    Raises:
        BadInput: It cannot be reached, or gives too few pictures; says why.
    """
    try:
        probe(camera.source, allowed)
    except SourceError as error:
        what = f"The camera at {camera.source.shown} could not be recorded."
        raise BadInput(what, f"{error.what} {error.why} {error.remedy}", SEND) from error
    live = Live(camera.source, allowed).start()
    try:
        written = write(path, _shown(live, seconds), FPS)
        status = live.status()
    finally:
        live.stop()
    if written < LEAST:
        why = status.why or f"It gave {written} pictures in {seconds:.0f} s."
        raise BadInput(f"The camera at {camera.source.shown} could not be recorded.", why, SEND)


def _shown(live: Live, seconds: float) -> Iterator[np.ndarray]:
    """The newest picture at each tick; after the end of a file, or long silence, none."""
    begun = last = time.monotonic()
    tick = 0
    while (now := time.monotonic()) - begun < seconds and now - last < PATIENCE_S:
        picture, status = live.take(), live.status()
        if picture is not None:
            last = now
            yield picture.image
        elif status.is_over:
            return
        tick += 1
        time.sleep(max(0.0, begun + tick / FPS - time.monotonic()))


def write(path: Path, images: Iterator[np.ndarray], fps: int) -> int:
    """Write pictures as a video of the first one's size; returns how many there were, and no file without any."""
    first = next(images, None)
    if first is None:
        return 0
    height, width = (side - side % 2 for side in first.shape[:2])
    written = 0
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(fps), options={"crf": QUALITY, "preset": "veryfast"})
        assert isinstance(stream, av.VideoStream), "x264 encodes pictures"
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for image in chain([first], images):
            if image.shape != first.shape:
                continue  # the camera changed its size: frames of two sizes are no recording
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image[:height, :width]), format="bgr24")
            container.mux(stream.encode(frame))
            written += 1
        container.mux(stream.encode())
    return written
