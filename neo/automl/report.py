"""The report of a search: Markdown for people, JSON for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from neo.automl.importance import importance
from neo.automl.pictures import (
    Picture,
    front_picture,
    history_picture,
    importance_picture,
    kinds_picture,
    latency_picture,
)
from neo.automl.problem import Evaluation, Problem
from neo.automl.space import Config
from neo.automl.split import Split
from neo.automl.study import StudyRun
from neo.automl.trials import Trial, mean
from neo.automl.verdict import Verdict
from neo.evals.stats import Interval

MOST_FAILURES = 5
MOST_ROWS = 15
LIMITS = {"accuracy": "accuracy", "latency_p95_s": "p95 latency", "cost_usd": "cost"}


@dataclass(frozen=True)
class Report:
    """A search, told: for people, for programs, and in pictures."""

    markdown: str
    json: dict[str, Any]
    pictures: tuple[Picture, ...]


def report(problem: Problem, run: StudyRun, parts: Split, verdict: Verdict) -> Report:
    """Everything that is worth telling of a search."""
    pictures = _pictures(problem, run, verdict)
    return Report(_markdown(problem, run, parts, verdict, pictures), _json(problem, run, parts, verdict), pictures)


def _pictures(problem: Problem, run: StudyRun, verdict: Verdict) -> tuple[Picture, ...]:
    """The front and the history always; the others where there is something to show."""
    limits, metric, terms = problem.limits, problem.searched(), problem.terms
    found = [
        front_picture(run.trials, verdict.best, metric, limits, terms, verdict.rivals),
        history_picture(run.trials, metric, limits),
    ]
    if shares := importance(run.trials, problem.space):
        found.append(importance_picture(shares, metric.title))
    if len(verdict.kinds) > 1:
        found.append(kinds_picture(verdict.kinds, metric, terms))
    latencies = [one.latency_s for one in verdict.final if one.latency_s == one.latency_s]
    if latencies and max(latencies) > 0:
        found.append(latency_picture(latencies, limits, terms))
    return tuple(found)


def _json(problem: Problem, run: StudyRun, parts: Split, verdict: Verdict) -> dict[str, Any]:
    best = verdict.best
    holdout = verdict.holdout.to_json() if verdict.holdout else None
    metric = problem.searched()
    return {
        "skill": problem.skill,
        "metric": problem.metric,
        "best": {
            "config": best.config,
            "search": best.accuracy,
            "holdout": {"metric": problem.metric, **holdout},
            **(
                {"error": {"unit": metric.unit, **metric.told_interval(verdict.holdout).to_json()}}
                if metric.span and verdict.holdout
                else {}
            ),
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
            "limits_certainty": dict(verdict.certainty),
            "folds": verdict.folds,
            "nested": verdict.nested,
            "references": {name: metric.told_interval(one).to_json() for name, one in verdict.references.items()},
            "kinds": {kind: one.cautious_json() for kind, one in verdict.kinds.items()},
        },
        "best_of_each": {name: trial.to_json() for name, trial in verdict.rivals.items()},
        "closest": [trial.to_json() for trial in verdict.closest],
        "questions": {
            "search": len(parts.search),
            "holdout": len(parts.holdout),
            "synthetic": sum(one.synthetic for one in problem.instances),
            "synthetic_in_holdout": sum(one.synthetic for one in parts.holdout),
        },
        "evaluations": {"asked": run.evaluations, "without_racing": len(run.trials) * len(parts.search)},
        "sources": dict(Counter(trial.source for trial in run.trials)),
        "given_up": [{"parameter": name, "choice": value} for name, value in run.broken],
        "importance": importance(run.trials, problem.space),
        "judge_usd": sum(trial.judged_usd for trial in run.trials),
        "left_out": [vars(gone) for gone in problem.space.left_out],
        "notes": list(problem.notes),
        "trials": [trial.to_json() for trial in run.trials],
        "cache": run.cache.to_json(),
        "ended": run.ended,
        "seconds": round(run.seconds, 2),
    }


def _markdown(problem: Problem, run: StudyRun, parts: Split, verdict: Verdict, pictures: tuple[Picture, ...]) -> str:
    terms = problem.terms
    lines = ["# Search report", "", f"**{verdict.words(problem)}**", ""]
    lines += _winner(verdict, problem) if verdict.best else _closest(verdict)
    for picture in pictures:
        lines += [f"![{picture.alt_text}]({picture.name})", ""]
    lines += _rivals(verdict, problem)
    lines += _references(verdict, problem)
    lines += _trials(run, problem)
    lines += _kinds(verdict, problem)
    lines += _failures(problem, verdict)
    lines += [
        "## What was measured",
        "",
        f"- {len(run.trials)} trials in {run.seconds:.0f} s; the search ended because: {run.ended}.",
        f"- {run.evaluations} evaluations of single {terms.many} of {len(run.trials) * len(parts.search)} that asking "
        "everything would have taken: a configuration stops when a paired test says that it will not beat the best.",
        f"- {len(parts.search)} {terms.many} searched on; {_judged_on(parts, verdict)}.",
        f"- Stage cache: {run.cache.hits} hits, {run.cache.misses} misses.",
        *(f"- Given up: {name} = {value}, with which every trial failed." for name, value in run.broken),
        *(f"- {note}" for note in problem.notes),
        *(f"- Left out: {g.choice} ({g.parameter}): {g.reason}" for g in problem.space.left_out),
        "",
    ]
    return "\n".join(lines)


def _judged_on(parts: Split, verdict: Verdict) -> str:
    synthetic = sum(one.synthetic for one in parts.holdout)
    tail = f", {synthetic} of them synthetic" if synthetic else ""
    if parts.folds:
        nested = "nested " if verdict.nested else ""
        return f"{len(parts.holdout)} judged the choice by {nested}{len(parts.folds)}-fold cross-validation{tail}"
    if not parts.independent:
        return f"the same ones for the verdict (too few to hold some out){tail}"
    return f"{len(parts.holdout)} for the verdict, never searched on{tail}"


def _winner(verdict: Verdict, problem: Problem) -> list[str]:
    best, metric = verdict.best, problem.searched()
    assert best is not None
    found = metric.told(best.accuracy or 0.0)
    optimism = metric.told_difference(Interval(verdict.optimism, 0, 0, 0)).value
    lines = [
        "## The winner",
        "",
        *(f"- {name.replace('_', ' ')}: {value_words(value)}" for name, value in best.config.items()),
        "",
    ]
    lines += [
        f"In the search {found:.3f}; optimism (search minus hold-out) {optimism:+.3f}; "
        f"p95 latency {1000 * (best.latency_p95_s or 0):.0f} ms; ${best.cost_usd or 0:g} {problem.terms.cost}.",
        "",
    ]
    lines += _others(verdict, problem)
    for name, certainty in verdict.certainty.items():
        word = "met" if verdict.met[name] else "not met"
        lines += [
            f"- The limit on {limit_title(name, problem)} is {word}; it holds with {100 * certainty:.0f} % certainty."
        ]
    lines += [""] if verdict.certainty else []
    missed = [limit_title(name, problem) for name, met in verdict.met.items() if not met]
    if missed:
        lines += [f"On the hold-out these limits are not met: {', '.join(missed)}.", ""]
    for final in verdict.finals:
        lines += [f"Final rung: {final.parameter} = {final.choice} against the winner: {final.words()}.", ""]
    return lines


def _others(verdict: Verdict, problem: Problem) -> list[str]:
    """The winner's other metrics, where they were measured."""
    lines = []
    for metric in problem.metrics:
        found = mean([one.metrics.get(metric.name, float("nan")) for one in verdict.final])
        if metric.name != problem.metric and found is not None:
            lines.append(f"- {metric.title}: {metric.told(found):.3f}")
    return ["Its other figures:", "", *lines, ""] if lines else []


def limit_title(name: str, problem: Problem) -> str:
    """What a limit is on, in words."""
    titles = LIMITS | {one.name: one.title for one in problem.metrics}
    return titles[name]


def _rivals(verdict: Verdict, problem: Problem) -> list[str]:
    """The best with each choice of the compared parameter: what another one would give, and take."""
    if len(verdict.rivals) < 2:
        return []
    metric, name = problem.searched(), problem.compared.replace("_", " ")
    lines = [
        f"## The best with each {name}",
        "",
        f"| {name} | {metric.title} | p95 ms | cost | limits |",
        "| --- " * 5 + "|",
    ]
    for choice, one in sorted(verdict.rivals.items(), key=lambda item: -(item[1].accuracy or 0.0)):
        lines.append(
            f"| {choice} | {metric.told(one.accuracy or 0.0):.3f} | {1000 * (one.latency_p95_s or 0):.0f} "
            f"| ${one.cost_usd or 0:g} {problem.terms.cost} | {violation_words(one)} |"
        )
    return [*lines, ""]


def _references(verdict: Verdict, problem: Problem) -> list[str]:
    if not verdict.references or verdict.holdout is None:
        return []
    metric = problem.searched()
    rows = {"**the winner**": verdict.holdout, **verdict.references}
    lines = ["## Beside what one would start from", "", f"| configuration | {metric.title} |", "| --- | --- |"]
    return [*lines, *(f"| {name} | {metric.told_interval(one)} |" for name, one in rows.items()), ""]


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
    told = [
        units.get(name, name.replace("_", " ") + " {:.3f} too low").format(value)
        for name, value in trial.violations.items()
    ]
    return ", ".join(told) or "all limits met"


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
    known = [t for t in run.trials if t.accuracy is not None]
    done = sorted(known, key=lambda t: (not t.complete, -(t.accuracy or 0.0)))
    unscored = [t for t in run.trials if t.accuracy is None]
    metric = problem.searched()
    lines = [
        "## Best trials",
        "",
        f"| trial | from | {problem.metric_title()} | asked | p95 ms | configuration |",
        "| --- " * 6 + "|",
    ]
    for t in done[:MOST_ROWS]:
        lines.append(
            f"| {t.number} | {t.source} | {'' if t.complete else 'about '}{metric.told(t.accuracy or 0.0):.3f} "
            f"| {len(t.scores)} of {t.of or len(t.scores)} | {1000 * (t.latency_p95_s or 0):.0f} "
            f"| {config_words(t.config)} |"
        )
    lines += [f"| {t.number} | {t.source} | {t.stopped or 'failed'} | | | {t.error} |" for t in unscored]
    return [*lines, ""]


def _kinds(verdict: Verdict, problem: Problem) -> list[str]:
    if len(verdict.kinds) < 2:
        return []
    metric, terms = problem.searched(), problem.terms
    lines = [f"## By type of {terms.one}", "", f"| type | {metric.title} | {terms.many} |", "| --- " * 3 + "|"]
    ranked = sorted(verdict.kinds.items(), key=lambda item: item[1].value)
    return [*lines, *(f"| {kind} | {metric.told_interval(one).cautious()} | {one.n} |" for kind, one in ranked), ""]


def _failures(problem: Problem, verdict: Verdict) -> list[str]:
    poor = [e for e in verdict.final if e.metrics.get(problem.metric, 1.0) < 0.5]
    if not poor:
        return []
    worst: list[Evaluation] = sorted(poor, key=lambda e: e.metrics[problem.metric])[:MOST_FAILURES]
    lines = [f"## {problem.terms.many.capitalize()} that the winner fails", ""]
    for evaluation in worst:
        output = {key: value for key, value in evaluation.output.items() if isinstance(value, str)}
        told = "; ".join(f"{key}: {value[:200]}" for key, value in output.items())
        score = problem.searched().told(evaluation.metrics[problem.metric])
        lines.append(f"- {evaluation.instance} ({score:.2f}): {told}")
    return [*lines, ""]
