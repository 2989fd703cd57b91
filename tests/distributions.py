"""What distributions require: their names, in one spelling, with all that they bring."""

from __future__ import annotations

import importlib.metadata
import re


def canonical(name: str) -> str:
    """The name in its one spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(names: set[str]) -> set[str]:
    """The names and everything that they require."""
    found: set[str] = set()
    open_names = set(names)
    while open_names:
        name = open_names.pop()
        found.add(name)
        try:
            lines = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # for another platform
        more = {canonical(re.split(r"[\s;<>=!~\[(]", line)[0]) for line in lines if "extra ==" not in line}
        open_names |= more - found
    return found
