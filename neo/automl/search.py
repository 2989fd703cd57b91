"""A whole search, from a problem to a report: what the chat and the command line both call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from neo.automl.problem import Instance, Problem
from neo.automl.report import Report, report
from neo.automl.split import split
from neo.automl.study import Stop, StudyRun, StudySettings, Watch, run_study
from neo.automl.verdict import Doing, Verdict, judge


@dataclass(frozen=True)
class Search:
    """What came out of a search."""

    run: StudyRun
    verdict: Verdict
    report: Report


def search(
    problem: Problem,
    settings: StudySettings,
    watch: Watch = lambda _: None,
    stop: Stop = lambda: False,
    judging: Doing = lambda _: None,
) -> Search:
    """Split, search, judge and report.

    Args:
        watch: Called after each trial.
        stop: Asked between trials.
        judging: Called when the trials are done, with what the verdict is about to do.

    Raises:
        Cancelled: *stop* said so.
    """
    parts = split(problem.instances, settings.seed)
    if problem.nested and parts.folds:
        # So few instances are asked in one go: a race would only guess. The time is for all searches together.
        settings = replace(settings, racing=False, seconds=settings.seconds / (1 + len(parts.folds)))
    run = run_study(problem, parts.search, settings, watch, stop)
    again = partial(_again, problem, settings, stop) if problem.nested and parts.folds else None
    verdict = judge(problem, run, parts, settings.seed, judging, again)
    return Search(run, verdict, report(problem, run, parts, verdict))


def _again(problem: Problem, settings: StudySettings, stop: Stop, instances: Sequence[Instance]) -> StudyRun:
    """The same search on other instances, in memory: cut short, it is done again from what the cache keeps."""
    return run_study(problem, instances, replace(settings, storage=None), stop=stop)
