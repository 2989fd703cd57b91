"""A project's road: two tables.

``TRANSITIONS`` says which trigger leads from which stage to which. What Neo does on entering a
stage is the other table, ``ON_ENTER`` in ``neo.services.stages``.
"""

from __future__ import annotations

from enum import StrEnum

from neo.errors import NotAllowed


class Stage(StrEnum):
    """Where a project stands."""

    INTAKE = "intake"
    REQUIREMENTS_REVIEW = "requirements_review"
    ARCHITECTURE_REVIEW = "architecture_review"
    TUNING = "tuning"
    PACKAGING = "packaging"
    DEPLOYING = "deploying"
    LIVE = "live"
    LIMITS_UNMET = "limits_unmet"
    KEPT = "kept"
    PAUSED = "paused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class Trigger(StrEnum):
    """What moves a project on."""

    INTAKE_COMPLETE = "intake_complete"
    APPROVED = "approved"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"
    CHANGES_WANTED = "changes_wanted"
    TUNED = "tuned"
    NOTHING_FITS = "nothing_fits"
    PACKAGED = "packaged"
    DEPLOYED = "deployed"
    ACCEPT_CLOSEST = "accept_closest"
    PAUSE = "pause"
    RESUME = "resume"
    FAIL = "fail"
    RETRY = "retry"
    CANCEL = "cancel"
    CLOSE = "close"


S, T = Stage, Trigger

# (stage, trigger) -> next stage.
TRANSITIONS: dict[tuple[Stage, Trigger], Stage] = {
    (S.INTAKE, T.INTAKE_COMPLETE): S.REQUIREMENTS_REVIEW,
    (S.REQUIREMENTS_REVIEW, T.APPROVED): S.ARCHITECTURE_REVIEW,
    (S.REQUIREMENTS_REVIEW, T.CHANGES_WANTED): S.INTAKE,
    (S.REQUIREMENTS_REVIEW, T.KEPT): S.KEPT,
    (S.KEPT, T.WITHDRAWN): S.REQUIREMENTS_REVIEW,
    (S.KEPT, T.CHANGES_WANTED): S.INTAKE,
    (S.ARCHITECTURE_REVIEW, T.WITHDRAWN): S.REQUIREMENTS_REVIEW,
    (S.ARCHITECTURE_REVIEW, T.CHANGES_WANTED): S.INTAKE,
    (S.ARCHITECTURE_REVIEW, T.APPROVED): S.TUNING,
    (S.TUNING, T.WITHDRAWN): S.ARCHITECTURE_REVIEW,
    (S.TUNING, T.CHANGES_WANTED): S.INTAKE,
    (S.TUNING, T.TUNED): S.PACKAGING,
    (S.TUNING, T.NOTHING_FITS): S.LIMITS_UNMET,
    (S.LIMITS_UNMET, T.ACCEPT_CLOSEST): S.PACKAGING,
    (S.LIMITS_UNMET, T.CHANGES_WANTED): S.INTAKE,
    (S.PACKAGING, T.PACKAGED): S.DEPLOYING,
    (S.DEPLOYING, T.DEPLOYED): S.LIVE,
    (S.LIVE, T.CHANGES_WANTED): S.INTAKE,
    (S.LIVE, T.CLOSE): S.CLOSED,
}

FINISHED = frozenset({S.CANCELLED, S.CLOSED})
WORKING = frozenset({S.TUNING, S.PACKAGING, S.DEPLOYING})
REVIEW = frozenset({S.REQUIREMENTS_REVIEW, S.ARCHITECTURE_REVIEW})

# Triggers that a person, or a fault, can pull from any stage that is not finished.
INTERRUPTIONS: dict[Trigger, Stage] = {T.PAUSE: S.PAUSED, T.FAIL: S.FAILED, T.CANCEL: S.CANCELLED}

# Triggers that lead back to the stage which an interruption left.
RETURNS: dict[Trigger, Stage] = {T.RESUME: S.PAUSED, T.RETRY: S.FAILED}


def next_stage(stage: Stage, trigger: Trigger, came_from: Stage | None = None) -> Stage:
    """The stage that *trigger* leads to from *stage*.

    Args:
        came_from: The stage that an interruption left; RESUME and RETRY lead back to it.

    Raises:
        NotAllowed: The table has no such row; the message says what is possible instead.

    >>> next_stage(Stage.INTAKE, Trigger.INTAKE_COMPLETE).value
    'requirements_review'
    """
    if (stage, trigger) in TRANSITIONS:
        return TRANSITIONS[stage, trigger]
    if trigger in INTERRUPTIONS and stage not in FINISHED and stage != INTERRUPTIONS[trigger]:
        return INTERRUPTIONS[trigger]
    if RETURNS.get(trigger) == stage and came_from is not None:
        return came_from
    raise NotAllowed(
        f"This project is in the stage '{words(stage)}'.",
        f"From there '{words(trigger)}' is not possible;",
        f"possible now: {', '.join(words(t) for t in possible(stage)) or 'nothing, start a new project'}.",
    )


def possible(stage: Stage) -> list[Trigger]:
    """The triggers that a project in *stage* can take, in the order of the tables."""
    if stage in FINISHED:
        return []
    on_the_road = [trigger for at, trigger in TRANSITIONS if at == stage]
    back = [trigger for trigger, at in RETURNS.items() if at == stage]
    return on_the_road + back + [trigger for trigger, to in INTERRUPTIONS.items() if to != stage]


def words(name: Stage | Trigger) -> str:
    """The name as a person reads it.

    >>> words(Stage.REQUIREMENTS_REVIEW)
    'requirements review'
    """
    return name.value.replace("_", " ")
