"""The search space: the counter's own settings, as far as this machine and this video allow them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from neo.automl.space import Choice, Config, LeftOut, Parameter, Real, Space
from skills.people_count.runtime.detectors import CLASSIC, DETECTORS, NETWORKS, available, takes_any_size
from skills.people_count.runtime.parameters import PARAMETERS
from skills.people_count.runtime.parameters import Parameter as Setting
from skills.people_count.speed import tiled, too_slow

PLAINEST: Config = {"detector": "background"}  # what moves: what any camera's own software does
HALF = 0.5  # the confidence and the overlap that everybody starts with
MODELS = ("detector",)
BEST_FIRST = (
    "yolox-nano",
    "yolox-tiny",
    "nanodet-plus",
    "nanodet",
    "rf-detr-nano",
    "fastestdet",
    "ssdlite",
    "background",  # at 60 ms a picture HOG sees small figures only: on real video it is off three times as far
    "hog",
)


def search_space(
    models_dir: Path, fps: float, has_zone: bool, times: Mapping[str, float], limit_s: float | None
) -> Space:
    """The space for one video.

    Args:
        fps: Frames a second of the slowest video: more cannot be looked at.
        has_zone: Without a zone nothing is asked about which point of a box lies in it.
        times: Seconds for a picture with each detector.
        limit_s: Most seconds for a picture.
    """
    slow = too_slow(times, limit_s)
    here = [name for name in available(models_dir) if name not in slow] or list(CLASSIC[:1])
    parameters: list[Parameter] = []
    for name, setting in PARAMETERS.items():
        if name == "judged_by" and not has_zone:
            continue
        parameter = _special(setting, here, models_dir, fps)
        if name == "tiling" and isinstance(parameter, Choice):
            fast = tiled(times, parameter.when["detector"], limit_s)
            parameter = replace(parameter, when={"detector": fast}) if fast else None
        if parameter is not None:
            parameters.append(parameter)
    left_out = [LeftOut("detector", name, slow.get(name) or _why_not(name)) for name in DETECTORS if name not in here]
    return Space(tuple(parameters), tuple(left_out), MODELS, PLAINEST)


def references(space: Space) -> dict[str, Config]:
    """Each network as everybody starts with it: alone, at confidence and NMS .5, at each input size that it takes."""
    found: dict[str, Config] = {}
    choices = {one.name: one.values() for one in space.parameters}
    rates = choices["sample_fps"]
    plain: Config = {"confidence": HALF, "nms": HALF, "sample_fps": rates[-1]}
    for name in (one for one in choices["detector"] if one in NETWORKS):
        config = space.complete({**plain, "detector": name})
        sizes: Sequence[Any] = choices.get("input_size", ()) if "input_size" in config else ()
        if not sizes:
            found[f"{name} at .5 / .5"] = config
        for size in sizes:
            found[f"{name} {size} at .5 / .5"] = space.complete({**config, "input_size": size})
    return found


def _special(setting: Setting, here: Sequence[str], models_dir: Path, fps: float) -> Parameter | None:
    if setting.name == "detector":
        default = next(one for one in BEST_FIRST if one in here)
        return Choice(setting.name, tuple(here), default, setting.about)
    if setting.name == "input_size":
        free = tuple(name for name in setting.when["detector"] if takes_any_size(name, models_dir))
        when = {"detector": free}
        return Choice(setting.name, setting.choices, setting.default, setting.about, when) if free else None
    if setting.name == "sample_fps":
        rates = tuple(one for one in setting.choices if one <= fps) or setting.choices[:1]
        default = setting.default if setting.default in rates else rates[-1]
        return Choice(setting.name, rates, default, setting.about)
    reachable = {name: tuple(one for one in values if one in here) for name, values in setting.when.items()}
    if any(not values for values in reachable.values()):
        return None
    if setting.choices:
        return Choice(setting.name, setting.choices, setting.default, setting.about, reachable)
    return Real(setting.name, setting.low, setting.high, setting.default, setting.step, setting.about, reachable)


def _why_not(name: str) -> str:
    patterns = ", ".join(NETWORKS[name].files)
    return f"no file of it is here ({patterns}); `neo models pull {name}` brings it, where the catalogue has it"
