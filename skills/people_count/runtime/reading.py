"""Read files: what one is, and chosen frames of it in a single pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .addresses import Source, read_address
from .faults import SourceError
from .guards import PUBLIC, Allowed
from .opening import PATIENT, Converter, Patience, open_video


@dataclass(frozen=True)
class VideoFacts:
    """What a source says of itself, after its first frame was decoded.

    Attributes:
        width: In pixels, of the frames that are given: upright, scaled down where they are very large.
        height: As width.
        fps: Frames a second; 0 where a live source does not say.
        frames: How many; 0 for a live source. Some formats do not count them, and it is seconds times fps.
        seconds: How long; 0 for a live source.
        codec: Its decoder's name, such as h264.
    """

    width: int
    height: int
    fps: float
    frames: int
    seconds: float
    codec: str


def probe(source: Source | Path | str, allowed: Allowed = PUBLIC, patience: Patience = PATIENT) -> VideoFacts:
    """Open a source, decode its first frame, and close it.

    Raises:
        SourceError: it cannot be watched; the error says why.
    """
    place = source if isinstance(source, Source) else read_address(source)
    with open_video(place, allowed, patience) as video:
        first = next(video.frames(), None)
        if first is None:
            raise SourceError(f"{place.shown} has no frame.", "Not one could be decoded.", "Send it whole.")
        height, width = Converter()(first).shape[:2]
        seconds = 0.0 if place.is_live else video.seconds() or 0.0
        by_time = round(seconds * video.fps)
        # A file that was cut off still claims all its frames.
        counted = min(video.stream.frames or by_time, by_time or video.stream.frames)
        codec = video.stream.codec_context.name
        return VideoFacts(width, height, video.fps, 0 if place.is_live else counted, seconds, codec)


def frames_at(path: Path, numbers: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
    """Decode a file once, and give the frames that are wanted.

    Frames between them are decoded, since later ones are made from them, but never converted. One image is held at a
    time.

    Args:
        path: The file.
        numbers: From 0, in any order; each is given once, in ascending order.

    Returns:
        Pairs of the number and the image, uint8, shape (height, width, 3), blue green red.

    Raises:
        SourceError: the file cannot be read, or ends before the last number; a number is negative.
    """
    wanted = sorted(set(numbers))
    if not wanted:
        return
    if wanted[0] < 0:
        raise SourceError(f"There is no frame {wanted[0]}.", "Frames are counted from 0.", "Name another frame.")
    with open_video(read_address(path)) as video:
        seen, left, to_image = 0, set(wanted), Converter()
        for number, frame in enumerate(video.frames()):
            seen = number + 1
            if number in left:
                left.remove(number)
                yield number, to_image(frame)
            if not left:
                return
        raise SourceError(
            f"{path.name} ends too early.",
            f"Frame {wanted[-1]} is wanted, counted from 0, and it has {seen}.",
            "Send the whole file, or leave the later frames out.",
        )
