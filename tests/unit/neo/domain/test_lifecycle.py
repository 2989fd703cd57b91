"""The road: whatever people and faults pull, only rows of the table are taken, and nothing is tuned unapproved."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from neo.domain.lifecycle import (
    FINISHED,
    INTERRUPTIONS,
    RETURNS,
    TRANSITIONS,
    Stage,
    Trigger,
    next_stage,
    possible,
    words,
)
from neo.errors import NotAllowed

WORK_AFTER_APPROVAL = {Stage.TUNING, Stage.PACKAGING, Stage.DEPLOYING, Stage.LIVE, Stage.LIMITS_UNMET}


class Road(RuleBasedStateMachine):
    """A project at which every trigger is pulled, in any order."""

    @initialize()
    def begin(self) -> None:
        self.stage, self.came_from = Stage.INTAKE, None
        self.approvals = 0  # of the two documents as they stand

    @rule(trigger=st.sampled_from(Trigger))
    def pull(self, trigger: Trigger) -> None:
        before = self.stage
        if trigger not in possible(before):
            with pytest.raises(NotAllowed):
                next_stage(before, trigger, self.came_from)
            return
        self.stage = next_stage(before, trigger, self.came_from)
        self._check_row(before, trigger)
        if self.stage in (Stage.PAUSED, Stage.FAILED) and before not in (Stage.PAUSED, Stage.FAILED):
            self.came_from = before
        self.approvals += {Trigger.APPROVED: 1, Trigger.KEPT: 1, Trigger.WITHDRAWN: -1}.get(trigger, 0)
        if trigger is Trigger.CHANGES_WANTED:
            self.approvals = 0

    def _check_row(self, before: Stage, trigger: Trigger) -> None:
        on_the_road = TRANSITIONS.get((before, trigger)) == self.stage
        interrupted = INTERRUPTIONS.get(trigger) == self.stage and before not in FINISHED
        returned = RETURNS.get(trigger) == before and self.stage == self.came_from
        assert on_the_road or interrupted or returned

    @invariant()
    def nothing_is_built_without_two_approvals(self) -> None:
        if getattr(self, "stage", None) in WORK_AFTER_APPROVAL:
            assert self.approvals == 2

    @invariant()
    def what_is_finished_stays_finished(self) -> None:
        if getattr(self, "stage", None) in FINISHED:
            assert possible(self.stage) == []

    @invariant()
    def a_project_never_returns_to_an_interruption(self) -> None:
        assert getattr(self, "came_from", None) not in (Stage.PAUSED, Stage.FAILED, *FINISHED)


Road.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestRoad = Road.TestCase


def test_every_stage_can_be_reached_and_left_unless_finished() -> None:
    reached = {Stage.INTAKE}
    while (
        more := {next_stage(stage, trigger, Stage.TUNING) for stage in reached for trigger in possible(stage)} - reached
    ):
        reached |= more
    assert reached == set(Stage)
    assert {stage for stage in Stage if not possible(stage)} == FINISHED


def test_only_an_approval_leads_on_from_a_review() -> None:
    for (stage, trigger), after in TRANSITIONS.items():
        if after is Stage.TUNING:
            assert (stage, trigger) == (Stage.ARCHITECTURE_REVIEW, Trigger.APPROVED)
        if after is Stage.ARCHITECTURE_REVIEW:
            assert (stage, trigger) in {
                (Stage.REQUIREMENTS_REVIEW, Trigger.APPROVED),
                (Stage.TUNING, Trigger.WITHDRAWN),
            }


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in FINISHED])
def test_every_open_project_can_be_cancelled(stage: Stage) -> None:
    assert next_stage(stage, Trigger.CANCEL) is Stage.CANCELLED


def test_a_paused_project_that_fails_returns_to_where_it_was_before_the_pause() -> None:
    assert next_stage(Stage.PAUSED, Trigger.FAIL, Stage.TUNING) is Stage.FAILED
    assert next_stage(Stage.FAILED, Trigger.RETRY, Stage.TUNING) is Stage.TUNING


def test_a_refusal_names_the_stage_and_what_is_possible() -> None:
    with pytest.raises(NotAllowed) as refusal:
        next_stage(Stage.LIVE, Trigger.RETRY)
    assert "in the stage 'live'" in str(refusal.value)
    assert "possible now: changes wanted, close, pause, fail, cancel" in str(refusal.value)
    with pytest.raises(NotAllowed, match="start a new project"):
        next_stage(Stage.CLOSED, Trigger.RETRY)


def test_names_read_as_words() -> None:
    assert words(Stage.LIMITS_UNMET) == "limits unmet"
