"""Emoji put on messages and taken back."""

from __future__ import annotations

import pytest
from slack_says import Slack
from world import CHANNEL, COLLEAGUE, OWNER, World


def react(slack: Slack, here: World, sample: str, emoji: str, user: str = OWNER) -> None:
    item = {"type": "message", "channel": CHANNEL, "ts": here.ts_of("requirements")}
    kind = {"ReactionAdded": "reaction_added", "ReactionRemoved": "reaction_removed"}[sample]
    slack.event(sample, type=kind, user=user, reaction=emoji, item=item, item_user="UNEO00001")


@pytest.mark.parametrize("emoji", ["white_check_mark", "+1", "+1::skin-tone-4"])
def test_an_approval_counts_whatever_its_skin(slack: Slack, here: World, emoji: str) -> None:
    here.to_requirements()
    react(slack, here, "ReactionAdded", emoji)
    assert here.project().stage == "architecture_review"


def test_taken_back_in_time_it_is_no_approval(slack: Slack, here: World) -> None:
    here.to_requirements()
    react(slack, here, "ReactionAdded", "white_check_mark")
    react(slack, here, "ReactionRemoved", "white_check_mark")
    assert here.project().stage == "requirements_review"


def test_a_strangers_word_is_refused_to_them_alone(slack: Slack, here: World) -> None:
    here.to_requirements()
    react(slack, here, "ReactionAdded", "white_check_mark", COLLEAGUE)
    assert here.project().stage == "requirements_review" and here.transport.sent[-1].post.to_user == COLLEAGUE


def test_an_emoji_on_a_file_is_nothing(slack: Slack, here: World) -> None:
    slack.event("ReactionAdded", user=OWNER, reaction="+1", item={"type": "file", "file": "F1"})
    assert not here.transport.sent
