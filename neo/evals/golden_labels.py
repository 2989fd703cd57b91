"""People's labels of given answers, whatever their scale, as numbers in [0, 1]."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from neo.evals.golden_columns import plain_text

_WORDS: Mapping[str, float] = {
    **dict.fromkeys(("right", "correct", "good", "yes", "true", "pass", "up", "+1", "thumbs up", "y"), 1.0),
    **dict.fromkeys(("wrong", "incorrect", "bad", "no", "false", "fail", "down", "thumbs down", "n"), 0.0),
    **dict.fromkeys(("partly right", "partly", "partially correct", "partial", "incomplete"), 1 / 3),
    **dict.fromkeys(("mostly right", "mostly", "mostly correct", "almost"), 2 / 3),
}
# The largest label of a column tells its scale: (up to, label -> [0, 1]).
_SCALES: tuple[tuple[float, Callable[[float], float]], ...] = (
    (1, lambda label: label),
    (3, lambda label: label / 3),  # the rubric's own grades
    (5, lambda label: (label - 1) / 4),  # stars
    (10, lambda label: label / 10),
    (100, lambda label: label / 100),
)


def labels_of(cells: Sequence[Any]) -> list[float | None]:
    """A column's labels in [0, 1]; None where a cell holds none.

    >>> labels_of(["right", "partly", "", "-1", "?"]), labels_of([1, 5, 3])
    ([1.0, 0.3333333333333333, None, 0.0, None], [0.0, 1.0, 0.5])
    """
    read = [_read(cell) for cell in cells]
    numbers = [value for value in read if isinstance(value, float)]
    top = max(numbers, default=1.0)
    scale = next((to_share for most, to_share in _SCALES if top <= most), _SCALES[-1][1])
    return [_scaled(value, scale) for value in read]


def _read(cell: Any) -> float | str | None:
    """A number, a known word, or None."""
    text = (plain_text(cell) or "").strip(" .!").casefold()
    if text in _WORDS:
        return text
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _scaled(value: float | str | None, scale: Callable[[float], float]) -> float | None:
    if value is None:
        return None
    # A thumb down is written -1 beside +1.
    return _WORDS[value] if isinstance(value, str) else min(1.0, max(0.0, scale(value)))
