"""Many places at once: threads and messages by workspace, channel and timestamp."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import col

Place = tuple[str, str, str]


def among(places: Collection[Place], *columns: Any) -> ColumnElement[bool]:
    """Rows that may be at one of these places, and some others: the caller keeps those that are.

    Each column is looked for by itself, because SQLite uses no index for a list of whole places.
    """
    return and_(*(col(column).in_(sorted({place[n] for place in places})) for n, column in enumerate(columns)))
