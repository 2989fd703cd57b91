"""A project's one road: every change of stage goes through :func:`advance`."""

from __future__ import annotations

from neo.domain.approvals import Verdict
from neo.domain.lifecycle import FINISHED, WORKING, Stage, Trigger, next_stage
from neo.domain.posts import Post
from neo.services.deps import Deps, stage_of
from neo.store import Transaction
from neo.store.tables import ApprovalRow, DocumentRow, JobRow, ProjectRow

# What a stage does when it is entered: it enqueues the stage's work. (kind of job, queue, after the grace time?)
Work = tuple[str, str, bool]
ON_ENTER: dict[Stage, Work] = {
    Stage.REQUIREMENTS_REVIEW: ("write_requirements", "short", False),
    Stage.ARCHITECTURE_REVIEW: ("write_architecture", "short", True),
    Stage.TUNING: ("tune", "tune", True),
    Stage.PACKAGING: ("package", "short", False),
    Stage.DEPLOYING: ("deploy", "short", False),
    Stage.LIVE: ("watch", "watch", False),
    Stage.CANCELLED: ("retire", "short", False),
    Stage.CLOSED: ("retire", "short", False),
}


def advance(deps: Deps, tx: Transaction, project: ProjectRow, trigger: Trigger, reason: str = "") -> JobRow | None:
    """Move a project on and enqueue the work of the stage that it enters.

    Args:
        reason: Why, for an interruption; kept with the project and told in `status`.

    Returns:
        The job that was enqueued, if the stage has work.

    Raises:
        NotAllowed: The project cannot take this trigger now.
    """
    before = stage_of(project)
    came_from = Stage(project.came_from) if project.came_from else None
    after = next_stage(before, trigger, came_from)
    interrupts = after in (Stage.PAUSED, Stage.FAILED)
    keep = came_from.value if came_from else None
    tx.projects.save(
        project,
        stage=after.value,
        came_from=(keep if before in (Stage.PAUSED, Stage.FAILED) else before.value) if interrupts else None,
        reason=reason,
    )
    if before in WORKING and after not in WORKING:
        tx.outbox.add(project, Post("working", ""), deps.now())  # the platform's Stop button goes
    if trigger in STOPS_WORK:
        tx.jobs.stop(project.id)
    if trigger in (Trigger.CHANGES_WANTED, Trigger.WITHDRAWN):
        _reopen(tx, project, trigger, before)
    if after in FINISHED:
        tx.documents.supersede(project.id, "requirements", "architecture")
    return _enqueue(deps, tx, project, after, trigger)


# The gate of a kind of document, and the stage to which its approval led.
GATES: dict[str, tuple[Stage, Stage]] = {
    "requirements": (Stage.REQUIREMENTS_REVIEW, Stage.ARCHITECTURE_REVIEW),
    "architecture": (Stage.ARCHITECTURE_REVIEW, Stage.TUNING),
}


def rests_before_work(project: ProjectRow, kind: str) -> bool:
    """Whether a project was paused between an approval of this kind of document and the work that it started."""
    return stage_of(project) is Stage.PAUSED and project.came_from == GATES[kind][1].value


def rests_kept(project: ProjectRow) -> bool:
    """Whether a project is paused whose approved requirements are only kept: no work follows from them."""
    return stage_of(project) is Stage.PAUSED and project.came_from == Stage.KEPT.value


def lead_back(tx: Transaction, project: ProjectRow, document: DocumentRow) -> None:
    """Have a paused project go on at the gate whose approval was taken back, not beyond it."""
    tx.documents.set_status(document.id, "current")
    tx.projects.save(project, came_from=GATES[document.kind][0].value)


STOPS_WORK = frozenset({Trigger.CHANGES_WANTED, Trigger.WITHDRAWN, Trigger.PAUSE, Trigger.CANCEL, Trigger.CLOSE})


def _reopen(tx: Transaction, project: ProjectRow, trigger: Trigger, before: Stage) -> None:
    """A change voids both approvals; an emoji taken back voids its own."""
    if trigger is Trigger.CHANGES_WANTED:
        tx.documents.supersede(project.id, "requirements", "architecture")
        return
    kind = "architecture" if before is Stage.TUNING else "requirements"
    row = tx.documents.latest(project.id, kind)
    if row is not None:
        tx.documents.set_status(row.id, "current")


def _enqueue(deps: Deps, tx: Transaction, project: ProjectRow, stage: Stage, trigger: Trigger) -> JobRow | None:
    if stage not in ON_ENTER or trigger is Trigger.WITHDRAWN:
        return None  # after an emoji was taken back the document stands there already and waits
    kind, queue, graced = ON_ENTER[stage]
    approval = _approval_of(tx, project, stage) if graced else None
    # A project that was paused and goes on within the grace time waits for its end like any other.
    due = approval.at + deps.policy.grace_s if approval is not None else 0.0
    job = tx.jobs.add(queue, kind, project.id, deps.now(), delay_s=max(0.0, due - deps.now()))
    if approval is not None:
        approval.job = job.id
    return job


def _approval_of(tx: Transaction, project: ProjectRow, stage: Stage) -> ApprovalRow | None:
    """The standing approval that led to a stage."""
    gate = next(kind for kind, (_, leads_to) in GATES.items() if leads_to is stage)
    document = tx.documents.latest(project.id, gate)
    return tx.documents.approval(document.id, Verdict.APPROVED.value) if document is not None else None
