"""What an alert would have done: breaches by a person's counts, firings by those of a configuration."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hall_files import input_file

from neo.automl.problem import Resources
from neo.domain.alerts import AlertRule
from neo.domain.brief import Brief, SlotValue
from skills.people_count.episodes import Episode, Waited, alert_scores, breaches, episodes_of, fired, told_at
from skills.people_count.scene.clips import write_clip
from skills.people_count.skill import PeopleCountSkill

RULE = AlertRule("crowd", over=10, clear_at=9, confirm_s=2.0, clear_s=5.0)
WAITED = Waited(RULE, 10.0)


def counts(*stretches: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """Seconds and how many people, as counts of ten frames a second."""
    found, at = [], 0
    for seconds, people in stretches:
        found += [(10 * (at + second), people) for second in range(seconds)]
        at += seconds
    return tuple(found)


def test_a_stretch_needs_counts_close_together_and_long_enough() -> None:
    dense = dict(counts((130, 4)))
    parts = episodes_of("v", dense, 10.0, 1300)
    assert [(one.start, one.end) for one in parts] == [(0, 640), (650, 1290)]
    assert episodes_of("v", dict(counts((15, 4))), 10.0, 150) == []  # too short
    assert episodes_of("v", {0: 3, 40: 4, 80: 5, 800: 3}, 10.0, 900) == []  # too far apart
    assert episodes_of("v", {}, 10.0, 0) == []


def test_breaches_last_at_least_as_long_as_an_alert_waits() -> None:
    some = Episode("v", counts((5, 4), (1, 12), (5, 4), (6, 12), (3, 4), (4, 11)), 10.0)
    assert breaches(some, 10, 2.0) == [(11.0, 17.0), (20.0, 23.0)]


@pytest.mark.parametrize(
    ("seen", "recall", "precision", "prompt"),
    [
        (counts((10, 4), (12, 12), (12, 4)), 1.0, 1.0, (0.9, 1.0)),  # as it was
        (counts((15, 4), (7, 12), (12, 4)), 1.0, 1.0, (0.4, 0.6)),  # five seconds late
        (counts((34, 4)), 0.0, math.nan, None),  # nothing
        (counts((4, 12), (30, 4)), 0.0, 0.0, None),  # a false one, and no other
    ],
)
def test_alerts_against_a_crowd(
    seen: tuple[tuple[int, float], ...], recall: float, precision: float, prompt: tuple[float, float] | None
) -> None:
    real = Episode("v", counts((10, 4), (12, 12), (12, 4)), 10.0)
    found = alert_scores(seen, real, WAITED)
    assert found["alert_recall"] == recall
    assert found["alert_precision"] == pytest.approx(precision, nan_ok=True)
    assert math.isnan(found["promptness"]) if prompt is None else prompt[0] <= found["promptness"] <= prompt[1]


def test_without_a_crowd_nothing_is_told_of_recall() -> None:
    quiet = Episode("v", counts((30, 4)), 10.0)
    found = alert_scores(counts((30, 4)), quiet, WAITED)
    assert all(math.isnan(value) for value in found.values())


def test_hours_do_not_hide_an_alert_from_the_search() -> None:
    assert len(fired(counts((5, 4), (10, 12), (10, 4)), 10.0, RULE)) == 1


def test_a_count_holds_until_the_next_one() -> None:
    seen = [(0, 3.0), (10, 5.0)]
    assert told_at(seen, 9) == 3.0 and told_at(seen, 10) == 5.0
    assert math.isnan(told_at([(5, 1.0)], 4))


def test_a_recording_with_every_second_counted_is_judged_on_its_crowd(tmp_path: Path) -> None:
    path = tmp_path / "hall.mp4"
    write_clip(path, 26, 10, ((0, 2), (6, 7), (16, 2)), seed=2)
    skill = PeopleCountSkill()
    values = {"threshold": 4.0, "confirm": 2.0, "picture_s": 5.0}
    brief = Brief("people_count", "x", {name: SlotValue(value, str(value)) for name, value in values.items()})
    files = [input_file(path), input_file(path.with_suffix(".json"))]
    problem = skill.problem(brief, files, tmp_path / "cache", Resources(tmp_path, 2))
    episodes = [one for one in problem.instances if one.kind == "an episode"]
    assert len(episodes) == 1 and 30 <= len(problem.instances) <= 50
    config = problem.space.complete({"detector": "background", "sample_fps": 5, "confidence": 0.2})
    (found,) = problem.evaluate(config, episodes, problem.context)
    assert found.metrics["alert_recall"] == 1.0 and found.metrics["closeness"] > 0.6
    assert " to " in found.output["breaches"] and found.output["alerts"].endswith(" s")
