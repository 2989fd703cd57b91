"""A new version beside the one before it: blind answers, votes, and what they decide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from world import CHANNEL, COLLEAGUE, OWNER, TEAM, World, world

from neo.domain.events import ReactionAdded
from neo.domain.posts import Post
from neo.services.deployment import stop_all

VOTERS = [f"UVOTER{n:02d}" for n in range(8)]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A project whose second version went live a moment ago."""
    made = world(tmp_path_factory.mktemp("two"), trials=3, compare_votes=6)
    made.to_live()
    made.say("change")
    made.say("answers within 4 seconds")
    made.work()
    for kind in ("requirements", "architecture"):
        made.react(kind, "white_check_mark")
        made.later(100)
        made.work()
    yield made
    stop_all(made.neo.deps)


def ask(two: World) -> Post:
    two.say("Where do returned parcels arrive?", user=COLLEAGUE)
    two.work("short")
    return two.last()


def version_at(two: World, comparison: str, place: str) -> str:
    with two.store.read() as tx:
        row = tx.feedback.comparison(comparison)
        assert row is not None
        found = tx.feedback.answer(getattr(row, place))
        assert found is not None
        return found.version


def place_of(two: World, comparison: str, version: str) -> str:
    return next(place for place in ("first", "second") if version_at(two, comparison, place) == version)


def versions(two: World) -> tuple[str, str]:
    """(current, rival)."""
    with two.store.read() as tx:
        current, rival = tx.deployments.current(two.project().id), tx.deployments.rival(two.project().id)
        assert current is not None
        return current.version, rival.version if rival else ""


def test_the_older_version_leads_and_the_owner_goes_back_to_it(two: World) -> None:
    assert two.project().stage == "live"
    newer, older = versions(two)
    assert older and older != newer
    post = ask(two)
    assert post.kind == "comparison" and "version" not in post.text.lower()
    comparison = post.buttons[0].value
    assert {version_at(two, comparison, place) for place in ("first", "second")} == {newer, older}
    place = place_of(two, comparison, older)
    two.press("vote_equal", comparison, user=VOTERS[7])
    for voter in VOTERS[:5]:
        two.press(f"vote_{place}", comparison, user=voter)
    two.press(f"vote_{place}", comparison, user=VOTERS[0])
    assert not two.said("decided votes"), "a second vote of one person is not another"
    with two.store.read() as tx:
        row = next(row for row in reversed(tx.outbox.of_project(two.project().id)) if row.answer == comparison)
        (stamp, *_) = tx.outbox.stamps(row.id)
    two.give(ReactionAdded(two.event_id(), TEAM, CHANNEL, stamp, VOTERS[5], {"first": "a", "second": "b"}[place]))
    assert two.said("The new version was preferred in 0 of 6 decided votes") and two.said("1 of 7 saw no difference")
    button = two.last().buttons[0]
    two.press(f"vote_{place}", comparison, user=VOTERS[6])
    assert sum("What shall hold?" in post.text for post in two.posts()) == 1, "the owner is asked once"
    two.press(button.action, button.value, user=COLLEAGUE)
    assert versions(two) == (newer, older), "somebody who may not steer decides nothing"
    two.press(button.action, button.value, user=OWNER)
    two.work("short")
    assert versions(two) == (older, "")
    assert ask(two).kind == "answer"


def test_without_a_clear_loser_the_new_version_stays(tmp_path: Path) -> None:
    here = world(tmp_path, trials=3, compare_votes=1)
    here.to_live()
    here.say("change")
    here.say("answers within 4 seconds")
    here.work()
    for kind in ("requirements", "architecture"):
        here.react(kind, "white_check_mark")
        here.later(100)
        here.work()
    newer, older = versions(here)
    comparison = ask(here).buttons[0].value
    here.press(f"vote_{place_of(here, comparison, older)}", comparison)
    here.work("short")
    assert here.said("The new version stays") and versions(here) == (newer, "")
    stop_all(here.neo.deps)
