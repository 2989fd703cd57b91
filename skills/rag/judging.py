"""A language model judges answers: where it may, on what it sees, and what it says beside people."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel

from neo.automl.cached_model import CachedModel
from neo.automl.problem import Context, InputFile, Metric, Resources
from neo.automl.stage_cache import cache_at
from neo.evals.golden_set import GoldenQuestion, GoldenSet
from neo.evals.judge import Judge, Judgement, missing_in_words
from neo.evals.judge_agreement import Calibration, calibrate
from neo.evals.judge_rubric import CORRECT, FAITHFUL, Case, Criterion
from neo.llm.base import ChatModel, Endpoint
from neo.llm.openai_model import OpenAIModel
from neo.llm.structured import schema_of
from neo.skill import THUMBS
from skills.rag.runtime.answers import Answer, Hit

JUDGE_METRICS = (
    Metric(
        "judge_correct",
        "Judged correctness",
        "How right a language model finds the answer beside the expected one, graded on four levels; a wrong refusal "
        "scores 0.",
    ),
    Metric(
        "judge_faithful",
        "Judged faithfulness",
        "How far a language model finds the answer's statements in the passages it was made from, graded on four "
        "levels; a wrong refusal scores 0.",
    ),
)
_CRITERIA: Mapping[str, Criterion] = {"judge_correct": CORRECT, "judge_faithful": FAITHFUL}
MAX_TOKENS = 1500  # a reasoning model's thoughts count too
TIMEOUT_S = 30.0
LATER_TEMPERATURE = 0.7  # of a second and third vote, which else would repeat the first
MOST_LABELLED = 50  # answers that are judged to compare the judge with people

OpenJudge = Callable[[Context], Judge]


@dataclass(frozen=True)
class Judged:
    """What the judge says of one answer: its scores by metric, and what the evaluation keeps of it."""

    scores: Mapping[str, float] = field(default_factory=dict)
    output: Mapping[str, Any] = field(default_factory=dict)


def judge_names() -> tuple[str, ...]:
    """The names of the judge's metrics."""
    return tuple(_CRITERIA)


def why_no_judge(resources: Resources, golden: GoldenSet, kept_out: bool, wanted: bool) -> str:
    """Why no language model judges answers, and what would bring one; empty when one does.

    Args:
        resources: What the privacy requirement leaves.
        kept_out: Whether it took an endpoint away.
        wanted: Whether the person chose a metric of the judge's.
    """
    if kept_out:
        return "texts must stay on this machine (R-privacy), and the endpoint's model is elsewhere"
    if resources.endpoint is None:
        return "no endpoint is set; OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own, brings one"
    if not golden.has_answers:
        return "the golden set has no expected answers to judge by"
    if not wanted:
        return (
            f"each answer would take two to six calls of {resources.endpoint.model}; "
            "say _metric: judge_correct_ to have it"
        )
    return ""


def open_judge(context: Context) -> Judge:
    """The judge that a context's endpoint makes; its replies are kept in the stage cache."""
    endpoint, kept = context.resources.endpoint, cache_at(context.cache_dir)
    if endpoint is None:
        raise ValueError("A judge needs an endpoint, and the context has none.")

    def opened(form: type[BaseModel], vote: int) -> ChatModel:
        temperature = LATER_TEMPERATURE if vote else 0.0
        where = f"{endpoint.base_url or ''}#{form.__name__}"
        return CachedModel(_model(endpoint, form, temperature), kept, where, temperature, sample=vote)

    return Judge(opened)


@cache
def _model(endpoint: Endpoint, form: type[BaseModel], temperature: float) -> OpenAIModel:
    """One object a process, since it learns what its endpoint does not know."""
    return OpenAIModel(endpoint, MAX_TOKENS, temperature, schema_of(form), TIMEOUT_S)


def judge_answers(
    judge: Judge,
    questions: Sequence[GoldenQuestion],
    hits: Sequence[Sequence[Hit]],
    answers: Sequence[Answer | None],
) -> list[Judged]:
    """Judge the answers to questions with an expected one; refusals are scored without asking."""
    found: dict[int, Judged] = {}
    cases: dict[int, Case] = {}
    for place, (question, read, answer) in enumerate(zip(questions, hits, answers, strict=True)):
        if answer is None or (question.answer is None and question.answerable):
            continue
        if not answer.found or not question.answerable:
            right = float(not answer.found and not question.answerable)
            found[place] = Judged(dict.fromkeys(_CRITERIA, right))
        else:
            cases[place] = Case(question.question, answer.text, question.answer or "", _context(read))
    asked = [(criterion, case) for case in cases.values() for criterion in _CRITERIA.values()]
    said = iter(judge.judge_all(asked))
    found |= {place: _judged({name: next(said) for name in _CRITERIA}) for place in cases}
    return [found.get(place, Judged()) for place in range(len(questions))]


def beside_people(judge: Judge, golden: GoldenSet, inputs: Sequence[InputFile]) -> list[str]:
    """How far the judge agrees with grades in the golden set, and with thumbs on answers of a deployed version."""
    graded, missing = _beside_grades(judge, golden)
    thumbs, gone = _beside_thumbs(judge, inputs)
    told = [
        *([graded.words()] if graded.agreement.n + graded.missing or not thumbs else []),
        *([f"On faithfulness: {thumbs.words('thumbs')}"] if thumbs else []),
    ]
    return [note for note in (*told, missing, gone) if note]


def _beside_grades(judge: Judge, golden: GoldenSet) -> tuple[Calibration, str]:
    labelled = [one for one in golden.labelled if one.answer][:MOST_LABELLED]
    cases = [Case(one.question, one.given or "", one.answer or "") for one in labelled]
    said = judge.judge_all([(CORRECT, case) for case in cases])
    labels = [one.label if one.label is not None else float("nan") for one in labelled]
    return calibrate([one.score for one in said], labels), missing_in_words(said)


def _beside_thumbs(judge: Judge, inputs: Sequence[InputFile]) -> tuple[Calibration | None, str]:
    """A thumb has no expected answer beside it, so it is the judgement of faithfulness that is compared with it."""
    lines = [line for file in inputs if file.role == THUMBS for line in file.path.read_text("utf-8").splitlines()]
    votes = [json.loads(line) for line in lines[-MOST_LABELLED:]]
    votes = [vote for vote in votes if vote["sources"]]  # a refusal rests on nothing
    if not votes:
        return None, ""
    cases = [
        Case(vote["question"], vote["answer"], context="\n\n".join(source["quote"] for source in vote["sources"]))
        for vote in votes
    ]
    said = judge.judge_all([(FAITHFUL, case) for case in cases])
    return calibrate([one.score for one in said], [vote["label"] for vote in votes]), missing_in_words(said)


def _judged(said: Mapping[str, Judgement]) -> Judged:
    return Judged(
        {name: one.score for name, one in said.items()},
        {
            "judge": {name: one.to_json() for name, one in said.items()},
            "judge_usd": sum(one.cost_usd for one in said.values()),
            "judge_paid_usd": sum(one.paid_usd for one in said.values()),
            "judge_missing": sum(bool(one.missing) for one in said.values()),
        },
    )


def _context(hits: Sequence[Hit]) -> str:
    return "\n\n".join(f"[{hit.chunk.document}] {hit.chunk.text}" for hit in hits)
