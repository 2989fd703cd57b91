"""The models of this package: embeddings and completions as plain functions."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rag_runtime.pair_model import PairModel
from rag_runtime.parallel import each
from rag_runtime.pipeline import Pipeline
from rag_runtime.token_model import TokenModel
from rag_runtime.vector_stores import Access

HERE = Path(__file__).resolve().parent
ABOUT: dict[str, Any] = json.loads((HERE / "package.json").read_text("utf-8"))

# How each packaged embedder's output becomes one vector, as it was when the index was built.
PACKAGED = {"minilm-l6-int8": ("MEAN", None), "minilm-l3": ("DISABLED", "461")}
DIM = 384
MAX_TOKENS = 300
LOCAL_CONTEXT_TOKENS, LOCAL_MAX_TOKENS = 4096, 120


@dataclass(frozen=True)
class Completion:
    """A reply and its cost in dollars, where it is known."""

    text: str
    cost_usd: float = 0.0


def pipeline() -> Pipeline:
    """The pipeline over this package's index, with the models that it needs."""
    return Pipeline.load(HERE / "index", embedder(), completer(), token_embedder(), pair_scorer(), vector_access())


def vector_access() -> Access | None:
    """How the vector store elsewhere is reached; None when vectors are in this folder alone."""
    service = ABOUT.get("vector_service")
    if service is None:
        return None
    host = os.environ.get("PINECONE_HOST") or service["host"]
    index = os.environ.get("PINECONE_INDEX") or service["index"]
    return Access(os.environ.get("PINECONE_API_KEY", ""), host, index, service["scope"])


def token_embedder(threads: int = 2) -> TokenModel | None:
    """A text's tokens as vectors; None when this configuration does not compare tokens."""
    name = ABOUT["models"].get("token_embedder")
    return None if name is None else TokenModel(HERE / "models" / name, threads)


def pair_scorer(threads: int = 2) -> PairModel | None:
    """A cross-encoder, beside this file or by its name at the hub; None when this configuration has none."""
    name = ABOUT["models"].get("cross_encoder")
    if name is None:
        return None
    folder = HERE / "models" / name
    return PairModel(folder if folder.is_dir() else name, threads)


def embedder(threads: int = 2) -> Callable[[Sequence[str]], Any] | None:
    """Texts to unit vectors, shape (N, d), float32; None when this configuration uses words alone."""
    name = ABOUT["models"].get("embedder")
    if name is None:
        return None
    from fastembed import TextEmbedding

    model = _packaged(name) if name in PACKAGED else TextEmbedding(name, threads=1)

    def embed(texts: Sequence[str]) -> Any:
        # One text a run, as when the index was built: the int8 weights' scales depend on a batch's texts.
        rows = each(lambda text: next(iter(model.embed([text], batch_size=1))), texts, threads)
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), -1)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.divide(vectors, norms, out=vectors, where=norms > 0)

    return embed


def _packaged(name: str) -> Any:
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    pooling, output = PACKAGED[name]
    TextEmbedding.add_custom_model(
        model=f"packaged/{name}",
        pooling=PoolingType[pooling],
        normalization=True,
        sources=ModelSource(hf=f"packaged/{name}"),
        dim=DIM,
        model_file="model.onnx",
        output_name=output,
    )
    return TextEmbedding(f"packaged/{name}", specific_model_path=str(HERE / "models" / name), threads=1)


def completer() -> Callable[[str, str], Completion] | None:
    """A language model as a function of a system and a user text; None when answers are quoted."""
    models = ABOUT["models"]
    if "local_model" in models:
        return _local(HERE / "models" / models["local_model"])
    if "endpoint_model" in models:
        return _endpoint(models)
    return None


def _endpoint(models: dict[str, Any]) -> _Chat:
    import openai

    url = os.environ.get("OPENAI_BASE_URL") or models["endpoint_url"] or None
    # OpenAI itself wants a key, and its client says so; a server of one's own takes any.
    key = os.environ.get("OPENAI_API_KEY") or ("none" if url else None)
    prices = (models["prompt_usd_per_million"], models["completion_usd_per_million"])
    client = openai.OpenAI(base_url=url, api_key=key)
    chat = _Chat(client, models["endpoint_model"], MAX_TOKENS, prices, temperature=models["temperature"])
    chat.prompt_tokens = models["context_tokens"] - MAX_TOKENS
    return chat


def _local(folder: Path) -> _Chat:
    import openai
    import xllamacpp

    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(next(folder.glob("*.gguf")))
    wanted.n_ctx, wanted.n_parallel, wanted.warmup = LOCAL_CONTEXT_TOKENS, 1, False
    wanted.cpuparams.n_threads, wanted.port, wanted.verbosity = 2, 0, -1
    server = xllamacpp.Server(wanted)
    client = openai.OpenAI(base_url=f"{server.listening_address}/v1", api_key="none")
    return _Chat(client, folder.name, LOCAL_MAX_TOKENS, server=server)


class _Chat:
    """A model behind chat completions.

    Args:
        client: An `openai.OpenAI`.
        most: Longest reply in tokens.
        prices: Dollars for a million prompt tokens, and for a million completion tokens.
        temperature: How freely it samples; 0 is as far from chance as it allows.
        server: What serves the model in this process; it lives as long as what talks to it.

    Attributes:
        prompt_tokens: Most tokens of a prompt, so that an answer has room after it.
    """

    prompt_tokens = LOCAL_CONTEXT_TOKENS - LOCAL_MAX_TOKENS

    def __init__(
        self,
        client: Any,
        model: str,
        most: int,
        prices: tuple[float, float] = (0.0, 0.0),
        temperature: float = 0.0,
        server: Any = None,
    ) -> None:
        self._client, self._model, self._most, self._prices, self._server = client, model, most, prices, server
        self._settings: dict[str, Any] = {"temperature": temperature}

    def __call__(self, system: str, user: str) -> Completion:
        """The reply to *user* under the standing orders *system*."""
        import openai

        try:
            return self._complete(system, user)
        except openai.BadRequestError as error:
            if "temperature" not in str(error) or not self._settings:
                raise
            self._settings = {}  # reasoning models take their own temperature only
            return self._complete(system, user)

    def _complete(self, system: str, user: str) -> Completion:
        reply = self._client.chat.completions.create(
            model=self._model,
            messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
            max_completion_tokens=self._most,
            **self._settings,
        )
        used = reply.usage
        tokens = (used.prompt_tokens, used.completion_tokens) if used else (0, 0)
        cost = sum(count * price for count, price in zip(tokens, self._prices, strict=True)) / 1_000_000
        return Completion((reply.choices[0].message.content or "").strip() if reply.choices else "", cost)
