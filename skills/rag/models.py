"""The models that trials use: loaded once a process, embeddings of repeated texts remembered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from neo.automl.problem import Resources
from neo.models.catalogue import CATALOGUE
from neo.models.embed import Embedder, available, load_embedder
from skills.rag.runtime.vector_stores import Floats

MAX_REMEMBERED = 50_000  # vectors of 384 floats: 77 MB
MEANING_MODELS = ("minilm-l6-int8", "minilm-l3")  # for the metric of meaning: one model for all configurations


def embedder(name: str, resources: Resources) -> Embedder:
    """A loaded embedder; the same object each time. Raises as `load_embedder` does."""
    return _loaded(name, resources.models_dir, resources.threads)


def remembering(name: str, resources: Resources) -> RememberingEmbedder:
    """The same embedder, with a memory for texts that come again: questions, expected answers, sentences."""
    return _remembering(name, resources.models_dir, resources.threads)


def can_embed(name: str, resources: Resources) -> bool:
    """Whether an embedder can be loaded: its files are here, or it is one that the hub hands over when asked for."""
    is_packaged = name in CATALOGUE
    return not is_packaged or name in available(resources.models_dir)


def meaning_model(resources: Resources) -> str | None:
    """The embedder that compares answers by meaning; None where none is packaged here."""
    here = available(resources.models_dir)
    return next((name for name in MEANING_MODELS if name in here), None)


class RememberingEmbedder:
    """An embedder that computes each text once, as long as its memory lasts."""

    def __init__(self, embed: Embedder) -> None:
        self._embed = embed
        self._known: dict[str, Floats] = {}

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Embed texts: shape (N, d), float32, rows of length 1."""
        if len(self._known) > MAX_REMEMBERED:
            self._known.clear()
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embed(new), strict=True))
        vectors = np.zeros((len(texts), self._embed.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._known[text]
        return vectors


@cache
def _loaded(name: str, models_dir: Path, threads: int) -> Embedder:
    return load_embedder(name, models_dir, threads)


@cache
def _remembering(name: str, models_dir: Path, threads: int) -> RememberingEmbedder:
    return RememberingEmbedder(_loaded(name, models_dir, threads))
