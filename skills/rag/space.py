"""The search space: the runtime's own tables and ranges, as far as this machine can run them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from neo.automl.problem import Resources
from neo.automl.space import Choice, Config, LeftOut, Parameter, Real, Space, Whole
from neo.evals.golden_set import GoldenSet
from neo.models import fetch
from neo.models.catalogue import CATALOGUE
from neo.models.embed import available
from skills.rag.models import HUB_CACHE, PAIR_MODELS, cross_encoders
from skills.rag.runtime.chunkers import SEMANTIC
from skills.rag.runtime.generators import GENERATORS
from skills.rag.runtime.needs import searches_with_model
from skills.rag.runtime.pair_model import MODEL_FILE
from skills.rag.runtime.parameters import PARAMETERS, complete_config
from skills.rag.runtime.parameters import Parameter as Setting
from skills.rag.runtime.parsers import OCR
from skills.rag.runtime.parsers.ocr import has_ocr
from skills.rag.runtime.parsers.pdf import INSTALL_OCR
from skills.rag.runtime.rerankers import RERANKERS
from skills.rag.runtime.retrievers import RETRIEVERS
from skills.rag.runtime.transforms import TRANSFORMS
from skills.rag.stores import why_no_service

LOCAL_MODEL = "smollm2-135m"
LOCAL_MODEL_QUESTIONS = 5  # the packaged model takes seconds a question
CHOOSE_MODELS = ("embedder", "generator", "reranker")  # a greedy search settles them first
PLAINEST: Config = {"retriever": "bm25", "reranker": "none"}  # words alone: what any search engine does
GENERATION_ONLY = "generate"
# Stays at its default: vectors of whole chunks were no better than pooled ones, but would embed the corpus again for
# each chunking (see `skills.rag.runtime.chunk_vectors`).
NOT_SEARCHED = ("chunk_vector",)
# Only questions that the documents do not answer tell a good refusal from a bad one.
FOR_REFUSALS = ("refuse_below",)


def search_space(resources: Resources, golden: GoldenSet, suffixes: Collection[str]) -> Space:
    """The space for one project.

    Args:
        resources: What this machine offers.
        golden: Without expected answers nothing about answers is searched: it could not be judged.
        suffixes: Of the documents, such as ``.pdf``; without PDF there is no PDF parser to choose.
    """
    here = available(resources.models_dir)
    parameters: list[Parameter] = []
    left_out: list[LeftOut] = []
    for name, setting in PARAMETERS.items():
        unused = name == "pdf_parser" and ".pdf" not in suffixes
        unjudged = setting.stage == GENERATION_ONLY and not golden.has_answers
        unasked = name in FOR_REFUSALS and not golden.has_unanswerable
        if name in NOT_SEARCHED or unused or unjudged or unasked:
            continue
        if name in _SPECIAL:
            parameter, missing = _SPECIAL[name](setting, resources, here)
            left_out += missing
        else:
            parameter = _plain(setting)
        if parameter is not None:
            parameters.append(parameter)
    reachable = _only_reachable(parameters)
    models = tuple(one.name for one in reachable if one.name in CHOOSE_MODELS)
    return Space(reachable, tuple(left_out), models, PLAINEST)


def cheap_twin(space: Space, config: Config) -> Config | None:
    """The configuration that retrieves the same and quotes; None where no model would be saved by it."""
    full = complete_config(config)
    if not GENERATORS[full["generator"]].needs_model or searches_with_model(full):
        return None
    return space.complete({**config, "generator": "extractive"})


def has_local_model(resources: Resources) -> bool:
    """Whether the packaged language model's files are ready."""
    return any(
        status.entry.name == LOCAL_MODEL and status.state == "ready" for status in fetch.status(resources.models_dir)
    )


def _plain(setting: Setting) -> Parameter:
    if setting.choices:
        return Choice(setting.name, setting.choices, setting.default, setting.about, setting.when)
    if isinstance(setting.default, int):
        step = int(setting.step or 1)
        return Whole(
            setting.name, int(setting.low), int(setting.high), setting.default, step, setting.log, setting.about,
            setting.when,
        )  # fmt: skip
    return Real(setting.name, setting.low, setting.high, setting.default, setting.step, setting.about, setting.when)


Found = tuple[Parameter | None, list[LeftOut]]


def _here(setting: Setting, resources: Resources, here: Collection[str]) -> Found:
    """A setting with the choices that can run here; the others are left out with their reason."""
    reasons = {
        choice: reason for choice in setting.choices if (reason := _missing(setting.name, choice, resources, here))
    }
    kept = tuple(choice for choice in setting.choices if choice not in reasons)
    default = setting.default if setting.default in kept else kept[0]
    left_out = [LeftOut(setting.name, str(choice), reason) for choice, reason in reasons.items()]
    return Choice(setting.name, kept, default, setting.about, setting.when), left_out


def _missing(name: str, choice: Any, resources: Resources, here: Collection[str]) -> str:
    """Why a choice cannot run here and what would bring it; empty when it can."""
    need = _NEEDS.get(name, _nothing)(choice)
    if need in ("vectors", "tokens") and not here:
        return f"no embedder is here; `{fetch.PULL} {PARAMETERS['embedder'].default}` brings one"
    if need == "pairs" and not cross_encoders(resources):
        own, hub = resources.models_dir / PAIR_MODELS, resources.models_dir / HUB_CACHE
        return (
            f"no cross-encoder is here; put a folder with {MODEL_FILE} and tokenizer.json into {own}, "
            f"or load one of fastembed's TextCrossEncoder into {hub} once"
        )
    if need == "ocr" and not has_ocr():
        return f"text recognition is not installed; `{INSTALL_OCR}` brings it"
    if need == "model" and resources.endpoint is None:
        return "no endpoint is set; OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own, brings one"
    return ""


def _nothing(choice: Any) -> str:
    return ""


# What each choice needs: "" or ocr, vectors, tokens, pairs, model.
_NEEDS: Mapping[str, Callable[[Any], str]] = {
    "pdf_parser": lambda choice: "ocr" if choice == OCR else "",
    "chunker": lambda choice: "vectors" if choice == SEMANTIC else "",
    "query_transform": lambda choice: "" if TRANSFORMS[choice] is None else "model",
    "retriever": lambda choice: "vectors" if "dense" in RETRIEVERS[choice].sources else "",
    "reranker": lambda choice: RERANKERS[choice].needs,
}


def _embedders(setting: Setting, resources: Resources, here: Collection[str]) -> Found:
    packaged = [entry.name for entry in CATALOGUE.values() if entry.kind == "embedder"]
    missing = [
        LeftOut(setting.name, name, f"its files are not here; `{fetch.PULL} {name}` brings them")
        for name in packaged
        if name not in here
    ]
    if not here:
        return None, missing
    names = tuple(here)
    default = setting.default if setting.default in names else names[0]
    return Choice(setting.name, names, default, setting.about, setting.when), missing


def _cross_encoders(setting: Setting, resources: Resources, here: Collection[str]) -> Found:
    names = tuple(cross_encoders(resources))
    return (Choice(setting.name, names, names[0], setting.about, setting.when) if names else None), []


def _stores(setting: Setting, resources: Resources, here: Collection[str]) -> Found:
    """With one store there is nothing to choose."""
    if reason := why_no_service(resources):
        elsewhere = [str(choice) for choice in setting.choices if choice != setting.default]
        return None, [LeftOut(setting.name, name, reason) for name in elsewhere]
    return _plain(setting), []


def _temperatures(setting: Setting, resources: Resources, here: Collection[str]) -> Found:
    """Only an endpoint's model is asked at a temperature of choice."""
    return (_plain(setting) if resources.endpoint is not None else None), []


def _generators(setting: Setting, resources: Resources, here: Collection[str]) -> Found:
    plain = tuple(name for name, one in GENERATORS.items() if not one.needs_model)
    asking = tuple(name for name, one in GENERATORS.items() if one.needs_model)
    if resources.endpoint is not None:
        return _plain(setting), []
    if has_local_model(resources):
        finals = dict.fromkeys(asking, LOCAL_MODEL_QUESTIONS)
        return Choice(setting.name, plain, setting.default, setting.about, setting.when, finals), []
    reason = f"no endpoint is set, and the packaged model is not here; `{fetch.PULL} {LOCAL_MODEL}` brings it"
    missing = [LeftOut(setting.name, name, reason) for name in asking]
    return Choice(setting.name, plain, setting.default, setting.about, setting.when), missing


_SPECIAL: Mapping[str, Callable[[Setting, Resources, Collection[str]], Found]] = {
    **dict.fromkeys(_NEEDS, _here),
    "embedder": _embedders,
    "cross_encoder": _cross_encoders,
    "vector_store": _stores,
    "temperature": _temperatures,
    "generator": _generators,
}


def _only_reachable(parameters: list[Parameter]) -> tuple[Parameter, ...]:
    """Parameters in an order in which conditions name earlier ones, without those that can never be active."""
    values: dict[str, tuple[Any, ...]] = {
        one.name: (*one.choices, *one.finals) for one in parameters if isinstance(one, Choice)
    }
    kept = [
        one for one in parameters if all(set(values.get(name, ())) & set(wanted) for name, wanted in one.when.items())
    ]
    return tuple(sorted(kept, key=lambda one: bool(one.when)))
