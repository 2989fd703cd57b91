"""A whole search, from a problem to a report: what the chat and the command line both call."""

from __future__ import annotations

from dataclasses import dataclass

from neo.automl.problem import Problem
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
    run = run_study(problem, parts.search, settings, watch, stop)
    verdict = judge(problem, run, parts, settings.seed, judging)
    return Search(run, verdict, report(problem, run, parts, verdict))
