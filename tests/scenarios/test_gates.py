"""The two gates: nothing is built before the right person approved the current document."""

from __future__ import annotations

import pytest
from world import COLLEAGUE, OWNER, World


def test_an_approval_taken_back_while_the_project_rests_leads_back_to_its_gate(here: World) -> None:
    here.to_architecture()
    here.react("architecture", "white_check_mark")
    here.say("pause")
    here.unreact("architecture", "white_check_mark")
    assert here.project().stage == "paused" and here.document("architecture").status == "current"
    here.later(200)
    here.say("resume")
    assert here.project().stage == "architecture_review"
    with here.store.read() as tx:
        assert not tx.jobs.open(here.project().id, "tune")


def test_a_project_that_goes_on_within_the_grace_time_waits_for_its_end(here: World) -> None:
    here.to_architecture()
    here.react("architecture", "white_check_mark")
    here.say("pause")
    here.later(20)
    here.say("resume")
    assert here.project().stage == "tuning" and here.work("tune") == 0
    here.unreact("architecture", "white_check_mark")
    assert here.project().stage == "architecture_review", "it can still be taken back"
    here.later(200)
    assert here.work("tune") == 0


@pytest.mark.parametrize("emoji", ["white_check_mark", "+1", "heavy_check_mark", "+1::skin-tone-4"])
def test_each_approving_emoji_opens_the_gate_after_the_grace_time(here: World, emoji: str) -> None:
    here.to_requirements()
    here.react("requirements", emoji)
    assert here.project().stage == "architecture_review"
    assert here.work() == 0, "work began within the grace time"
    here.later(61)
    here.work()
    assert here.document("architecture").status == "current"


@pytest.mark.parametrize("emoji", ["x", "-1", "pencil2", "warning", "-1::skin-tone-2"])
def test_each_refusing_emoji_asks_for_changes(here: World, emoji: str) -> None:
    here.to_requirements()
    here.react("requirements", emoji)
    assert here.project().stage == "intake"
    here.say("accuracy 70 %")
    here.work()
    row = here.document("requirements")
    assert (row.version, row.status) == (2, "current")
    assert "supersedes" in here.posts()[-1].text and "60 %" in here.posts()[-1].text


def test_an_unknown_emoji_changes_nothing_and_says_so_to_that_person(here: World) -> None:
    here.to_requirements()
    here.react("requirements", "tada")
    assert here.project().stage == "requirements_review"
    assert here.last().to_user == OWNER
    assert ":tada: changes nothing" in here.last().text


def test_the_wrong_person_is_told_privately_and_starts_nothing(here: World) -> None:
    here.to_requirements()
    here.react("requirements", "white_check_mark", user=COLLEAGUE)
    assert here.project().stage == "requirements_review"
    assert here.last().to_user == COLLEAGUE
    assert here.jobs() == []


def test_a_named_approver_may_approve(here: World) -> None:
    here.to_requirements()
    with here.store.write() as tx:
        tx.projects.save(tx.projects.get(here.project().id), approvers=[COLLEAGUE])
    here.react("requirements", "white_check_mark", user=COLLEAGUE)
    assert here.project().stage == "architecture_review"


def test_taking_the_emoji_back_in_the_grace_time_undoes_it(here: World) -> None:
    here.to_requirements()
    here.react("requirements", "+1")
    here.unreact("requirements", "+1")
    assert here.project().stage == "requirements_review"
    here.later(120)
    assert here.work() == 0
    here.react("requirements", "+1")
    here.later(61)
    here.work()
    assert here.document("architecture").version == 1


def test_taking_the_emoji_back_too_late_is_said(here: World) -> None:
    here.to_architecture()
    here.unreact("requirements", "white_check_mark")
    assert here.project().stage == "architecture_review"
    assert "has begun" in here.last().text


def test_a_button_counts_like_an_emoji_and_can_be_taken_back(here: World) -> None:
    here.to_requirements()
    row = here.document("requirements")
    here.press("approve", f"{row.id}:{row.hash}")
    assert here.project().stage == "architecture_review"
    here.press("take_back", row.id)
    assert here.project().stage == "requirements_review"


def test_an_approval_of_an_old_version_is_refused(here: World) -> None:
    here.to_requirements()
    old, old_ts = here.document("requirements"), here.ts_of("requirements")
    here.say("accuracy 75 %")
    here.work()
    assert here.document("requirements").version == 2
    here.press("approve", f"{old.id}:{old.hash}")
    assert here.project().stage == "requirements_review"
    assert "old requirements document" in here.last().text
    from neo.domain.events import ReactionAdded

    here.give(ReactionAdded("EvOld", "T1", "C1", old_ts, OWNER, "+1"))
    assert here.project().stage == "requirements_review"


def test_a_late_emoji_on_requirements_does_not_approve_the_architecture(here: World) -> None:
    here.to_architecture()
    here.react("requirements", "heavy_check_mark")
    assert here.project().stage == "architecture_review"
    assert here.document("architecture").status == "current"
    assert here.jobs("tune") == []


def test_a_changed_text_under_the_same_id_is_stale(here: World) -> None:
    here.to_requirements()
    row = here.document("requirements")
    here.press("approve", f"{row.id}:{'0' * 64}")
    assert here.project().stage == "requirements_review"


@pytest.mark.parametrize("words", ["looks good", "approved!", "yes, go ahead", ":white_check_mark:"])
def test_words_alone_approve_nothing(here: World, words: str) -> None:
    here.to_requirements()
    here.say(words)
    assert here.project().stage == "requirements_review"
    assert "Words alone approve nothing" in here.last().text


def test_a_change_after_both_approvals_reopens_both_gates_and_stops_the_work(here: World) -> None:
    here.to_architecture()
    here.react("architecture", "+1")
    assert here.project().stage == "tuning"
    here.react("requirements", "pencil2")
    assert here.project().stage == "intake"
    assert here.jobs("tune") == []
    assert {here.document(kind).status for kind in ("requirements", "architecture")} == {"superseded"}


def test_an_emoji_delivered_three_times_approves_once(here: World) -> None:
    from neo.domain.events import ReactionAdded

    here.to_requirements()
    event = ReactionAdded("EvSame", "T1", "C1", here.ts_of("requirements"), OWNER, "+1")
    for _ in range(3):
        here.give(event)
    with here.store.read() as tx:
        assert len(tx.documents.approvals(here.project().id)) == 1


def test_a_reaction_on_a_persons_message_is_nothing_to_neo(here: World) -> None:
    from neo.domain.events import ReactionAdded

    here.to_requirements()
    before = len(here.rows())
    here.give(ReactionAdded("EvElse", "T1", "C1", "1.0", OWNER, "+1"))
    assert len(here.rows()) == before
