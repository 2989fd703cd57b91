"""The runtime as it is shipped: copied elsewhere under another name, so that processes start without Neo."""

from __future__ import annotations

import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import skills.people_count.runtime

FOLDER = tempfile.TemporaryDirectory(prefix="people-count-")  # it goes when this process ends
shutil.copytree(
    Path(skills.people_count.runtime.__file__).parent,
    Path(FOLDER.name) / "people_count_runtime",
    ignore=shutil.ignore_patterns("__pycache__"),
)
sys.path.insert(0, FOLDER.name)

cameras = import_module("people_count_runtime.cameras")
guards = import_module("people_count_runtime.guards")
live = import_module("people_count_runtime.live")
opening = import_module("people_count_runtime.opening")
watched = import_module("people_count_runtime.watched")
