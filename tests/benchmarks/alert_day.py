"""A simulated day of one camera: crowds, a count that hovers at the limit, drops, freezes, and Neo restarted.

The clock is simulated; the service is a real HTTP server, Neo's rows are in a real database, mails are files. Every
crowd must be told once and cleared once, the hovering hour is one crowd, every outage is told within a minute.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bot.bench import Measured
from neo.app import Neo
from neo.transports.mail_folder import MailFolder

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
HOUR, DAY = 3600, 24 * 3600
LOOK_S = 10  # between two looks, each at ten observations
RESTARTS, AWAY_S = 24, 25
OUTAGES, OUTAGE_S = 16, 180
DEAD_MAN_S = 60.0
LIMIT = 10


@dataclass(frozen=True)
class Stretch:
    """Seconds of the day in which something is so."""

    start: int
    end: int
    kind: str


CROWDS = (
    Stretch(8 * HOUR, 8 * HOUR + 1200, "crowd"),
    Stretch(12 * HOUR, 13 * HOUR, "hovering"),
    Stretch(17 * HOUR, 17 * HOUR + 2400, "crowd"),
)


def bench(seed: int) -> Measured:
    """Play the day."""
    from watched import live, serving  # type: ignore[import-not-found]
    from world import world  # type: ignore[import-not-found]

    rng = random.Random(seed)
    outages = _outages(rng)
    restarts = sorted(rng.sample(range(600, DAY - 600, 60), RESTARTS))
    with tempfile.TemporaryDirectory() as temporary, serving() as service:
        here = world(Path(temporary) / "world")
        live(here, service)
        begun, mails = here.clock.at, MailFolder(Path(temporary) / "mail", "neo@example.com")
        skipped_until = 0
        for second in range(DAY):
            _see(service, begun, second, outages, rng)
            here.clock.at = begun + second
            if restarts and second >= restarts[0]:
                restarts.pop(0)
                here.neo = Neo(here.neo.deps)
                skipped_until = second + AWAY_S
            if second % LOOK_S or second < skipped_until:
                continue
            here.neo.work("watch")
            while here.neo.deliver_mail(mails):
                continue
            del service.rows[:-60]  # the service keeps an hour; a minute is what is asked for
        told = [
            (row.body["data"]["notice"], row.created_at - begun) for row in here.rows() if row.body["kind"] == "alert"
        ]
        written = len(list((Path(temporary) / "mail").glob("*.eml")))
    return _measured(told, written, outages)


def _outages(rng: random.Random) -> list[Stretch]:
    """Drops and freezes in turn, apart from each other and from the crowds."""
    free = [
        minute * 60 for minute in range(20, DAY // 60 - 20, 12)
        if all(not one.start - 900 <= minute * 60 <= one.end + 900 for one in CROWDS)
    ]  # fmt: skip
    starts = sorted(rng.sample(free, OUTAGES))
    return [Stretch(start, start + OUTAGE_S, ("drop", "freeze")[n % 2]) for n, start in enumerate(starts)]


def _see(service: object, begun: float, second: int, outages: list[Stretch], rng: random.Random) -> None:
    """What the service observes in a second: nothing in a drop, trouble in a freeze, else a count."""
    away = next((one for one in outages if one.start <= second < one.end), None)
    if away is not None:
        if away.kind == "freeze":
            service.see(begun + second, None, trouble="frozen: the same picture has come for 20 seconds")  # type: ignore[attr-defined]
        return
    crowd = next((one for one in CROWDS if one.start <= second < one.end), None)
    if crowd is None:
        people = rng.choice((3, 4, 5, 6, 7)) if rng.random() > 0.01 else 12  # a wrong count now and then
    else:
        people = rng.choice((12, 13, 14)) if crowd.kind == "crowd" else rng.choice((10, 11))
    service.see(begun + second, float(people))  # type: ignore[attr-defined]


def _measured(told: list[tuple[str, float]], mails: int, outages: list[Stretch]) -> Measured:
    kinds = Counter(kind for kind, _ in told)
    delays = [
        min((at - one.start for kind, at in told if kind == "offline" and at >= one.start), default=float("inf"))
        for one in outages
    ]
    return Measured(
        {
            "firings_per_crowd": kinds["firing"] / len(CROWDS),
            "resolved_per_crowd": kinds["resolved"] / len(CROWDS),
            "offline_per_outage": kinds["offline"] / len(outages),
            "slowest_dead_man_vs_60_s": max(delays) / DEAD_MAN_S,
            "mails_per_notice": mails / max(1, len(told)),
        },
        details={"notices": dict(kinds), "mails": mails, "dead_man_s": delays, "told": told, "restarts": RESTARTS},
    )
