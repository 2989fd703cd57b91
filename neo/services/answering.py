"""A question to a live system, asked in its thread: one answer, or two where a new version is compared."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from neo.domain.posts import Post, notice
from neo.errors import Unavailable
from neo.services.comparing import compare
from neo.services.deps import Deps, HeldJob
from neo.skill import Reply
from neo.store import Transaction
from neo.store.tables import AnswerRow, DeploymentRow, ProjectRow, new_id

ASK_TIMEOUT_S = 120.0  # the local model on a busy machine needs many seconds


def answer(deps: Deps, job: HeldJob) -> None:
    """Ask the deployed system, keep its answer with its sources, and post it for votes."""
    with deps.store.read() as tx:
        project = tx.projects.get(job.project)
        current, rival = tx.deployments.current(job.project), tx.deployments.rival(job.project)
    if current is None:
        _tell(deps, job, "Nothing is deployed in this project now.")
        return
    asked = [current, *([rival] if rival is not None else [])]
    with ThreadPoolExecutor(len(asked)) as threads:
        replies = list(threads.map(lambda one: _ask(deps, project, one, str(job.payload["question"])), asked))
    if isinstance(replies[0], Unavailable):
        _tell(deps, job, f":warning: {replies[0]}")
        return
    with job.finishing() as tx:
        project = tx.projects.get(job.project)
        good = [(one, reply) for one, reply in zip(asked, replies, strict=True) if not isinstance(reply, Unavailable)]
        rows = [_keep(deps, tx, job, one, reply) for one, reply in good]
        if len(rows) > 1:
            compare(deps, tx, project, rows)
        else:
            _post(deps, tx, project, rows[0], good[0][1])


def _tell(deps: Deps, job: HeldJob, text: str) -> None:
    with job.finishing() as tx:
        tx.outbox.add(tx.projects.get(job.project), notice(text), deps.now())


def _ask(deps: Deps, project: ProjectRow, one: DeploymentRow, question: str) -> Reply | Unavailable:
    try:
        return deps.skill_of(project).ask(one.url, question, ASK_TIMEOUT_S)
    except Unavailable as error:
        return error  # told in the thread; where only the rival is away, the current version answers alone


def _keep(deps: Deps, tx: Transaction, job: HeldJob, one: DeploymentRow, reply: Reply) -> AnswerRow:
    return tx.feedback.add_answer(
        AnswerRow(
            id=new_id("ans"),
            project=job.project,
            version=one.version,
            user=str(job.payload["user"]),
            question=str(job.payload["question"]),
            text=reply.text,
            sources=[dict(source) for source in reply.sources],
            latency_s=reply.latency_s,
            at=deps.now(),
        )
    )


def _post(deps: Deps, tx: Transaction, project: ProjectRow, row: AnswerRow, reply: Reply) -> None:
    data = {"answer": row.id, "sources": row.sources, "latency_s": reply.latency_s, "cost_usd": reply.cost_usd}
    tx.outbox.add(project, Post("answer", reply.text, data=data), deps.now(), answer=row.id)
