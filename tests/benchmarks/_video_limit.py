"""One process of the limit: decodes alone, then counts in pictures that are there, when it is told to; prints both.

Run as ``python _video_limit.py``; its arguments come as one line of JSON on standard input, the start as another line.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import islice
from pathlib import Path

import cv2

from skills.people_count.runtime.addresses import read_address
from skills.people_count.runtime.counting import open_counter
from skills.people_count.runtime.opening import Converter, open_video


def main() -> None:
    """Measure, twice told to go."""
    asked = json.loads(sys.stdin.readline())
    cv2.setNumThreads(1)  # as in the pipeline's processes
    to_image, source = Converter(), read_address(Path(asked["video"]))
    with open_video(source) as video:
        images = [to_image(frame) for frame in islice(video.frames(), asked["counted"])]
    counter = open_counter(asked["config"], Path(asked["models"]), {})
    for image in images[:3]:
        counter.count(image, 0.0)
    _ready()
    begun = time.perf_counter()
    with open_video(source) as video:
        for frame in islice(video.frames(), asked["decoded"]):
            to_image(frame)
    decode_s = (time.perf_counter() - begun) / asked["decoded"]
    _ready()
    begun = time.perf_counter()
    for image in images:
        counter.count(image, 0.0)
    print(json.dumps([decode_s, (time.perf_counter() - begun) / len(images)]), flush=True)


def _ready() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
