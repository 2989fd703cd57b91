"""Vector stores elsewhere: whether one may be tried, under which names trials and packages write, and who tidies up."""

from __future__ import annotations

import hashlib

import structlog

from neo.automl.problem import Context, Resources
from skills.rag.runtime.vector_stores import Access, StoreError
from skills.rag.runtime.vector_stores.pinecone_client import INSTALL, has_pinecone, remote

KEPT_HERE = (
    "vectors of texts must stay on this machine (R-privacy); say *change* and that texts may be sent, to have it tried"
)
UNCOUNTED = "Pinecone is tried beside FAISS; its latency is measured; what it bills is not in the cost of an answer."
log = structlog.get_logger(__name__)


def why_no_service(resources: Resources) -> str:
    """Why vectors cannot be kept in Pinecone, and what would bring it; empty when they can."""
    if resources.vector_service is None:
        return "no key is set; PINECONE_API_KEY, and PINECONE_HOST or PINECONE_INDEX for the index, bring it"
    return "" if has_pinecone() else f"its client is not installed; `{INSTALL}` brings it"


def trial_access(context: Context) -> Access | None:
    """What trials write under: apart from packages, and forgotten when one is built."""
    return _access(context, "trial")


def live_access(context: Context) -> Access | None:
    """What packages write under."""
    return _access(context, "live")


def forget_trials(context: Context) -> None:
    """Take away what trials of this project wrote. A search that runs meanwhile writes its own again."""
    access = trial_access(context)
    if access is None or not has_pinecone():
        return
    try:
        index = remote(access)
        for namespace in index.namespaces(f"{access.scope}-"):
            index.drop(namespace)
    except StoreError as error:  # tidying up is no reason to fail; the next package of the project tries again
        log.warning("trials' vectors were not taken away", scope=access.scope, error=str(error))


def _access(context: Context, kind: str) -> Access | None:
    service = context.resources.vector_service
    if service is None:
        return None
    return Access(service.api_key, service.host, service.index, f"{_scope(context)}-{kind}")


def _scope(context: Context) -> str:
    """Names this workspace by its cache, and a project by its documents."""
    documents = sorted(file.sha256 for file in context.inputs if file.role == "document")
    named = "\0".join([str(context.cache_dir.absolute()), *documents])
    return f"neo-{hashlib.sha256(named.encode()).hexdigest()[:12]}"
