"""Whether a service is up: a small state machine over probes, pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

FAILURES_TO_DOWN = 2  # one lost probe is not an outage
SUCCESSES_TO_UP = 1


@dataclass(frozen=True)
class Probe:
    """One look at a service; *latency_s* is that of the probe itself, *p95_s* what the service reports."""

    at: float
    ok: bool
    latency_s: float
    p95_s: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Health:
    """What is known of a service so far."""

    up: bool = True
    streak: int = 0
    since: float = 0.0
    slow: bool = False


@dataclass(frozen=True)
class Change:
    """A change worth telling: ``down``, ``up``, ``slow``, ``fast_again``; *lasted_s* is how long the old state held."""

    kind: str
    lasted_s: float
    reason: str = ""


def step(health: Health, probe: Probe, p95_limit_s: float | None = None) -> tuple[Health, Change | None]:
    """The health after one more probe, and the change to tell, if any.

    Args:
        p95_limit_s: The person's limit on the 95th percentile of latency, in seconds; None for no limit.

    >>> h, change = step(Health(), Probe(1.0, False, 0.0))
    >>> (h.up, change)
    (True, None)
    >>> step(h, Probe(2.0, False, 0.0, reason="refused"))[1].kind
    'down'
    """
    agrees = probe.ok == health.up
    streak = 0 if agrees else health.streak + 1
    needed = FAILURES_TO_DOWN if health.up else SUCCESSES_TO_UP
    if streak >= needed:
        lasted = probe.at - health.since if health.since else 0.0
        turned = Health(up=probe.ok, streak=0, since=probe.at, slow=health.slow)
        return turned, Change("up" if probe.ok else "down", lasted, probe.reason)
    steady = replace(health, streak=streak, since=health.since or probe.at)
    return _speed(steady, probe, p95_limit_s)


def _speed(health: Health, probe: Probe, limit_s: float | None) -> tuple[Health, Change | None]:
    if not probe.ok or probe.p95_s is None or limit_s is None:
        return health, None
    # A tenth of slack on the way back, so that a service at its limit does not flap.
    slow = probe.p95_s > limit_s * (0.9 if health.slow else 1.0)
    if slow == health.slow:
        return health, None
    reason = f"p95 {probe.p95_s:.2f} s, limit {limit_s:.2f} s"
    return replace(health, slow=slow), Change("slow" if slow else "fast_again", 0.0, reason)
