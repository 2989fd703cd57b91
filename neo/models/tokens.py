"""Vectors of a text's tokens from a packaged sentence model: its last layer before anything is pooled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from neo.models.fetch import locate

MOST_TOKENS = 256  # what is beyond has no vectors
BATCH_TOKENS = 256  # of one run


class Tokens(NamedTuple):
    """A text's tokens: vectors, shape (t, d), each of length 1, and (start, end) in the text, shape (t, 2).

    *whole* is the vector that the sentence model gives the text as a whole, shape (d,), of length 1: the mean of all
    tokens, those that mark its ends too. Empty where there is no model.
    """

    vectors: npt.NDArray[np.float32]
    spans: npt.NDArray[np.int64]
    whole: npt.NDArray[np.float32]


class TokenEmbedder:
    """A sentence model, token by token. The packages of the rag skill carry a like one, since they run without Neo.

    Args:
        name: Of a packaged embedder that has an output for each token.
        models_dir: Where its files lie.

    Attributes:
        dim: Length of a vector.
    """

    def __init__(self, name: str, models_dir: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        folder = locate(name, models_dir)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = 1, 1
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
        self._inputs = {one.name for one in self._session.get_inputs()}
        output = next(one for one in self._session.get_outputs() if len(one.shape) == 3)
        self._output, self.dim = output.name, int(output.shape[2])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)

    def __call__(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of each text, those that only mark its beginning and end left out."""
        encoded = self._tokenizer.encode_batch([text.lower() for text in texts])
        by_length: dict[int, list[int]] = {}
        for place, one in enumerate(encoded):
            by_length.setdefault(len(one.ids), []).append(place)
        found: dict[int, Tokens] = {}
        # Texts of one length together need no filling up, take half the time, and give what each gives alone.
        for length, places in by_length.items():
            count = max(1, BATCH_TOKENS // length)
            for at in range(0, len(places), count):
                some = places[at : at + count]
                layers = self._layers([encoded[place].ids for place in some])
                found |= {p: _tokens(encoded[p], layer) for p, layer in zip(some, layers, strict=True)}
        return [found[place] for place in range(len(texts))]

    def _layers(self, ids: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """The last layer, shape (texts, tokens, d)."""
        rows = np.array(ids, dtype=np.int64)
        given: dict[str, Any] = {
            "input_ids": rows,
            "attention_mask": np.ones_like(rows),
            "token_type_ids": np.zeros_like(rows),
        }
        (layers,) = self._session.run([self._output], {name: given[name] for name in self._inputs})
        return np.asarray(layers, dtype=np.float32)


def _tokens(encoded: Any, layer: npt.NDArray[np.float32]) -> Tokens:
    mean = layer.mean(axis=0)
    own = np.array(encoded.special_tokens_mask) == 0
    vectors = layer[own]
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, norms, out=vectors, where=norms > 0)
    spans = np.array(encoded.offsets, dtype=np.int64).reshape(-1, 2)[own]
    return Tokens(vectors, spans, mean / max(float(np.linalg.norm(mean)), 1e-9))
