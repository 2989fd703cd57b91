"""Files as a skill takes them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from neo.automl.problem import InputFile


def input_file(path: Path, role: str = "") -> InputFile:
    return InputFile(role, path.name, path, hashlib.sha256(path.read_bytes()).hexdigest())
