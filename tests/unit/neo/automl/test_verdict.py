"""The verdict: ties, the final rung, nothing that fits, and the report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import toy

from neo.automl.choice import choose
from neo.automl.problem import Context, Evaluation, Instance, Limits, Screen
from neo.automl.search import search
from neo.automl.space import Choice, Config, Space, Whole
from neo.automl.split import split
from neo.automl.study import StudySettings, best_of, run_study
from neo.automl.trials import Trial
from neo.automl.verdict import cross_validated
from neo.errors import BadInput


def test_a_search_finds_the_good_kind_and_adopts_a_dear_choice_that_is_clearly_better(tmp_path: Path) -> None:
    found = search(toy.problem(tmp_path), StudySettings("toy", 25, seed=1))
    best = found.verdict.best
    assert best is not None and best.config["kind"] == "dear"
    (final,) = found.verdict.finals
    assert final.adopted and final.difference.n == 3
    assert found.verdict.holdout is not None and found.verdict.holdout.n == 20
    assert {c.other: c.word for c in found.verdict.comparisons}["default"] == "better"


def test_a_tie_goes_to_the_cheapest() -> None:
    scores = {str(i): 0.5 + 0.01 * (i % 5) for i in range(40)}
    near = {key: value + (0.02 if int(key) % 2 else -0.019) for key, value in scores.items()}
    dear = Trial(1, {"k": 1}, "tpe", near, accuracy=0.52, latency_p95_s=0.2, cost_usd=0.01)
    cheap = Trial(2, {"k": 2}, "tpe", scores, accuracy=0.519, latency_p95_s=0.3, cost_usd=0.0)
    bad = Trial(3, {"k": 3}, "tpe", dict.fromkeys(scores, 0.1), accuracy=0.1, latency_p95_s=0.0, cost_usd=0.0)
    assert choose([dear, cheap, bad], seed=0) is cheap


def test_speed_within_the_limit_is_worth_no_accuracy_and_a_clear_loss_is_no_tie() -> None:
    scores = {str(i): float(i % 4 != 0) for i in range(12)}
    fewer = {**scores, "1": 0.0, "2": 1.0}
    top = Trial(1, {"k": 1}, "tpe", scores, accuracy=0.75, latency_p95_s=0.4, cost_usd=0.01)
    fast = Trial(2, {"k": 2}, "tpe", scores, accuracy=0.75, latency_p95_s=0.1, cost_usd=0.01)
    poor = Trial(3, {"k": 3}, "tpe", fewer, accuracy=0.667, latency_p95_s=0.01, cost_usd=0.0)
    assert choose([top, poor], seed=0) is top, "an interval that is wide for want of questions is no tie"
    assert choose([top, fast, poor], seed=0) is fast


def test_nothing_that_fits_shows_the_closest_and_no_winner(tmp_path: Path) -> None:
    found = search(toy.problem(tmp_path, limits=Limits(accuracy=0.99)), StudySettings("toy", 12, seed=1))
    assert found.verdict.best is None
    shortest = found.verdict.closest[0]
    assert shortest.accuracy == max(trial.accuracy or 0 for trial in found.run.trials)
    assert found.report.json["best"] is None
    assert "closest configurations" in found.report.markdown


def test_too_few_questions_are_said_in_the_verdict(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path, n=5)
    found = search(problem, StudySettings("toy", 6, seed=1))
    assert "take the figure as optimistic" in found.verdict.words(problem)


def test_the_report_is_plain_json_with_pictures_that_have_words(tmp_path: Path) -> None:
    found = search(toy.problem(tmp_path), StudySettings("toy", 12, seed=1))
    body = json.loads(json.dumps(found.report.json))
    assert set(body["best"]["holdout"]) == {"metric", "mean", "low", "high", "n"}
    assert len(body["trials"]) == 12
    for key in ("runner_up", "verdict", "cache", "seconds"):
        assert key in body
    for picture in found.report.pictures:
        assert picture.png.startswith(b"\x89PNG")
        assert len(picture.alt_text) > 40
        assert picture.name in found.report.markdown


def test_a_condition_switches_a_parameter_off_and_ranges_are_checked() -> None:
    assert "weight" not in toy.SPACE.default()
    assert toy.SPACE.complete({"kind": "good"}) == {"kind": "good", "k": 5, "weight": 0.5}
    with pytest.raises(BadInput, match="outside its range"):
        toy.SPACE.complete({"k": 99})
    with pytest.raises(BadInput, match="no parameter 'colour'"):
        toy.SPACE.validate({"colour": 1})
    assert Space((Choice("a", (1, 2), 1), Whole("b", 1, 9, 1, step=2))).size() == 10


def test_a_small_set_is_judged_by_cross_validation_and_each_limit_has_its_certainty(tmp_path: Path) -> None:
    space = Space((Choice("kind", ("plain", "good"), "plain"), Whole("k", 1, 9, 5)))
    problem = toy.problem(tmp_path, n=30, limits=Limits(accuracy=0.3, latency_p95_s=1.0), space=space)
    found = search(problem, StudySettings("toy", 15, seed=1)).verdict
    assert found.independent and found.folds == 5
    assert found.best is not None and found.best.config["kind"] == "good"
    assert found.holdout is not None and found.holdout.n == 30
    assert set(found.certainty) == {"accuracy", "latency_p95_s"}
    assert all(0 <= share <= 1 for share in found.certainty.values())


def test_what_chooses_a_fold_is_never_scored_by_it() -> None:
    # Trial 1 is better in the fold that is left out and nowhere else: it must not be chosen for it.
    fold = frozenset({"0", "1"})
    plain = {str(i): 0.5 for i in range(10)}
    lucky = {str(i): 1.0 if str(i) in fold else 0.45 for i in range(10)}
    trials = [
        Trial(0, {"k": 0}, "random", plain, accuracy=0.5),
        Trial(1, {"k": 1}, "random", lucky, accuracy=0.56),
    ]
    first, second = cross_validated(trials, [fold], seed=0)
    assert first == {"0": 0.5, "1": 0.5}
    assert second == {"0": 1.0, "1": 1.0}


def test_synthetic_questions_are_searched_on_and_never_judge_where_others_can(tmp_path: Path) -> None:
    made = [replace(one, synthetic=int(one.id) >= 70) for one in toy.problem(tmp_path, n=100).instances]
    parts = split(made, seed=3)
    assert not any(one.synthetic for one in parts.holdout)
    assert sum(one.synthetic for one in parts.search) == 30


def test_a_dear_configuration_that_lost_on_retrieval_is_never_asked(tmp_path: Path) -> None:
    space = Space((Choice("model", (False, True), False), Whole("k", 1, 9, 5)))
    asked: list[bool] = []

    def evaluate(config: Config, instances: Sequence[Instance], context: Context) -> list[Evaluation]:
        asked.append(config["model"])
        found = [0.1 * config["k"] + 0.01 * (int(one.id) % 3) for one in instances]
        return [
            Evaluation(one.id, {"score": 0.5 * recall + 0.3 * config["model"], "recall": recall})
            for one, recall in zip(instances, found, strict=True)
        ]

    plain = toy.problem(tmp_path, space=space)
    twin = Screen("recall", lambda config: {**config, "model": False} if config["model"] else None)
    problem = replace(plain, evaluate=evaluate, screen=twin)
    run = run_study(problem, problem.instances, StudySettings("toy", 18, seed=2))
    lost = [trial for trial in run.trials if trial.stopped]
    assert lost and all(trial.config["model"] and "before any model call" in trial.stopped for trial in lost)
    assert not any(trial.failed for trial in run.trials)
    scored = [trial for trial in run.trials if trial.config["model"] and trial.scores]
    assert asked.count(True) <= len(problem.instances) and scored
    best = best_of(run.trials)
    assert best is not None and best.config == {"model": True, "k": 9}


def test_a_type_of_few_questions_gets_no_interval(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path)
    parts = split(problem.instances, 1)
    alone = next(one.id for one in parts.holdout)
    some = tuple(replace(one, kind="which" if one.id == alone else "when") for one in problem.instances)
    found = search(replace(problem, instances=some), StudySettings("toy", 6, seed=1))
    told = found.report.json["verdict"]["kinds"]
    assert told["which"]["n"] == 1 and told["which"]["low"] is None and told["which"]["high"] is None
    assert told["when"]["n"] == 19 and told["when"]["low"] < told["when"]["mean"] < told["when"]["high"]
    assert f"| which | {told['which']['mean']:.3f} (too few for an interval) | 1 |" in found.report.markdown
    (picture,) = (one for one in found.report.pictures if one.name == "kinds.png")
    assert "which" in picture.alt_text and "(too few for an interval) (n = 1)" in picture.alt_text
