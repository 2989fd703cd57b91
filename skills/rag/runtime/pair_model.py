"""A cross-encoder through fastembed; the trial and the package run this very code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .vector_stores import Floats

MODEL_FILE = "model.onnx"


class PairModel:
    """Reads a question and a text together and says how well they fit.

    Args:
        model: A folder with ``model.onnx``, ``tokenizer.json`` and their configuration files, or a name that
            fastembed's TextCrossEncoder knows.
        cache_dir: Where fastembed keeps models with names; None is its own place.
        threads: Threads of one run.
        offline: Never ask the hub, so that a model with a name must be in *cache_dir*.
    """

    def __init__(self, model: Path | str, threads: int, cache_dir: Path | None = None, offline: bool = False) -> None:
        from fastembed.rerank.cross_encoder import TextCrossEncoder  # only where pairs are scored

        self._model: Any
        if isinstance(model, Path):
            name = f"folder/{model.name}"
            if name not in {row["model"] for row in TextCrossEncoder.list_supported_models()}:
                _register(name)
            self._model = TextCrossEncoder(name, specific_model_path=str(model), threads=threads)
        else:
            place = str(cache_dir) if cache_dir else None
            self._model = TextCrossEncoder(model, cache_dir=place, threads=threads, local_files_only=offline)

    def __call__(self, question: str, texts: Sequence[str]) -> Floats:
        """Scores, shape (len(texts),), of any size; higher fits better."""
        # One pair a run: scales of quantised weights depend on what else is in a batch.
        return np.array(list(self._model.rerank(question, list(texts), batch_size=1)), dtype=np.float32)


def _register(name: str) -> None:
    from fastembed.common.model_description import ModelSource
    from fastembed.rerank.cross_encoder import TextCrossEncoder

    # The library demands a source; what it loads is the folder.
    TextCrossEncoder.add_custom_model(model=name, sources=ModelSource(hf=name), model_file=MODEL_FILE)
