"""Stretches of video with counts close together: what an alert would have done in them.

A breach is when the people, as a person counted them, are above the limit for at least as long as an alert waits. The
counts of a configuration step the very rule that is deployed; what it fires is compared with the breaches.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import Any

from neo.domain.alerts import AlertRule, AlertState, Observation, step

DENSE_S = 1.0  # between two counts, for a stretch to be told from them
LEAST_S = 20.0  # of a stretch: a crowd comes, is confirmed, and goes
MOST_S = 60.0
EARLY_S = 1.0  # a firing so long before the first count above the limit is no false one: people come between two counts
START = 1_000_000.0  # any time will do; not 0, which no clock shows


@dataclass(frozen=True)
class Episode:
    """A stretch of a video.

    Attributes:
        video: Hash of the video's file.
        counts: Frame numbers and how many people each shows, in order.
        fps: Frames a second of the video.
        frames: How many it has.
    """

    video: str
    counts: tuple[tuple[int, int], ...]
    fps: float
    frames: int = 0

    @property
    def start(self) -> int:
        """Its first frame."""
        return self.counts[0][0]

    @property
    def end(self) -> int:
        """Its last frame."""
        return self.counts[-1][0]


@dataclass(frozen=True)
class Waited:
    """How counts and alerts are judged.

    Attributes:
        rule: The one that is deployed.
        promised_s: Within what time after its confirmation an alert is promised.
        missed: What each person counts who was there and was not counted.
        false: What each counts who was counted and was not there.
    """

    rule: AlertRule
    promised_s: float
    missed: float = 1.0
    false: float = 1.0

    @property
    def is_even(self) -> bool:
        """Whether both kinds of error count alike."""
        return self.missed == self.false


def episodes_of(video: str, counts: Mapping[int, int], fps: float, frames: int) -> list[Episode]:
    """The stretches of a video whose counts lie close enough; none where they are too far apart."""
    numbers = sorted(counts)
    if len(numbers) < 2 or fps <= 0:
        return []
    gaps = [(after - before) / fps for before, after in itertools.pairwise(numbers)]
    long_s = (numbers[-1] - numbers[0]) / fps
    if median(gaps) > DENSE_S or long_s < LEAST_S:
        return []
    parts = max(1, round(long_s / MOST_S))
    edges = [numbers[0] + (numbers[-1] - numbers[0]) * part / parts for part in range(parts + 1)]
    found = []
    for low, high in itertools.pairwise(edges):
        inside = tuple((number, counts[number]) for number in numbers if low <= number <= high)
        found += [Episode(video, inside, fps, frames)] if len(inside) > 1 else []
    return found


def frames_looked_at(episode: Episode, full: Mapping[str, Any]) -> list[int]:
    """The frames that a counter looks at during an episode, at its own rate."""
    pace = max(1.0, episode.fps / full["sample_fps"])
    count = int((episode.end - episode.start) / pace) + 1
    return [episode.start + round(pace * place) for place in range(count)]


def breaches(episode: Episode, limit: float, least_s: float) -> list[tuple[float, float]]:
    """When there were too many for long enough: start and end of each, in seconds of the video.

    >>> some = Episode("", tuple((10 * n, 12 if 3 <= n <= 8 else 4) for n in range(12)), 10.0)
    >>> breaches(some, 10, 3.0)
    [(3.0, 9.0)]
    """
    found: list[tuple[float, float]] = []
    since: float | None = None
    for number, people in episode.counts:
        at = number / episode.fps
        if people > limit and since is None:
            since = at
        elif people <= limit and since is not None:
            found.append((since, at))
            since = None
    if since is not None:
        found.append((since, episode.end / episode.fps))
    return [(start, end) for start, end in found if end - start >= least_s]


def fired(seen: Sequence[tuple[int, float]], fps: float, rule: AlertRule) -> list[float]:
    """When the rule fires on the counts of a configuration, in seconds of the video."""
    always = replace(rule, hours=None)
    state, found = AlertState(), []
    for number, count in seen:
        at = START + number / fps
        state, told = step(always, state, Observation("episode", count, at), at)
        found += [one.at - START for one in told if one.kind == "firing"]
    return found


def alert_scores(seen: Sequence[tuple[int, float]], episode: Episode, waited: Waited) -> dict[str, float]:
    """Recall and precision of alerts, and how soon they came; NaN for what the episode cannot tell."""
    rule = waited.rule
    real = breaches(episode, rule.over, rule.confirm_s)
    alerts = fired(seen, episode.fps, rule)
    firsts = [next((at for at in alerts if start - EARLY_S <= at <= end + 1), math.nan) for start, end in real]
    true = [any(start - EARLY_S <= at <= end + 1 for start, end in real) for at in alerts]
    late = [max(0.0, at - start - rule.confirm_s) for at, (start, _) in zip(firsts, real, strict=True) if at == at]
    return {
        "alert_recall": fmean(at == at for at in firsts) if real else math.nan,
        "alert_precision": fmean(true) if alerts else math.nan,
        "promptness": fmean(max(0.0, 1 - one / waited.promised_s) for one in late) if late else math.nan,
    }


def told_at(seen: Sequence[tuple[int, float]], number: int) -> float:
    """The count that is told at a frame: the newest one; NaN before the first."""
    place = bisect_right([one for one, _ in seen], number)
    return seen[place - 1][1] if place else math.nan
