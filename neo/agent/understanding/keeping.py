"""Arrays that are the same at every start, kept in files so that they are made once."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

log = logging.getLogger(__name__)
Array = npt.NDArray[np.float32]


def kept(path: Path, make: Callable[[], Array]) -> Array:
    """The array of a file; made, and kept there, when there is none that can be read.

    A folder that cannot be written costs a slower start and nothing else.
    """
    try:
        return np.asarray(np.load(path, allow_pickle=False), dtype=np.float32)
    except (OSError, ValueError, EOFError):  # not made yet, or cut short
        made = make()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".npy")
        with os.fdopen(handle, "wb") as file:
            np.save(file, made)
        Path(temporary).replace(path)
    except OSError as error:
        log.warning("%s is not kept, so the next start takes longer: %s", path, error)
    return made
