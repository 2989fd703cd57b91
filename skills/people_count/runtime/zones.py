"""Zones: parts of the picture in which people count."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .boxes import Boxes, Floats

Zone = Sequence[Sequence[float]]
"""Corners of a polygon, each as shares of the picture's width and height."""
WHOLE = "the whole picture"  # how the counts of a camera without zones are called

# Which point of each box is judged, shape (n, 2).
JUDGED_BY: Mapping[str, Callable[[Floats], Floats]] = {
    "feet": lambda corners: np.stack([(corners[:, 0] + corners[:, 2]) / 2, corners[:, 3]], axis=1, dtype=np.float32),
    "middle": lambda corners: np.asarray((corners[:, :2] + corners[:, 2:]) / 2, np.float32),
}


def inside(boxes: Boxes, zone: Zone, size: tuple[int, int], judged_by: str) -> NDArray[np.bool_]:
    """Which boxes stand in the zone, its border included.

    Args:
        size: Height and width of the picture, in pixels.
        judged_by: A key of JUDGED_BY.
    """
    polygon = np.asarray(zone, np.float32) * np.array([size[1], size[0]], np.float32)
    points = JUDGED_BY[judged_by](boxes.corners)
    # Feet of who is cut by the lower border lie on it, and the border of the picture is no way out of a zone.
    points = np.minimum(points, np.array([size[1] - 1, size[0] - 1], np.float32))
    found = [cv2.pointPolygonTest(polygon, (float(x), float(y)), False) >= 0 for x, y in points]
    return np.array(found, bool)


def checked(zones: Mapping[str, Zone]) -> dict[str, Zone]:
    """The zones, when each is a polygon.

    Raises:
        ValueError: One has fewer than three corners, or a corner outside of the picture; names it.
    """
    for name, zone in zones.items():
        if len(zone) < 3:
            raise ValueError(f"zone {name!r} has {len(zone)} corners; a polygon has at least 3")
        for corner in zone:
            if len(corner) != 2 or not all(0 <= one <= 1 for one in corner):
                raise ValueError(f"zone {name!r} has the corner {list(corner)}; both shares must lie in 0 to 1")
    return dict(zones)
