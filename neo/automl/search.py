"""A whole search, from a problem to a report: what the chat and the command line both call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from neo.automl.problem import Problem
from neo.automl.report import Report, report
from neo.automl.split import split
from neo.automl.study import Stop, StudyRun, StudySettings, Watch, run_study
from neo.automl.verdict import Verdict, judge


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
    judging: Callable[[], None] = lambda: None,
) -> Search:
    """Split, search, judge and report.

    Args:
        watch: Called after each trial.
        stop: Asked between trials.
        judging: Called when the trials are done and the verdict begins: final rung, hold-out.

    Raises:
        Cancelled: *stop* said so.
    """
    parts = split(problem.instances, settings.seed)
    run = run_study(problem, parts.search, settings, watch, stop)
    judging()
    verdict = judge(problem, run, parts, settings.seed)
    return Search(run, verdict, report(problem, run, parts, verdict))
