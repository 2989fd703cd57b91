"""Whether a service is up: one lost probe is no outage, every outage is told once, and so is its end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from neo.domain.health import FAILURES_TO_DOWN, Change, Health, Probe, step

OK = Probe(0.0, True, 0.01)


def watch(probes: list[Probe], limit: float | None = None) -> tuple[Health, list[Change]]:
    health, told = Health(), []
    for probe in probes:
        health, change = step(health, probe, limit)
        told += [change] if change else []
    return health, told


def at(second: float, ok: bool, p95: float | None = None, reason: str = "") -> Probe:
    return Probe(second, ok, 0.01, p95, reason)


def test_an_outage_is_told_with_its_reason_and_its_end_with_how_long_it_was() -> None:
    probes = [
        at(10, True),
        at(20, False, reason="refused"),
        at(21, False, reason="refused"),
        at(30, False),
        at(81, True),
    ]
    health, told = watch(probes)
    assert told == [Change("down", 11.0, "refused"), Change("up", 60.0, "")]
    assert health == Health(up=True, streak=0, since=81.0)


def test_one_lost_probe_is_no_outage() -> None:
    assert watch([at(1, True), at(2, False), at(3, True), at(4, False), at(5, True)])[1] == []


def test_a_service_at_its_limit_does_not_flap() -> None:
    probes = [
        at(1, True, 2.1),
        at(2, True, 1.95),
        at(3, True, 2.05),
        at(4, True, 1.85),
        at(5, True, 1.7),
        at(6, True, 1.9),
    ]
    _, told = watch(probes, limit=2.0)
    assert [change.kind for change in told] == ["slow", "fast_again"]
    assert told[0].reason == "p95 2.10 s, limit 2.00 s"


def test_without_a_limit_nothing_is_slow() -> None:
    assert watch([at(1, True, 99.0)])[1] == []


PROBES = st.lists(st.tuples(st.booleans(), st.one_of(st.none(), st.floats(0.01, 5))), max_size=60)


@given(PROBES, st.one_of(st.none(), st.floats(0.1, 3)))
def test_changes_alternate_and_match_the_state(rows: list[tuple[bool, float | None]], limit: float | None) -> None:
    health, told = watch([at(float(n + 1), ok, p95) for n, (ok, p95) in enumerate(rows)], limit)
    kinds = [change.kind for change in told if change.kind in ("up", "down")]
    assert kinds == (["down", "up"] * len(kinds))[: len(kinds)]
    assert health.up is (not kinds or kinds[-1] == "up")
    speeds = [change.kind for change in told if change.kind in ("slow", "fast_again")]
    assert speeds == (["slow", "fast_again"] * len(speeds))[: len(speeds)]
    assert all(change.lasted_s >= 0 for change in told)


@given(PROBES)
def test_down_means_that_the_last_probes_failed(rows: list[tuple[bool, float | None]]) -> None:
    health = Health()
    fails = 0
    for number, (ok, p95) in enumerate(rows):
        health, change = step(health, at(float(number + 1), ok, p95))
        fails = 0 if ok else fails + 1
        assert health.up is (fails < FAILURES_TO_DOWN)
        assert (change is not None and change.kind == "down") is (fails == FAILURES_TO_DOWN)
