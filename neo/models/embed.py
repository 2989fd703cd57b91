"""Embedders: texts in, unit vectors out. The only importer of fastembed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType

from neo.models.catalogue import CATALOGUE
from neo.models.errors import ModelUnavailable, ModelUnknown
from neo.models.fetch import WITHOUT, locate, status

# One text a run: on a CPU the padding of a larger batch costs more than it saves (120 texts/s against 86 at
# 32 texts a batch, two threads), and the int8 model's scales then never depend on a text's neighbours. For the same
# reason threads take texts each for itself: two threads in one run burn twice the time for a fifth more texts.
BATCH_TEXTS = 1
DEFAULT_THREADS = 2


@dataclass(frozen=True)
class _Packaged:
    """How a packaged model's output becomes one vector: pooled by us, or read from a pooled output."""

    dim: int
    pooling: PoolingType
    output_name: str | None = None


_PACKAGED: Mapping[str, _Packaged] = {
    "minilm-l6-int8": _Packaged(384, PoolingType.MEAN),
    "minilm-l3": _Packaged(384, PoolingType.DISABLED, "461"),  # the graph pools; its output has only a number
}


class Embedder:
    """A loaded embedding model; made by `load_embedder`.

    Attributes:
        name: The name that it was asked for by.
        dim: Length of a vector.
    """

    def __init__(self, name: str, dim: int, model: TextEmbedding, threads: int = 1) -> None:
        self.name = name
        self.dim = dim
        self._model = model
        self._threads = threads

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Embed texts.

        Args:
            texts: Any number of texts; beyond the model's 512 tokens a text is cut.

        Returns:
            Shape (N, dim), float32, each row of length 1 (L2); row i is text i.
        """
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        threads = max(1, min(self._threads, len(texts)))
        # A text of each part in turn, since long texts often lie side by side.
        parts = [range(first, len(texts), threads) for first in range(threads)]

        def embed(rows: range) -> None:
            found = self._model.embed([texts[row] for row in rows], batch_size=BATCH_TEXTS)
            for row, vector in zip(rows, found, strict=True):
                vectors[row] = vector

        if threads == 1:
            embed(parts[0])
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(embed, parts))
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, norms, out=vectors, where=norms > 0)
        return vectors


def load_embedder(name: str, models_dir: Path, threads: int = DEFAULT_THREADS) -> Embedder:
    """Load a packaged embedder, or any model of fastembed by its name there.

    Args:
        name: A packaged name such as ``minilm-l6-int8``, or a fastembed name such as ``BAAI/bge-small-en-v1.5``,
            which is fetched from its hub into ``models_dir/fastembed`` when it is not there.
        models_dir: The cache folder.
        threads: Texts at a time, each in a thread of its own.

    Raises:
        ModelUnknown: neither list has the name.
        ModelMissing: a packaged model that was not pulled.
        ModelCorrupt: a packaged model whose files were damaged.
        ModelUnavailable: the hub did not hand the model over.
    """
    if name in _PACKAGED:
        return _load_packaged(name, models_dir, threads)
    dims = {str(row["model"]): int(row["dim"]) for row in TextEmbedding.list_supported_models()}
    if name not in dims:
        packaged = ", ".join(_PACKAGED)
        raise ModelUnknown(
            f"No embedder is called {name!r}.",
            f"Packaged ones are {packaged}; fastembed knows {len(dims)} more by their hub names.",
            "Use one of these names.",
        )
    try:
        model = TextEmbedding(name, cache_dir=str(models_dir / "fastembed"), threads=1)
    except Exception as error:  # the hub client raises many kinds, ValueError and OSError among them
        raise ModelUnavailable(
            f"The embedder {name} could not be loaded.",
            f"{type(error).__name__}: {error}",
            f"It needs the internet once; without it use {next(iter(_PACKAGED))}. {WITHOUT}",
        ) from error
    return Embedder(name, dims[name], model, threads)


def available(models_dir: Path) -> list[str]:
    """Name the embedders that can run here without a network: the packaged ones whose files are ready."""
    ready = {found.entry.name for found in status(models_dir) if found.state == "ready"}
    return [name for name in _PACKAGED if name in ready]


def _load_packaged(name: str, models_dir: Path, threads: int) -> Embedder:
    folder, packaged = locate(name, models_dir), _PACKAGED[name]
    registered = f"neo/{name}"
    if registered not in {str(row["model"]) for row in TextEmbedding.list_supported_models()}:
        TextEmbedding.add_custom_model(
            model=registered,
            pooling=packaged.pooling,
            normalization=True,
            sources=ModelSource(hf=registered),  # a name that the library demands; the folder is what it loads
            dim=packaged.dim,
            model_file=CATALOGUE[name].weights.name,
            output_name=packaged.output_name,
        )
    model = TextEmbedding(registered, specific_model_path=str(folder), threads=1)
    return Embedder(name, packaged.dim, model, threads)
