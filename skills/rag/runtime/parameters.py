"""Every setting of the pipeline, once: its default, its range, and the stage that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .chunk_vectors import CHUNK_VECTORS
from .chunkers import CHUNKERS, SEMANTIC
from .context import CONTEXT_UNITS
from .fusion import SCORE_SCALES
from .generators import CONTEXT_ORDERS, GENERATORS
from .lexical import STEMMERS
from .parsers import PDF_PARSERS
from .prompts import PROMPTS
from .rerankers import RERANKERS
from .retrievers import RETRIEVERS
from .transforms import TRANSFORMS
from .vector_stores import VECTOR_STORES

Config = Mapping[str, Any]
"""A flat mapping from a parameter's name to a plain value."""


@dataclass(frozen=True)
class Parameter:
    """One setting.

    Attributes:
        name: Its key in a configuration; a unit, where it has one, is in the name.
        stage: The stage whose result depends on it: parse, chunk, text, embed, lexical,
            store, query, retrieve, rerank, context or generate.
        default: What a practitioner would start with.
        about: One sentence for a person.
        choices: The values there are; empty for a number or a name from elsewhere.
        low: Least value of a number.
        high: Greatest value of a number.
        step: Distance between values worth trying.
        log: Whether values are spread by their ratio.
        when: It matters only when each named parameter has one of these values.
    """

    name: str
    stage: str
    default: Any
    about: str
    choices: tuple[Any, ...] = ()
    low: float = 0
    high: float = 0
    step: float | None = None
    log: bool = False
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


_DENSE = tuple(name for name, retriever in RETRIEVERS.items() if "dense" in retriever.sources)
_LEXICAL = tuple(name for name, retriever in RETRIEVERS.items() if "lexical" in retriever.sources)
_FUSED = tuple(name for name in _DENSE if name in _LEXICAL)
_MODEL = {"generator": tuple(name for name, generator in GENERATORS.items() if generator.needs_model)}
_SCORED = {"reranker": tuple(name for name, one in RERANKERS.items() if one.needs in ("tokens", "pairs", "model"))}
_QUOTING = {"generator": tuple(name for name, generator in GENERATORS.items() if not generator.needs_model)}

_ALL = (
    Parameter("pdf_parser", "parse", "pdfium", "Which reader turns PDF into text.", tuple(PDF_PARSERS)),
    Parameter("chunker", "chunk", "sentence", "Where documents are cut.", (*CHUNKERS, SEMANTIC)),
    Parameter("chunk_tokens", "chunk", 256, "Most tokens in a chunk.", low=32, high=512, step=32),
    Parameter(
        "chunk_overlap", "chunk", 0.15, "Share of a chunk that its neighbour repeats.", low=0, high=0.3, step=0.15,
        when={"chunker": tuple(CHUNKERS)},
    ),
    Parameter("index_text", "text", "plain", "What is indexed: the text, or headings and text.", ("plain", "titled")),
    Parameter("embedder", "embed", "minilm-l6-int8", "The model that turns text into vectors."),
    Parameter("chunk_vector", "embed", "pooled", "How a chunk gets its vector.", tuple(CHUNK_VECTORS)),
    Parameter("stemmer", "lexical", "porter", "How words are brought to their stem for BM25.", tuple(STEMMERS)),
    Parameter("bm25_k1", "lexical", 1.2, "Saturation of repeated words in BM25.", low=0.6, high=2.4, step=0.3),
    Parameter("bm25_b", "lexical", 0.75, "How far BM25 discounts long chunks.", low=0, high=1, step=0.25),
    Parameter(
        "query_transform", "query", "none", "Other wordings of a question that are searched beside it.",
        tuple(TRANSFORMS),
    ),
    Parameter("retriever", "retrieve", "rank_fusion", "How chunks are found.", tuple(RETRIEVERS)),
    Parameter(
        "fusion_weight", "retrieve", 0.5, "Weight of vectors against words.", low=0.1, high=0.9, step=0.1,
        when={"retriever": _FUSED},
    ),
    Parameter(
        "rrf_k", "retrieve", 60, "How slowly points fall with the rank: small favours the first places.",
        low=1, high=120, log=True, when={"retriever": ("rank_fusion",)},
    ),
    Parameter(
        "score_scale", "retrieve", "min_max", "How scores of words and of vectors are brought to one scale.",
        tuple(SCORE_SCALES), when={"retriever": ("weighted_fusion",)},
    ),
    Parameter(
        "vector_store", "store", "faiss", "Where vectors lie and are searched.", tuple(VECTOR_STORES),
        when={"retriever": _DENSE},
    ),
    Parameter("reranker", "rerank", "none", "A second look at what was found.", tuple(RERANKERS)),
    Parameter(
        "mmr_balance", "rerank", 0.7, "Weight of relevance against novelty.", low=0.3, high=0.9, step=0.1,
        when={"reranker": ("mmr",)},
    ),
    Parameter(
        "cross_encoder", "rerank", "", "The model that reads a question and a chunk together.",
        when={"reranker": ("cross_encoder",)},
    ),
    Parameter(
        "rerank_depth", "rerank", 20, "How many of the first candidates are judged again.", low=10, high=50, step=10,
        when=_SCORED,
    ),
    Parameter(
        "rerank_weight", "rerank", 0.5, "Weight of the second look against the first.", low=0.25, high=1, step=0.25,
        when=_SCORED,
    ),
    Parameter("top_k", "rerank", 5, "Chunks that the answer is made from.", low=1, high=20, log=True),
    Parameter(
        "context_unit", "context", "chunk", "What is handed on for a chunk that was found: it alone, with its "
        "neighbours, with the sentences around it, or the larger piece that holds it.", tuple(CONTEXT_UNITS),
    ),
    Parameter(
        "window_sentences", "context", 1, "Sentences on each side of a chunk.", low=1, high=4,
        when={"context_unit": ("window",)},
    ),
    Parameter(
        "parent_tokens", "context", 512, "Most tokens in the larger piece.", low=256, high=1024, step=128,
        when={"context_unit": ("parent",)},
    ),
    Parameter("generator", "generate", "extractive", "How the answer is made.", tuple(GENERATORS)),
    Parameter("answer_sentences", "generate", 2, "Sentences in a quoted answer.", low=1, high=3, when=_QUOTING),
    Parameter(
        "lexical_weight", "generate", 0.5, "Weight of shared words against likeness of meaning when quoting.",
        low=0, high=1, step=0.25, when=_QUOTING,
    ),
    Parameter(
        "refuse_below", "generate", 0.15, "Least support of a quoted answer, in [0, 1]; below it Neo says that "
        "the documents do not tell.", low=0, high=0.5, step=0.05, when=_QUOTING,
    ),
    Parameter("prompt", "generate", "grounded", "What the language model is told.", tuple(PROMPTS), when=_MODEL),
    Parameter(
        "temperature", "generate", 0.0, "How freely the language model words its answers.", low=0, high=1, step=0.5,
        when=_MODEL,
    ),
    Parameter(
        "context_order", "generate", "score", "In which order the language model sees the pieces.",
        tuple(CONTEXT_ORDERS), when=_MODEL,
    ),
    Parameter(
        "context_chars", "generate", 3000, "Most characters that the language model sees.", low=1500, high=12_000,
        log=True, when=_MODEL,
    ),
)  # fmt: skip

PARAMETERS: Mapping[str, Parameter] = {parameter.name: parameter for parameter in _ALL}
DEFAULTS: Mapping[str, Any] = {parameter.name: parameter.default for parameter in _ALL}


def complete_config(values: Config) -> dict[str, Any]:
    """Fill a configuration up with the defaults.

    Raises:
        ValueError: a name is unknown, or a value is not among the choices; the message lists what there is.
    """
    for name, value in values.items():
        if name not in PARAMETERS:
            raise ValueError(f"There is no parameter {name!r}. There are: {', '.join(PARAMETERS)}.")
        choices = PARAMETERS[name].choices
        if choices and value not in choices:
            raise ValueError(f"{name} cannot be {value!r}. It can be: {', '.join(map(str, choices))}.")
    return {**DEFAULTS, **values}


def of_stages(config: Config, *stages: str) -> dict[str, Any]:
    """The part of a configuration that some stages read."""
    return {name: config[name] for name, parameter in PARAMETERS.items() if parameter.stage in stages}
