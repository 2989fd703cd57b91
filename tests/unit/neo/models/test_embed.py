"""The packaged embedders, where they were pulled: their vectors mean what they should."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from neo.models import embed, errors, fetch

MODELS_DIR = Path(os.environ.get("NEO_MODELS_DIR") or fetch.default_folder())


def loaded(name: str) -> embed.Embedder:
    if name not in embed.available(MODELS_DIR):
        pytest.skip(f"{name} is not in {MODELS_DIR}: run `neo models pull`")
    return embed.load_embedder(name, MODELS_DIR)


@pytest.mark.parametrize("name", ["minilm-l6-int8", "minilm-l3"])
def test_vectors_have_length_one_and_know_what_is_alike(name: str) -> None:
    embedder = loaded(name)
    vectors = embedder(["How do I return a parcel?", "Sending a package back", "The moon orbits the earth"])
    assert embedder.name == name
    assert vectors.shape == (3, embedder.dim) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    likeness = vectors @ vectors.T
    assert likeness[0, 1] > likeness[0, 2] + 0.2


@pytest.mark.parametrize("name", ["minilm-l6-int8", "minilm-l3"])
def test_a_text_has_the_same_vector_in_any_company(name: str) -> None:
    embedder = loaded(name)
    texts = ["short", "a much longer text " * 30, "", "middle sized words here"]
    together = embedder(texts)
    assert np.allclose(together, np.vstack([embedder([text]) for text in texts]), atol=1e-6)


def test_no_texts_give_no_rows() -> None:
    assert loaded("minilm-l3")([]).shape == (0, 384)


def test_an_unknown_name_lists_the_packaged_ones(tmp_path: Path) -> None:
    with pytest.raises(errors.ModelUnknown, match="minilm-l6-int8"):
        embed.load_embedder("no/such-model", tmp_path)


def test_a_packaged_model_that_was_not_pulled_is_missing(tmp_path: Path) -> None:
    assert embed.available(tmp_path) == []
    with pytest.raises(errors.ModelMissing, match="neo models pull"):
        embed.load_embedder("minilm-l3", tmp_path)
