"""The tune job: search, say how far it is, judge, register the winner or say that nothing fits."""

from __future__ import annotations

import time
from typing import Any

from neo.agent.documents import limits_in_words
from neo.automl.pictures import Picture
from neo.automl.problem import Problem
from neo.automl.report import against_default, limit_title, violation_words
from neo.automl.search import Search, search
from neo.automl.split import split
from neo.automl.study import Progress, StudySettings
from neo.automl.trials import Trial
from neo.domain.lifecycle import Trigger
from neo.domain.posts import Attachment, Button, Post
from neo.errors import BadInput
from neo.knowledge.record import record
from neo.services.deps import Deps, HeldJob, brief_of, examination_of
from neo.services.stages import advance
from neo.store import Transaction
from neo.store.tables import ProjectRow, TrialRow


def tune(deps: Deps, job: HeldJob) -> None:
    """Run, or go on with, a project's study.

    Raises:
        Cancelled: A person stopped it; finished trials are kept.
    """
    with job.transaction() as tx:
        project = tx.projects.get(job.project)
        number = _study_number(tx, project)
        inputs = deps.inputs(tx, job.project)
    problem = deps.skill_of(project).problem(brief_of(project), inputs, deps.cache_dir, deps.resources)
    teller = Teller(deps, job, problem, number)
    teller.begin(len(split(problem.instances, deps.policy.seed).search), problem.terms.many)
    settings = StudySettings(
        name=f"{project.id}-{number}",
        trials=deps.policy.trials,
        seed=deps.policy.seed,
        storage=deps.policy.studies_url,
        jobs=deps.policy.trial_jobs,
        dask_address=deps.policy.dask_address,
        seconds=float(project.outcome.get("seconds_budget", "inf")),
    )
    found = search(problem, settings, teller.trial, teller.stop_asked, teller.judging)
    with job.finishing() as tx:
        project = tx.projects.get(job.project)
        teller.edit(tx, _done_text(found), 1.0)
        outcome = _winner if found.verdict.best else _nothing_fits
        outcome(deps, tx, project, problem, found)


def _study_number(tx: Transaction, project: ProjectRow) -> int:
    """A study belongs to one approved architecture: its version numbers the study."""
    row = tx.documents.latest(project.id, "architecture")
    number = row.version if row else 1
    tx.projects.save(project, study=number)
    return number


class Teller:
    """Tells of a running search: trial rows, and one message edited in place."""

    def __init__(self, deps: Deps, job: HeldJob, problem: Problem, study: int) -> None:
        self.deps, self.job, self.problem, self.study = deps, job, problem, study
        self.post = ""
        self._told = 0.0

    def begin(self, count: int, many: str) -> None:
        """Post the progress message, or find the one that an earlier run posted."""
        with self.job.transaction() as tx:
            row = self.job.row(tx)
            self.post = str(row.payload.get("progress", ""))
            if not self.post:
                project = tx.projects.get(self.job.project)
                text = f"Searching: {self.deps.policy.trials} trials on {count} {many}."
                self.post = tx.outbox.add(project, Post("progress", text, data={"share": 0.0}), self.deps.now()).id
                # After the message, which would take the words away: the platform clears them with each one.
                tx.outbox.add(project, Post("working", "is searching…"), self.deps.now())
                row.payload = {**row.payload, "progress": self.post}

    def trial(self, progress: Progress) -> None:
        """Keep a trial; edit the message at most every few seconds."""
        now = time.monotonic()
        with self.job.transaction() as tx:
            tx.projects.put_trial(_row(self.job.project, self.study, progress.last))
            if now - self._told >= self.deps.policy.progress_every_s:
                self._told = now
                self.edit(tx, progress_text(progress, self.problem), progress.done / progress.wanted)

    def judging(self, doing: str) -> None:
        """The trials are done; what is left is said too, since a language model takes its time."""
        with self.job.transaction() as tx:
            self.edit(tx, f"*Judging*: {doing}.", 1.0)

    def edit(self, tx: Transaction, text: str, share: float) -> None:
        """Change the message; *share* of the work is done, in [0, 1]."""
        tx.outbox.edit(self.post, Post("progress", text, data={"share": share}), self.deps.now())

    def stop_asked(self) -> bool:
        """Whether a person asked for the search to stop, or this process is going down."""
        if self.job.stopping.is_set():
            return True
        with self.deps.store.read() as tx:
            row = tx.jobs.get(self.job.id)
            return bool(row and row.stop_asked)


def progress_text(progress: Progress, problem: Problem) -> str:
    """Trials done, the best so far with its three figures, and the time left."""
    lines = [f"*Searching*: {progress.done} of {progress.wanted} trials, about {_minutes(progress.left_s)} left."]
    if progress.best is not None:
        best = progress.best
        asked = "" if best.complete else f" after {len(best.scores)} of {best.of} {problem.terms.many}"
        lines.append(f"Best so far{asked}: {figures(best, problem)}")
        lines.append(f"_{against_default(progress.best.config, problem.space.default())}_")
    return "\n".join(lines)


def figures(trial: Trial, problem: Problem) -> str:
    """Accuracy, latency and cost of a trial in one line."""
    return (
        f"{problem.metric_title()} {problem.searched().told(trial.accuracy or 0):.2f}, "
        f"p95 latency {1000 * (trial.latency_p95_s or 0):.0f} ms, ${trial.cost_usd or 0:g} {problem.terms.cost}"
        + (f" (outside your limits: {violation_words(trial)})" if trial.violations else "")
    )


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _row(project: str, study: int, trial: Trial) -> TrialRow:
    return TrialRow(
        project=project,
        study=study,
        number=trial.number,
        config=trial.config,
        source=trial.source,
        accuracy=trial.accuracy,
        latency_p95_s=trial.latency_p95_s,
        cost_usd=trial.cost_usd,
        feasible=trial.feasible,
        error=trial.error,
        seconds=trial.seconds,
    )


def _done_text(found: Search) -> str:
    failed = sum(trial.failed for trial in found.run.trials)
    early = sum(not trial.complete and not trial.failed for trial in found.run.trials)
    tail = f", {early} of them stopped early" if early else ""
    tail += f", {failed} failed" if failed else ""
    return (
        f"*Search finished*: {len(found.run.trials)} trials in {_minutes(found.run.seconds)}{tail} ({found.run.ended})."
    )


def _winner(deps: Deps, tx: Transaction, project: ProjectRow, problem: Problem, found: Search) -> None:
    best = found.verdict.best
    assert best is not None
    text = (
        f"*The winner*: {found.verdict.words(problem)}\n_{against_default(best.config, problem.space.default())}_\n"
        f"In the search: {figures(best, problem)}.{_finals(found)}{_missed(found, problem)}"
    )
    tx.outbox.add(project, Post("report", text, attachments=_attach(deps, found)), deps.now())
    _remember(deps, tx, project, problem, found)
    version = tx.deployments.add_version(project.id, best.config, _scores(found), deps.now())
    tx.projects.save(
        project, outcome={**project.outcome, "version": version.id, "report": found.report.json["verdict"]}
    )
    advance(deps, tx, project, Trigger.TUNED)


def _finals(found: Search) -> str:
    lines = [
        f"\nAlso for the best, {final.parameter} {final.choice}: {final.words()}." for final in found.verdict.finals
    ]
    return "".join(lines)


def _missed(found: Search, problem: Problem) -> str:
    missed = [limit_title(name, problem) for name, met in found.verdict.met.items() if not met]
    if not missed:
        return ""
    return f"\n:warning: On the held-out {problem.terms.many} this limit is not met: {', '.join(missed)}."


def _nothing_fits(deps: Deps, tx: Transaction, project: ProjectRow, problem: Problem, found: Search) -> None:
    limits = "; ".join(limits_in_words(problem))
    closest = found.verdict.closest
    if not closest:
        errors = sorted({trial.error for trial in found.run.trials if trial.error})[:3]
        raise BadInput(
            "No trial could be scored.", f"The errors were: {'; '.join(errors)}.", "Mend that and say *retry*."
        )
    lines = [f":warning: No configuration of {len(found.run.trials)} meets all limits ({limits}). The closest:"]
    default = problem.space.default()
    lines += [f"• {figures(trial, problem)}\n   _{against_default(trial.config, default)}_" for trial in closest]
    lines.append(
        "You can take the closest one as it is, relax a limit (say for example "
        f"_accuracy {100 * _reached(closest[0], problem):.0f} %_ after *change*), add {problem.terms.sources} or mend "
        f"{problem.terms.golden}, or *cancel*."
    )
    button = Button("Take the closest", "accept_closest", project.id, confirm="It misses the limits named. Deploy it?")
    tx.outbox.add(
        project, Post("report", "\n".join(lines), buttons=(button,), attachments=_attach(deps, found)), deps.now()
    )
    _remember(deps, tx, project, problem, found)
    outcome = {**project.outcome, "closest": closest[0].config, "scores": closest[0].to_json()}
    tx.projects.save(project, outcome=outcome)
    advance(deps, tx, project, Trigger.NOTHING_FITS)


def _reached(trial: Trial, problem: Problem) -> float:
    """What a configuration reaches of what the person calls accuracy: the searched metric, or the one with a limit."""
    least = [trial.means[name] for name in problem.limits.least if name in trial.means]
    return min(least) if least and problem.limits.accuracy is None else trial.accuracy or 0.0


def _attach(deps: Deps, found: Search) -> tuple[Attachment, ...]:
    pictures = tuple(_picture(deps, picture) for picture in found.report.pictures)
    address = deps.files.put(found.report.markdown.encode())
    return (*pictures, Attachment(address, "report.md", "Search report"))


def _picture(deps: Deps, picture: Picture) -> Attachment:
    return Attachment(deps.files.put(picture.png), picture.name, picture.title, picture.alt_text)


def _scores(found: Search) -> dict[str, Any]:
    best = found.report.json["best"]
    return {**best, "verdict": found.report.json["verdict"]["words"]}


def _remember(deps: Deps, tx: Transaction, project: ProjectRow, problem: Problem, found: Search) -> None:
    facts = examination_of(project)
    body = record(brief_of(project), facts.facts if facts else {}, problem, found.run.trials, found.verdict)
    tx.projects.add_record(project.id, project.skill, body, deps.now())
