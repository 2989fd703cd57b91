"""The last hour at a glance: a mean and a peak for each minute, and when the limit was crossed."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

MINUTES = 60
CROSSINGS = 20


@dataclass
class _Line:
    """One zone of one camera: minutes with their sum, number and peak."""

    minutes: deque[list[float]] = field(default_factory=lambda: deque(maxlen=MINUTES))
    is_over: bool = False

    def add(self, at: float, count: float) -> None:
        minute = at // 60 * 60
        if not self.minutes or minute > self.minutes[-1][0]:
            self.minutes.append([minute, 0.0, 0, 0.0])
        last = self.minutes[-1]
        last[1], last[2], last[3] = last[1] + count, last[2] + 1, max(last[3], count)


class Hour:
    """Sums observations up as they come.

    Args:
        limit: People above which a zone is too full; None where there is no limit.
    """

    def __init__(self, limit: float | None) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._lines: dict[tuple[str, str], _Line] = {}
        self._crossings: deque[dict[str, Any]] = deque(maxlen=CROSSINGS)

    def add(self, row: dict[str, Any]) -> None:
        """Take in an observation. One without a count changes nothing: it is not a count of 0."""
        count = row["count"]
        if count is None:
            return
        with self._lock:
            line = self._lines.setdefault((row["camera"], row["zone"]), _Line())
            line.add(row["at"], count)
            is_over = self.limit is not None and count > self.limit
            if is_over != line.is_over:
                kind = "over" if is_over else "under"
                self._crossings.append({key: row[key] for key in ("camera", "zone", "count", "at")} | {"kind": kind})
            line.is_over = is_over

    def summary(self, now: float) -> dict[str, Any]:
        """Lines with their minutes of the last hour, and the crossings, newest first."""
        oldest = now - MINUTES * 60
        with self._lock:
            lines = [
                {
                    "camera": camera,
                    "zone": zone,
                    "minutes": [
                        {"at": minute[0], "mean": round(minute[1] / minute[2], 2), "peak": minute[3]}
                        for minute in line.minutes
                        if minute[0] > oldest
                    ],
                }
                for (camera, zone), line in self._lines.items()
            ]
            crossings = [crossing for crossing in reversed(self._crossings) if crossing["at"] > oldest]
        return {"limit": self.limit, "now": now, "lines": lines, "crossings": crossings}
