"""Arrays that are the same at every start, kept in files so that they are made once."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from filelock import FileLock

log = logging.getLogger(__name__)
Array = npt.NDArray[np.float32]


def kept(path: Path, make: Callable[[], Array]) -> Array:
    """The array of a file; made, and kept there, when there is none that can be read.

    A folder that cannot be written costs a slower start and nothing else.
    """
    found = _read(path)
    if found is not None:
        return found
    lock = FileLock(path.with_suffix(".lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except (OSError, NotImplementedError) as error:  # not all file systems lock
        log.warning("%s is not kept, so the next start takes longer: %s", path, error)
        return make()
    try:
        # Processes that start together wait for the first: making it twice takes twice as long.
        found = _read(path)
        if found is None:
            found = make()
            _write(path, found)
        return found
    finally:
        lock.release()


def _read(path: Path) -> Array | None:
    try:
        return np.asarray(np.load(path, allow_pickle=False), dtype=np.float32)
    except (OSError, ValueError, EOFError):  # not made yet, or cut short
        return None


def _write(path: Path, made: Array) -> None:
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".npy")
        with os.fdopen(handle, "wb") as file:
            np.save(file, made)
        Path(temporary).replace(path)
    except OSError as error:
        log.warning("%s is not kept, so the next start takes longer: %s", path, error)
