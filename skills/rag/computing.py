"""What the machine's own computing adds to the cost of an answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from neo.automl.machine import compute_usd
from neo.automl.problem import Context, Evaluation
from neo.automl.space import Config
from neo.automl.stage_cache import cache_at
from skills.rag.runtime.parameters import complete_config

STAGE, VERSION = "mean_latency", 1


def with_computing(evaluations: Sequence[Evaluation], config: Config, context: Context) -> list[Evaluation]:
    """The evaluations with each answer's latency at the machine's rate in its cost.

    An answer that was not timed, as in later rungs of a trial, costs what the configuration's timed answers cost on
    average; where none was ever timed, nothing is known and nothing added.
    """
    if not compute_usd(context.resources, 1.0):
        return list(evaluations)
    cache, key = cache_at(context.cache_dir), _key(config, context)
    timed = [one.latency_s for one in evaluations if not math.isnan(one.latency_s)]
    if timed:
        mean_s = cache.keep(STAGE, VERSION, key, fmean(timed))
    else:
        found, kept = cache.find(STAGE, VERSION, key)
        mean_s = float(kept) if found else 0.0
    return [_charged(one, mean_s, context) for one in evaluations]


def _charged(one: Evaluation, mean_s: float, context: Context) -> Evaluation:
    seconds = mean_s if math.isnan(one.latency_s) else one.latency_s
    return replace(one, cost_usd=one.cost_usd + compute_usd(context.resources, seconds))


def _key(config: Config, context: Context) -> dict[str, object]:
    documents = [file.sha256 for file in context.inputs if file.role == "document"]
    return {"config": complete_config(config), "documents": documents, "threads": context.resources.threads}
