"""What a detector finds in the frames that a trial wants: kept by the stage cache, so looked for once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

from neo.automl.problem import InputFile
from neo.automl.stage_cache import StageCache, cache_at
from neo.models.hashing import sha256_of
from skills.people_count.runtime.boxes import Boxes, Image
from skills.people_count.runtime.counting import Looker
from skills.people_count.runtime.detectors import NETWORKS, file_of
from skills.people_count.runtime.parameters import LOOKING
from skills.people_count.runtime.reading import frames_at

STAGE, VERSION = "look", 2
Runs = Sequence[Sequence[int]]
"""Frame numbers in the order of time, a run for each label."""


def look(
    video: InputFile, config: Mapping[str, Any], runs: Runs, cache_dir: Path, models_dir: Path, threads: int = 1
) -> list[list[Boxes]]:
    """Candidates in each frame of each run.

    A detector that looks at each picture alone is asked once for each frame; one that remembers what it saw begins each
    run anew, and its candidates belong to that run.

    Args:
        threads: Pictures that are looked at side by side: inference lets go of Python's lock.
    """
    cache = cache_at(cache_dir)
    key = {"video": video.sha256, **way_of_looking(config, models_dir)}
    if Looker(config, models_dir).detector.history:
        return _by_run(video, config, runs, cache, key, models_dir)
    wanted = sorted({number for run in runs for number in run})
    known = {number: cache.find(STAGE, VERSION, {**key, "frame": number}) for number in wanted}
    found: dict[int, Boxes] = {number: value for number, (is_here, value) in known.items() if is_here}
    for _ in found:
        cache.stats.count(STAGE, hit=True)
    missing = [one for one in wanted if one not in found]
    looker = Looker(config, models_dir)

    def looked(pair: tuple[int, Image]) -> tuple[int, Boxes]:
        made = partial(looker.look, pair[1])
        return pair[0], cache.get_or_make(STAGE, VERSION, {**key, "frame": pair[0]}, made)

    pictures = frames_at(video.path, missing)
    with ThreadPoolExecutor(max(1, threads)) as pool:
        # A few at a time: a pool would take in all pictures of a video at once.
        while some := list(islice(pictures, 2 * max(1, threads))):
            found.update(pool.map(looked, some))
    return [[found[number] for number in run] for run in runs]


def _by_run(
    video: InputFile,
    config: Mapping[str, Any],
    runs: Runs,
    cache: StageCache,
    key: Mapping[str, Any],
    models_dir: Path,
) -> list[list[Boxes]]:
    keys = [{**key, "run": list(run)} for run in runs]
    known = [cache.find(STAGE, VERSION, one) for one in keys]
    found: list[list[Boxes]] = [value if is_here else [] for is_here, value in known]
    missing = [place for place, (is_here, _) in enumerate(known) if not is_here]
    made = _streamed(video, config, {place: runs[place] for place in missing}, models_dir)
    for place in missing:
        found[place] = cache.get_or_make(STAGE, VERSION, keys[place], partial(made.__getitem__, place))
    for _ in range(len(runs) - len(missing)):
        cache.stats.count(STAGE, hit=True)
    return found


def _streamed(
    video: InputFile, config: Mapping[str, Any], runs: Mapping[int, Sequence[int]], models_dir: Path
) -> dict[int, list[Boxes]]:
    """Candidates of each run, in one pass over the video: each run has its own detector, and no pictures are kept.

    A run that goes back in time, as at the start of a video, has a pass of its own.
    """
    found: dict[int, list[Boxes]] = {}
    ahead = {place: run for place, run in runs.items() if list(run) == sorted(set(run))}
    lookers = {place: Looker(config, models_dir) for place in ahead}
    found = {place: [] for place in ahead}
    for number, image in frames_at(video.path, sorted({one for run in ahead.values() for one in run})):
        for place, run in ahead.items():
            if number in run:
                found[place].append(lookers[place].look(image))
    for place in runs.keys() - ahead.keys():
        images = {number: image.copy() for number, image in frames_at(video.path, sorted(set(runs[place])))}
        looker = Looker(config, models_dir)
        found[place] = [looker.look(images[number]) for number in runs[place]]
    return found


def way_of_looking(config: Mapping[str, Any], models_dir: Path) -> dict[str, Any]:
    """All that the first stage's result depends on, beside the picture: its settings, and the network's own bytes."""
    name = config["detector"]
    settings = {setting: config[setting] for setting in LOOKING}
    file = file_of(name, models_dir) if name in NETWORKS else None
    return {**settings, "weights": _hash(file, file.stat().st_mtime_ns) if file is not None else ""}


@lru_cache(maxsize=32)
def _hash(file: Path, changed_ns: int) -> str:
    return sha256_of(file)
