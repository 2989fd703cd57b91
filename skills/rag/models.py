"""The models that trials use: loaded once a process, embeddings of repeated texts remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from neo.automl.problem import Resources
from neo.models.catalogue import CATALOGUE
from neo.models.embed import Embedder, available, load_embedder
from neo.models.fetch import locate
from skills.rag.runtime.needs import needs_embedder, needs_pairs, needs_tokens
from skills.rag.runtime.pair_model import MODEL_FILE, PairModel
from skills.rag.runtime.rerankers import ScorePairs
from skills.rag.runtime.token_model import TokenModel
from skills.rag.runtime.token_vectors import EmbedTokens, TokenRows
from skills.rag.runtime.vector_stores import Floats

MAX_REMEMBERED = 100_000  # vectors of 384 floats: 154 MB
MEANING_MODELS = ("minilm-l6-int8", "minilm-l3")  # for the metric of meaning: one model for all configurations
PAIR_MODELS = "cross-encoders"  # in the models' folder: a folder for each cross-encoder that somebody put there
HUB_CACHE = "fastembed"
MAX_QUESTIONS = 5_000  # whose tokens are remembered: some 20 vectors each


@dataclass(frozen=True)
class Loaded:
    """The models that a configuration needs, as the runtime takes them; None where it does without.

    Attributes:
        memory: The embedder with a memory, for trials; *embed* is the same without.
        embed_tokens: Vectors of tokens, with a memory; *fresh_tokens* is the same without.
        score_pairs: A cross-encoder.
    """

    embed: Embedder | None
    memory: RememberingEmbedder | None
    embed_tokens: EmbedTokens | None
    fresh_tokens: EmbedTokens | None
    score_pairs: ScorePairs | None


def load(full: Mapping[str, Any], resources: Resources) -> Loaded:
    """Load what a complete configuration needs, as far as it is here."""
    name, folder = full["embedder"], resources.models_dir
    use = needs_embedder(full) and can_embed(name, resources)
    return Loaded(
        embedder(name, resources) if use else None,
        remembering(name, resources) if use else None,
        _remembering_tokens(name, folder, resources.threads) if needs_tokens(full) else None,
        _tokens(name, folder, resources.threads) if needs_tokens(full) else None,
        _pairs(full["cross_encoder"], folder, resources.threads) if needs_pairs(full) else None,
    )


def cross_encoders(resources: Resources) -> list[str]:
    """The cross-encoders that can run here: folders with a model, and those of the hub that were fetched before."""
    folders = sorted((resources.models_dir / PAIR_MODELS).glob(f"*/{MODEL_FILE}"))
    fetched = sorted((resources.models_dir / HUB_CACHE).glob("models--*/snapshots/*/onnx/model.onnx"))
    names = [path.parents[3].name.removeprefix("models--").replace("--", "/") for path in fetched]
    known = _hub_cross_encoders() if names else set()
    return [path.parent.name for path in folders] + [name for name in dict.fromkeys(names) if name in known]


def cross_encoder_source(name: str, models_dir: Path) -> Path | str:
    """A cross-encoder's folder, or its name at the hub."""
    folder = models_dir / PAIR_MODELS / name
    return folder if (folder / MODEL_FILE).is_file() else name


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


class _RememberingTokens:
    """Vectors of tokens, those of single texts remembered: questions come again in each trial."""

    def __init__(self, model: EmbedTokens) -> None:
        self._model = model
        self._known: dict[str, TokenRows] = {}

    def __call__(self, texts: Sequence[str]) -> Sequence[TokenRows]:
        # Passages are asked for once, many together or while an index is built; the stage cache keeps those.
        return [self._one(texts[0])] if len(texts) == 1 else self._model(texts)

    def _one(self, text: str) -> TokenRows:
        if text not in self._known:
            if len(self._known) > MAX_QUESTIONS:
                self._known.clear()
            (self._known[text],) = self._model([text])
        return self._known[text]


@cache
def _tokens(name: str, models_dir: Path, threads: int) -> EmbedTokens:
    return TokenModel(locate(name, models_dir), threads)


@cache
def _remembering_tokens(name: str, models_dir: Path, threads: int) -> EmbedTokens:
    return _RememberingTokens(_tokens(name, models_dir, threads))


@cache
def _pairs(name: str, models_dir: Path, threads: int) -> ScorePairs:
    source = cross_encoder_source(name, models_dir)
    return PairModel(source, threads, models_dir / HUB_CACHE, offline=True)


def _hub_cross_encoders() -> set[str]:
    from fastembed.rerank.cross_encoder import TextCrossEncoder

    return {str(row["model"]) for row in TextCrossEncoder.list_supported_models()}


@cache
def _loaded(name: str, models_dir: Path, threads: int) -> Embedder:
    return load_embedder(name, models_dir, threads)


@cache
def _remembering(name: str, models_dir: Path, threads: int) -> RememberingEmbedder:
    return RememberingEmbedder(_loaded(name, models_dir, threads))
