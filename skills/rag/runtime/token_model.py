"""Vectors of the tokens of a text, from a sentence model in ONNX; the trial and the package run this very code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .parallel import each
from .token_vectors import TokenRows

MOST_TOKENS = 256  # of the model; questions and passages have fewer


class TokenModel:
    """A transformer's last layer, token by token.

    Args:
        folder: Holds ``model.onnx`` and ``tokenizer.json``.
        threads: Texts at a time, each in a thread of its own.

    Raises:
        ValueError: the model has no output for each token.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = 1, 1
        self._threads = threads
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
        self._inputs = {one.name for one in self._session.get_inputs()}
        by_token = [one.name for one in self._session.get_outputs() if len(one.shape) == 3]
        if not by_token:
            raise ValueError(f"{folder / 'model.onnx'} has no output of shape (texts, tokens, dimensions).")
        self._output = by_token[0]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)

    def __call__(self, texts: Sequence[str]) -> list[TokenRows]:
        """The vectors of each text's tokens, those that only mark its beginning and end left out."""
        return each(self._one, texts, self._threads)

    def _one(self, text: str) -> TokenRows:
        encoded = self._tokenizer.encode(text)
        ids = np.array([encoded.ids], dtype=np.int64)
        given: dict[str, Any] = {
            "input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids),
        }  # fmt: skip
        # One text a run: the int8 weights' scales depend on what else is in a batch.
        (layer,) = self._session.run([self._output], {name: given[name] for name in self._inputs})
        own = np.array(encoded.special_tokens_mask) == 0
        vectors = np.asarray(layer[0][own], dtype=np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, norms, out=vectors, where=norms > 0)
        return TokenRows(vectors, np.array(encoded.offsets, dtype=np.int64).reshape(-1, 2)[own])
