"""Workspaces come and go: one that removes Neo is locked, its work stops, and one that returns finds its projects."""

from __future__ import annotations

from neo.delivery.deployers import Running
from neo.domain.events import AppInstalled, AppRemoved
from neo.domain.lifecycle import FINISHED, Stage, Trigger
from neo.domain.posts import notice
from neo.services.deps import Deps, HeldJob, Turn, stage_of
from neo.services.stages import advance

REASONS = {"removed": "the workspace removed Neo", "revoked": "the workspace took Neo's token back"}
AT_REST = frozenset({Stage.PAUSED, Stage.FAILED, *FINISHED})
BACK = (
    "I am back in this workspace, <@{owner}>. The project stopped because {reason}; nothing of it is lost. "
    "Say *resume* to go on."
)


def on_removed(deps: Deps, turn: Turn, event: AppRemoved) -> None:
    """Lock a workspace: running work stops, services go down, nothing more is said there; its rows stay, unread."""
    reason = REASONS.get(event.reason, event.reason)
    with turn.transaction() as tx:
        if tx.workspaces.is_locked(event.team):
            return
        tx.workspaces.save(event.team, deps.now(), status="locked", reason=reason)
        for project in tx.workspaces.projects(event.team):
            if stage_of(project) not in AT_REST:
                advance(deps, tx, project, Trigger.PAUSE, reason)
            tx.jobs.stop(project.id)
            if tx.deployments.current(project.id) is not None:
                tx.jobs.add("short", "take_down", project.id, deps.now())
        tx.workspaces.drop_posts(event.team, reason)
        tx.mails.drop(event.team, reason)


def on_installed(deps: Deps, turn: Turn, event: AppInstalled) -> None:
    """Open a workspace, for the first time or again; work goes on when somebody says so."""
    with turn.transaction() as tx:
        row = tx.workspaces.get(event.team)
        was_locked = row is not None and row.status == "locked"
        reason = row.reason if row is not None else ""
        name = event.name or (row.name if row is not None else "")
        tx.workspaces.save(event.team, deps.now(), status="active", reason="", name=name)
        for project in tx.workspaces.projects(event.team) if was_locked else ():
            if stage_of(project) is Stage.PAUSED and project.reason == reason:
                tx.outbox.add(project, notice(BACK.format(owner=project.owner, reason=reason)), deps.now())


def take_down(deps: Deps, job: HeldJob) -> None:
    """Stop a project's services; their rows stay, so that they are started again when the project goes on."""
    with deps.store.read() as tx:
        rows = list(tx.deployments.of_project(job.project))
    for row in rows:
        deps.deployer.stop(Running(row.url, row.pid))
    with job.finishing() as tx:
        if (current := tx.deployments.current(job.project)) is not None:
            current.status = "down"
            tx.deployments.save(current)
