"""Frames handed from one thread to another, and waits between attempts."""

from __future__ import annotations

import threading

import pytest

from skills.people_count.runtime.backoff import Backoff
from skills.people_count.runtime.handoff import Handoff


def test_only_the_newest_is_held() -> None:
    handoff: Handoff[int] = Handoff(keeps_all=False)
    assert all(handoff.put(number) for number in range(5))
    assert (handoff.take(), handoff.take(), handoff.dropped, len(handoff)) == (4, None, 4, 0)


def test_nothing_is_left_out_where_all_are_wanted() -> None:
    handoff: Handoff[int] = Handoff(keeps_all=True, room=2)
    giver = threading.Thread(target=lambda: [handoff.put(number) for number in range(500)])
    giver.start()
    taken: list[int] = []
    while len(taken) < 500:
        assert len(handoff) <= 2
        if (item := handoff.take()) is not None:
            taken.append(item)
    giver.join()
    assert (taken, handoff.dropped) == (list(range(500)), 0)


def test_a_giver_that_waits_goes_on_when_it_is_closed() -> None:
    handoff: Handoff[int] = Handoff(keeps_all=True, room=1)
    handoff.put(1)
    said: list[bool] = []
    giver = threading.Thread(target=lambda: said.append(handoff.put(2)))
    giver.start()
    handoff.close()
    giver.join()
    assert said == [False]
    assert handoff.put(3) is False


def test_waits_double_up_to_a_most_and_differ() -> None:
    backoff = Backoff(first_s=1, most_s=30, seed=1)
    waits = [backoff.next_s() for _ in range(60)]
    for attempt, wait in enumerate(waits):
        assert min(30, 2.0**attempt) / 2 <= wait <= min(30, 2.0**attempt)
    assert len(set(waits[10:])) == 50
    backoff.reset()
    assert backoff.next_s() <= 1


def test_two_cameras_do_not_come_back_at_once() -> None:
    assert Backoff().next_s() != pytest.approx(Backoff().next_s(), abs=1e-12)
