"""Nested cross-validation: no fold has a say in what is chosen for it; errors as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import toy

from neo.automl.nested import nested_scores
from neo.automl.problem import Instance, Limits, Metric, Problem, Terms
from neo.automl.report import limit_title
from neo.automl.search import search
from neo.automl.space import Choice, Space, Whole
from neo.automl.split import split
from neo.automl.study import StudyRun, StudySettings, run_study
from neo.automl.trials import violations
from neo.evals.stats import Interval

ERROR = Metric("score", "Error of the count", "How far it is off.", span=10.0, unit="people", error="mae")


SPACE = Space((Choice("kind", ("plain", "good"), "plain"), Whole("k", 1, 9, 5)))


def few(folder: Path, n: int = 20) -> Problem:
    return replace(toy.problem(folder, n=n, space=SPACE), nested=True, terms=Terms("frame", "frames", "counted frames"))


def test_each_fold_is_searched_without_it(tmp_path: Path) -> None:
    problem, asked = few(tmp_path), []
    parts = split(problem.instances, 1)

    def again(instances: Sequence[Instance]) -> StudyRun:
        asked.append({one.id for one in instances})
        return run_study(problem, instances, StudySettings("again", 4, seed=1, racing=False))

    said: list[str] = []
    first, second = nested_scores(problem, parts.search, parts.folds, again, 1, said.append)
    everything = {one.id for one in problem.instances}
    assert set(first) == set(second) == everything
    assert [everything - some for some in asked] == [set(fold) for fold in parts.folds]
    assert len(said) == 5 and "fold 5 of 5" in said[-1]


def test_a_nested_search_says_so_and_asks_everything(tmp_path: Path) -> None:
    result = search(few(tmp_path), StudySettings("few", 6, seed=1))
    body = result.report.json
    assert body["verdict"]["nested"] and body["verdict"]["folds"] == 5
    assert all(one["asked"] == 20 for one in body["trials"])
    assert "by nested 5-fold cross-validation, each fold searched for anew (n = 20)" in body["verdict"]["words"]
    assert "20 frames decide" not in body["verdict"]["words"]
    many = search(replace(few(tmp_path / "many", 60), nested=True), StudySettings("many", 6, seed=1))
    assert not many.report.json["verdict"]["nested"]  # enough to hold a third out


def test_an_error_is_told_in_its_unit_and_a_smaller_one_is_better(tmp_path: Path) -> None:
    problem = replace(few(tmp_path), metrics=(ERROR,))
    result = search(problem, StudySettings("few", 6, seed=1))
    best = result.report.json["best"]
    assert best["error"]["unit"] == "people"
    assert best["error"]["mean"] == pytest.approx(10 * (1 - best["holdout"]["mean"]))
    assert best["error"]["low"] <= best["error"]["mean"] <= best["error"]["high"]
    assert f"Error of the count {best['error']['mean']:.3f}" in result.report.markdown
    better = Interval(0.1, 0.05, 0.2, 9)
    assert ERROR.told_difference(better) == Interval(-1.0, -2.0, -0.5, 9)
    assert ERROR.told_interval(Interval(0.9, 0.8, 1.0, 9)).high == pytest.approx(2.0)


def test_references_and_the_best_with_each_choice_stand_beside_the_winner(tmp_path: Path) -> None:
    plain = SPACE.default()
    problem = replace(few(tmp_path), references={"as one starts": plain}, compared="kind")
    result = search(problem, StudySettings("few", 8, seed=1))
    body = result.report.json
    assert set(body["best_of_each"]) == {"plain", "good"}
    assert body["best_of_each"]["good"]["accuracy"] > body["best_of_each"]["plain"]["accuracy"]
    assert body["verdict"]["references"]["as one starts"]["mean"] == pytest.approx(toy.truth(plain), abs=0.1)
    assert "## The best with each kind" in result.report.markdown
    assert "## Beside what one would start from" in result.report.markdown
    front = next(one for one in result.report.pictures if one.name == "pareto-front.png")
    assert "The best with each: good" in front.alt_text


def test_a_limit_on_any_metric_counts_where_it_was_measured() -> None:
    limits = Limits(least={"recall": 0.9})
    assert violations(0.5, 0.0, 0.0, limits, {"recall": 0.7}) == {"recall": pytest.approx(0.2)}
    assert violations(0.5, 0.0, 0.0, limits, {"recall": 0.95}) == {}
    assert violations(0.5, 0.0, 0.0, limits, {}) == {}
    assert limits.named() == {"recall": 0.9}


def test_a_limit_is_called_as_people_read_it(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path)
    assert [limit_title(name, problem) for name in ("accuracy", "score")] == ["accuracy", "Score"]


def test_the_time_is_for_the_search_and_those_of_its_folds(tmp_path: Path) -> None:
    problem = replace(toy.problem(tmp_path, "slow", n=12, space=SPACE), nested=True)
    result = search(problem, StudySettings("short", 18, seed=1, seconds=1.2))  # a trial takes .15 s
    body = result.report.json
    assert body["verdict"]["nested"] and body["ended"] == "time of 0 s used"
    assert len(body["trials"]) < 6
