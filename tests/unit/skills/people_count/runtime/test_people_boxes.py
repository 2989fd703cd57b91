"""Boxes, tiles, zones, tracks and counts: from candidates to a number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.people_count.runtime.boxes import Boxes, boxes_of, joined, no_boxes, overlaps, suppressed
from skills.people_count.runtime.counting import Follower, kept
from skills.people_count.runtime.detectors.base import Detector
from skills.people_count.runtime.enhancing import ENHANCEMENTS
from skills.people_count.runtime.parameters import PARAMETERS, complete_config
from skills.people_count.runtime.tiling import TILINGS, detect, tiles
from skills.people_count.runtime.tracking import Tracker
from skills.people_count.runtime.zones import WHOLE, checked, inside

SIZE = (100, 200)


def boxes(*rows: tuple[float, float, float, float, float]) -> Boxes:
    table = np.array(rows, np.float32).reshape(-1, 5)
    return Boxes(table[:, :4], table[:, 4])


def test_boxes_are_cut_at_the_border_and_those_outside_left_out() -> None:
    image = np.zeros((100, 200, 3), np.uint8)
    corners = np.array([[-5, -5, 10, 10], [190, 90, 250, 150], [300, 0, 320, 10], [0, 0, 9, 9]], np.float32)
    found = boxes_of(corners, np.array([0.9, 0.8, 0.9, 0.01], np.float32), image, 0.05)
    assert found.corners.tolist() == [[0, 0, 10, 10], [190, 90, 200, 100]]


def test_of_two_boxes_of_one_person_the_surer_stays() -> None:
    two = boxes((0, 0, 10, 20, 0.8), (1, 0, 11, 20, 0.9), (50, 0, 60, 20, 0.7))
    assert sorted(suppressed(two, 0.5).scores.tolist()) == pytest.approx([0.7, 0.9])
    assert len(suppressed(two, 0.95)) == 3
    assert len(suppressed(no_boxes(), 0.5)) == 0


def test_overlap_is_of_each_with_each() -> None:
    one = boxes((0, 0, 10, 10, 1)).corners
    found = overlaps(one, boxes((0, 0, 10, 10, 1), (5, 0, 15, 10, 1), (20, 0, 30, 10, 1)).corners)
    assert found.shape == (1, 3) and found[0].tolist() == pytest.approx([1, 1 / 3, 0])


@given(st.integers(40, 400), st.integers(40, 400), st.sampled_from(sorted(TILINGS)))
def test_tiles_cover_the_picture_and_stay_inside(height: int, width: int, tiling: str) -> None:
    seen = np.zeros((height, width), int)
    for x, y, right, low in tiles(height, width, tiling):
        assert 0 <= x < right <= width and 0 <= y < low <= height
        seen[y:low, x:right] += 1
    assert seen.min() >= 1


class Corner(Detector):
    """Finds one box at the upper left of whatever it is shown."""

    def detect(self, image: np.ndarray) -> Boxes:
        return boxes((1, 1, 5, 9, 0.9))


def test_what_a_part_shows_lies_where_the_part_does() -> None:
    image = np.zeros((100, 220, 3), np.uint8)
    assert detect(Corner(), image, "whole").corners.tolist() == [[1, 1, 5, 9]]
    assert detect(Corner(), image, "halves").corners.tolist() == [[1, 1, 5, 9], [89, 1, 93, 9]]
    assert len(detect(Corner(), image, "quarters")) == 4


@pytest.mark.parametrize("name", sorted(ENHANCEMENTS))
def test_an_enhanced_picture_is_a_picture(name: str) -> None:
    image = np.random.default_rng(1).integers(0, 255, (48, 64, 3)).astype(np.uint8)
    found = ENHANCEMENTS[name](image)
    assert found.shape == image.shape and found.dtype == np.uint8
    assert name == "none" or not np.array_equal(found, image)


LEFT = [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("box", "judged_by", "is_in"),
    [
        ((10, 10, 30, 50, 1), "feet", True),
        ((150, 10, 170, 50, 1), "feet", False),
        ((80, 10, 100, 100, 1), "feet", True),  # cut by the lower border
        ((60, 10, 160, 50, 1), "middle", False),
    ],
)
def test_a_zone_is_judged_by_one_point(box: tuple[float, ...], judged_by: str, is_in: bool) -> None:
    assert inside(boxes(box), LEFT, SIZE, judged_by).tolist() == [is_in]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("zone", "words"),
    [([[0, 0], [1, 1]], "2 corners"), ([[0, 0], [1.2, 0], [1, 1]], "1.2"), ([[0], [1, 0], [1, 1]], r"\[0\]")],
)
def test_what_is_no_polygon_is_said(zone: list[list[float]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        checked({"door": zone})


def test_a_person_missed_for_a_moment_still_counts_and_one_flash_does_not() -> None:
    tracker = Tracker()
    person = boxes((10, 10, 30, 60, 0.9))
    flash = boxes((100, 10, 120, 60, 0.9))
    seen = [person, joined([person, flash]), no_boxes(), no_boxes(), no_boxes()]
    assert [len(tracker.step(one)) for one in seen] == [0, 1, 1, 1, 0]


def test_a_walking_person_is_one_person() -> None:
    tracker = Tracker()
    found = [tracker.step(boxes((10 + 5 * step, 10, 40 + 5 * step, 80, 0.9))) for step in range(12)]
    assert [len(one) for one in found] == [0] + [1] * 11 and len(tracker.tracks) == 1


def test_a_count_is_the_middle_of_the_last_ones_zone_by_zone() -> None:
    config = complete_config({"smoothing": 3})
    follower = Follower(config, {"left": LEFT})
    at_left, at_right = (10, 10, 30, 50, 0.9), (150, 10, 170, 50, 0.9)
    told = [
        follower.step(boxes(*some), SIZE, float(at)).counts["left"]
        for at, some in enumerate([[at_left], [at_left, at_right], [], [], [at_left]])
    ]
    assert told == [1, 1, 1, 0, 0]
    shown = follower.step(boxes(at_left, at_right), SIZE, 5.0)
    assert shown.boxes.tolist() == [list(at_left[:4])]  # who stands elsewhere is not marked
    assert Follower(config).step(boxes(at_right), SIZE, 0.0).counts == {WHOLE: 1.0}


def test_small_and_doubtful_candidates_are_nobody() -> None:
    config = complete_config({"confidence": 0.5, "least_height": 0.3})
    some = boxes((0, 0, 10, 40, 0.9), (50, 0, 60, 20, 0.9), (100, 0, 110, 40, 0.4))
    assert kept(some, config, SIZE).corners.tolist() == [[0, 0, 10, 40]]


def test_a_setting_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no setting colour; there are detector"):
        complete_config({"colour": "red"})
    assert all(one.about.endswith(".") for one in PARAMETERS.values())
