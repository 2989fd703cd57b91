"""One process: the cameras that it was given, counted in turn, each with a thread that decodes."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection

import cv2
import numpy as np

from .addresses import read_address
from .faults import SourceError
from .live import Live
from .pictures import snapshot
from .watched import Beat, Camera, Counter, Done, Message, Observation, OpenCounter, Plan, Shot
from .zones import WHOLE

BEAT_S = 1.0
IDLE_S = 0.05  # how late a word from the parent may be heard
STOP = "stop"


def watch(pipe: Connection, cameras: Sequence[Camera], plan: Plan, open_counter: OpenCounter) -> None:
    """Watch cameras until the parent says stop, or is gone; or, with pace every, until all files are over.

    Args:
        pipe: To the parent: messages go out, STOP comes in.
        cameras: Of this process.
        plan: How.
        open_counter: Makes a camera's counter.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C reaches the parent, which says stop
    cv2.setNumThreads(1)
    fresh = threading.Event()
    watchers = [Watcher(camera, plan, open_counter, fresh.set, pipe.send) for camera in cameras]
    try:
        _take_turns(pipe, watchers, fresh)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent is gone, and nobody would hear the rest
    finally:
        for watcher in watchers:
            watcher.stop()


def _take_turns(pipe: Connection, watchers: Sequence[Watcher], fresh: threading.Event) -> None:
    while not all(watcher.is_done for watcher in watchers):
        if pipe.poll() and pipe.recv() == STOP:
            return
        fresh.clear()
        # Each camera has one frame counted a turn, so that a fast one takes nothing from the others.
        if not sum(watcher.step() for watcher in watchers):
            fresh.wait(IDLE_S)


class Watcher:
    """One camera in its process: takes frames, counts, and tells.

    Args:
        camera: Which.
        plan: How.
        open_counter: Makes its counter.
        on_frame: Called when something new is there.
        send: Tells the parent.
    """

    def __init__(
        self,
        camera: Camera,
        plan: Plan,
        open_counter: OpenCounter,
        on_frame: Callable[[], object],
        send: Callable[[Message], object],
    ) -> None:
        self.camera, self._plan, self._open, self._send = camera, plan, open_counter, send
        self._takes_all = plan.habits.pace == "every"
        self._zones = {name: [list(map(float, corner)) for corner in zone] for name, zone in camera.zones.items()}
        self._counter: Counter | None = None
        self._next = self._next_beat = self._next_picture = 0.0
        self._count_s: list[float] = []
        self._frames, self._began, self.is_done = 0, 0.0, False
        self._fault = ""
        self._live: Live | None = None
        try:
            self._live = Live(read_address(camera.address), plan.allowed, plan.habits, on_frame).start()
        except SourceError as error:
            self._fault = str(error)

    def step(self) -> bool:
        """Count in one frame if one is there and its time has come. Returns whether there was."""
        now = time.monotonic()
        if now >= self._next_beat:
            self._next_beat = now + BEAT_S
            self._beat()
        if self._live is None or self.is_done or (now < self._next and not self._takes_all):
            return False
        if self._live.status().state == "frozen":
            return False  # what it shows is of the past
        picture = self._live.take()
        if picture is None:
            self._end()
            return False
        # By the clock, not after the last one: a slow count does not lower the rate that is asked for.
        step_s = 1 / self._plan.frames_per_second
        self._next = now + step_s if now - self._next > step_s else self._next + step_s
        self._count(picture.image, picture.at)
        return True

    def stop(self) -> None:
        """Let the source go."""
        if self._live is not None:
            self._live.stop()

    def _count(self, image: np.ndarray, at: float) -> None:
        try:
            if self._counter is None:
                self._counter = self._open(dict(self._plan.config), self._plan.models_dir, self._zones)
            began = time.perf_counter()
            self._began = self._began or began
            counted = self._counter.count(image, at)
        except Exception as error:  # noqa: BLE001 - one camera's trouble is told, and the others go on
            self._fault = f"Counting failed: {type(error).__name__}: {error}"
            self._next = time.monotonic() + BEAT_S
            return
        self._fault = ""
        self._count_s.append(time.perf_counter() - began)
        self._frames += 1
        for zone, count in counted.counts.items():
            self._send(Observation(self.camera.name, zone, float(count), at))
        every_s = self._plan.picture_every_s
        if every_s and began >= self._next_picture:
            self._next_picture = began + every_s
            made = snapshot(image, counted, self._zones, self.camera.name, self._plan.privacy)
            self._send(Shot(self.camera.name, at, made.jpeg, made.alt))

    def _beat(self) -> None:
        """Tell how it is, and for each zone that nothing is counted where that is so."""
        name, count_s = self.camera.name, tuple(self._count_s)
        self._count_s.clear()
        if self._live is None:
            beat = Beat(name, "gone", self._fault, 0.0, 0, (), 0, 0, (0, 0))
        else:
            now = self._live.status()
            beat = Beat(
                name, now.state, now.why, now.fps, len(count_s), count_s, now.decoded, now.dropped, now.size
            )  # fmt: skip
        self._send(beat)
        # Connecting for the first time is no trouble; where it fails, the source is gone.
        trouble = f"{beat.state}: {beat.why}" if beat.state not in ("ok", "connecting") else self._fault
        for zone in (self._zones or (WHOLE,)) if trouble else ():
            self._send(Observation(name, zone, None, time.time(), trouble))

    def _end(self) -> None:
        if self._takes_all and self._live is not None and self._live.status().is_over and not self.is_done:
            self.is_done = True
            self._beat()
            self._send(Done(self.camera.name, self._frames, time.perf_counter() - self._began if self._frames else 0.0))
