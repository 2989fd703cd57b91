"""A package asks the language model that its trial asked, with the same words, at the same price."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from packages import PLAIN, ask, check_requirements, needs, packaged, problem_in

from neo.llm.base import Endpoint
from neo.llm.local_model import NAME as LOCAL_MODEL
from neo.llm.pricing import PRICES

LLM = {**PLAIN, "generator": "llm", "top_k": 1}


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

    wanted: ClassVar[list[float | None]] = []

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.wanted.append(asked.get("temperature"))
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


def test_the_temperature_of_the_trial_is_the_packages(tmp_path: Path, chat: str) -> None:
    config = {**LLM, "temperature": 0.5}
    problem = problem_in(tmp_path / "problem", endpoint=Endpoint("sk-never-packaged", chat, "gpt-5-mini"))
    Chat.wanted.clear()
    (evaluation,) = problem.evaluate(config, problem.instances[:1], problem.context)
    ask(packaged(problem, config, tmp_path), evaluation.output["question"])
    assert Chat.wanted == [0.5, None] * 2  # refused once and asked again without, in the trial and in the package


def test_a_paid_endpoints_price_goes_into_the_package_and_its_key_does_not(tmp_path: Path) -> None:
    endpoint = Endpoint("sk-never-packaged", None, "gpt-5-mini")
    package = packaged(problem_in(tmp_path / "problem", endpoint=endpoint), LLM, tmp_path)
    models = json.loads((package / "package.json").read_text())["models"]
    price = PRICES["gpt-5-mini"]
    assert (models["endpoint_model"], models["endpoint_url"]) == ("gpt-5-mini", "")
    assert models["prompt_usd_per_million"] == price.prompt_usd
    assert models["completion_usd_per_million"] == price.completion_usd
    assert not any(b"sk-never-packaged" in path.read_bytes() for path in package.rglob("*") if path.is_file())


def test_a_model_that_words_questions_anew_is_shipped_as_one_that_answers(tmp_path: Path, chat: str) -> None:
    config = {**PLAIN, "query_transform": "multi_query", "reranker": "model", "top_k": 2}
    problem = problem_in(tmp_path / "problem", endpoint=Endpoint("sk-never-packaged", chat, "gpt-5-mini"))
    (evaluation,) = problem.evaluate(config, problem.instances[:1], problem.context)
    package = packaged(problem, config, tmp_path)
    answer = ask(package, evaluation.output["question"])
    assert answer["text"] == evaluation.output["answer"] and answer["unread"] == evaluation.output["unread"]
    check_requirements(package)
