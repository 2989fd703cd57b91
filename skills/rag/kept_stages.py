"""The stages of the runtime, kept in the core's stage cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from neo.automl.stage_cache import cache_at

Value = TypeVar("Value")

# Code versions of the stages; raise one when its results change.
VERSIONS: Mapping[str, int] = {
    "parse": 2, "chunk": 2, "embed": 1, "passages": 2, "lexical_candidates": 1, "dense_candidates": 1, "anchor": 1,
    "parents": 1, "pooled": 2, "lexical": 1, "token_basis": 1, "token_spans": 1, "token_vectors": 2,
}  # fmt: skip


class KeptStages:
    """The runtime's `Stage`: computes what the cache in a folder does not have."""

    def __init__(self, cache_dir: Path) -> None:
        self._cache = cache_at(cache_dir)

    def __call__(self, name: str, parameters: Mapping[str, Any], make: Callable[[], Value], /) -> Value:
        """See :class:`skills.rag.runtime.stages.Stage`."""
        return self._cache.get_or_make(name, VERSIONS[name], parameters, make)

    def has(self, name: str, parameters: Mapping[str, Any]) -> bool:
        """Whether a stage's result is there."""
        return self._cache.find(name, VERSIONS[name], parameters)[0]
