"""Serves this package: POST /ask, GET /healthz, GET /metrics, and a page. Run: python serve.py --port 8700."""

from __future__ import annotations

import argparse
import time
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from models import ABOUT, pipeline
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from pydantic import BaseModel, Field
from rag_runtime.pipeline import Pipeline
from rag_runtime.vector_stores import StoreError

HERE = Path(__file__).resolve().parent
VERSION = str(ABOUT["version"])
RECENT = 500  # answers over which the p95 is told
# Labelled by nothing: a question never becomes a label.
REGISTRY = CollectorRegistry()
ASKED = Counter("rag_questions_total", "Questions asked", registry=REGISTRY)
NOT_FOUND = Counter("rag_not_found_total", "Questions that the documents do not answer", registry=REGISTRY)
UNREAD = Counter("rag_unread_replies_total", "Replies of the language model that could not be read", registry=REGISTRY)
LATENCY = Histogram(
    "rag_latency_seconds",
    "Seconds for an answer",
    registry=REGISTRY,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
)


class Question(BaseModel):
    """What is asked."""

    question: str = Field(min_length=1, max_length=2000)


class Reply(BaseModel):
    """The answer with its sources."""

    question: str
    answer: str
    found: bool
    sources: list[dict[str, Any]]
    latency_s: float
    cost_usd: float
    version: str


def create_app(loaded: Pipeline) -> FastAPI:
    """The service over a loaded pipeline."""
    app = FastAPI(title="Answers from your documents", version=VERSION, docs_url=None, redoc_url=None)
    recent: deque[float] = deque(maxlen=RECENT)
    started = time.time()

    @app.post("/ask")
    def ask(question: Question) -> Reply:
        answer = loaded.ask(question.question)
        recent.append(answer.latency_s)
        ASKED.inc()
        LATENCY.observe(answer.latency_s)
        UNREAD.inc(answer.unread)
        if not answer.found:
            NOT_FOUND.inc()
        return Reply(
            question=question.question,
            answer=answer.text,
            found=answer.found,
            sources=[source.to_json() for source in answer.sources],
            latency_s=answer.latency_s,
            cost_usd=answer.cost_usd,
            version=VERSION,
        )

    @app.exception_handler(StoreError)
    def unavailable(_: Request, error: StoreError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 503)

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        p95 = float(np.percentile(recent, 95)) if recent else None
        return {
            "ok": True,
            "version": VERSION,
            "chunks": len(loaded.index.chunks),
            "documents": len(ABOUT["documents"]),
            "answered": len(recent),
            "p95_s": p95,
            "up_s": round(time.time() - started, 1),
        }

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    @app.get("/", response_class=HTMLResponse)
    def page() -> str:
        return (HERE / "page.html").read_text("utf-8")

    return app


def main() -> None:
    """Load the package and serve it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8700, help="port (default: 8700)")
    asked = parser.parse_args()
    loaded = pipeline()
    loaded.ask("warm up")  # what is built lazily is built before the first person waits for it
    uvicorn.run(create_app(loaded), host=asked.host, port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
