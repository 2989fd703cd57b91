"""Pictures of a study: the Pareto front and the history; readable on a phone, with alternative text."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from neo.automl.problem import Limits
from neo.automl.trials import Trial, pareto_front

_SIZE = (7.2, 5.0)
_DPI = 150
_PAD_IN = 0.2
# Wong (2011), Nature Methods 8:441: eight colours that colour-blind people can tell apart.
COLOURS = {"default": "#000000", "random": "#56B4E9", "tpe": "#0072B2", "front": "#D55E00", "limit": "#999999"}


@dataclass(frozen=True)
class Picture:
    """A PNG with its name, title and alternative text."""

    name: str
    title: str
    alt_text: str
    png: bytes


def front_picture(trials: Sequence[Trial], winner: Trial | None, metric: str, limits: Limits) -> Picture:
    """Accuracy over p95 latency, the front as a line, the person's limits as dashed lines."""
    done = [trial for trial in trials if trial.accuracy is not None]
    front = sorted(pareto_front(done), key=lambda trial: trial.latency_p95_s or 0.0)
    figure, axes = _axes("Accuracy against latency", "p95 latency (ms)", metric)
    _points(axes, done, lambda t: (t.latency_p95_s or 0.0) * 1000)
    axes.plot(
        [(t.latency_p95_s or 0.0) * 1000 for t in front],
        [t.accuracy or 0.0 for t in front],
        color=COLOURS["front"],
        label="Pareto front",
        zorder=1,
    )
    if limits.accuracy is not None:
        axes.axhline(limits.accuracy, color=COLOURS["limit"], linestyle="--", label=f"limit {limits.accuracy:.2f}")
    slowest = max(((t.latency_p95_s or 0.0) for t in done), default=0.0)
    if limits.latency_p95_s is not None and limits.latency_p95_s < 3 * slowest:
        axes.axvline(limits.latency_p95_s * 1000, color=COLOURS["limit"], linestyle=":", label="latency limit")
    if winner is not None:
        at = ((winner.latency_p95_s or 0.0) * 1000, winner.accuracy or 0.0)
        axes.scatter(*at, s=220, marker="*", color=COLOURS["front"], edgecolor="black", zorder=4, label="winner")
    axes.legend(fontsize=12, framealpha=0.8)
    best = max((t.accuracy or 0.0 for t in done), default=0.0)
    alt = (
        f"Scatter plot of {len(done)} trials: {metric} over p95 latency. {len(front)} lie on the Pareto front; the "
        f"best reaches {best:.2f}."
        + (f" The winner has {winner.accuracy:.2f} at {(winner.latency_p95_s or 0) * 1000:.0f} ms." if winner else "")
    )
    return Picture("pareto-front.png", "Accuracy against latency", alt, _png(figure))


def history_picture(trials: Sequence[Trial], metric: str, limits: Limits) -> Picture:
    """Every trial in order, coloured by the search that proposed it, and the best so far as a step line."""
    done = [trial for trial in trials if trial.accuracy is not None]
    figure, axes = _axes("The search, trial by trial", "trial", metric)
    _points(axes, done, lambda t: float(t.number))
    best: list[float] = []
    for trial in done:
        best.append(max(trial.accuracy or 0.0, best[-1] if best else 0.0))
    axes.step([t.number for t in done], best, where="post", color=COLOURS["front"], label="best so far")
    if limits.accuracy is not None:
        axes.axhline(limits.accuracy, color=COLOURS["limit"], linestyle="--", label=f"limit {limits.accuracy:.2f}")
    axes.legend(fontsize=12, framealpha=0.8)
    alt = (
        f"Line chart of {len(done)} trials: the best {metric} rose from {best[0]:.2f} to {best[-1]:.2f}."
        if best
        else "Empty chart: no trial was scored."
    )
    return Picture("history.png", "The search, trial by trial", alt, _png(figure))


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


def _points(axes: Axes, trials: Sequence[Trial], place: Callable[[Trial], float]) -> None:
    for source in sorted({trial.source for trial in trials}):
        some = [trial for trial in trials if trial.source == source]
        axes.scatter(
            [place(t) for t in some],
            [t.accuracy or 0.0 for t in some],
            s=60,
            color=COLOURS.get(source, "#CC79A7"),
            alpha=0.85,
            label=source,
            zorder=3,
        )


def _png(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()
