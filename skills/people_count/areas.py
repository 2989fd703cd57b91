"""Parts of a picture in people's words, as polygons."""

from __future__ import annotations

import json
from collections.abc import Mapping

from skills.people_count.runtime.zones import Zone, checked


def _box(left: float, upper: float, right: float, lower: float) -> Zone:
    return ((left, upper), (right, upper), (right, lower), (left, lower))


# The words that must stand in what a person says, and the part of the picture that they mean.
AREAS: Mapping[tuple[str, ...], Zone] = {
    ("left", "third"): _box(0, 0, 1 / 3, 1),
    ("right", "third"): _box(2 / 3, 0, 1, 1),
    ("middle", "third"): _box(1 / 3, 0, 2 / 3, 1),
    ("left", "half"): _box(0, 0, 0.5, 1),
    ("right", "half"): _box(0.5, 0, 1, 1),
    ("upper", "half"): _box(0, 0, 1, 0.5),
    ("top", "half"): _box(0, 0, 1, 0.5),
    ("lower", "half"): _box(0, 0.5, 1, 1),
    ("bottom", "half"): _box(0, 0.5, 1, 1),
}
WHOLE = ("whole", "everything", "all of", "entire", "complete", "full picture", "full frame")
UNCLEAR = (
    "I cannot tell from “{said}” which part of the picture counts, so all of it does. Say for example "
    "_the left half_, or give corners as shares of width and height: _[[0.1, 0.4], [0.9, 0.4], [0.9, 1], [0.1, 1]]_."
)


def zone_of(said: str) -> tuple[Zone | None, str]:
    """The polygon that words mean, and what to tell where they mean none.

    >>> zone_of("only the left half of it")[0]
    ((0, 0), (0.5, 0), (0.5, 1), (0, 1))
    """
    words = said.strip().lower()
    if not words or any(one in words for one in WHOLE):
        return None, ""
    if words.startswith("["):
        try:
            return checked({"zone": json.loads(words)})["zone"], ""
        except (ValueError, TypeError) as error:
            return None, f"The corners are no polygon: {error}. All of the picture counts."
    found = next((zone for needed, zone in AREAS.items() if all(one in words for one in needed)), None)
    return found, "" if found else UNCLEAR.format(said=said)
