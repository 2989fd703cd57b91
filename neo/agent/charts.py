"""How a deployed system fares over time, as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime

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


def _share(votes: Sequence[int]) -> float:
    return sum(vote > 0 for vote in votes) / len(votes)


def _date(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
