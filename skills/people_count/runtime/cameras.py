"""Many cameras: one process a core, the cameras spread over them, and each process that dies started again."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from .backoff import Backoff
from .watched import Beat, Camera, Done, Message, Observation, OpenCounter, Plan
from .watching import STOP, watch
from .zones import WHOLE

LEAVE_S = 5.0  # a process that does not end by itself in so long is ended
LOOK_S = 0.2
SILENT_S = 60.0  # a process tells how it is each second; one that says nothing for so long hangs


@dataclass
class _Crew:
    """Some of the cameras, and the process that watches them now."""

    cameras: list[Camera]
    backoff: Backoff = field(default_factory=lambda: Backoff(0.5, 30.0))
    process: BaseProcess | None = None
    pipe: Connection | None = None
    begin_at: float = 0.0
    began: float = 0.0
    heard: float = 0.0
    done: set[str] = field(default_factory=set)


class Cameras:
    """Watches cameras in processes of their own.

    Args:
        cameras: Their names differ.
        plan: How.
        open_counter: Makes a camera's counter, in its process.
        on_message: Called with each message, by one thread; must return soon.
        processes: How many; None for one a core, and never more than cameras.
        silent_s: A process that tells nothing for so long is ended, and another one begins.
    """

    def __init__(
        self,
        cameras: Sequence[Camera],
        plan: Plan,
        open_counter: OpenCounter,
        on_message: Callable[[Message], object],
        processes: int | None = None,
        silent_s: float = SILENT_S,
    ) -> None:
        names = [camera.name for camera in cameras]
        if len(set(names)) < len(names) or not names:
            raise ValueError(f"Cameras need one name each, and at least one camera is needed; these are named {names}.")
        count = min(len(cameras), processes or len(os.sched_getaffinity(0)))
        self._plan, self._open, self._on_message, self._silent_s = plan, open_counter, on_message, silent_s
        self._crews = [_Crew(list(cameras[place::count])) for place in range(count)]
        # Started afresh, not forked: threads and the decoders' state do not survive a fork.
        self._context = multiprocessing.get_context("spawn")
        self._stopping, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="cameras", daemon=True)

    def start(self) -> Cameras:
        """Start the processes."""
        self._thread.start()
        return self

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait until all files were counted to their end (with pace every). Returns whether they were."""
        return self._over.wait(timeout_s)

    def stop(self) -> None:
        """End all processes."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def pids(self) -> list[int]:
        """The processes that run."""
        return [crew.process.pid for crew in self._crews if crew.process is not None and crew.process.pid is not None]

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                for crew in self._crews:
                    if crew.process is None and time.monotonic() >= crew.begin_at and not self._is_done(crew):
                        self._begin(crew)
                self._hear()
                self._end_hung()
                if all(self._is_done(crew) for crew in self._crews):
                    self._over.set()
                    return
        finally:
            self._end_all()

    def _begin(self, crew: _Crew) -> None:
        crew.pipe, theirs = self._context.Pipe()
        left = [camera for camera in crew.cameras if camera.name not in crew.done]
        process = self._context.Process(target=watch, args=(theirs, left, self._plan, self._open), daemon=True)
        process.start()
        theirs.close()  # theirs alone, so that their end shows here
        crew.process, crew.began = process, time.monotonic()
        crew.heard = crew.began

    def _hear(self) -> None:
        """Hand on what the processes tell, and notice those that died."""
        pipes = {crew.pipe: crew for crew in self._crews if crew.pipe is not None}
        if not pipes:
            self._stopping.wait(LOOK_S)
        for ready in wait(list(pipes), LOOK_S):
            assert isinstance(ready, Connection)
            crew = pipes[ready]
            try:
                message = ready.recv()
            except (EOFError, OSError):
                self._bury(crew)
                continue
            crew.heard = time.monotonic()
            if isinstance(message, Done):
                crew.done.add(message.camera)
            self._on_message(message)

    def _end_hung(self) -> None:
        """End processes that say nothing any more; their pipes close, so that others begin."""
        for crew in self._crews:
            if crew.process is not None and time.monotonic() - crew.heard > self._silent_s:
                crew.process.kill()

    def _bury(self, crew: _Crew) -> None:
        """Tell that a process died, and when another one begins."""
        assert crew.process is not None and crew.pipe is not None
        crew.pipe.close()
        crew.process.join(LEAVE_S)
        code = crew.process.exitcode
        crew.process = crew.pipe = None
        if self._is_done(crew) or self._stopping.is_set():
            return
        if time.monotonic() - crew.began > crew.backoff.most_s:
            crew.backoff.reset()
        wait_s = crew.backoff.next_s()
        crew.begin_at = time.monotonic() + wait_s
        why = f"Its process ended with {code}; another one begins in {wait_s:.1f} seconds."
        for camera in crew.cameras:
            self._on_message(Beat(camera.name, "gone", why, 0.0, 0, (), 0, 0, (0, 0)))
            for zone in camera.zones or (WHOLE,):
                self._on_message(Observation(camera.name, zone, None, time.time(), f"gone: {why}"))

    def _is_done(self, crew: _Crew) -> bool:
        return len(crew.done) == len(crew.cameras)

    def _end_all(self) -> None:
        for crew in self._crews:
            if crew.pipe is not None:
                with contextlib.suppress(OSError):  # it ended at this very moment
                    crew.pipe.send(STOP)
        for crew in self._crews:
            if crew.process is None or crew.pipe is None:
                continue
            _drain(crew.process, crew.pipe)
            for end in (crew.process.terminate, crew.process.kill):
                if crew.process.is_alive():
                    end()
                    crew.process.join(LEAVE_S)
            crew.pipe.close()
            crew.process = crew.pipe = None


def _drain(process: BaseProcess, pipe: Connection) -> None:
    """Read what a process still tells, so that it does not wait for a reader, until it ends or its time is over."""
    until = time.monotonic() + LEAVE_S
    with contextlib.suppress(EOFError, OSError):
        while time.monotonic() < until:
            if pipe.poll(LOOK_S):
                pipe.recv()
    process.join(max(0.0, until - time.monotonic()))
