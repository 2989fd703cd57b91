"""Slash commands, shortcuts and forms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from slack_says import Slack
from world import CHANNEL, COLLEAGUE, OWNER, TEAM, World

from bot.blocks import forms
from bot.payloads import shortcut_used
from neo.domain.access import Profile


def command(slack: Slack, text: str, user: str = OWNER, trigger: str = "") -> None:
    slack.payload(
        "SlashCommand", command="/neo", text=text, team_id=TEAM, channel_id=CHANNEL, user_id=user,
        trigger_id=trigger or f"t:{text}:{user}",
    )  # fmt: skip


def last(here: World) -> Any:
    return here.transport.sent[-1].post


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "`/neo new` starts a project"),
        ("help", "`access` says who may do what"),
        ("status", "requirements review"),
        ("requirements", "`R"),
        ("budget", "There is no budget yet"),
        ("approve?", "A command approves nothing"),
        ("digest", "waits for your approval of the requirements"),
        ("digest off", "No more digests"),
        ("digest 17", "at 17:00"),
        ("digest sometimes", "I don't know '/neo digest sometimes'"),
        ("feedback", "Nobody has voted"),
        ("level", "I write for a"),
        ("level wizard", "There is no level 'wizard'"),
        ("access", "start projects: every member"),
        ("dance", "I don't know '/neo dance'"),
    ],
)
def test_a_command_is_answered_to_that_person_alone(slack: Slack, here: World, words: str, told: str) -> None:
    here.to_requirements()
    command(slack, words)
    assert told in last(here).text and last(here).to_user == OWNER


def test_a_command_that_steers_is_told_in_the_thread(slack: Slack, here: World) -> None:
    here.to_requirements()
    command(slack, "pause")
    assert here.project().stage == "paused" and not last(here).to_user


def test_a_command_delivered_twice_is_done_once(slack: Slack, here: World) -> None:
    command(slack, "help", trigger="same")
    command(slack, "help", trigger="same")
    assert len(here.transport.sent) == 1


def test_new_with_words_opens_a_project_in_the_thread_of_its_message(slack: Slack, here: World) -> None:
    command(slack, "new a bot that answers questions about our handbooks")
    here.settle()
    project = here.project()
    assert project.owner == OWNER and project.thread == here.ts_by_text("wants: a bot that answers")
    assert any(post.kind == "question" for post in here.posts())


def test_only_administrators_change_who_may_do_what(slack: Slack, here: World) -> None:
    command(slack, "access create <@U1ADMIN>")
    assert "for administrators" in last(here).text
    with here.store.write() as tx:
        tx.people.keep_profile(TEAM, OWNER, Profile(TEAM, is_admin=True, known=True), here.clock())
    command(slack, f"access create <@{OWNER}>", trigger="t2")
    assert f"start projects: <@{OWNER}>" in last(here).text
    command(slack, "new a bot for our handbooks", user=COLLEAGUE)
    assert "In this workspace only" in last(here).text and last(here).to_user == COLLEAGUE


def test_spending_can_be_given_to_a_few(slack: Slack, here: World) -> None:
    here.to_architecture()
    with here.store.write() as tx:
        tx.workspaces.save(TEAM, here.clock(), access={"only": {"spend": ["UBOSS0001"]}})
    here.react("architecture", "white_check_mark")
    assert (
        here.project().stage == "architecture_review" and "<@UBOSS0001> may approve an architecture" in last(here).text
    )


def shortcut(slack: Slack, text: str, callback: str = "add_golden", user: str = OWNER) -> None:
    slack.here.neo.receive(_event(slack, text, callback, user))
    slack.here.settle()


def _event(slack: Slack, text: str, callback: str, user: str) -> Any:
    """The listener opens a form at Slack's first; here it stands open already."""

    body = {
        "type": "message_action", "callback_id": callback, "trigger_id": f"s{len(text)}", "action_ts": "1.1",
        "team": {"id": TEAM}, "user": {"id": user}, "channel": {"id": CHANNEL},
        "message": {"type": "message", "user": user, "ts": "7.0", "text": text},
    }  # fmt: skip
    return replace(shortcut_used(body, "UNEO00001"), view="view:1")


def submit(slack: Slack, form: str, subject: str = "", user: str = OWNER, **fields: str) -> None:
    values = {name: {name: {"type": "plain_text_input", "value": value}} for name, value in fields.items()}
    slack.payload(
        "ViewSubmission", type="view_submission", team={"id": TEAM}, user={"id": user},
        view={"id": f"V{form}{len(str(fields))}", "hash": "h", "type": "modal", "callback_id": form,
              "private_metadata": subject, "state": {"values": values}},
    )  # fmt: skip


def test_a_message_becomes_a_golden_question(slack: Slack, here: World) -> None:
    here.to_requirements()
    shortcut(slack, "Where do returned parcels arrive on Sundays?")
    form = last(here)
    assert form.kind == "form" and form.data["question"].startswith("Where do") and forms.filled(form.data)["submit"]
    submit(
        slack,
        "add_golden",
        question="Where do parcels arrive on Sundays?",
        answer="dock seven",
        project=here.project().id,
    )
    assert "added a golden question" in here.last().text
    with here.store.read() as tx:
        (row,) = [row for row in tx.projects.files(here.project().id, "stored") if row.name == "added.jsonl"]
    assert b"Sundays" in here.neo.deps.files.get(row.address)
    here.work()
    assert here.project().examination["facts"]["questions"] == 13


def test_a_question_that_is_there_already_is_not_added(slack: Slack, here: World) -> None:
    here.to_requirements()
    for answer in ("dock seven", "dock eight!"):
        submit(slack, "add_golden", question="Where?", answer=answer, project=here.project().id)
    assert "hold “Where?” already" in last(here).text
    with here.store.read() as tx:
        assert len([r for r in tx.projects.files(here.project().id, "stored") if r.name == "added.jsonl"]) == 1


def test_a_stranger_has_no_project_to_add_to(slack: Slack, here: World) -> None:
    here.to_requirements()
    shortcut(slack, "Where?", user=COLLEAGUE)
    assert "You have no open project" in last(here).data["text"]


def test_a_requirement_is_changed_by_its_form(slack: Slack, here: World) -> None:
    here.to_requirements()
    register = here.document("requirements").body["register"]
    latency = next(one["id"] for one in register if one["key"] == "R-latency")
    submit(slack, "edit_requirement", subject=here.project().id, requirement=latency, value="3 seconds")
    here.work()
    assert here.project().brief["values"]["latency"]["value"] == 3.0
    assert here.document("requirements").version == 2


def test_a_new_project_by_form_takes_the_limits_along(slack: Slack, here: World) -> None:
    submit(
        slack,
        "new_project",
        need="A bot that answers questions about our handbooks",
        channel=CHANNEL,
        latency="2 seconds",
    )
    here.settle()
    assert here.project().brief["values"]["latency"]["value"] == 2.0 and here.project().channel == CHANNEL


def test_a_form_that_slack_did_not_open_is_told_of(slack: Slack, here: World) -> None:
    here.command("new", view="")
    assert "did not let me open the form" in last(here).text
