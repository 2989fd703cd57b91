"""A package stands alone: elsewhere, in a process that cannot import Neo, it answers as it did in its trial."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from distributions import canonical, closure
from tiny_onnx import write_cross_encoder
from world import FILES, QUESTIONS, golden_csv

from neo.automl.problem import InputFile, Problem, Resources
from neo.delivery.deployers import LocalDeployer
from neo.domain.brief import Brief
from neo.llm.base import Endpoint
from neo.llm.local_model import NAME as LOCAL_MODEL
from neo.llm.pricing import PRICES
from neo.models import fetch
from skills.rag import client
from skills.rag.models import PAIR_MODELS
from skills.rag.skill import RagSkill

MODELS_DIR = Path(os.environ.get("NEO_MODELS_DIR") or fetch.default_folder())
SKILL = RagSkill()
PLAIN: dict[str, Any] = {"retriever": "bm25", "reranker": "none", "chunk_tokens": 64, "lexical_weight": 1.0}
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
LLM = {**PLAIN, "generator": "llm", "top_k": 1}

# Runs a script of the package as `python script.py` does, in an environment as `pip install -r requirements.txt` would
# make it: site-packages come by PYTHONPATH with -S, so that no editable install is followed, and a finder hides
# everything that the package's requirements do not bring, Neo first of all. At the end it says what was imported.
RUNNER = """
import atexit, json, os, runpy, sys
allowed, owners = json.loads(os.environ["ALLOWED"]), json.loads(os.environ["OWNERS"])
class Hidden:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in ("neo", "bot", "skills") or (top in owners and not set(owners[top]) & set(allowed)):
            raise ModuleNotFoundError(f"no module named {name!r}: the requirements do not bring it", name=name)
sys.meta_path.insert(0, Hidden())
sys.path[0] = os.getcwd()
def imported():
    names = {name.partition(".")[0] for name in sys.modules}
    with open("imported.json", "w") as out:
        json.dump(sorted({owner for name in names for owner in owners.get(name, ())}), out)
atexit.register(imported)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
OWNERS = {
    module: [re.sub(r"[-_.]+", "-", name).lower() for name in names]
    for module, names in importlib.metadata.packages_distributions().items()
}


def needs(*names: str) -> None:
    ready = {status.entry.name for status in fetch.status(MODELS_DIR) if status.state == "ready"}
    if missing := sorted(set(names) - ready):
        pytest.skip(f"{', '.join(missing)} not in {MODELS_DIR}; `{fetch.PULL}` brings them")


def environment(package: Path, **more: str) -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "NEO_", "OPENAI_"))}
    lists = {"OWNERS": json.dumps(OWNERS), "ALLOWED": json.dumps(sorted(closure(set(pinned(package)))))}
    return {**own, **lists, "PYTHONPATH": sysconfig.get_path("purelib"), **more}


def pinned(package: Path) -> dict[str, str]:
    """The versions that the package's requirements name."""
    lines = (package / "requirements.txt").read_text("utf-8").split()
    return {canonical(name): version for name, version in (line.split("==") for line in lines)}


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-S", "-c", RUNNER, *arguments]


def problem_in(
    folder: Path, golden: bytes = golden_csv(), endpoint: Endpoint | None = None, models_dir: Path | None = None
) -> Problem:
    folder.mkdir(parents=True, exist_ok=True)
    inputs = []
    for name, content in {"returns.md": FILES["returns.md"], "golden.csv": golden}.items():
        path = folder / hashlib.sha256(content).hexdigest()
        path.write_bytes(content)
        inputs.append(InputFile("", name, path, path.name))
    resources = Resources(models_dir or MODELS_DIR, endpoint=endpoint)
    return SKILL.problem(Brief("rag", "returns"), inputs, folder / "cache", resources)


def models_for(config: Mapping[str, Any], folder: Path) -> Path:
    """The models' folder; for a cross-encoder one of its own, with one in it that a person put there."""
    if "cross_encoder" not in config:
        return MODELS_DIR
    own = folder / "models" / PAIR_MODELS / config["cross_encoder"]
    write_cross_encoder(own, fetch.locate("minilm-l3", MODELS_DIR))
    return folder / "models"


def packaged(problem: Problem, config: Mapping[str, Any], folder: Path) -> Path:
    """Build a package and move it to another place, so that nothing of its first one can be needed."""
    built = SKILL.build(problem, dict(config), folder / "built" / "v1")
    elsewhere = folder / "else where" / "package"
    shutil.copytree(built.folder, elsewhere)
    shutil.rmtree(folder / "built")
    return elsewhere


def ask(package: Path, question: str, **settings: str) -> dict[str, Any]:
    """`python ask.py QUESTION --json` in the package."""
    ran = subprocess.run(
        python("ask.py", question, "--json"),
        cwd=package,
        env=environment(package, **settings),
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert ran.returncode == 0, ran.stderr
    body: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    return body


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


def test_the_language_model_answers_as_in_the_trial(tmp_path: Path) -> None:
    needs(LOCAL_MODEL)
    problem = problem_in(tmp_path / "problem")
    (evaluation,) = problem.evaluate(LLM, problem.instances[:1], problem.context)
    package = packaged(problem, LLM, tmp_path)
    answer = ask(package, evaluation.output["question"])
    assert answer["text"] == evaluation.output["answer"]
    assert [s["quote"] for s in answer["sources"]] == [s["quote"] for s in evaluation.output["sources"]]
    assert answer["cost_usd"] == 0.0
    check_requirements(package)


class Chat(BaseHTTPRequestHandler):
    """An OpenAI-compatible server that takes no temperature, as reasoning models do."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        refusal = {"error": {"message": "Unsupported value: 'temperature' does not support 0.0"}}
        message = {"role": "assistant", "content": "They arrive at dock seven [1]."}
        reply = {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": asked["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
        }
        body = json.dumps(refusal if "temperature" in asked else reply).encode()
        self.send_response(400 if "temperature" in asked else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def chat() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_an_endpoint_is_asked_as_in_the_trial_and_its_cost_is_told(tmp_path: Path, chat: str) -> None:
    problem = problem_in(tmp_path / "problem", endpoint=Endpoint("sk-never-packaged", chat, "gpt-5-mini"))
    (evaluation,) = problem.evaluate(LLM, problem.instances[:1], problem.context)
    package = packaged(problem, LLM, tmp_path)
    about = json.loads((package / "package.json").read_text("utf-8"))
    assert (about["models"]["endpoint_url"], about["models"]["prompt_usd_per_million"]) == (chat, 0.0)
    about["models"] |= {"prompt_usd_per_million": 1.0, "completion_usd_per_million": 10.0}
    (package / "package.json").write_text(json.dumps(about), "utf-8")
    answer = ask(package, evaluation.output["question"])  # without a key: a server of one's own takes any
    assert answer["text"] == evaluation.output["answer"] == "They arrive at dock seven."
    assert [s["quote"] for s in answer["sources"]] == [s["quote"] for s in evaluation.output["sources"]]
    assert answer["cost_usd"] == pytest.approx(0.002)
    check_requirements(package)


def test_a_paid_endpoints_price_goes_into_the_package_and_its_key_does_not(tmp_path: Path) -> None:
    endpoint = Endpoint("sk-never-packaged", None, "gpt-5-mini")
    package = packaged(problem_in(tmp_path / "problem", endpoint=endpoint), LLM, tmp_path)
    models = json.loads((package / "package.json").read_text())["models"]
    price = PRICES["gpt-5-mini"]
    assert (models["endpoint_model"], models["endpoint_url"]) == ("gpt-5-mini", "")
    assert models["prompt_usd_per_million"] == price.prompt_usd
    assert models["completion_usd_per_million"] == price.completion_usd
    assert not any(b"sk-never-packaged" in path.read_bytes() for path in package.rglob("*") if path.is_file())


def check_requirements(package: Path) -> None:
    """It ran with nothing but its requirements (see RUNNER); nor do they name what is never imported."""
    imported = json.loads((package / "imported.json").read_text("utf-8"))
    only_for_serving = {"fastapi", "uvicorn", "pydantic", "prometheus-client"}
    assert set(pinned(package)) - only_for_serving <= set(imported), "something is required and never imported"
    for name, version in pinned(package).items():
        assert importlib.metadata.version(name) == version


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


def test_a_model_that_words_questions_anew_is_shipped_as_one_that_answers(tmp_path: Path, chat: str) -> None:
    config = {**PLAIN, "query_transform": "multi_query", "reranker": "model", "top_k": 2}
    problem = problem_in(tmp_path / "problem", endpoint=Endpoint("sk-never-packaged", chat, "gpt-5-mini"))
    (evaluation,) = problem.evaluate(config, problem.instances[:1], problem.context)
    package = packaged(problem, config, tmp_path)
    answer = ask(package, evaluation.output["question"])
    assert answer["text"] == evaluation.output["answer"] and answer["unread"] == evaluation.output["unread"]
    check_requirements(package)


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
