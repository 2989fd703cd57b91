"""Replies of language models from the stage cache: the same prompt is paid once, over trials, runs and projects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from neo.automl.stage_cache import StageCache
from neo.llm.base import ChatModel, Completion

STAGE, VERSION = "complete", 1


class CachedModel:
    """A `ChatModel` whose replies are kept.

    A kept reply has the cost that it had when it was paid, so that a configuration costs the same however often it
    is tried, and ``cached`` says that nothing was paid now. What fails is raised and not kept. A kept reply tells
    nothing about latency: where that is measured, ask with *fresh*.

    Args:
        model: Asked where there is no kept reply.
        cache: Where replies are kept.
        endpoint: Where the model is served; two endpoints' models of one name may differ.
        temperature: At which the model samples.
        sample: Number of the sample: with a temperature, another number is another reply.
        fresh: Ask always, and keep the new reply.
    """

    def __init__(
        self,
        model: ChatModel,
        cache: StageCache,
        endpoint: str = "",
        temperature: float = 0.0,
        sample: int = 0,
        fresh: bool = False,
    ) -> None:
        self.name = model.name
        self._model, self._cache, self._fresh = model, cache, fresh
        self._key = {"model": model.name, "endpoint": endpoint, "temperature": temperature, "sample": sample}

    def __call__(self, system: str, user: str) -> Completion:
        """See :class:`neo.llm.base.ChatModel`; raises what the model raises."""
        key: Mapping[str, Any] = {**self._key, "system": system, "user": user}
        if self._fresh:
            return self._cache.keep(STAGE, VERSION, key, self._model(system, user))
        asked: list[Completion] = []

        def ask() -> Completion:
            asked.append(self._model(system, user))
            return asked[0]

        reply = self._cache.get_or_make(STAGE, VERSION, key, ask)
        return reply if asked else replace(reply, cached=True)
