"""How a deployed system fares over time, and what it observes, as pictures."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

DAY_S = 86_400.0
FEWEST_DAYS = 1


def quality_picture(title: str, thumbs: Sequence[tuple[float, int]], latency: Sequence[tuple[float, float]]) -> bytes:
    """Good thumbs a day as shares, over the latency of answers.

    Args:
        thumbs: (Unix seconds, +1 or -1) of each vote.
        latency: (Unix seconds, seconds) of each answer.

    Returns:
        A PNG; empty bytes where there is nothing to draw.
    """
    if not thumbs and not latency:
        return b""
    figure = Figure(figsize=(7.2, 3.6), dpi=120, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    days = sorted({at // DAY_S for at, _ in thumbs})
    shares = [_share([vote for at, vote in thumbs if at // DAY_S == day]) for day in days]
    above.plot([_date((day + 0.5) * DAY_S) for day in days], shares, marker="o", color="#009E73")
    above.set(ylabel="good answers", ylim=(-0.05, 1.05), title=title[:60])
    below.plot([_date(at) for at, _ in latency], [seconds * 1000 for _, seconds in latency], ".", color="#0072B2")
    slowest = max((seconds for _, seconds in latency), default=0.0) * 1000
    below.set(ylabel="latency (ms)", ylim=(0, 1.1 * slowest or 1.0))
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    below.xaxis.set_major_locator(locator)
    below.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    for axes in (above, below):
        axes.grid(alpha=0.3)
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def in_words(thumbs: Sequence[tuple[float, int]], latency: Sequence[tuple[float, float]]) -> str:
    """The picture's alternative text: what it shows, in numbers.

    >>> in_words([(0.0, 1), (1.0, -1)], [(0.0, 0.2)])
    '1 of 2 votes good; 1 answer, the slowest in 200 ms.'
    """
    good = sum(vote > 0 for _, vote in thumbs)
    slowest = max((seconds for _, seconds in latency), default=0.0)
    answers = "1 answer" if len(latency) == 1 else f"{len(latency)} answers"
    return f"{good} of {len(thumbs)} votes good; {answers}, the slowest in {slowest * 1000:.0f} ms."


MOST_LINES = 6  # series in one picture; more could not be told apart
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # told apart by the colour-blind too
Minutes = Mapping[str, Sequence[tuple[float, float]]]


def observed_picture(title: str, series: Minutes, limits: Sequence[float], zone: tzinfo) -> bytes:
    """What was observed in a day, a line for each series; where nothing was observed there is a gap.

    Args:
        series: Name -> (Unix seconds, mean of that minute), in the order of time; the first ``MOST_LINES`` are drawn.
        limits: Drawn as dashed lines.
        zone: Whose clock the axis shows.

    Returns:
        A PNG; empty bytes where there is nothing to draw.
    """
    if not any(series.values()):
        return b""
    figure = Figure(figsize=(7.2, 3.0), dpi=120, layout="constrained")
    axes = figure.subplots()
    for (name, rows), colour in zip(list(series.items())[:MOST_LINES], COLOURS, strict=False):
        points = with_gaps(rows)
        values = [value for _, value in points]
        axes.plot([_date(at, zone) for at, _ in points], values, color=colour, linewidth=1.2, label=name[:30])
    for limit in limits:
        axes.axhline(limit, color="#666666", linestyle="--", linewidth=1.0)
    axes.set(title=title[:60])
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left", fontsize="small")
    locator = AutoDateLocator(tz=zone)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=zone))  # type: ignore[no-untyped-call]
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def with_gaps(rows: Sequence[tuple[float, float]], step_s: float = 60.0) -> list[tuple[float, float]]:
    """The rows with NaN wherever more than one step is missing, so that no line is drawn over it.

    >>> [value for _, value in with_gaps([(0.0, 1.0), (60.0, 2.0), (300.0, 3.0)])]
    [1.0, 2.0, nan, 3.0]
    """
    filled: list[tuple[float, float]] = []
    for at, value in rows:
        if filled and at - filled[-1][0] > 1.5 * step_s:
            filled.append((filled[-1][0] + step_s, math.nan))
        filled.append((at, value))
    return filled


def _share(votes: Sequence[int]) -> float:
    return sum(vote > 0 for vote in votes) / len(votes)


def _date(at: float, zone: tzinfo = UTC) -> Any:
    return datetime.fromtimestamp(at, zone)  # matplotlib's types know of no dates
