"""A source that is watched: a thread decodes it, and its newest frame is there to be taken."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from av.video.frame import VideoFrame

from .addresses import Source
from .backoff import Backoff
from .ending import Ending
from .faults import SourceError
from .guards import PUBLIC, Allowed
from .handoff import Handoff
from .opening import PATIENT, Converter, Patience, Video, open_video
from .stillness import Stillness

STATES = ("ok", "connecting", "stalled", "frozen", "gone")
RECENT = 100  # frames over which the rate is told


@dataclass(frozen=True)
class Habits:
    """How a source is watched.

    Attributes:
        pace: clock: a file is played at its own rate, and only the newest frame counts. every: each frame is taken, as
            fast as that goes, with the times that the file gives them; for measuring.
        stalled_s: A stream that sends nothing for so long is stalled.
        frozen_s: A stream that sends the same picture for so long is frozen; longer than between two key frames.
        steady_s: A connection that held for so long was a good one: the next attempt after it comes soon.
        patience: Time-outs of the connection.
        first_wait_s: Before the second attempt to connect.
        most_wait_s: Between any two attempts.
    """

    pace: str = "clock"
    stalled_s: float = 5.0
    frozen_s: float = 20.0
    steady_s: float = 10.0
    patience: Patience = PATIENT
    first_wait_s: float = 0.5
    most_wait_s: float = 60.0


USUAL = Habits()


@dataclass(frozen=True)
class Picture:
    """A frame to count in.

    Attributes:
        image: uint8, shape (height, width, 3), blue green red.
        at: When it came, in unix seconds; with pace every, seconds from the file's start.
    """

    image: np.ndarray
    at: float


@dataclass(frozen=True)
class Status:
    """How a source is.

    Attributes:
        state: One of STATES.
        why: In words, for a state that is not ok; else empty.
        decoded: Frames so far.
        dropped: Frames of them that a newer one replaced before anybody took them.
        fps: Frames a second that came lately.
        connections: How often it was connected to.
        size: Width and height in pixels of the newest frame; (0, 0) before the first.
        is_over: A file that was played to its end, or cannot be played: nothing more will come.
    """

    state: str
    why: str
    decoded: int
    dropped: int
    fps: float
    connections: int
    size: tuple[int, int]
    is_over: bool


@dataclass
class _Seen:
    state: str = "connecting"
    why: str = "It is being connected to for the first time."
    decoded: int = 0
    connections: int = 0
    size: tuple[int, int] = (0, 0)
    is_over: bool = False
    last: float = 0.0
    times: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))


class Live:
    """Watches one source in a thread of its own, and connects to it again for as long as it is not stopped.

    Args:
        source: What to watch.
        allowed: Which hosts may be connected to.
        habits: How to watch it.
        on_frame: Called by the thread after each frame and each change of state; must return at once.
    """

    def __init__(
        self,
        source: Source,
        allowed: Allowed = PUBLIC,
        habits: Habits = USUAL,
        on_frame: Callable[[], object] = lambda: None,
    ) -> None:
        self.source, self._allowed, self._habits, self._on_frame = source, allowed, habits, on_frame
        self._takes_all = habits.pace == "every"
        self._frames: Handoff[tuple[VideoFrame, float]] = Handoff(keeps_all=self._takes_all)
        self._to_image = Converter()
        self._backoff = Backoff(habits.first_wait_s, habits.most_wait_s)
        self._still = Stillness()
        self._was_frozen = False
        self._seen = _Seen()
        self._stopping = threading.Event()
        self._ending = Ending()
        self._thread = threading.Thread(target=self._run, name=f"live {source.shown}", daemon=True)

    def start(self) -> Live:
        """Begin to watch."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End the thread; waits until its read ends, at most as long as a read may take."""
        self._stopping.set()
        self._frames.close()
        self._ending.end()
        if self._thread.is_alive():
            self._thread.join(self._habits.patience.read_s + 1)

    def take(self) -> Picture | None:
        """The newest frame that was not taken yet (with pace every: the next one), or None where there is none."""
        taken = self._frames.take()
        if taken is None:
            return None
        frame, at = taken
        # Converted here, in the taker's thread: most frames of a camera are never taken, and what this core has just
        # written it reads again at once.
        return Picture(self._to_image(frame), at)

    def status(self) -> Status:
        """How the source is now."""
        seen, habits = self._seen, self._habits
        state, why = seen.state, seen.why
        quiet_s = time.monotonic() - seen.last
        if state in ("ok", "frozen") and not self._takes_all and quiet_s > habits.stalled_s:
            state, why = "stalled", f"Nothing came for {quiet_s:.0f} seconds."
        times = list(seen.times)
        fps = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 and times[-1] > times[0] else 0.0
        # With pace every, what was decoded and still waits is not lost.
        over = seen.is_over and not len(self._frames)
        dropped, size = self._frames.dropped, seen.size
        return Status(state, why, seen.decoded, dropped, fps if state == "ok" else 0.0, seen.connections, size, over)

    def _run(self) -> None:
        while not self._stopping.is_set():
            why = self._watch_once()
            if self._stopping.is_set():
                return
            self._tell("gone", why)
            if not self.source.is_live:
                self._seen.is_over = True
                self._on_frame()
                return
            self._stopping.wait(self._backoff.next_s())

    def _watch_once(self) -> str:
        """Connect, and play until that ends; why it ended."""
        began = time.monotonic()
        self._seen.connections += 1
        self._ending = Ending()
        if self._stopping.is_set():
            self._ending.end()
        try:
            with open_video(self.source, self._allowed, self._habits.patience, self._ending) as video:
                return self._play(video)
        except SourceError as error:
            return str(error)
        finally:
            if time.monotonic() - began >= self._habits.steady_s:
                self._backoff.reset()

    def _play(self, video: Video) -> str:
        began, start = time.time(), None
        for number, frame in enumerate(video.frames()):
            at = time.time()
            if not self.source.is_live:
                offset = frame.time if frame.time is not None else number / video.fps
                start = offset if start is None else start
                at = offset - start if self._takes_all else began + offset - start
                if not self._takes_all and self._stopping.wait(max(0.0, at - time.time())):
                    return "It was stopped."
            if self._stopping.is_set() or not self._hand_over(frame, at):
                return "It was stopped."
            if self._is_newly_frozen():
                return self._seen.why
        return "The stream ended." if self.source.is_live else "The file has been played to its end."

    def _hand_over(self, frame: VideoFrame, at: float) -> bool:
        seen, now = self._seen, time.monotonic()
        # Before it is handed over: a frame serves one thread at a time.
        still_s = self._still.see(frame, now) if self.source.is_live else 0.0
        if not self._frames.put((frame, at)):
            return False
        seen.decoded, seen.size, seen.last = seen.decoded + 1, (frame.width, frame.height), now
        seen.times.append(now)
        if still_s >= self._habits.frozen_s:
            self._tell("frozen", f"The same picture has come for {still_s:.0f} seconds.")
        else:
            self._was_frozen = False
            self._tell("ok", "")
        self._on_frame()
        return True

    def _is_newly_frozen(self) -> bool:
        """Whether to connect again, which wakes some cameras; once, since a picture may be still for hours."""
        if self._seen.state != "frozen" or self._was_frozen:
            return False
        self._was_frozen = True
        return True

    def _tell(self, state: str, why: str) -> None:
        if state == "gone" and self._seen.state == "frozen" and why == self._seen.why:
            return  # connected to again because it is frozen, which it still is
        self._seen.why, self._seen.state = why, state
        if state != "ok":
            self._on_frame()
