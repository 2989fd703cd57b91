"""Requirements with ids that are never used twice: each is live, superseded by another, or retired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

LIVE, SUPERSEDED, RETIRED = "live", "superseded", "retired"


@dataclass(frozen=True)
class Requirement:
    """One requirement that was ever written.

    Attributes:
        id: ``R`` and a number, given once.
        key: What it is about, the same over versions, such as ``R-accuracy``.
        status: ``live``, ``superseded`` or ``retired``.
        by: The id of the one that took its place, when it is superseded.
        since: The version of the document that brought it.
    """

    id: str
    key: str
    text: str
    status: str = LIVE
    by: str = ""
    since: int = 1


def registered(before: Sequence[Requirement], now: Sequence[tuple[str, str]], version: int) -> tuple[Requirement, ...]:
    """The register after a new version of the document.

    Args:
        before: The register of the version before.
        now: Key and text of each requirement of the new version, in order.
        version: The new version.

    >>> first = registered((), [("R-latency", "at most 2 s")], 1)
    >>> [(one.id, one.status, one.by) for one in registered(first, [("R-latency", "at most 3 s")], 2)]
    [('R1', 'superseded', 'R2'), ('R2', 'live', '')]
    """
    live = {one.key: one for one in before if one.status == LIVE}
    register = list(before)
    wanted = dict(now)
    for key, text in now:
        old = live.get(key)
        if old is not None and old.text == text:
            continue
        new = Requirement(f"R{len(register) + 1}", key, text, since=version)
        if old is not None:
            register[register.index(old)] = replace(old, status=SUPERSEDED, by=new.id)
        register.append(new)
    for old in live.values():
        if old.key not in wanted:
            register[register.index(old)] = replace(old, status=RETIRED)
    return tuple(register)


def delta(before: Sequence[Requirement], after: Sequence[Requirement]) -> tuple[str, ...]:
    """What a new version changed, a line each; empty for the first."""
    if not before:
        return ()
    known = {one.id: one for one in before}
    by_id = {one.id: one for one in after}
    took_over = {one.by for one in after if one.status == SUPERSEDED}
    lines = []
    for one in after:
        was_live = one.id in known and known[one.id].status == LIVE
        if was_live and one.status == SUPERSEDED:
            lines.append(f"{one.by} supersedes {one.id}: was '{one.text}', is now '{by_id[one.by].text}'")
        elif was_live and one.status == RETIRED:
            lines.append(f"{one.id} is retired: {one.text}")
        elif one.id not in known and one.id not in took_over:
            lines.append(f"{one.id} is new: {one.text}")
    return tuple(lines)


def history(register: Sequence[Requirement]) -> tuple[str, ...]:
    """The requirements that hold no more, a line each."""
    past = (one for one in register if one.status != LIVE)
    return tuple(f"{one.id} ({one.status}{f' by {one.by}' if one.by else ''}): {one.text}" for one in past)
