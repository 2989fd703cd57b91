"""Faults on purpose, for tests: refused and slow calls, lost sockets and acknowledgements, events that come twice.

All are off by default. A plan replaces the one before it; an empty plan turns everything off.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any

from bot.workspace.errors import Json, PersonError


@dataclass(frozen=True)
class Refuse:
    """Answer the next *times* calls of *methods* (shell patterns such as ``chat.*``) with 429 and Retry-After."""

    methods: tuple[str, ...] = ("*",)
    times: int = 1
    retry_after_s: int = 1


@dataclass(frozen=True)
class Slow:
    """Answer the next *times* calls of *methods* only after *seconds*."""

    methods: tuple[str, ...] = ("*",)
    times: int = 1_000_000
    seconds: float = 1.0


@dataclass(frozen=True)
class Plan:
    """What goes wrong.

    Attributes:
        refuse: Calls that are refused.
        slow: Calls that are answered late.
        drop_socket_after: Hang up on the bot once, after so many more envelopes; 0 never does.
        deliver: How many times each event is delivered, with the same event_id and a rising retry_attempt.
        lose_acks: How many of the bot's next acknowledgements of events are lost on their way.
    """

    refuse: Refuse | None = None
    slow: Slow | None = None
    drop_socket_after: int = 0
    deliver: int = 1
    lose_acks: int = 0


@dataclass
class Faults:
    """The plan in force and what is left of it; callable from any thread."""

    plan: Plan = field(default_factory=Plan)

    def __post_init__(self) -> None:
        self._lock = Lock()
        self.set(self.plan)

    def set(self, plan: Plan) -> None:
        """Replace the plan, and count anew."""
        with self._lock:
            self.plan = plan
            self._refusals = plan.refuse.times if plan.refuse else 0
            self._slow_calls = plan.slow.times if plan.slow else 0
            self._envelopes = plan.drop_socket_after
            self._acks = plan.lose_acks

    def refusal(self, method: str) -> int | None:
        """Seconds to wait when this call is to be refused; None when it may pass."""
        refuse = self.plan.refuse
        with self._lock:
            if refuse is None or not self._refusals or not _meant(method, refuse.methods):
                return None
            self._refusals -= 1
            return refuse.retry_after_s

    def delay_s(self, method: str) -> float:
        """Seconds after which this call is to be answered."""
        slow = self.plan.slow
        with self._lock:
            if slow is None or not self._slow_calls or not _meant(method, slow.methods):
                return 0.0
            self._slow_calls -= 1
            return slow.seconds

    def loses_ack(self) -> bool:
        """Whether the acknowledgement that came just now is lost."""
        with self._lock:
            self._acks, lost = max(0, self._acks - 1), self._acks > 0
            return lost

    def hangs_up(self) -> bool:
        """Count one envelope as sent; whether the socket is to be dropped after it."""
        with self._lock:
            self._envelopes, last = max(0, self._envelopes - 1), self._envelopes == 1
            return last


def _meant(method: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(method, pattern) for pattern in patterns)


# -- as JSON --------------------------------------------------------------------------------------------------


def plan_from(body: Json) -> Plan:
    """A plan from JSON, such as ``{"refuse": {"methods": ["chat.*"], "times": 2, "retry_after_s": 1}, "deliver": 3}``.

    Raises:
        PersonError: A key is unknown, or a value is of the wrong kind; the message names it.
    """
    inner: dict[str, type[Refuse] | type[Slow]] = {"refuse": Refuse, "slow": Slow}
    given: Json = {}
    for key, value in body.items():
        made = inner.get(key)
        given[key] = value if made is None or value is None else made(**_checked(made, value, key))
    return Plan(**_checked(Plan, given, "faults"))


def _checked(made: type[Any], value: Any, where: str) -> Json:
    if not isinstance(value, dict):
        raise PersonError(f"{where} must be an object, not {value!r}.")
    known = {item.name: item for item in fields(made)}
    given: Json = {}
    for key, raw in value.items():
        if key not in known:
            raise PersonError(f"{where} has no {key!r}; it has {', '.join(known)}.")
        item = tuple(raw) if isinstance(raw, list) else raw
        number = isinstance(item, (int, float)) and not isinstance(item, bool) and item >= 0
        if isinstance(known[key].default, (int, float)) and not number:
            raise PersonError(f"{where}.{key} must be a number of at least 0, not {raw!r}.")
        if key == "methods" and not (isinstance(item, tuple) and all(isinstance(name, str) for name in item)):
            raise PersonError(f"{where}.methods must be a list of names, not {raw!r}.")
        given[key] = item
    return given
