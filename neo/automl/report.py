"""The report of a search: Markdown for people, JSON for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neo.automl.pictures import Picture, front_picture, history_picture
from neo.automl.problem import Evaluation, Problem
from neo.automl.space import Config
from neo.automl.split import Split
from neo.automl.study import StudyRun
from neo.automl.trials import Trial
from neo.automl.verdict import Verdict

MOST_FAILURES = 5
MOST_ROWS = 15


@dataclass(frozen=True)
class Report:
    """A search, told: for people, for programs, and in pictures."""

    markdown: str
    json: dict[str, Any]
    pictures: tuple[Picture, ...]


def report(problem: Problem, run: StudyRun, parts: Split, verdict: Verdict) -> Report:
    """Everything that is worth telling of a search."""
    best, limits, metric = verdict.best, problem.limits, problem.metric_title()
    pictures = (
        front_picture(run.trials, best, metric, limits),
        history_picture(run.trials, metric, limits),
    )
    return Report(_markdown(problem, run, parts, verdict, pictures), _json(problem, run, parts, verdict), pictures)


def _json(problem: Problem, run: StudyRun, parts: Split, verdict: Verdict) -> dict[str, Any]:
    best = verdict.best
    holdout = verdict.holdout.to_json() if verdict.holdout else None
    return {
        "skill": problem.skill,
        "metric": problem.metric,
        "best": {
            "config": best.config,
            "search": best.accuracy,
            "holdout": {"metric": problem.metric, **holdout},
            "latency_p95_s": best.latency_p95_s,
            "cost_usd": best.cost_usd,
        }
        if best and holdout
        else None,
        "runner_up": verdict.runner_up.to_json() if verdict.runner_up else None,
        "verdict": {
            "words": verdict.words(problem),
            "comparisons": [comparison.to_json() for comparison in verdict.comparisons],
            "finals": [final.to_json() for final in verdict.finals],
            "optimism": verdict.optimism,
            "independent": verdict.independent,
            "limits_met": dict(verdict.met),
        },
        "closest": [trial.to_json() for trial in verdict.closest],
        "questions": {"search": len(parts.search), "holdout": len(parts.holdout)},
        "left_out": [vars(gone) for gone in problem.space.left_out],
        "notes": list(problem.notes),
        "trials": [trial.to_json() for trial in run.trials],
        "cache": run.cache.to_json(),
        "ended": run.ended,
        "seconds": round(run.seconds, 2),
    }


def _markdown(problem: Problem, run: StudyRun, parts: Split, verdict: Verdict, pictures: tuple[Picture, ...]) -> str:
    lines = ["# Search report", "", f"**{verdict.words(problem)}**", ""]
    lines += _winner(verdict) if verdict.best else _closest(verdict)
    for picture in pictures:
        lines += [f"![{picture.alt_text}]({picture.name})", ""]
    lines += _trials(run, problem)
    lines += _failures(problem, verdict)
    lines += [
        "## What was measured",
        "",
        f"- {len(run.trials)} trials in {run.seconds:.0f} s; the search ended because: {run.ended}.",
        f"- {len(parts.search)} questions searched on, {len(parts.holdout)} for the verdict"
        + (" (the same ones: too few to hold some out)." if not parts.independent else ", never searched on."),
        f"- Stage cache: {run.cache.hits} hits, {run.cache.misses} misses.",
        *(f"- {note}" for note in problem.notes),
        *(f"- Left out: {g.choice} ({g.parameter}): {g.reason}" for g in problem.space.left_out),
        "",
    ]
    return "\n".join(lines)


def _winner(verdict: Verdict) -> list[str]:
    best = verdict.best
    assert best is not None
    lines = [
        "## The winner",
        "",
        *(f"- {name.replace('_', ' ')}: {value_words(value)}" for name, value in best.config.items()),
        "",
    ]
    lines += [
        f"Search score {best.accuracy:.3f}; optimism (search minus hold-out) {verdict.optimism:+.3f}; "
        f"p95 latency {1000 * (best.latency_p95_s or 0):.0f} ms; ${best.cost_usd or 0:g} a question.",
        "",
    ]
    missed = [name for name, met in verdict.met.items() if not met]
    if missed:
        lines += [f"On the hold-out these limits are not met: {', '.join(missed)}.", ""]
    for final in verdict.finals:
        word = "adopted" if final.adopted else "not adopted"
        lines += [
            f"Final rung: {final.parameter} = {final.choice} against the winner on {final.difference.n} questions: "
            f"{final.difference}, p95 {final.latency_p95_s:.2f} s: {word}.",
            "",
        ]
    return lines


def _closest(verdict: Verdict) -> list[str]:
    lines = ["## The closest configurations", ""]
    for trial in verdict.closest:
        lines += [f"- {config_words(trial.config)}: {violation_words(trial)}"]
    return [*lines, ""]


def violation_words(trial: Trial) -> str:
    """What a trial misses, in words."""
    units = {
        "accuracy": "accuracy short by {:.3f}",
        "latency_p95_s": "{:.2f} s too slow",
        "cost_usd": "${:.4f} too dear",
    }
    return ", ".join(units[name].format(value) for name, value in trial.violations.items()) or "all limits met"


def config_words(config: Config) -> str:
    """A configuration in one line."""
    return ", ".join(f"{name.replace('_', ' ')} {value_words(value)}" for name, value in config.items())


def against_default(config: Config, default: Config) -> str:
    """What a configuration does otherwise than the default, in one line."""
    other = {name: value for name, value in config.items() if default.get(name) != value}
    return f"as the default, but {config_words(other)}" if other else "the default"


def value_words(value: object) -> str:
    """A value without the noise of floating point."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _trials(run: StudyRun, problem: Problem) -> list[str]:
    done = sorted((t for t in run.trials if t.accuracy is not None), key=lambda t: -(t.accuracy or 0.0))
    failed = [t for t in run.trials if t.accuracy is None]
    lines = [
        "## Best trials",
        "",
        f"| trial | from | {problem.metric_title()} | p95 ms | configuration |",
        "| --- " * 5 + "|",
    ]
    for t in done[:MOST_ROWS]:
        lines.append(
            f"| {t.number} | {t.source} | {t.accuracy:.3f} | {1000 * (t.latency_p95_s or 0):.0f} "
            f"| {config_words(t.config)} |"
        )
    lines += [f"| {t.number} | {t.source} | failed | | {t.error} |" for t in failed]
    return [*lines, ""]


def _failures(problem: Problem, verdict: Verdict) -> list[str]:
    poor = [e for e in verdict.final if e.metrics.get(problem.metric, 1.0) < 0.5]
    if not poor:
        return []
    worst: list[Evaluation] = sorted(poor, key=lambda e: e.metrics[problem.metric])[:MOST_FAILURES]
    lines = ["## Questions that the winner fails", ""]
    for evaluation in worst:
        output = {key: value for key, value in evaluation.output.items() if isinstance(value, str)}
        told = "; ".join(f"{key}: {value[:200]}" for key, value in output.items())
        lines.append(f"- {evaluation.instance} ({evaluation.metrics[problem.metric]:.2f}): {told}")
    return [*lines, ""]
