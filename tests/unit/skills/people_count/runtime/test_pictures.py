"""Pictures for alerts: nobody is recognised in them, and what was counted is seen."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from moving_counter import MovingCounted

from skills.people_count.runtime.pictures import hide, snapshot

RNG = np.random.default_rng(1)
CHECKED = ((np.indices((240, 320)).sum(0) // 2 % 2) * 255).astype(np.uint8)[..., None].repeat(3, axis=2)
BOXES = np.array([[100.0, 60.0, 160.0, 220.0]], np.float32)


def _detail(image: np.ndarray) -> float:
    return float(cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.CV_32F).var())


@pytest.mark.parametrize(
    ("privacy", "hidden", "kept"),
    [
        ("heads", (slice(58, 102), slice(95, 165)), (slice(120, 220), slice(100, 160))),
        ("figures", (slice(58, 222), slice(95, 165)), (slice(0, 50), slice(0, 90))),
    ],
)
def test_no_detail_is_left_in_what_is_hidden(
    privacy: str, hidden: tuple[slice, slice], kept: tuple[slice, slice]
) -> None:
    image = CHECKED.copy()
    hide(image, BOXES, privacy)
    # A checked pattern is nothing but detail: what is left of it are the edges of a few large squares.
    assert len(np.unique(image[hidden].reshape(-1, 3), axis=0)) <= 5 * 15
    assert _detail(image[hidden]) < _detail(CHECKED) / 50
    assert np.array_equal(image[kept], CHECKED[kept])


def test_nothing_is_hidden_where_a_person_said_so() -> None:
    image = CHECKED.copy()
    hide(image, BOXES, "none")
    assert np.array_equal(image, CHECKED)


@pytest.mark.parametrize(
    "box",
    [
        [-50, -50, 20, 60],  # beyond the corner
        [300, 200, 400, 400],
        [-100, -100, -10, -10],  # wholly outside
        [50, 50, 50, 50],  # of no size
        [10, 10, 11, 200],  # a line
    ],
)
def test_boxes_beyond_the_picture(box: list[float]) -> None:
    for privacy in ("heads", "figures"):
        image = CHECKED.copy()
        hide(image, np.array([box], np.float32), privacy)
        assert image.shape == CHECKED.shape
        assert np.array_equal(image[100:140, 100:140], CHECKED[100:140, 100:140])  # far from each of them


def test_zones_that_share_a_corner_do_not_share_the_place_of_their_names() -> None:
    left, whole = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]], [[0, 0], [1, 0], [1, 1], [0, 1]]
    nobody = MovingCounted(0.0, {}, np.zeros((0, 4), np.float32), np.zeros(0, np.float32))
    grey = np.full((240, 320, 3), 90, np.uint8)

    def letters(zones: dict[str, list[list[float]]]) -> set[int]:
        """Rows with the white of letters, left of what the second name would reach alone."""
        shown = cv2.imdecode(np.frombuffer(snapshot(grey, nobody, zones, "Hall").jpeg, np.uint8), cv2.IMREAD_COLOR)
        return set(np.flatnonzero((shown[:, 5:100] > 200).all(axis=2).any(axis=1)).tolist())

    both, one = letters({"left": left, "whole": whole}), letters({"left": left})
    assert one and one <= both and min(both) <= min(one) - 20


def test_a_snapshot_shows_boxes_zones_and_counts() -> None:
    image = np.full((240, 320, 3), 90, np.uint8)
    counted = MovingCounted(0.0, {"door": 1.2, "hall": 4.0}, BOXES, np.ones(1))
    made = snapshot(image, counted, {"door": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}, "Lobby")
    shown = cv2.imdecode(np.frombuffer(made.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == image.shape
    assert np.abs(shown[140, 158:163].astype(int) - 90).max() > 60  # the box's edge
    assert np.abs(shown[100, 158:163].astype(int) - 90).max() > 60  # the zone's
    assert made.alt == "Camera Lobby: 1 in door, 4 in hall; 1 person is marked in the picture."
    assert (image == 90).all()  # the frame itself is not drawn on


def test_the_head_in_a_snapshot_is_hidden_before_the_box_is_drawn() -> None:
    shown = [
        cv2.imdecode(np.frombuffer(made.jpeg, np.uint8), cv2.IMREAD_COLOR)
        for made in (
            snapshot(CHECKED, MovingCounted(0.0, {"the whole picture": 1}, BOXES, np.ones(1)), {}, "Lobby", privacy)
            for privacy in ("heads", "none")
        )
    ]
    head = (slice(66, 94), slice(106, 154))
    assert _detail(shown[0][head]) < _detail(shown[1][head]) / 20


def test_a_large_frame_becomes_a_picture_for_mail() -> None:
    made = snapshot(
        np.zeros((1080, 1920, 3), np.uint8), MovingCounted(0.0, {}, np.zeros((0, 4)), np.zeros(0)), {}, "Lobby"
    )
    shown = cv2.imdecode(np.frombuffer(made.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == (720, 1280, 3)
    assert "0 people are" in made.alt
