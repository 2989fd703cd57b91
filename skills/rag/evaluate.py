"""How one configuration does on golden questions: all of them in one batch, each stage from the stage cache."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from neo.automl.problem import Context, Evaluation, Instance, Metric, Resources
from neo.automl.space import Config
from neo.evals import retrieval_metrics as retrieval
from neo.evals import text_metrics
from neo.evals.evidence import Anchored, anchor
from neo.evals.golden_set import GoldenQuestion, GoldenSet
from neo.evals.judge import Judge
from neo.evals.retrieval_metrics import Place
from skills.rag.computing import with_computing
from skills.rag.judging import JUDGE_METRICS, Judged, OpenJudge, judge_answers
from skills.rag.kept_stages import KeptStages
from skills.rag.kinds import kind_of
from skills.rag.known_matches import known_matches
from skills.rag.models import load, meaning_model, remembering
from skills.rag.reading import read_documents
from skills.rag.runtime.answers import NOT_FOUND, Answer, Complete, Hit
from skills.rag.runtime.documents import Document
from skills.rag.runtime.needs import needs_model, needs_tokens, searches_with_model
from skills.rag.runtime.parameters import complete_config
from skills.rag.runtime.pipeline import Pipeline, build_index
from skills.rag.runtime.stages import Stage, run
from skills.rag.stores import trial_access

LATENCY_SAMPLE = 8  # questions asked one at a time, without any cache, to measure the latency
SHOWN_SOURCES = 5

RETRIEVAL_METRICS = (
    Metric("evidence_f2", "Evidence F2", "How much of the evidence is retrieved, and how little else."),
    Metric("recall", "Evidence recall", "Share of the evidence's characters among the retrieved chunks."),
    Metric("precision", "Evidence precision", "Share of the retrieved characters that is evidence."),
    Metric("mrr", "Reciprocal rank", "One over the rank of the first chunk with evidence."),
    Metric("ndcg", "nDCG", "Whether the chunks with evidence come first."),
)  # fmt: skip
ANSWER_METRICS = (
    Metric("answer_recall", "Answer recall", "Share of the expected answer's words that the answer has."),
    Metric("token_f1", "Answer F1", "Overlap of the answer's words with the expected ones, long answers discounted."),
    Metric("exact_match", "Exact match", "Share of answers that are word for word the expected ones."),
    Metric("semantic_similarity", "Likeness of meaning", "Cosine of the two answers' embeddings."),
)
# A question that the documents do not answer scores 1 in every metric of answers when it is refused, else 0, so that
# one figure weighs wrong answers against wrong refusals; this metric tells the refusals alone.
ABSTENTION = Metric("abstention", "Right refusals", "Share of what the documents do not answer that is refused.")
UNANSWERABLE = "not in the documents"

_RETRIEVAL: Mapping[str, Callable[[Sequence[Place], Sequence[Sequence[Place]]], float]] = {
    "evidence_f2": retrieval.f_beta,
    "recall": retrieval.recall,
    "precision": retrieval.precision,
    "mrr": retrieval.reciprocal_rank,
    "ndcg": retrieval.ndcg,
}
_TEXT: Mapping[str, Callable[[str, str], float]] = {
    "answer_recall": text_metrics.answer_recall,
    "token_f1": text_metrics.token_f1,
    "exact_match": text_metrics.exact_match,
}


def metrics_for(golden: GoldenSet, resources: Resources, judged: bool = False) -> tuple[Metric, ...]:
    """The metrics that this golden set can tell, the recommended one first; those of a judge only with one."""
    answers = tuple(m for m in ANSWER_METRICS if m.name != "semantic_similarity" or meaning_model(resources))
    answers += (ABSTENTION,) if golden.has_unanswerable else ()
    answers += JUDGE_METRICS if judged else ()
    found = answers if golden.has_answers else ()
    return found + (RETRIEVAL_METRICS if golden.has_evidence else ())


def instances_of(golden: GoldenSet) -> tuple[Instance, ...]:
    """One instance for each question; strata keep the documents' proportions in a split."""
    return tuple(
        Instance(question.id, question, _stratum(question), kind_of(question.question), question.synthetic)
        for question in golden.questions
    )


OpenModel = Callable[[Context, float], Complete]
"""Opens the language model that a context allows, at a temperature; a module-level function, since it crosses process
boundaries."""


def evaluate(
    config: Config,
    instances: Sequence[Instance],
    context: Context,
    open_model: OpenModel | None = None,
    open_judge: OpenJudge | None = None,
) -> list[Evaluation]:
    """Score a configuration on golden questions; see `neo.automl.problem`.

    Bind *open_model* and *open_judge* with `functools.partial`; the model is opened only for a configuration that asks
    it. What the judge costs is in an evaluation's output (``judge_usd``), not in the cost of the answer.

    Latency is measured on questions asked one at a time, without caches: on each question with a language model, on a
    sample without, which the other questions then share in turn, so that its percentiles are those of the sample.
    """
    questions: list[GoldenQuestion] = [instance.payload for instance in instances]
    trial = _open(config, context, open_model)
    hits, answers = _run(trial, questions)
    latencies = _latencies(trial, questions, answers, context.repeats if context.timed else 0)
    scores = _scores(trial, questions, hits, answers, context)
    judged = _judged(questions, hits, answers, open_judge(context) if open_judge else None)
    found = [
        Evaluation(
            question.id,
            {**score, **word.scores},
            latency,
            answer.cost_usd if answer else 0.0,
            {**_output(question, answer, read), **word.output},
        )
        for question, score, latency, answer, read, word in zip(
            questions, scores, latencies, answers, hits, judged, strict=True
        )
    ]
    return with_computing(found, config, context)


@dataclass(frozen=True)
class _Trial:
    """A configuration ready to run: *pipeline* remembers stages, *fresh* is as it will be deployed."""

    documents: tuple[Document, ...]
    pipeline: Pipeline
    fresh: Pipeline
    stage: Stage
    asks_model: bool


def _open(config: Config, context: Context, open_model: OpenModel | None) -> _Trial:
    full, stage = complete_config(config), KeptStages(context.cache_dir)
    documents = read_documents(context, full)
    models = load(full, context.resources)
    asks_model = needs_model(full)
    complete = open_model(context, full["temperature"]) if asks_model and open_model is not None else None
    access = trial_access(context)
    index = build_index(documents, full, models.memory, stage=stage, embed_tokens=models.embed_tokens, access=access)
    known = known_matches(index.tokens, documents, full["embedder"]) if needs_tokens(full) else None
    pipeline = Pipeline(index, full, models.memory, complete, stage, models.embed_tokens, models.score_pairs, known)
    fresh = Pipeline(index, full, models.embed, complete, run, models.fresh_tokens, models.score_pairs)
    return _Trial(documents, pipeline, fresh, stage, asks_model)


Answered = tuple[Sequence[Sequence[Hit]], Sequence[Answer | None]]


def _run(trial: _Trial, questions: Sequence[GoldenQuestion]) -> Answered:
    """Hits and an answer for each question; no answers where none is expected, so none could be judged."""
    texts = [question.question for question in questions]
    judged = any(question.answer or not question.answerable for question in questions)
    if trial.asks_model and (judged or searches_with_model(trial.pipeline.config)):
        trial.fresh.warm()  # what is built lazily is built now, not in the first latency
        if needs_tokens(trial.fresh.config) and not searches_with_model(trial.fresh.config):
            trial.pipeline.retrieve_many(texts)
        pairs = [trial.fresh.explain(text) for text in texts]
        return [hits for hits, _ in pairs], [answer for _, answer in pairs]
    hits = trial.pipeline.retrieve_many(texts)
    return hits, trial.pipeline.answer_from(texts, hits) if judged else [None] * len(questions)


def _latencies(
    trial: _Trial, questions: Sequence[GoldenQuestion], answers: Sequence[Answer | None], repeats: int
) -> list[float]:
    if trial.asks_model and all(answers):
        return [answer.latency_s for answer in answers if answer]
    if not questions or not repeats:
        return [math.nan] * len(questions)
    step = max(1, len(questions) // LATENCY_SAMPLE)
    sample = [question.question for question in questions[::step]][:LATENCY_SAMPLE]
    trial.fresh.ask(sample[0])  # what is built lazily is built now
    measured = [median(trial.fresh.ask(text).latency_s for _ in range(repeats)) for text in sample]
    return [measured[place % len(measured)] for place in range(len(questions))]


def _scores(
    trial: _Trial,
    questions: Sequence[GoldenQuestion],
    hits: Sequence[Sequence[Hit]],
    answers: Sequence[Answer | None],
    context: Context,
) -> list[dict[str, float]]:
    likeness = _likeness(questions, answers, context.resources)
    scores = []
    for anchored, found, answer, like in zip(_anchored(trial, questions), hits, answers, likeness, strict=True):
        row = _retrieval_scores(anchored, found)
        expected = anchored.question.answer
        if expected is not None and answer is not None:
            row |= {name: score(answer.text, expected) for name, score in _TEXT.items()}
            row["semantic_similarity"] = like
        if not anchored.question.answerable and answer is not None:
            refused = float(not answer.found)
            row |= dict.fromkeys((*_TEXT, "semantic_similarity", "abstention"), refused)
        scores.append(row)
    return scores


def _judged(
    questions: Sequence[GoldenQuestion],
    hits: Sequence[Sequence[Hit]],
    answers: Sequence[Answer | None],
    judge: Judge | None,
) -> list[Judged]:
    return judge_answers(judge, questions, hits, answers) if judge else [Judged() for _ in questions]


def _anchored(trial: _Trial, questions: Sequence[GoldenQuestion]) -> list[Anchored]:
    """The questions with their evidence located in the documents as this configuration parses them."""
    asked = hashlib.sha256(repr([question for question in questions if question.evidence]).encode()).hexdigest()
    key = {"documents": [document.key for document in trial.documents], "questions": asked}
    texts = [(document.name, document.text) for document in trial.documents]
    given = [question for question in questions if question.evidence]
    located = iter(trial.stage("anchor", key, lambda: anchor(given, texts)))
    return [next(located) if question.evidence else Anchored(question, ()) for question in questions]


def _retrieval_scores(anchored: Anchored, hits: Sequence[Hit]) -> dict[str, float]:
    if not anchored.question.evidence:
        return {}
    ranked = [Place(hit.chunk.document, hit.chunk.start, hit.chunk.end) for hit in hits]
    items = [
        [Place(place.document, place.start, place.end, whole=place.how == "document") for place in places]
        for places in anchored.items
    ]
    return {name: score(ranked, items) for name, score in _RETRIEVAL.items()}


def _likeness(
    questions: Sequence[GoldenQuestion], answers: Sequence[Answer | None], resources: Resources
) -> list[float]:
    """Cosine of each answer with the expected one, in [0, 1]; NaN where either is absent or no model is here."""
    name = meaning_model(resources)
    pairs = [
        (place, answer.text, question.answer)
        for place, (question, answer) in enumerate(zip(questions, answers, strict=True))
        if answer is not None and question.answer is not None
    ]
    values = [math.nan] * len(questions)
    if name is None or not pairs:
        return values
    vectors = remembering(name, resources)([text for _, given, expected in pairs for text in (given, expected)])
    for row, (place, _, _) in enumerate(pairs):
        values[place] = max(0.0, min(1.0, float(vectors[2 * row] @ vectors[2 * row + 1])))
    return values


def _output(question: GoldenQuestion, answer: Answer | None, hits: Sequence[Hit]) -> dict[str, Any]:
    sources = [source.to_json() for source in answer.sources] if answer else []
    return {
        "question": question.question,
        "expected": question.answer if question.answerable else NOT_FOUND,
        "answer": answer.text if answer else None,
        "sources": sources[:SHOWN_SOURCES],
        "retrieved": [hit.chunk.id for hit in hits[:SHOWN_SOURCES]],
        "unread": answer.unread if answer else 0,
    }


def _stratum(question: GoldenQuestion) -> str:
    if not question.answerable:
        return UNANSWERABLE
    documents = sorted({item.document for item in question.evidence if item.document})
    return documents[0] if documents else ""
