"""Talks to a deployed system: one question, or a smoke test."""

from __future__ import annotations

import time

import httpx

from neo.automl.problem import Evaluation, Problem
from neo.errors import Unavailable
from neo.evals import text_metrics
from neo.evals.golden_set import GoldenQuestion
from neo.skill import Reply
from skills.rag.runtime.answers import NOT_FOUND

SMOKE_TIMEOUT_S = 60.0


def ask(url: str, question: str, timeout_s: float) -> Reply:
    """Put one question to the service at *url*.

    Raises:
        Unavailable: It does not answer, or not in time.
    """
    start = time.perf_counter()
    try:
        answer = httpx.post(f"{url}/ask", json={"question": question}, timeout=timeout_s)
        body = answer.raise_for_status().json()
    except httpx.HTTPStatusError as error:
        raise Unavailable(
            "The service refused the question.", f"It says: {error.response.text[:300]}", "Ask it in other words."
        ) from error
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable(
            "The service did not answer.",
            f"{type(error).__name__}: {error}.",
            "I watch it and start it again when it is down; ask once more in a moment.",
        ) from error
    return Reply(
        question=question,
        text=body["answer"],
        sources=tuple(body["sources"]),
        latency_s=time.perf_counter() - start,
        cost_usd=body.get("cost_usd", 0.0),
        version=body.get("version", ""),
    )


def smoke(problem: Problem, url: str, most: int) -> list[Evaluation]:
    """Put golden questions, spread over the set, to the service, and score its answers.

    Where an answer is expected, it is scored by its words. Where only evidence is known, no metric is given: a service
    shows the sentences that it quotes, not the chunks that it retrieved, so retrieval cannot be judged from outside.
    """
    step = max(1, len(problem.instances) // most)
    results = []
    for instance in problem.instances[::step][:most]:
        reply = ask(url, instance.payload.question, SMOKE_TIMEOUT_S)
        metrics = _scores(reply.text, instance.payload)
        output = {"answer": reply.text, "sources": len(reply.sources)}
        results.append(Evaluation(instance.id, metrics, reply.latency_s, reply.cost_usd, output))
    return results


def _scores(answer: str, question: GoldenQuestion) -> dict[str, float]:
    if not question.answerable:
        return {"abstention": float(answer == NOT_FOUND)}
    if question.answer is None:
        return {}
    return {
        "answer_recall": text_metrics.answer_recall(answer, question.answer),
        "token_f1": text_metrics.token_f1(answer, question.answer),
        "exact_match": text_metrics.exact_match(answer, question.answer),
    }
