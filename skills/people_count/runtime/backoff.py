"""How long to wait before the next attempt."""

from __future__ import annotations

import random


class Backoff:
    """Doubles the wait with each attempt, with jitter, so that cameras that went together do not come back together.

    Args:
        first_s: The first wait.
        most_s: No wait is longer.
        seed: Of the jitter; None takes another one each time.
    """

    def __init__(self, first_s: float = 0.5, most_s: float = 60.0, seed: int | None = None) -> None:
        self.first_s, self.most_s = first_s, most_s
        self._random = random.Random(seed)
        self._attempts = 0

    def next_s(self) -> float:
        """Seconds to wait now: between half and all of what has doubled so far."""
        whole = min(self.most_s, self.first_s * 2.0 ** min(self._attempts, 32))
        self._attempts += 1
        return whole * self._random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Begin anew, after all went well for a while."""
        self._attempts = 0
