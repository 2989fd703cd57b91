"""From files to a search problem, a package and labels: on a made recording with exact counts."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hall_files import input_file

from neo.automl.problem import Resources
from neo.automl.search import search
from neo.automl.stage_cache import cache_at
from neo.automl.study import StudySettings
from neo.domain.brief import Brief, SlotValue
from neo.errors import BadInput
from skills.people_count.alerting import ALIKE, FALSE, MISSED
from skills.people_count.candidates import look
from skills.people_count.evaluate import Frame, cost_a_month, run_before, scores
from skills.people_count.intake import read_inputs
from skills.people_count.runtime.parameters import complete_config
from skills.people_count.skill import CountingProblem, PeopleCountSkill
from skills.people_count.space import references, search_space
from skills.people_count.speed import too_slow
from skills.people_count.watching import waited_of

SKILL = PeopleCountSkill()


def brief(**values: object) -> Brief:
    return Brief("people_count", "count people", {name: SlotValue(v, str(v)) for name, v in values.items()})


def problem(hall: Path, tmp_path: Path, **values: object) -> CountingProblem:
    files = [input_file(hall / "hall.mp4"), input_file(hall / "hall.json")]
    found = SKILL.problem(brief(**values), files, tmp_path / "cache", Resources(tmp_path / "models", 2))
    assert isinstance(found, CountingProblem)
    return found


def test_files_are_told_apart_and_what_is_wrong_is_said(hall: Path, tmp_path: Path) -> None:
    text = tmp_path / "lobby.mp4"
    text.write_text("this is no video")
    notes = tmp_path / "notes.txt"
    notes.write_text("hello")
    beyond = tmp_path / "beyond.csv"
    beyond.write_text("frame,count\n0,3\n0,4\n99999,1\n")
    files = [input_file(one) for one in (hall / "hall.mp4", text, notes, beyond)]
    found = SKILL.examine(files, brief())
    told = {one.name: one for one in found.files}
    assert told["hall.mp4"].role == "video" and "640x480, 10 frames a second, 12 s, h264" in told["hall.mp4"].summary
    assert "lobby.mp4" in told["lobby.mp4"].problem and told["lobby.mp4"].role == ""
    assert "neither a video nor a file of counts" in told["notes.txt"].problem
    assert told["beyond.csv"].summary == "counts of 1 frame"
    assert any("counted twice" in note for note in found.notes)
    assert any("frame 99999 lies behind the end" in note for note in found.notes)
    assert found.missing == () and found.facts["frames_counted"] == 1


def test_without_counts_frames_are_chosen_and_a_persons_numbers_are_the_golden_set(hall: Path, tmp_path: Path) -> None:
    files = [input_file(hall / "hall.mp4")]
    resources = Resources(tmp_path / "models", 2)
    assert SKILL.wants_labels(files, brief())
    assert SKILL.gather(brief(), files, tmp_path, resources) == []
    first, second = (SKILL.unlabelled(files, brief(), tmp_path / "cache", resources, 6, turn) for turn in (0, 1))
    assert len(first) == 6 and {one.id for one in first} != {one.id for one in second}
    picture = cv2.imdecode(np.frombuffer(first[0].picture, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (480, 640, 3) and "hall.mp4" in first[0].alt_text
    name, content = SKILL.labelled({one.id: number for number, one in enumerate(first)})
    path = tmp_path / name
    path.write_bytes(content)
    assert [int(row["count"]) for row in csv.DictReader(path.open())] == list(range(6))
    with_counts = [*files, input_file(path)]
    assert not SKILL.wants_labels(with_counts, brief())
    assert [one.count for one in read_inputs(with_counts).frames] == list(range(6))


def test_nothing_to_search_on_says_what_to_send(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nothing to search on.*counts of some 20 frames"):
        SKILL.problem(brief(), [], tmp_path, Resources(tmp_path))
    with pytest.raises(BadInput, match="no camera to look at"):
        SKILL.gather(brief(), [], tmp_path, Resources(tmp_path))


def test_a_camera_inside_is_not_recorded_where_that_is_not_allowed(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"could not be recorded.*private network") as error:
        SKILL.gather(brief(source="http://127.0.0.1:9/stream"), [], tmp_path, Resources(tmp_path))
    assert "send a recording" in str(error.value)
    assert not list(tmp_path.glob("*.mp4"))


def test_a_problem_has_what_the_brief_says(hall: Path, tmp_path: Path) -> None:
    found = problem(hall, tmp_path, threshold=4.0, accuracy=0.8, area="the left half", picture_s=5.0)
    assert len(found.instances) == 12 and found.instances[0].id == "hall.mp4#0"
    assert found.limits.least == {"within_one": 0.8} and found.limits.latency_p95_s == 5.0
    assert found.waited.rule.over == 4 and found.zone is not None and found.nested and not found.spends
    assert {one.name for one in found.space.parameters} >= {"detector", "judged_by", "confidence"}
    assert "input_size" not in {one.name for one in found.space.parameters}  # no network is here
    left_out = {gone.choice: gone.reason for gone in found.space.left_out}
    assert "neo models pull yolox-nano" in left_out["yolox-nano"]


@pytest.mark.parametrize(
    ("worse", "expected"), [(MISSED, {8: 0.4, 12: 0.8}), (FALSE, {8: 0.8, 12: 0.4}), (ALIKE, {8: 0.8, 12: 0.8})]
)
def test_the_worse_mistake_counts_three_times(worse: str, expected: dict[float, float], tmp_path: Path) -> None:
    waited = waited_of(brief(mistakes=worse))
    assert {counted: scores(counted, 10, waited)["weighed"] for counted in expected} == pytest.approx(expected)
    assert all(scores(counted, 10, waited)["closeness"] == pytest.approx(0.8) for counted in expected)


def test_a_search_is_led_by_the_worse_mistake(hall: Path, tmp_path: Path) -> None:
    plain, missed = problem(hall, tmp_path, picture_s=5.0), problem(hall, tmp_path, picture_s=5.0, mistakes=MISSED)
    assert (plain.metric, missed.metric) == ("closeness", "weighed")
    config = plain.space.complete({"detector": "background", "sample_fps": 5, "confidence": 0.7})
    told = missed.evaluate(config, missed.instances, missed.context)
    fewer = [one for one in told if float(one.output["counted"]) < float(one.output["people"])]
    assert fewer and all(one.metrics["weighed"] < one.metrics["closeness"] for one in fewer)


def test_a_default_counts_and_its_looks_are_kept(hall: Path, tmp_path: Path) -> None:
    found = problem(hall, tmp_path, picture_s=5.0)
    config = found.space.complete({"detector": "background", "sample_fps": 5})
    first = found.evaluate(config, found.instances, found.context)
    assert all(0 <= one.metrics["closeness"] <= 1 and one.latency_s > 0 for one in first)
    assert {one.output["frame"] for one in first} == {str(10 * n) for n in range(12)}
    misses = cache_at(found.context.cache_dir).stats.misses
    again = found.evaluate({**config, "confidence": 0.3}, found.instances, replace(found.context, timed=False))
    assert cache_at(found.context.cache_dir).stats.misses == misses
    assert all(math.isnan(one.latency_s) for one in again)


def test_what_one_rung_looked_at_does_not_depend_on_the_others(hall: Path, tmp_path: Path) -> None:
    found = problem(hall, tmp_path, picture_s=5.0)
    config = found.space.complete({"detector": "background", "sample_fps": 5, "smoothing": 3})
    whole = {one.instance: one.metrics for one in found.evaluate(config, found.instances, found.context)}
    other = replace(found.context, cache_dir=tmp_path / "other")
    some = {one.instance: one.metrics for one in found.evaluate(config, found.instances[5:7], other)}
    assert all(whole[name] == metrics for name, metrics in some.items())


def test_threads_change_no_candidate(hall: Path, tmp_path: Path) -> None:
    video = input_file(hall / "hall.mp4", "video")
    config = complete_config({"detector": "hog", "hog_width": 320})
    runs = [[0, 5, 10], [10, 20, 30]]
    one, two = (look(video, config, runs, tmp_path / str(n), tmp_path, threads=n) for n in (1, 2))
    for left, right in zip(one, two, strict=True):
        for mine, theirs in zip(left, right, strict=True):
            assert np.array_equal(mine.corners, theirs.corners) and np.array_equal(mine.scores, theirs.scores)


def test_what_a_counter_has_seen_when_a_frame_is_there() -> None:
    every = complete_config({"detector": "hog", "sample_fps": 10, "smoothing": 3})
    assert run_before(Frame("v", 40, 3, 10.0), every) == [38, 39, 40]
    assert run_before(Frame("v", 0, 3, 10.0), every) == [2, 1, 0]  # the start, played backwards
    assert run_before(Frame("v", 0, 3, 10.0, 2), every) == [0, 1, 0]
    slow = complete_config({"detector": "hog", "sample_fps": 1})
    ages = [frame - run_before(Frame("v", frame, 3, 10.0), slow)[-1] for frame in range(100, 200)]
    assert min(ages) == 0 and max(ages) == 9 and 4 <= np.mean(ages) <= 5
    faster = complete_config({"detector": "hog", "sample_fps": 10})
    assert run_before(Frame("v", 40, 3, 4.0), faster)[-1] == 40  # no more than the video has


def test_a_month_costs_the_share_of_the_machine_that_is_used(tmp_path: Path, hall: Path) -> None:
    context = replace(problem(hall, tmp_path).context, resources=Resources(tmp_path, compute_usd_per_hour=0.1))
    assert cost_a_month(complete_config({"sample_fps": 5}), context, 0.05) == pytest.approx(0.1 * 730 * 0.25)
    assert cost_a_month(complete_config({"sample_fps": 10}), context, 0.5) == pytest.approx(73.0)


def test_what_is_too_slow_is_left_out_with_its_figures(tmp_path: Path) -> None:
    times = {"background": 0.003, "hog": 0.2}
    space = search_space(tmp_path, 10.0, False, times, 0.06)
    assert [gone.reason for gone in space.left_out if gone.choice == "hog"] == [
        "a picture takes 200 ms here, and the limit is 60 ms"
    ]
    assert too_slow(times, None) == {}
    names = {one.name for one in space.parameters}
    assert "hog_width" not in names and "nms" not in names
    both = search_space(tmp_path, 2.0, False, times, None)
    rates = next(one for one in both.parameters if one.name == "sample_fps")
    assert rates.values() == (1, 2) and rates.default == 2
    assert references(both) == {}


def test_a_search_over_a_made_recording_is_nested_and_told_in_people(hall: Path, tmp_path: Path) -> None:
    found = problem(hall, tmp_path, picture_s=5.0)
    small = replace(
        found,
        space=search_space(tmp_path, 10.0, False, {"background": 0.003, "hog": 9.0}, 0.06),
        instances=found.instances[::2],
    )
    result = search(small, StudySettings("hall", 2, seed=1))
    body = result.report.json
    assert body["verdict"]["nested"] and body["verdict"]["folds"] == 5
    error = body["best"]["error"]
    assert error["unit"] == "people" and error["low"] <= error["mean"] <= error["high"]
    assert error["mean"] == pytest.approx(10 * (1 - body["best"]["holdout"]["mean"]))
    assert (
        "by nested 5-fold cross-validation" in result.report.markdown and "a camera a month" in result.report.markdown
    )
    assert set(body["best_of_each"]) == {"background"}


def test_a_package_has_code_model_and_cameras_and_nothing_of_neo(hall: Path, tmp_path: Path) -> None:
    found = problem(hall, tmp_path, threshold=5.0, area="the right half")
    built = SKILL.build(found, found.space.default(), tmp_path / "v1")
    about = json.loads((built.folder / "package.json").read_text())
    assert about["limit"] == 5 and about["zones"]["area"][0] == [0.5, 0]
    assert about["cameras"] == [{"name": "hall", "address": "recordings/hall.mp4"}]
    assert {"serve.py", "page.html", "requirements.txt", "recordings/hall.mp4"} <= set(built.files)
    code = "".join(path.read_text() for path in built.folder.rglob("*.py"))
    assert "import neo" not in code and "from neo" not in code and "from skills" not in code
