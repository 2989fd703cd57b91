"""From a registered version to a running service that was smoke-tested, and back down again."""

from __future__ import annotations

from pathlib import Path

from neo.automl.problem import Evaluation, Problem
from neo.automl.trials import mean
from neo.delivery.deployers import Running
from neo.domain.events import ButtonPressed
from neo.domain.lifecycle import Stage, Trigger
from neo.domain.posts import Post, notice, private
from neo.errors import Unavailable
from neo.services.access import check_right
from neo.services.deps import Deps, HeldJob, Turn, brief_of, stage_of
from neo.services.stages import advance
from neo.skill import Skill
from neo.store.tables import DeploymentRow, VersionRow

SMOKE_QUESTIONS = 5


def accept_closest(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """The person takes the closest configuration although it misses a limit."""
    with turn.transaction() as tx:
        project = tx.projects.get(event.value)
        check_right(deps, tx, project, event.user, "decide for")
        if stage_of(project) is not Stage.LIMITS_UNMET:
            tx.outbox.add(project, private("That is decided already.", event.user), deps.now())
            return
        version = tx.deployments.add_version(
            project.id, project.outcome["closest"], project.outcome["scores"], deps.now()
        )
        tx.projects.save(project, outcome={**project.outcome, "version": version.id})
        tx.outbox.add(project, notice(f"<@{event.user}> takes the closest configuration as it is."), deps.now())
        advance(deps, tx, project, Trigger.ACCEPT_CLOSEST)


def package(deps: Deps, job: HeldJob) -> None:
    """Package the registered version into a folder that runs without Neo."""
    with job.transaction() as tx:
        project = tx.projects.get(job.project)
        version = _version(tx.deployments.version(str(project.outcome.get("version"))))
        inputs = deps.inputs(tx, project.id)
        tx.outbox.add(project, Post("working", "is packaging the winner…"), deps.now())
    skill = deps.skill_of(project)
    problem = skill.problem(brief_of(project), inputs, deps.cache_dir, deps.resources)
    folder = deps.folder(project.id) / f"v{version.number}"
    build = skill.build(problem, version.config, folder)
    with job.finishing() as tx:
        project = tx.projects.get(job.project)
        version = _version(tx.deployments.version(version.id))
        version.folder, version.command = str(build.folder), list(build.command)
        tx.deployments.save(version)
        advance(deps, tx, project, Trigger.PACKAGED)


def deploy(deps: Deps, job: HeldJob) -> None:
    """Start the package, put golden questions to it, and say where it is."""
    with job.transaction() as tx:
        project = tx.projects.get(job.project)
        version = _version(tx.deployments.version(str(project.outcome.get("version"))))
        old = tx.deployments.current(project.id)
        inputs = deps.inputs(tx, project.id)
        tx.outbox.add(project, Post("working", "is starting the service…"), deps.now())
    skill = deps.skill_of(project)
    problem = skill.problem(brief_of(project), inputs, deps.cache_dir, deps.resources)
    running = deps.deployer.start(Path(version.folder), version.command)
    try:
        smoke = skill.smoke(problem, running.url, SMOKE_QUESTIONS)
        example = skill.example(running.url, problem)
        with job.finishing() as tx:
            project = tx.projects.get(job.project)
            version = _version(tx.deployments.version(version.id))
            version.status = "live"
            tx.deployments.save(version)
            keep = old.id if old is not None and deps.policy.compare_votes else None
            before = list(tx.deployments.of_project(project.id))
            tx.deployments.add(project.id, version.id, running.url, running.pid, deps.now(), keep=keep)
            text = _live_text(deps, skill, version, running.url, problem, smoke)
            data = {"url": running.url}
            tx.outbox.add(project, Post("report", f"{text}\n{example}", data=data), deps.now())
            advance(deps, tx, project, Trigger.DEPLOYED)
    except BaseException:
        deps.deployer.stop(running)  # nothing may run that no row knows of
        raise
    for row in before:
        if row.id != keep:
            deps.deployer.stop(Running(row.url, row.pid))


def _version(row: VersionRow | None) -> VersionRow:
    if row is None:
        raise Unavailable("There is no packaged version to deploy.", "The registry has none.", "Say *retry*.")
    return row


def _live_text(
    deps: Deps, skill: Skill, version: VersionRow, url: str, problem: Problem, smoke: list[Evaluation]
) -> str:
    score = mean([e.metrics.get(problem.metric, float("nan")) for e in smoke])
    slowest = max((e.latency_s for e in smoke), default=0.0)
    title = problem.metric_title()
    told = (
        f"{title} {problem.searched().told(score):.2f}"
        if score is not None
        else f"all answered ({title} cannot be judged from outside)"
    )
    return (
        f":tada: *Version {version.number} is live* at {url} ({skill.surface}).\n"
        f"Smoke test: {len(smoke)} {problem.terms.golden}, {told}, slowest {slowest * 1000:.0f} ms.\n"
        f"The package is `{_place(deps, version)}` in my data folder and runs without me (see its README). "
        f"I watch it from now on.\n{skill.use}"
    )


def _place(deps: Deps, version: VersionRow) -> str:
    """The package's folder without this machine's own paths, which are nobody's business in a channel."""
    folder, home = Path(version.folder), deps.policy.work_dir
    return str(folder.relative_to(home)) if folder.is_relative_to(home) else folder.name


def retire(deps: Deps, job: HeldJob) -> None:
    """Stop what a finished project has running."""
    with deps.store.read() as tx:
        rows = list(tx.deployments.of_project(job.project))
    for row in rows:
        deps.deployer.stop(Running(row.url, row.pid))
    with job.finishing() as tx:
        for row in tx.deployments.of_project(job.project):
            row.status = "stopped"
            tx.deployments.save(row)


def stop_all(deps: Deps) -> int:
    """Stop every service, when Neo goes down in good order; rows stay, so that the next start brings them back."""
    with deps.store.read() as tx:
        rows = list(tx.deployments.running())
    for row in rows:
        deps.deployer.stop(Running(row.url, row.pid))
    return len(rows)


def start_again(deps: Deps, row: DeploymentRow) -> Running | None:
    """Start a service that is not running; None when its package is gone."""
    with deps.store.read() as tx:
        version = tx.deployments.version(row.version)
    if version is None or not Path(version.folder).is_dir():
        return None
    return deps.deployer.start(Path(version.folder), version.command, row.url)
