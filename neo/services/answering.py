"""A question to a live system, asked in its thread."""

from __future__ import annotations

from neo.domain.posts import Post, notice
from neo.errors import Unavailable
from neo.services.deps import Deps, HeldJob
from neo.store.tables import AnswerRow, new_id

ASK_TIMEOUT_S = 120.0  # the local model on a busy machine needs many seconds


def answer(deps: Deps, job: HeldJob) -> None:
    """Ask the deployed system, keep its answer with its sources, and post it for votes."""
    question, user = str(job.payload["question"]), str(job.payload["user"])
    with deps.store.read() as tx:
        project = tx.projects.get(job.project)
        deployment = tx.deployments.current(job.project)
    if deployment is None:
        with job.finishing() as tx:
            tx.outbox.add(project, notice("Nothing is deployed in this project now."), deps.now())
        return
    try:
        reply = deps.skill_of(project).ask(deployment.url, question, ASK_TIMEOUT_S)
    except Unavailable as error:
        with job.finishing() as tx:
            tx.outbox.add(project, notice(f":warning: {error}"), deps.now())
        return
    with job.finishing() as tx:
        project = tx.projects.get(job.project)
        row = tx.feedback.add_answer(
            AnswerRow(
                id=new_id("ans"),
                project=project.id,
                version=deployment.version,
                user=user,
                question=question,
                text=reply.text,
                sources=[dict(source) for source in reply.sources],
                latency_s=reply.latency_s,
                at=deps.now(),
            )
        )
        data = {"answer": row.id, "sources": row.sources, "latency_s": reply.latency_s, "cost_usd": reply.cost_usd}
        tx.outbox.add(project, Post("answer", reply.text, data=data), deps.now(), answer=row.id)
