"""A recording with its counts, made once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skills.people_count.scene.clips import write_clip


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds of a made scene: hall.mp4, and hall.json with the count of every tenth frame."""
    folder = tmp_path_factory.mktemp("hall")
    path = folder / "hall.mp4"
    counts = write_clip(path, 12, 10, ((0, 3), (4, 6), (9, 2)), seed=4)
    some = {number: row for number, row in counts["counts"].items() if int(number) % 10 == 0}
    path.with_suffix(".json").write_text(json.dumps({"fps": 10, "counts": some}), "utf-8")
    return folder
