"""How near the deployed pipeline comes to the slower of decoding and inference, for each detector, 1 and 4 cameras.

The limit is measured by as many processes as the pipeline has, each decoding alone and then counting in pictures that
are there already, right before and right after the pipeline. The pipeline plays the development video with each frame
taken; beside it, four cameras at their own rate tell what they hold. ``fps_vs_limit`` is the pipeline's rate times the
slower of both; ``fps_vs_cores`` is the same against what the cores can do at all, which is less where decoding has none
of its own. Each is the median of the rounds, with the lowest and the highest.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter as Tally
from pathlib import Path
from statistics import fmean, median
from subprocess import PIPE
from typing import Any

from bot.bench import Measured
from bot.settings import load
from skills.people_count.runtime.cameras import Cameras
from skills.people_count.runtime.counting import open_counter
from skills.people_count.runtime.detectors import available
from skills.people_count.runtime.live import Habits
from skills.people_count.runtime.parameters import complete_config
from skills.people_count.runtime.watched import Camera, Message, Observation, Plan

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("NEO_SHARED", ROOT.parent / "shared"))
VIDEO = SHARED / "data" / "vtest" / "vtest.mp4"
DECODED, COUNTED = 300, 60  # frames of a measurement of the limit
ROUNDS = 3
RUN_S, WARM_S = 4.0, 1.0  # of the pipeline, after its first count; the file ends it sooner
HELD_S, OFFERED_FPS = 10.0, 10.0
GOAL, GOAL_FPS = 0.9, 3.0


def bench(seed: int) -> Measured:
    """Measure every detector that is here."""
    if not VIDEO.is_file():
        return Measured(skipped=f"the development data is not here ({SHARED}); set NEO_SHARED")
    models = SHARED / "models" if (SHARED / "models").is_dir() else load().models
    cores = len(os.sched_getaffinity(0))
    ratios: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    details: dict[str, object] = {"cores": cores, "goal": GOAL, "rounds": ROUNDS}
    for name in available(models):
        config = complete_config({"detector": name, "input_size": 320})
        for cameras in (1, 4):
            rounds = [_round(config, models, cameras, min(cameras, cores), cores) for _ in range(ROUNDS)]
            for figure in ("fps_vs_limit", "fps_vs_cores"):
                found = sorted(one[figure] for one in rounds)
                ratios[f"{figure}_{name}_{cameras}"] = median(found)
                intervals[f"{figure}_{name}_{cameras}"] = (found[0], found[-1])
            details[f"{name}_{cameras}"] = rounds
    held = {
        name: held_fps(complete_config({"detector": name, "input_size": 320}), models) for name in available(models)
    }
    details["held_fps_of_4_cameras"] = held
    networks = [name for name in held if name != "hog"]
    worst = min((key for key in ratios if key.startswith("fps_vs_limit")), key=lambda key: ratios[key])
    details["worst"] = worst
    return Measured(
        {"fps_vs_limit": ratios[worst], "held_vs_3_fps": min(held[name] for name in networks) / GOAL_FPS, **ratios},
        {"fps_vs_limit": intervals[worst], **intervals},
        details=details,
    )


def _round(config: dict[str, Any], models: Path, cameras: int, processes: int, cores: int) -> dict[str, Any]:
    """The limit, the pipeline, the limit again: machines change their pace."""
    before = limit_s(config, models, processes)
    fps = pipeline_fps(config, models, cameras)
    after = limit_s(config, models, processes)
    decode_s, count_s = fmean([before[0], after[0]]), fmean([before[1], after[1]])
    slower_s = max(decode_s, count_s) / processes
    # Where each core has a process of its own, decoding and counting share it, and take their sum.
    cores_s = max(slower_s, (decode_s + count_s) / cores)
    return {
        "fps": fps, "fps_vs_limit": fps * slower_s, "fps_vs_cores": fps * cores_s,
        "decode_ms": [1000 * before[0], 1000 * after[0]], "count_ms": [1000 * before[1], 1000 * after[1]],
    }  # fmt: skip


def limit_s(config: dict[str, Any], models: Path, processes: int) -> tuple[float, float]:
    """Seconds a frame of decoding and of counting, each alone, mean over as many processes at once."""
    asked = {
        "config": config, "models": str(models), "video": str(VIDEO), "decoded": DECODED, "counted": COUNTED,
    }  # fmt: skip
    command = [sys.executable, str(Path(__file__).with_name("_video_limit.py"))]
    some = [subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True) for _ in range(processes)]
    _tell(some, json.dumps(asked))
    for _ in ("decode", "count"):
        for one in some:
            assert one.stdout is not None and one.stdout.readline() == "ready\n", "a process of the limit died"
        _tell(some, "go")
    found = [json.loads(one.communicate()[0]) for one in some]
    return fmean(one[0] for one in found), fmean(one[1] for one in found)


def _tell(some: list[subprocess.Popen[str]], line: str) -> None:
    for one in some:
        assert one.stdin is not None
        one.stdin.write(f"{line}\n")
        one.stdin.flush()


class _Heard:
    """Counts of each camera, with their times."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    def hear(self, message: Message) -> None:
        if isinstance(message, Observation) and message.count is not None:
            self.times.setdefault(message.camera, []).append(time.monotonic())

    def rates(self, since: float, until: float) -> dict[str, float]:
        """Frames a second of each camera, while all of them played: a fast detector is through with its file early."""
        until = min(until, *(times[-1] for times in self.times.values()))
        tally = Tally({name: sum(since <= at < until for at in times) for name, times in self.times.items()})
        return {name: count / (until - since) for name, count in tally.items()}


def _run(config: dict[str, Any], models: Path, cameras: int, plan: Plan, seconds: float) -> dict[str, float]:
    heard = _Heard()
    some = [Camera(f"camera {number}", str(VIDEO)) for number in range(1, cameras + 1)]
    running = Cameras(some, plan, open_counter, heard.hear).start()
    try:
        deadline = time.monotonic() + 60
        while len(heard.times) < cameras and time.monotonic() < deadline:
            time.sleep(0.05)
        since = time.monotonic() + WARM_S
        until = since + seconds
        time.sleep(until - time.monotonic())
    finally:
        running.stop()
    return heard.rates(since, until)


def pipeline_fps(config: dict[str, Any], models: Path, cameras: int) -> float:
    """Frames a second of all cameras together, each frame of the file taken."""
    plan = Plan(config, models, habits=Habits(pace="every"))
    return sum(_run(config, models, cameras, plan, RUN_S).values())


def held_fps(config: dict[str, Any], models: Path) -> float:
    """Frames a second of the slowest of four cameras that play at their own rate."""
    plan = Plan(config, models, frames_per_second=OFFERED_FPS)
    return min(_run(config, models, 4, plan, HELD_S).values())
