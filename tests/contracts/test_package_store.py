"""A package that searches in Pinecone: the key comes from the environment, and it can write the index again."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from packages import PLAIN, SKILL, ask, check_requirements, environment, needs, packaged, pinned, problem_in, python
from pinecone_server import KEY, Faults, PineconeServer, serving
from world import QUESTIONS

from neo.automl.problem import Problem
from neo.delivery.deployers import LocalDeployer
from neo.errors import Unavailable
from neo.models.vector_service import VectorService
from skills.rag.runtime.vector_stores import pinecone_client

CONFIG = {**PLAIN, "retriever": "dense", "embedder": "minilm-l3", "chunk_tokens": 32, "vector_store": "pinecone"}
QUESTION = QUESTIONS[0][0]


@pytest.fixture
def server() -> Iterator[PineconeServer]:
    with serving(384) as one:
        yield one


def problem_at(folder: Path, server: PineconeServer, key: str = KEY) -> Problem:
    needs("minilm-l3")
    problem = problem_in(folder)
    resources = replace(problem.context.resources, vector_service=VectorService(key, server.url))
    return replace(problem, context=replace(problem.context, resources=resources))


def test_it_answers_as_with_faiss_and_writes_again_what_the_index_lost(tmp_path: Path, server: PineconeServer) -> None:
    package = packaged(problem_at(tmp_path, server), CONFIG, tmp_path)
    (namespace,) = server.namespaces
    assert "-live-" in namespace
    kept = {name: vector.tolist() for name, vector in server.namespaces.pop(namespace).items()}
    server.faults = Faults(0.2)

    said = ask(package, QUESTION, PINECONE_API_KEY=KEY)

    assert {name: vector.tolist() for name, vector in server.namespaces[namespace].items()} == kept
    plain = packaged(problem_in(tmp_path / "plain"), {**CONFIG, "vector_store": "faiss"}, tmp_path / "plain")
    expected = ask(plain, QUESTION)
    assert {**said, "latency_s": 0} == {**expected, "latency_s": 0}
    assert "pinecone" in pinned(package) and "pinecone" not in pinned(plain)
    check_requirements(package)
    written = [path for path in package.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert written == []


@pytest.mark.parametrize(
    ("settings", "told"), [({}, "Set PINECONE_API_KEY"), ({"PINECONE_API_KEY": "pcsk_wrong_key"}, "refused the key")]
)
def test_without_the_right_key_it_says_so(
    tmp_path: Path, server: PineconeServer, settings: dict[str, str], told: str
) -> None:
    package = packaged(problem_at(tmp_path, server), CONFIG, tmp_path)
    ran = subprocess.run(
        python("ask.py", QUESTION),
        cwd=package,
        env=environment(package, **settings),
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert ran.returncode == 1 and told in ran.stderr and "Traceback" not in ran.stderr
    assert "pcsk_wrong_key" not in ran.stderr


def test_a_package_that_cannot_be_written_is_told_in_the_thread(tmp_path: Path, server: PineconeServer) -> None:
    pinecone_client.remote.cache_clear()
    problem = problem_at(tmp_path, server, key="pcsk_wrong_key")
    with pytest.raises(Unavailable, match="refused the key") as told:
        SKILL.build(problem, dict(CONFIG), tmp_path / "built" / "v1")
    assert "PINECONE_API_KEY" in told.value.remedy


def test_the_service_says_in_words_that_the_index_is_away_and_answers_when_it_is_back(
    tmp_path: Path, server: PineconeServer
) -> None:
    built = SKILL.build(problem_at(tmp_path, server), dict(CONFIG), tmp_path / "v1")
    deployer = LocalDeployer(environment={"PINECONE_API_KEY": KEY})
    running = deployer.start(built.folder, built.command)
    try:
        ask_it = {"url": f"{running.url}/ask", "json": {"question": QUESTION}, "timeout": 60.0}
        server.faults = Faults(1.0, ("down",))
        away = httpx.post(**ask_it)
        assert away.status_code == 503 and "Pinecone cannot serve now" in away.json()["detail"]
        server.faults = Faults()
        assert httpx.post(**ask_it).json()["found"]
    finally:
        deployer.stop(running)
