"""Alerts: one mail an episode whatever the stream does, and nothing that a restart changes."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neo.domain.alerts import FIRING, AlertRule, AlertState, Notice, Observation, acknowledged, muted, step
from neo.domain.hours import Hours, Span

RULE = AlertRule("crowd", over=10, clear_at=9, unit="people")
START = 1_000_000.0

Seen = Sequence[float | None]


class Watch:
    """A series under a rule, a second at a time; None is a second in which nothing came."""

    def __init__(self, rule: AlertRule = RULE, restart: bool = False) -> None:
        self.rule, self.restart = rule, restart
        self.state, self.told, self.now = AlertState(), list[Notice](), START
        self.when: dict[tuple[str, str], float] = {}  # (kind, episode) -> when it was first told

    def see(self, values: Iterable[float | None], every_s: float = 1.0) -> list[str]:
        """What is told of these, one after the other."""
        before = len(self.told)
        for value in values:
            self.now += every_s
            if value is not None:
                self._step(Observation("hall", value, self.now, "black" if math.isnan(value) else ""))
            self._step(None)
        return [one.kind for one in self.told[before:]]

    def _step(self, seen: Observation | None) -> None:
        if self.restart:
            self.state = AlertState.from_json(json.loads(json.dumps(self.state.to_json())))
        self.state, told = step(self.rule, self.state, seen, self.now, "hall")
        self.told += told
        for one in told:
            self.when.setdefault((one.kind, one.episode), self.now)


def test_a_breach_is_told_once_and_its_end_after_half_a_minute_under_the_mark() -> None:
    watch = Watch()
    assert watch.see([5] * 10) == []
    assert watch.see([12, 14] * 60) == ["firing"]
    fired = watch.told[0]
    assert (fired.value, fired.since, fired.at) == (14, START + 11, START + 14)
    assert watch.see([10] * 200) == [], "over the lower mark it is not over"
    assert watch.see([9] * 30) == []
    assert watch.see([9]) == ["resolved"]
    ended = watch.told[1]
    assert ended.episode == fired.episode and ended.peak == 14 and ended.since == fired.since


@pytest.mark.parametrize(
    ("values", "fires"),
    [
        ([11, 5, 5, 5, 5, 5], False),  # somebody walks by
        ([11, 11, 5, 5, 11, 11, 5, 5], False),
        ([11, 11, 11, 5], False),  # not for long enough
        ([11, 11, 11, 5, 11], True),  # a miss in between is no end
        ([10, 10, 10, 10, 10, 10], False),  # more than ten, not ten
        ([11, math.nan, math.nan, 11, 11], True),  # nothing seen is not nobody seen
    ],
)
def test_what_confirms_a_breach(values: Seen, fires: bool) -> None:
    assert Watch().see([5, 5, *values]) == ["firing"] * fires


def test_still_over_is_told_every_four_hours_unless_somebody_knows() -> None:
    watch = Watch()
    assert watch.see([20] * (9 * 360), every_s=10) == ["firing", "still", "still"]
    watch.state = acknowledged(watch.state)
    assert watch.see([20] * (9 * 360), every_s=10) == []
    assert watch.see([0] * 5, every_s=10) == ["resolved"]


def test_a_mute_says_nothing_and_what_still_holds_is_told_at_its_end() -> None:
    watch = Watch()
    watch.see([5])
    watch.state = muted(watch.state, watch.now + 100)
    assert watch.see([20] * 98) == [] and watch.state.phase == FIRING
    assert watch.see([20] * 3) == ["firing"]
    watch.state = muted(watch.state, watch.now + 100)
    assert watch.see([0] * 98) == []
    assert watch.see([0] * 3) == ["resolved"]


def test_what_came_and_went_while_muted_is_not_told() -> None:
    watch = Watch()
    watch.see([5])
    watch.state = muted(watch.state, watch.now + 200)
    assert watch.see([*[20] * 50, *[0] * 40, *[None] * 60, *[0] * 100]) == []


def test_a_dead_stream_is_told_once_and_so_is_its_return() -> None:
    watch = Watch()
    watch.see([5] * 10)
    assert watch.see([None] * 29) == []
    assert watch.see([None]) == ["offline"]
    assert watch.see([math.nan] * 600) == [], "a black picture is no picture"
    assert watch.see([5, 5]) == ["back"]
    assert watch.told[0].episode == watch.told[1].episode


def test_a_stream_that_never_gave_anything_is_told_too() -> None:
    assert Watch().see([None] * 100) == ["offline"]


def test_a_stream_lost_while_firing_keeps_its_episode() -> None:
    watch = Watch()
    assert watch.see([20] * 10) == ["firing"]
    assert watch.see([None] * 100) == ["offline"]
    assert watch.see([20] * 100) == ["back"]
    assert watch.see([0] * 31) == ["resolved"]
    assert watch.told[0].episode == watch.told[-1].episode


def test_a_new_breach_in_the_pause_is_told_only_when_it_outlasts_it() -> None:
    watch = Watch()
    assert watch.see([*[20] * 10, *[0] * 40]) == ["firing", "resolved"]
    assert watch.see([*[20] * 10, *[0] * 40]) == []
    assert watch.see([20] * 500) == []
    assert watch.see([20] * 120) == ["firing"]


def test_out_of_hours_nothing_is_told_and_an_episode_ends_with_them() -> None:
    rule = replace(RULE, hours=Hours("UTC", (Span(start=13 * 60, end=14 * 60),)))  # it starts at 13:46:40
    watch = Watch(rule)
    assert watch.see([20] * 100) == ["firing"]
    assert watch.see([20] * 1000) == ["resolved"] and "hours" in watch.told[-1].reason
    assert watch.see([None] * (22 * 360 + 300), every_s=10) == []
    assert watch.see([None] * 60, every_s=10) == ["offline"], "and is looked for again when they begin"


def test_another_limit_out_of_hours() -> None:
    watch = Watch(replace(RULE, hours=Hours("UTC", (Span(start=13 * 60, end=14 * 60),)), over_outside=0.0))
    assert watch.see([5] * 700) == []
    assert watch.see([5] * 200) == ["firing"]


def test_what_was_seen_in_an_absence_is_told_with_its_own_times() -> None:
    state, told = AlertState(), list[Notice]()
    rows = [Observation("hall", 20.0 if 100 <= second < 200 else 0.0, START + second) for second in range(400)]
    for row in (*rows, *rows):  # read twice, as after a restart
        state, new = step(RULE, state, row, START + 7200)
        told += new
    assert [(one.kind, one.at - START) for one in told] == [("firing", 103.0), ("resolved", 230.0)]
    assert step(RULE, state, None, START + 7200 + 29, "hall")[1] == ()
    (lost,) = step(RULE, state, None, START + 7200 + 30, "hall")[1]
    assert (lost.kind, lost.since - START) == ("offline", 399.0)


def test_a_clock_far_ahead_is_not_believed() -> None:
    state, _ = step(RULE, AlertState(), Observation("hall", 5.0, START), START)
    after, told = step(RULE, state, Observation("hall", 50.0, START + 1e9), START + 1)
    assert (after, told) == (replace(state, trouble="its clock is ahead of mine"), ())
    (lost,) = step(RULE, after, None, START + 60, "hall")[1]
    assert lost.kind == "offline" and lost.reason == "its clock is ahead of mine"


def test_a_clock_that_is_slow_makes_no_silence() -> None:
    state, told = AlertState(), list[Notice]()
    for second in range(300):
        for seen in (Observation("hall", 20.0 if second > 100 else 5.0, START + second - 600), None):
            state, new = step(RULE, state, seen, START + second, "hall")
            told += new
    assert [one.kind for one in told] == ["firing"]


VALUES = st.lists(
    st.tuples(st.sampled_from([0.0, 9.0, 10.0, 11.0, 30.0, math.nan, math.inf, None]), st.integers(1, 50)), max_size=12
)
RULES = st.builds(
    AlertRule,
    name=st.just("crowd"),
    over=st.just(10.0),
    clear_at=st.sampled_from([None, 9.0]),
    confirm_k=st.integers(1, 3),
    confirm_n=st.integers(3, 5),
    confirm_s=st.sampled_from([0.0, 3.0, 10.0]),
    clear_s=st.sampled_from([0.0, 5.0, 30.0]),
    cooldown_s=st.sampled_from([0.0, 20.0, 300.0]),
    repeat_s=st.sampled_from([60.0, 14_400.0]),
    offline_s=st.sampled_from([5.0, 30.0]),
)
MUTES = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 200)), max_size=3)


def driven(rule: AlertRule, runs: list[tuple[float | None, int]], mutes: list[tuple[int, int]], restart: bool) -> Watch:
    watch = Watch(rule, restart)
    watch.see([5.0])
    second = 0
    for value, count in runs:
        for _ in range(count):
            for start, seconds in mutes:
                if start == second:
                    watch.state = muted(watch.state, watch.now + seconds)
            watch.see([value])
            second += 1
    return watch


@settings(max_examples=60, deadline=None)
@given(RULES, VALUES, MUTES)
def test_whatever_comes(rule: AlertRule, runs: list[tuple[float | None, int]], mutes: list[tuple[int, int]]) -> None:
    watch = driven(rule, runs, mutes, restart=False)
    assert driven(rule, runs, mutes, restart=True).told == watch.told, "a restart at any point changes nothing"
    stories: dict[str, list[str]] = {}
    for one in watch.told:
        stories.setdefault(one.episode, []).append(one.kind)
    for kinds in stories.values():
        said = [kind for kind in kinds if kind != "still"]
        assert said in (["firing"], ["firing", "resolved"], ["offline"], ["offline", "back"]), kinds
        assert (kinds[0] in ("firing", "offline") and "still" not in kinds[kinds.index(said[-1]) + 1 :]) or len(
            said
        ) == 1


@settings(max_examples=40, deadline=None)
@given(RULES, VALUES, st.integers(0, 200), st.integers(1, 300))
def test_nothing_is_told_in_a_muted_span(
    rule: AlertRule, runs: list[tuple[float | None, int]], start: int, seconds: int
) -> None:
    watch, told_at = Watch(rule), list[float]()
    values = [value for value, count in runs for _ in range(count)]
    for second, value in enumerate(values):
        if second == start:
            watch.state = muted(watch.state, watch.now + seconds)
        told_at += [watch.now for _ in watch.see([value])]
    end = START + start + seconds
    assert not [at for at in told_at if START + start < at < end]


@settings(max_examples=40, deadline=None)
@given(RULES, st.sampled_from([0.2, 1.0, 4.0]), VALUES)
def test_a_breach_that_lasts_is_told_within_the_promised_time(
    rule: AlertRule, every_s: float, runs: list[tuple[float | None, int]]
) -> None:
    watch = Watch(rule)
    for value, count in runs:
        watch.see([value] * count, every_s)
    if watch.state.phase == FIRING:
        return  # told already, or owed since the pause
    begun = max(watch.now + every_s, watch.state.quiet_until)
    watch.see([20.0] * math.ceil((rule.cooldown_s + 20) / every_s), every_s)
    fired = [one for one in watch.told if one.kind == "firing" and one.episode == watch.state.episode]
    promised = max(rule.confirm_s, (rule.confirm_k - 1) * every_s) + every_s
    assert watch.state.phase == FIRING and len(fired) == 1
    assert watch.when["firing", watch.state.episode] <= begun + promised + 1e-6


def test_a_day_of_drops_freezes_and_flapping_is_one_mail_an_episode() -> None:
    chance = random.Random(7)
    watch, ends = Watch(restart=False), []
    crowds = [3600.0 * hour for hour in (2, 9, 17)]  # three real crowds of an hour each
    offline_from: float | None = None
    while watch.now < START + 86_400:
        second = watch.now - START
        crowd = any(begin <= second < begin + 3600 for begin in crowds)
        level: list[float | None] = [chance.choice([10.0, 11.0, 12.0]) if crowd else chance.choice([3.0, 4.0, 5.0])]
        if crowd and int(second) % 600 < 60:
            level = [chance.choice([10.0, 11.0])]  # around the limit, at the crowd's begin too
        if chance.random() < 0.02:
            level = [None] * chance.randint(1, 10)  # drops that end by themselves
        elif chance.random() < 0.001:
            offline_from = watch.now
            level = [math.nan] * 100  # a frozen picture
        kinds = watch.see(level, every_s=2.0)
        if offline_from is not None:
            (lost,) = [one for one in watch.told if one.kind == "offline" and one.at > offline_from]
            assert lost.at - offline_from <= 60
            offline_from = None
        ends += kinds
    assert ends.count("firing") == len(crowds) == ends.count("resolved")
    assert ends.count("offline") - ends.count("back") in (0, 1) and ends.count("offline") >= 10


def test_flapping_around_the_limit_all_day_is_one_mail() -> None:
    watch = Watch(replace(RULE, clear_at=None))
    kinds = watch.see((value for _ in range(864) for value in [11.0] * 10 + [10.0] * 10), every_s=5.0)
    assert kinds == ["firing", "resolved"]


@pytest.mark.parametrize("wrong", [{"confirm_k": 6}, {"clear_at": 11.0}, {"offline_s": 0.0}, {"clear_s": -1.0}])
def test_a_rule_that_is_none(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="rule crowd"):
        replace(RULE, **wrong)
