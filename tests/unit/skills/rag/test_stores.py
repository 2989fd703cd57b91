"""Pinecone in the search: when it is a choice, what trials leave behind, and that it finds what FAISS finds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from packages import MODELS_DIR, PLAIN, SKILL, needs
from pinecone_server import KEY, Faults, PineconeServer, serving
from world import FILES, golden_csv

from neo.automl.problem import Context, InputFile, Problem, Resources
from neo.automl.space import Choice
from neo.domain.brief import Brief, SlotValue
from neo.models.vector_service import VectorService
from skills.rag import stores
from skills.rag.evaluate import evaluate
from skills.rag.privacy import MAY_GO, STAYS

ELSEWHERE = VectorService(KEY, "neo-ab12.svc.pinecone.io")
DENSE = {**PLAIN, "retriever": "dense", "embedder": "minilm-l3", "chunk_tokens": 32}


def problem_of(folder: Path, service: VectorService | None, privacy: str | None = None) -> Problem:
    inputs = []
    for name, content in {"returns.md": FILES["returns.md"], "golden.csv": golden_csv()}.items():
        path = folder / name
        path.write_bytes(content)
        inputs.append(InputFile("", name, path, name))
    values = {"privacy": SlotValue(privacy, privacy, "said")} if privacy else {}
    return SKILL.problem(
        Brief("rag", "returns", values), inputs, folder / "cache", Resources(MODELS_DIR, vector_service=service)
    )


def choices(problem: Problem) -> tuple[object, ...]:
    return next(
        (one.choices for one in problem.space.parameters if one.name == "vector_store" and isinstance(one, Choice)), ()
    )


def reason(problem: Problem) -> str:
    return next((one.reason for one in problem.space.left_out if one.parameter == "vector_store"), "")


@pytest.mark.parametrize(
    ("service", "privacy", "tried", "why"),
    [
        (None, MAY_GO, False, "PINECONE_API_KEY"),
        (None, STAYS, False, "PINECONE_API_KEY"),
        (ELSEWHERE, STAYS, False, "R-privacy"),
        (ELSEWHERE, MAY_GO, True, ""),
        (VectorService(KEY, "http://127.0.0.1:5081"), STAYS, True, ""),  # what runs here stays here
    ],
)
def test_it_is_a_choice_with_a_key_and_where_vectors_may_leave(
    tmp_path: Path, service: VectorService | None, privacy: str, tried: bool, why: str
) -> None:
    needs("minilm-l3")
    problem = problem_of(tmp_path, service, privacy)
    assert choices(problem) == (("faiss", "pinecone") if tried else ())
    assert why in reason(problem) and bool(reason(problem)) is not tried
    assert (stores.UNCOUNTED in problem.notes) is tried
    assert ("Pinecone" in " ".join(item.text for item in SKILL.architecture(problem))) is tried
    assert problem.space.default().get("vector_store", "faiss") == "faiss"
    assert (problem.context.resources.vector_service is not None) is tried
    assert KEY not in repr(problem.context)


def test_without_the_client_the_reason_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "has_pinecone", lambda: False)
    problem = problem_of(tmp_path, ELSEWHERE, MAY_GO)
    assert choices(problem) == () and "neo-engineer[pinecone]" in reason(problem)


def context_with(problem: Problem, server: PineconeServer) -> Context:
    service = VectorService(KEY, server.url)
    return replace(problem.context, resources=replace(problem.context.resources, vector_service=service), timed=False)


def test_a_trial_with_it_scores_as_one_with_faiss(tmp_path: Path) -> None:
    needs("minilm-l3")
    problem = problem_of(tmp_path, None)
    with serving(384, Faults(0.2)) as server:
        context = context_with(problem, server)
        found = evaluate({**DENSE, "vector_store": "pinecone"}, problem.instances, context)
        assert server.asked.count("/query") >= len(problem.instances)
        (namespace,) = server.namespaces
    expected = evaluate({**DENSE, "vector_store": "faiss"}, problem.instances, problem.context)
    assert [one.metrics for one in found] == [pytest.approx(dict(one.metrics), nan_ok=True) for one in expected]
    assert [one.output["retrieved"] for one in found] == [one.output["retrieved"] for one in expected]
    assert namespace.startswith("neo-") and "-trial-" in namespace


def test_workspaces_and_projects_write_apart(tmp_path: Path) -> None:
    problem = problem_of(tmp_path, ELSEWHERE, MAY_GO)
    other = replace(problem.context, inputs=(InputFile("document", "a.md", tmp_path, "other"),))
    elsewhere = replace(problem.context, cache_dir=tmp_path / "of another")
    scopes = {access.scope for one in (problem.context, other, elsewhere) if (access := stores.trial_access(one))}
    assert len(scopes) == 3
    live, trial = stores.live_access(problem.context), stores.trial_access(problem.context)
    assert live and trial and live.scope != trial.scope and not live.scope.startswith(trial.scope)


def test_trials_are_forgotten_and_nothing_else_is(tmp_path: Path) -> None:
    needs("minilm-l3")
    problem = problem_of(tmp_path, None)
    with serving(384) as server:
        context = context_with(problem, server)
        for tokens in (32, 64):
            evaluate({**DENSE, "vector_store": "pinecone", "chunk_tokens": tokens}, problem.instances, context)
        server.namespaces["of somebody else"] = {}
        assert len(server.namespaces) == 3
        stores.forget_trials(context)
        assert list(server.namespaces) == ["of somebody else"]
        server.faults = Faults(1.0, ("down",))
        stores.forget_trials(context)  # tidying up fails, and nothing else does
