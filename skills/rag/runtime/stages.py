"""Stages of the pipeline as calls that a caller may remember."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

Value = TypeVar("Value")


class Stage(Protocol):
    """Runs a stage, or remembers what it gave for the same name and parameters."""

    def __call__(self, name: str, parameters: Mapping[str, Any], make: Callable[[], Value], /) -> Value:
        """The stage's result; *parameters* are JSON values and hold all that it depends on."""


def run(name: str, parameters: Mapping[str, Any], make: Callable[[], Value], /) -> Value:
    """Run a stage and remember nothing."""
    return make()
