"""The driver: budget, resume after kill -9, dead children, failing trials, stopping."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import optuna
import pytest
import toy

from neo.automl.problem import Limits
from neo.automl.split import split
from neo.automl.study import Progress, StudySettings, best_of, run_study
from neo.automl.trials import pareto_front, violations
from neo.errors import Cancelled


def settings(folder: Path, trials: int = 20, **more: object) -> StudySettings:
    return StudySettings("toy", trials, seed=3, storage=f"sqlite:///{folder / 'study.db'}", **more)  # type: ignore[arg-type]


def test_the_budget_is_kept_and_the_default_goes_first(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path, "count")
    run = run_study(problem, problem.instances, settings(tmp_path))
    assert len(run.trials) == 20
    assert run.trials[0].config == toy.SPACE.default()
    assert run.trials[0].source == "default"
    assert {"default", "random", "greedy", "model"} <= {trial.source for trial in run.trials}
    asked = (tmp_path / "ran").read_text().splitlines()
    assert len(set(asked)) == len(asked) == run.evaluations, "a question was paid for twice"
    assert run.evaluations < 20 * len(problem.instances) / 2, "no configuration lost its race early"
    configs = [str(sorted(trial.config.items())) for trial in run.trials]
    assert len(set(configs)) == 20, "a configuration was tried twice"


def test_without_racing_each_configuration_is_asked_everything(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path)
    run = run_study(problem, problem.instances, settings(tmp_path, racing=False))
    assert all(trial.complete for trial in run.trials)
    assert run.evaluations == 20 * len(problem.instances)


def test_a_budget_of_questions_is_kept(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path)
    run = run_study(problem, problem.instances, settings(tmp_path, trials=500, evaluations=300))
    assert 300 <= run.evaluations < 300 + len(problem.instances)
    assert "question evaluations" in run.ended


@pytest.mark.parametrize("budget", [{"evaluations": 10}, {"seconds": 0.0}, {"trials": 1}])
def test_a_search_that_ends_early_still_knows_one_configuration_whole(tmp_path: Path, budget: dict[str, float]) -> None:
    problem = toy.problem(tmp_path)
    run = run_study(problem, problem.instances, settings(tmp_path, **{"trials": 50, **budget}))  # type: ignore[arg-type]
    assert any(trial.complete for trial in run.trials) or not run.trials
    assert len(run.trials) <= 3
    assert run.evaluations < 2.5 * len(problem.instances)


def test_a_winner_has_a_runner_up(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path, n=300)
    run = run_study(problem, problem.instances, settings(tmp_path, trials=6))
    assert sum(trial.complete for trial in run.trials) >= 2


def test_racing_finds_what_asking_everything_finds(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path)
    raced = run_study(problem, problem.instances, StudySettings("toy", 30, seed=3))
    best = best_of(raced.trials)
    assert best is not None and best.complete
    assert toy.truth(best.config) == pytest.approx(0.58)


def test_equal_seeds_give_equal_studies(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path)
    runs = [run_study(problem, problem.instances, StudySettings("toy", 15, seed=7)) for _ in range(2)]
    assert [t.config for t in runs[0].trials] == [t.config for t in runs[1].trials]


def test_an_exhausted_space_ends_the_search(tmp_path: Path) -> None:
    space = toy.Space((toy.Choice("kind", ("plain",), "plain"), toy.Whole("k", 1, 2, 1)))
    problem = toy.problem(tmp_path, space=space)
    run = run_study(problem, problem.instances, settings(tmp_path))
    assert len(run.trials) == 2
    assert run.ended == "nothing new left to try"


def test_a_killed_driver_goes_on_with_the_same_study(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; import toy; from neo.automl.study import *\n"
        "folder = Path(sys.argv[1]); p = toy.problem(folder, 'slow')\n"
        "s = StudySettings('toy', 20, seed=3, storage=f'sqlite:///{folder / \"study.db\"}')\n"
        "run_study(p, p.instances, s)"
    )
    paths = os.pathsep.join([str(Path(toy.__file__).parent), str(Path(toy.__file__).parents[1])])
    command = [sys.executable, "-c", script, str(tmp_path)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths})
    ran = tmp_path / "ran"
    while process.poll() is None and (not ran.exists() or len(ran.read_text().splitlines()) < 150):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    problem = toy.problem(tmp_path, "count")
    run = run_study(problem, problem.instances, settings(tmp_path))
    assert len(run.trials) == 20
    asked = ran.read_text().splitlines()
    assert len(asked) - len(set(asked)) <= len(problem.instances), "more than what was under way was asked again"
    study = optuna.load_study(study_name="toy", storage=f"sqlite:///{tmp_path / 'study.db'}")
    assert not [t for t in study.trials if t.state == optuna.trial.TrialState.RUNNING]


def test_a_dead_child_is_replaced_and_its_trial_run_again(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path, "die_once")
    run = run_study(problem, problem.instances, settings(tmp_path, trials=8, jobs=2))
    assert (tmp_path / "died").exists()
    assert len(run.trials) == 8
    assert not [trial for trial in run.trials if trial.error]


def test_a_failing_trial_is_kept_with_its_error_and_never_wins(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path, "raise")
    run = run_study(problem, problem.instances, settings(tmp_path))
    failed = [trial for trial in run.trials if trial.error]
    assert failed and all("cannot be scored" in trial.error for trial in failed)
    best = best_of(run.trials)
    assert best is not None and best.config["kind"] == "plain"


def test_a_stop_keeps_what_is_done_and_the_rest_can_be_gone_on_with(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path)
    seen: list[Progress] = []
    with pytest.raises(Cancelled):
        run_study(problem, problem.instances, settings(tmp_path), seen.append, lambda: len(seen) >= 6)
    assert seen[-1].done == 6
    again: list[Progress] = []
    run = run_study(problem, problem.instances, settings(tmp_path), again.append)
    assert (len(run.trials), sum(step.is_new for step in again)) == (20, 14)


def test_the_time_is_kept(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path, "slow")
    run = run_study(problem, problem.instances, settings(tmp_path, trials=500, seconds=1.0))
    assert 1 <= len(run.trials) < 50
    assert "time" in run.ended


def test_violations_are_measured_against_each_limit_and_never_traded(tmp_path: Path) -> None:
    limits = Limits(accuracy=0.45, latency_p95_s=0.045)
    problem = toy.problem(tmp_path, limits=limits)
    run = run_study(problem, problem.instances, settings(tmp_path, trials=25))
    best = best_of(run.trials)
    assert best is not None and best.feasible
    assert best.accuracy is not None and best.accuracy >= 0.45
    assert best.config["k"] <= 4, "a better score was bought with a broken limit"
    assert violations(0.35, 0.05, 0.0, limits) == pytest.approx({"accuracy": 0.1, "latency_p95_s": 0.005})


def test_no_trial_of_the_front_is_beaten(tmp_path: Path) -> None:
    problem = toy.problem(tmp_path)
    run = run_study(problem, problem.instances, settings(tmp_path))
    front = pareto_front(run.trials)
    for one in front:
        better = [
            t
            for t in run.trials
            if t.complete
            and (t.accuracy or 0) > (one.accuracy or 0)
            and (t.latency_p95_s or 0) <= (one.latency_p95_s or 0)
        ]
        assert not better


@pytest.mark.parametrize("n", [3, 6, 11, 59, 60, 151])
def test_splits_never_leak_and_keep_the_strata(n: int, tmp_path: Path) -> None:
    parts = split(toy.problem(tmp_path, n=n).instances, seed=5)
    search, holdout = {i.id for i in parts.search}, {i.id for i in parts.holdout}
    assert len(search | holdout) == n
    assert parts.independent == (n >= 6)
    if parts.folds:
        assert sorted(one for fold in parts.folds for one in fold) == sorted(search), "each is in one fold"
        assert max(map(len, parts.folds)) - min(map(len, parts.folds)) <= 1
    elif parts.independent:
        assert not search & holdout
        assert len(holdout) == pytest.approx(n / 3, abs=1)
        assert {i.stratum for i in parts.holdout} == {"s0", "s1", "s2"}
