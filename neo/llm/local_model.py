"""The packaged model, served on this machine by llama.cpp with an OpenAI-compatible interface."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from neo.errors import Unavailable
from neo.llm.base import Endpoint
from neo.llm.openai_model import OpenAIModel
from neo.models.fetch import locate

NAME = "smollm2-135m"
CONTEXT_TOKENS = 4096
MAX_TOKENS = 120
PATIENCE_S = 180.0  # two busy cores take a minute for what quiet ones do in four seconds


@cache
def local_model(models_dir: Path, threads: int = 2) -> OpenAIModel:
    """The packaged model, loaded once a process.

    Raises:
        ModelMissing: Its files were not pulled.
        Unavailable: llama.cpp is not installed here.
    """
    weights = next(locate(NAME, models_dir).glob("*.gguf"))
    server = _serve(weights, threads)
    endpoint = Endpoint("none", f"{server.listening_address}/v1", NAME, stated_context_tokens=CONTEXT_TOKENS)
    # Asked again, it would work at two prompts at once: it does not know that nobody waits for the first.
    model = OpenAIModel(endpoint, MAX_TOKENS, timeout_s=PATIENCE_S, retries=0)
    model.server = server  # type: ignore[attr-defined]  # the server lives as long as what talks to it
    return model


def _serve(weights: Path, threads: int) -> Any:
    try:
        import xllamacpp
    except ImportError as error:
        raise Unavailable(
            "The packaged language model cannot run here.",
            f"xllamacpp is not installed ({error}).",
            "Install it with `pip install xllamacpp`, or set OPENAI_BASE_URL to a server of your own.",
        ) from error
    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(weights)
    wanted.n_ctx, wanted.n_parallel, wanted.warmup = CONTEXT_TOKENS, 1, False
    wanted.cpuparams.n_threads = threads
    wanted.port, wanted.verbosity = 0, -1
    return xllamacpp.Server(wanted)
