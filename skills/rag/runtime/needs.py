"""What a complete configuration needs to run: vectors, token vectors, models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .chunkers import SEMANTIC
from .generators import GENERATORS
from .rerankers import RERANKERS
from .retrievers import RETRIEVERS
from .transforms import TRANSFORMS
from .vector_stores import EMBEDDED

Config = Mapping[str, Any]


def needs_vectors(config: Config) -> bool:
    """Whether chunks are searched or reranked by their vectors."""
    return "dense" in RETRIEVERS[config["retriever"]].sources or RERANKERS[config["reranker"]].needs == "vectors"


def needs_service(config: Config) -> bool:
    """Whether vectors are kept elsewhere than in this process."""
    return needs_vectors(config) and config["vector_store"] != EMBEDDED


def needs_tokens(config: Config) -> bool:
    """Whether chunks are reranked by the vectors of their tokens."""
    return RERANKERS[config["reranker"]].needs == "tokens"


def needs_pairs(config: Config) -> bool:
    """Whether a cross-encoder reads questions and chunks together."""
    return RERANKERS[config["reranker"]].needs == "pairs"


def needs_embedder(config: Config) -> bool:
    """Whether anything is embedded: passages, chunks, questions, tokens or sentences."""
    quotes_by_meaning = config["generator"] == "extractive" and config["lexical_weight"] < 1
    by_vectors = needs_vectors(config) or needs_tokens(config) or config["chunker"] == SEMANTIC
    return by_vectors or quotes_by_meaning


def searches_with_model(config: Config) -> bool:
    """Whether a language model takes part in finding chunks."""
    transforms = TRANSFORMS[config["query_transform"]] is not None
    return transforms or RERANKERS[config["reranker"]].needs == "model"


def needs_model(config: Config) -> bool:
    """Whether a language model is asked at all."""
    return searches_with_model(config) or GENERATORS[config["generator"]].needs_model
