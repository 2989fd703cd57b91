"""Pictures of a search, readable on a phone, each with alternative text."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from neo.automl.problem import Limits, Metric, Terms
from neo.automl.trials import Trial, pareto_front
from neo.evals.stats import FEWEST, Interval

_SIZE = (7.2, 5.0)
_DPI = 150
_PAD_IN = 0.2
MOST_BARS = 8
# Wong (2011), Nature Methods 8:441: eight colours that colour-blind people can tell apart.
COLOURS = {
    "default": "#000000", "random": "#56B4E9", "tpe": "#0072B2", "model": "#009E73", "greedy": "#E69F00",
    "front": "#D55E00", "limit": "#999999",
}  # fmt: skip
OTHER_COLOUR = "#CC79A7"


@dataclass(frozen=True)
class Picture:
    """A PNG with its name, title and alternative text."""

    name: str
    title: str
    alt_text: str
    png: bytes


def front_picture(
    trials: Sequence[Trial],
    winner: Trial | None,
    metric: Metric,
    limits: Limits,
    terms: Terms,
    rivals: Mapping[str, Trial] = MappingProxyType({}),
) -> Picture:
    """Accuracy over p95 latency, the front as a line, the limits dashed; small where a trial lost its race early.

    Args:
        rivals: Trials that are named in the picture.
    """
    known = {trial.number: trial for trial in trials} | {trial.number: trial for trial in rivals.values()}
    trials = list(known.values())
    done = [trial for trial in trials if trial.complete]
    front = sorted(pareto_front(done), key=lambda trial: trial.latency_p95_s or 0.0)
    figure, axes = _axes("Accuracy against latency", "p95 latency (ms)", metric.title)
    _points(axes, [t for t in trials if t.accuracy is not None], lambda t: (t.latency_p95_s or 0.0) * 1000, metric)
    axes.plot(
        [(t.latency_p95_s or 0.0) * 1000 for t in front],
        [metric.told(t.accuracy or 0.0) for t in front],
        color=COLOURS["front"],
        label="Pareto front",
        zorder=1,
    )
    if limits.accuracy is not None:
        _limit(axes, metric.told(limits.accuracy))
    slowest = max(((t.latency_p95_s or 0.0) for t in done), default=0.0)
    if limits.latency_p95_s is not None and limits.latency_p95_s < 3 * slowest:
        axes.axvline(limits.latency_p95_s * 1000, color=COLOURS["limit"], linestyle=":", label="latency limit")
    for name, one in rivals.items():
        place = ((one.latency_p95_s or 0.0) * 1000, metric.told(one.accuracy or 0.0))
        axes.annotate(name, place, (6, 6), textcoords="offset points", fontsize=11)
    if winner is not None:
        at = ((winner.latency_p95_s or 0.0) * 1000, metric.told(winner.accuracy or 0.0))
        axes.scatter(*at, s=220, marker="*", color=COLOURS["front"], edgecolor="black", zorder=4, label="winner")
    axes.legend(fontsize=12, framealpha=0.8)
    best = metric.told(max((t.accuracy or 0.0 for t in done), default=0.0))
    won = ""
    if winner is not None:
        at_ms = 1000 * (winner.latency_p95_s or 0)
        won = f" The winner has {metric.told(winner.accuracy or 0.0):.2f} at {at_ms:.0f} ms."
    named = "; ".join(
        f"{name} {metric.told(one.accuracy or 0.0):.2f} at {1000 * (one.latency_p95_s or 0):.0f} ms"
        for name, one in rivals.items()
    )
    won += f" The best with each: {named}." if named else ""
    alt = (
        f"Scatter plot of the {len(done)} trials that were asked every {terms.one}, of {len(trials)} trials: "
        f"{metric.title} "
        f"over p95 latency. {len(front)} lie on the Pareto front; the best reaches {best:.2f}." + won
    )
    return Picture("pareto-front.png", "Accuracy against latency", alt, _png(figure))


def history_picture(trials: Sequence[Trial], metric: Metric, limits: Limits) -> Picture:
    """Every trial in order, coloured by the search that proposed it; small where it lost its race early."""
    known = [trial for trial in trials if trial.accuracy is not None]
    done = [trial for trial in known if trial.complete]
    figure, axes = _axes("The search, trial by trial", "trial", metric.title)
    _points(axes, known, lambda t: float(t.number), metric)
    best = [metric.told(one) for one in accumulate((trial.accuracy or 0.0 for trial in done), max)]
    # The last best stands to the end.
    places = [*(t.number for t in done), *(known[-1].number for _ in done[:1])]
    axes.step(places, [*best, *best[-1:]], where="post", color=COLOURS["front"], label="best so far")
    if limits.accuracy is not None:
        _limit(axes, metric.told(limits.accuracy))
    figure.legend(fontsize=11, loc="outside lower center", ncols=4)  # inside it would lie on trials
    shares = ", ".join(f"{source} {count}" for source, count in Counter(t.source for t in known).most_common())
    alt = (
        f"Line chart of {len(known)} trials: the best {metric.title} went from {best[0]:.2f} to {best[-1]:.2f}. "
        f"{len(known) - len(done)} lost their race early and are drawn small, at their estimate. Proposed by: {shares}."
        if best
        else "Empty chart: no trials were scored."
    )
    return Picture("history.png", "The search, trial by trial", alt, _png(figure))


def importance_picture(shares: Mapping[str, float], metric: str) -> Picture:
    """How much of the spread between trials each parameter explains alone, in per cent."""
    rows = sorted(shares.items(), key=lambda item: -item[1])[:MOST_BARS]
    figure, axes = _axes("What mattered", f"share of the spread in {metric} (%)", "")
    places = range(len(rows))
    axes.barh(list(places), [100 * share for _, share in rows], color=COLOURS["tpe"])
    axes.set_yticks(list(places), [name.replace("_", " ") for name, _ in rows])
    axes.invert_yaxis()
    told = "; ".join(f"{name.replace('_', ' ')} {100 * share:.0f} %" for name, share in rows)
    alt = f"Bar chart: share of the spread in {metric} between trials that each parameter explains alone: {told}."
    return Picture("importance.png", "What mattered", alt, _png(figure))


def kinds_picture(kinds: Mapping[str, Interval], metric: Metric, terms: Terms) -> Picture:
    """The winner's score by type of instance, with intervals where there are enough of it."""
    told_kinds = {kind: metric.told_interval(one) for kind, one in kinds.items()}
    rows = sorted(told_kinds.items(), key=lambda item: -item[1].n)[:MOST_BARS]
    title = f"{'Error' if metric.span else 'Score'} by type of {terms.one}"
    figure, axes = _axes(title, metric.title, "")
    places = list(range(len(rows)))
    values = [one.value for _, one in rows]
    ends = [
        # A bar of NaN is not drawn.
        [max(0.0, one.value - one.low) if one.is_told else float("nan") for _, one in rows],
        [max(0.0, one.high - one.value) if one.is_told else float("nan") for _, one in rows],
    ]
    axes.barh(places, values, xerr=ends, color=COLOURS["model"], ecolor="black", capsize=4)
    axes.set_yticks(places, [f"{kind} (n = {one.n})" for kind, one in rows])
    if not metric.span:
        axes.set_xlim(0, 1)
    axes.invert_yaxis()
    told = "; ".join(f"{kind} {one.cautious()} (n = {one.n})" for kind, one in rows)
    enough = f"with 95 % intervals where there are {FEWEST} {terms.many} or more"
    alt = f"Bar chart of the winner's {metric.title} by type of {terms.one}, {enough}: {told}."
    return Picture("kinds.png", title, alt, _png(figure))


def latency_picture(latencies_s: Sequence[float], limits: Limits, terms: Terms) -> Picture:
    """The winner's latencies, instance by instance, and the limit."""
    figure, axes = _axes("The winner's latency", "latency (ms)", terms.many)
    values = [1000 * one for one in latencies_s]
    axes.hist(values, bins=min(20, max(5, len(values) // 3)), color=COLOURS["random"], edgecolor="black")
    if limits.latency_p95_s is not None and limits.latency_p95_s < 0.003 * max(values):
        axes.axvline(1000 * limits.latency_p95_s, color=COLOURS["front"], linestyle="--", label="limit")
        axes.legend(fontsize=12)
    limit = f" The limit is {1000 * limits.latency_p95_s:.0f} ms." if limits.latency_p95_s is not None else ""
    alt = (
        f"Histogram of the winner's latency on {len(values)} timed {terms.many}, from {min(values):.0f} to "
        f"{max(values):.0f} ms.{limit}"
    )
    return Picture("latency.png", "The winner's latency", alt, _png(figure))


def _axes(title: str, x: str, y: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=_SIZE, dpi=_DPI, layout=ConstrainedLayoutEngine(w_pad=_PAD_IN, h_pad=_PAD_IN))
    axes = figure.add_subplot()
    axes.set_title(title, fontsize=17)
    axes.set_xlabel(x, fontsize=14)
    axes.set_ylabel(y, fontsize=14)
    axes.tick_params(labelsize=12)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=x == "trial"))
    axes.grid(visible=True, alpha=0.25)
    return figure, axes


def _limit(axes: Axes, value: float) -> None:
    axes.axhline(value, color=COLOURS["limit"], linestyle="--", label=f"limit {value:.2f}")


def _points(axes: Axes, trials: Sequence[Trial], place: Callable[[Trial], float], metric: Metric) -> None:
    for source, count in sorted(Counter(trial.source for trial in trials).items()):
        some = [trial for trial in trials if trial.source == source]
        axes.scatter(
            [place(t) for t in some],
            [metric.told(t.accuracy or 0.0) for t in some],
            s=[60 if t.complete else 18 for t in some],
            color=COLOURS.get(source, OTHER_COLOUR),
            alpha=0.85,
            label=f"{source} ({count})",
            zorder=3,
        )


def _png(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()
