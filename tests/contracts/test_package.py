"""A package stands alone: elsewhere, in a process that cannot import Neo, it answers as it did in its trial."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from packages import (
    PLAIN,
    SKILL,
    ask,
    check_requirements,
    environment,
    models_for,
    needs,
    packaged,
    problem_in,
    python,
)
from world import QUESTIONS

from neo.automl.problem import Problem
from neo.delivery.deployers import LocalDeployer
from skills.rag import client

CONFIGS: dict[str, dict[str, Any]] = {
    "words alone": PLAIN,
    "words, not stemmed": {**PLAIN, "stemmer": "none", "chunker": "sentence", "index_text": "titled"},
    "vectors": {**PLAIN, "retriever": "dense", "lexical_weight": 0.5, "embedder": "minilm-l3"},
    "fused and varied": {
        **PLAIN,
        "retriever": "weighted_fusion",
        "reranker": "mmr",
        "lexical_weight": 0.25,
        "top_k": 6,
    },
    "tokens and parents": {
        **PLAIN,
        "retriever": "rank_fusion",
        "chunker": "semantic",
        "reranker": "late_interaction",
        "context_unit": "parent",
        "parent_tokens": 256,
        "lexical_weight": 0.5,
        "embedder": "minilm-l3",
    },
    "pairs and windows": {
        **PLAIN,
        "reranker": "cross_encoder",
        "cross_encoder": "shared-words",
        "context_unit": "window",
        "window_sentences": 2,
    },
}
WITH_EMBEDDER = [name for name, config in CONFIGS.items() if config.get("lexical_weight") != 1.0]


@dataclass(frozen=True)
class Service:
    """A package that serves, and the problem that it was made for."""

    url: str
    package: Path
    problem: Problem
    config: Mapping[str, Any]


Serve = Callable[..., Service]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    processes: list[subprocess.Popen[bytes]] = []
    running: dict[str, Service] = {}

    def start(config: Mapping[str, Any]) -> Service:
        key = json.dumps(config, sort_keys=True)
        if key not in running:
            folder = tmp_path_factory.mktemp("package")
            problem = problem_in(folder / "problem", models_dir=models_for(config, folder))
            package = packaged(problem, config, folder)
            port = LocalDeployer(range(8950, 8999))._port(None)
            command = python("serve.py", "--port", str(port))
            with (package / "service.log").open("wb") as log:
                processes.append(
                    subprocess.Popen(command, cwd=package, env=environment(package), stdout=log, stderr=log)
                )
            running[key] = Service(f"http://127.0.0.1:{port}", package, problem, config)
            wait_for(running[key], processes[-1])
        return running[key]

    yield start
    for process in processes:
        process.terminate()
        process.wait(20)


def wait_for(service: Service, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while not LocalDeployer().probe(service.url).ok:
        log = (service.package / "service.log").read_text()
        assert process.poll() is None and time.monotonic() < deadline, log
        time.sleep(0.1)


def plain(source: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in source.items() if name != "score"}


@pytest.mark.parametrize("name", CONFIGS)
def test_ten_golden_questions_are_answered_as_in_the_trial(serve: Serve, name: str) -> None:
    if name in WITH_EMBEDDER or "cross_encoder" in CONFIGS[name]:
        needs("minilm-l6-int8", "minilm-l3")
    service = serve(CONFIGS[name])
    instances = service.problem.instances[:10]
    trial = service.problem.evaluate(dict(service.config), instances, service.problem.context)
    assert len(trial) == 10
    for evaluation in trial:
        body = httpx.post(f"{service.url}/ask", json={"question": evaluation.output["question"]}, timeout=60).json()
        assert body["answer"] == evaluation.output["answer"]
        assert [plain(s) for s in body["sources"]] == [plain(s) for s in evaluation.output["sources"]]
        assert [s["score"] for s in body["sources"]] == pytest.approx(
            [s["score"] for s in evaluation.output["sources"]], abs=0.001
        )


@pytest.mark.parametrize("name", CONFIGS)
def test_the_command_line_answers_too_and_what_it_imports_is_required(serve: Serve, name: str) -> None:
    if name in WITH_EMBEDDER or "cross_encoder" in CONFIGS[name]:
        needs("minilm-l6-int8", "minilm-l3")
    service = serve(CONFIGS[name])
    question = QUESTIONS[1][0]
    body = httpx.post(f"{service.url}/ask", json={"question": question}, timeout=60).json()
    answer = ask(service.package, question)
    assert (answer["text"], len(answer["sources"])) == (body["answer"], len(body["sources"]))
    check_requirements(service.package)
    has_model = "fastembed" in (service.package / "requirements.txt").read_text()
    assert has_model is (name in WITH_EMBEDDER or "cross_encoder" in CONFIGS[name])


def test_neo_is_not_there(serve: Serve, tmp_path: Path) -> None:
    package = serve(PLAIN).package
    (tmp_path / "look.py").write_text("import neo.errors", "utf-8")
    ran = subprocess.run(
        python(str(tmp_path / "look.py")),
        cwd=package,
        env=environment(package),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ran.returncode == 1 and "no module named 'neo'" in ran.stderr
    texts = [path.read_text("utf-8") for path in package.rglob("*.py")]
    imports = re.compile(r"^\s*(?:from|import) (?:neo|bot|skills)\b", re.MULTILINE)
    assert texts and not any(imports.search(text) for text in texts)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"question": ""}',
        b'{"question": null}',
        b'{"question": 7}',
        b'{"question": "' + b"x" * 2001 + b'"}',
        b'{"question": "\xff"}',
    ],
)
def test_a_bad_request_is_told_so(serve: Serve, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = httpx.post(f"{serve(PLAIN).url}/ask", content=body, headers=headers, timeout=30)
    assert answer.status_code in (400, 422)
    assert answer.json()["detail"]


@pytest.mark.parametrize("question", ["?", "   ", "\x00", "🦄" * 500, "SELECT * FROM x; --", "\ud7ff" * 9, "ﷺ"])
def test_an_odd_question_gets_an_answer_all_the_same(serve: Serve, question: str) -> None:
    answer = httpx.post(f"{serve(PLAIN).url}/ask", json={"question": question}, timeout=30)
    assert answer.status_code == 200
    assert answer.json()["answer"]


def test_what_the_documents_do_not_tell_is_said(serve: Serve) -> None:
    body = httpx.post(f"{serve(PLAIN).url}/ask", json={"question": "Who won the chess cup?"}, timeout=30).json()
    assert (body["found"], body["sources"]) == (False, [])
    assert "could not find" in body["answer"]


def test_health_metrics_and_page(serve: Serve) -> None:
    service = serve(PLAIN)
    for question, *_ in QUESTIONS[:3]:
        httpx.post(f"{service.url}/ask", json={"question": question}, timeout=30).raise_for_status()
    health = httpx.get(f"{service.url}/healthz").json()
    assert health["ok"] is True and health["documents"] == 1 and health["chunks"] > 0
    assert health["answered"] >= 3 and 0 < health["p95_s"] < 60
    metrics = httpx.get(f"{service.url}/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    asked = re.search(r"^rag_questions_total (\d+)", metrics.text, re.MULTILINE)
    assert asked and int(float(asked[1])) == health["answered"]
    assert not any(question in metrics.text for question, *_ in QUESTIONS)
    page = httpx.get(f"{service.url}/")
    assert page.headers["content-type"].startswith("text/html")
    assert "<title>Ask your documents</title>" in page.text


def test_the_skills_own_client_asks_and_smokes_it(serve: Serve) -> None:
    service = serve(PLAIN)
    reply = client.ask(service.url, QUESTIONS[0][0], 30)
    assert "dock seven" in reply.text
    assert reply.sources[0]["document"] == "returns.md"
    assert reply.version == "v1" and reply.latency_s > 0
    smoke = client.smoke(service.problem, service.url, 5)
    assert len(smoke) == 5
    assert all(set(e.metrics) == {"answer_recall", "token_f1", "exact_match"} for e in smoke)


def test_a_golden_set_of_evidence_alone_is_smoked_without_scores(serve: Serve, tmp_path: Path) -> None:
    service = serve(PLAIN)
    rows = "\n".join(f'"{question}","{evidence}",returns.md' for question, _, evidence in QUESTIONS)
    problem = problem_in(tmp_path, golden=f"question,evidence,source\n{rows}".encode())
    assert problem.metric == "evidence_f2"
    smoke = client.smoke(problem, service.url, 5)
    assert [dict(e.metrics) for e in smoke] == [{}] * 5
    assert all(e.output["answer"] and e.latency_s > 0 for e in smoke)


def test_a_package_replaces_an_older_one_whole(tmp_path: Path) -> None:
    problem = problem_in(tmp_path / "problem")
    folder = tmp_path / "v1"
    first = SKILL.build(problem, PLAIN, folder)
    (folder / "leftover").touch()
    again = SKILL.build(problem, PLAIN, folder)
    assert again.files == first.files
    assert not (tmp_path / "v1.part").exists()
    assert replace(first, command=()) == replace(again, command=())
