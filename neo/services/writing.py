"""The two documents: written, kept with their hash, posted for approval."""

from __future__ import annotations

import time

from neo.agent import documents
from neo.agent.documents import Estimate
from neo.automl.executors import run_trial
from neo.automl.problem import Problem
from neo.automl.split import split
from neo.automl.trials import scored
from neo.domain.documents import Document
from neo.domain.lifecycle import Stage
from neo.domain.posts import Attachment, Button, Post
from neo.services import people
from neo.services.deps import Deps, HeldJob, brief_of, examination_of, stage_of
from neo.store import Transaction
from neo.store.documents import document_of
from neo.store.tables import ProjectRow

ICONS = {"requirements": ":clipboard:", "architecture": ":triangular_ruler:"}


def write_requirements(deps: Deps, job: HeldJob) -> None:
    """Write the next version of the requirements and post it."""
    with deps.store.read() as tx:
        project = tx.projects.get(job.project)
        latest = tx.documents.latest(job.project, "requirements")
        level = people.level_of(tx, project)
    found = examination_of(project)
    skill = deps.skill_of(project)
    if found is None and not (skill.buildable and skill.needs_files):
        found = skill.examine((), brief_of(project))
    if found is None or (latest is not None and latest.status == "current"):
        with job.finishing():
            return  # resumed: the document stands in the thread and waits
    previous = document_of(latest) if latest else None
    document = documents.requirements(skill, brief_of(project), found, previous, level)
    with job.finishing() as tx:
        project = tx.projects.get(job.project)
        _post(deps, tx, project, document)
        if document.version == 1 and people.estimate_of(tx, project.team, project.owner).evidence:
            people.tell(deps, tx, project, project.owner)


def write_architecture(deps: Deps, job: HeldJob) -> None:
    """Measure a trial on this machine, write the architecture with milestones and budget, and post it."""
    with deps.store.read() as tx:
        project = tx.projects.get(job.project)
        latest = tx.documents.latest(job.project, "architecture")
        inputs = deps.inputs(tx, job.project)
    if latest is not None and latest.status == "current":
        with job.finishing():
            return
    skill = deps.skill_of(project)
    if skill.wants_labels(inputs, brief_of(project)):
        with job.finishing() as tx:  # what a person answers brings this job back
            tx.jobs.add("gather", "label", job.project, deps.now())
        return
    with job.transaction() as tx:
        tx.outbox.add(project, Post("working", "is measuring a trial on this machine…"), deps.now())
    problem = skill.problem(brief_of(project), inputs, deps.cache_dir, deps.resources)
    estimate, score = measure(problem, deps.policy.trials, deps.policy.trial_jobs, deps.policy.seed)
    previous = document_of(latest) if latest else None
    document = documents.architecture(skill, problem, estimate, score, previous)
    with job.finishing() as tx:
        project = tx.projects.get(job.project)
        # A change while this was measured stops the work, even where the stage has been reached anew since.
        if stage_of(project) is Stage.ARCHITECTURE_REVIEW and not job.row(tx).stop_asked:
            tx.projects.save(project, outcome={"seconds_budget": documents.seconds_budget(estimate)})
            _post(deps, tx, project, document)


def measure(problem: Problem, trials: int, jobs: int, seed: int) -> tuple[Estimate, float]:
    """Run the default configuration twice, cold and warm, on the search questions.

    Returns:
        What a search of so many trials will take, and the default's score.
    """
    parts = split(problem.instances, seed)
    config = problem.space.default()
    start = time.perf_counter()
    run = run_trial(problem, config, parts.search)
    cold_s = time.perf_counter() - start
    warm = run_trial(problem, config, parts.search)
    trial = scored(0, config, "default", run.evaluations, problem.metric, problem.limits, run.seconds)
    judging = sum(float(one.output.get("judge_usd", 0.0)) for one in run.evaluations)
    spent = (trial.cost_usd or 0.0) * len(parts.search) if problem.spends else 0.0
    dollars = (spent + judging) * trials
    searches = 1 + (len(parts.folds) if problem.nested else 0)
    estimate = Estimate(trials, warm.seconds, cold_s, jobs, dollars, searches)
    return estimate, trial.accuracy or 0.0


def _post(deps: Deps, tx: Transaction, project: ProjectRow, document: Document) -> None:
    row = tx.documents.add(project.id, document, deps.now())
    address = deps.files.put(document.markdown().encode())
    value = f"{row.id}:{row.hash}"
    edits = [Button("Edit a requirement", "edit_requirement", project.id)] if document.kind == "requirements" else []
    post = Post(
        "document",
        document.markdown(),
        data={"document": document.to_json(), "icon": ICONS[document.kind], "owner": project.owner},
        buttons=(
            Button("Approve", "approve", value, style="primary"),
            Button("Ask for changes", "changes", value),
            *edits,
        ),
        attachments=(Attachment(address, f"{document.kind}-v{document.version}.md", document.title),),
    )
    tx.outbox.add(project, post, deps.now(), document=row.id)
