"""How long a detector takes for one picture here: what cannot meet the limit is left out of the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from statistics import median
from time import perf_counter

from skills.people_count.runtime.boxes import Image
from skills.people_count.runtime.counting import Looker
from skills.people_count.runtime.detectors import available
from skills.people_count.runtime.parameters import complete_config
from skills.people_count.runtime.reading import frames_at
from skills.people_count.runtime.tiling import TILINGS

MEASURED = 3  # pictures, after a first one
# A detector is left out when it takes this many times the limit: a machine that is busy now may be free later.
SLACK = 1.5


@lru_cache(maxsize=16)
def picture_s(video: Path, models_dir: Path) -> dict[str, float]:
    """Seconds for one picture of a video with each detector that is here, at its default settings; measured once."""
    _, image = next(frames_at(video, [0]))
    found = {}
    for name in available(models_dir):
        looker = Looker(complete_config({"detector": name}), models_dir)
        looker.look(image)
        found[name] = median(_once(looker, image) for _ in range(MEASURED))
    return found


def _once(looker: Looker, image: Image) -> float:
    start = perf_counter()
    looker.look(image)
    return perf_counter() - start


def too_slow(times: Mapping[str, float], limit_s: float | None) -> dict[str, str]:
    """Why each detector that cannot meet the limit is left out, by name."""
    if limit_s is None:
        return {}
    return {
        name: f"a picture takes {1000 * seconds:.0f} ms here, and the limit is {1000 * limit_s:.0f} ms"
        for name, seconds in times.items()
        if seconds > SLACK * limit_s
    }


def tiled(times: Mapping[str, float], names: Sequence[str], limit_s: float | None) -> tuple[str, ...]:
    """The networks that meet the limit even where the picture is looked at in two parts."""
    parts = min(columns * rows for columns, rows in TILINGS.values() if columns * rows > 1)
    return tuple(name for name in names if limit_s is None or parts * times.get(name, 0.0) <= SLACK * limit_s)
