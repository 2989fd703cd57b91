"""Any OpenAI-compatible endpoint: the packaged model's own server for what goes well, others for what does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from neo.errors import Unavailable
from neo.llm.base import Endpoint
from neo.llm.openai_model import OpenAIModel

Answer = Callable[[dict[str, Any]], tuple[int, Any]]
Serve = Callable[[Answer], tuple[str, list[dict[str, Any]]]]


def reply(text: str | None = "Shelf Q9.", **more: Any) -> dict[str, Any]:
    """A chat completion as the API documents it."""
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
        **more,
    }


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server with the given answer; gives its address and what it was asked."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> tuple[str, list[dict[str, Any]]]:
        asked: list[dict[str, Any]] = []

        class Chat(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                status, body = answer(asked[-1])
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Retry-After-Ms", "1")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/v1", asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def model_at(url: str) -> OpenAIModel:
    return OpenAIModel(Endpoint("none", url, "gpt-5-mini"), max_tokens=50)


def test_the_packaged_model_answers_any_client_the_same_twice_and_for_nothing(packaged: OpenAIModel) -> None:
    url = f"{packaged.server.listening_address}/v1"  # type: ignore[attr-defined]
    model = OpenAIModel(Endpoint("any", url, packaged.name), max_tokens=8)  # a busy machine makes few tokens a second
    first, again = (model("Answer in one word.", "What is the capital of France?") for _ in range(2))
    assert "Paris" in first.text
    assert first == again
    assert first.cost_usd == 0.0
    assert first.prompt_tokens > 10 and 0 < first.completion_tokens <= 8


def test_a_call_says_what_it_asks(serve: Serve) -> None:
    url, asked = serve(lambda _: (200, reply("  Shelf Q9. \n")))
    answer = model_at(url)("Be brief.", "Where?")
    assert (answer.text, answer.prompt_tokens, answer.completion_tokens) == ("Shelf Q9.", 1000, 100)
    (body,) = asked
    assert body["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Where?"}]
    assert (body["temperature"], body["max_completion_tokens"], body["model"]) == (0.0, 50, "gpt-5-mini")


def test_a_temperature_is_asked_for(serve: Serve) -> None:
    url, asked = serve(lambda _: (200, reply()))
    OpenAIModel(Endpoint("none", url, "gpt-5-mini"), temperature=0.5)("s", "u")
    assert asked[0]["temperature"] == 0.5


@pytest.mark.parametrize("body", [reply(None), reply(choices=[]), reply("")])
def test_an_empty_reply_is_an_empty_text(serve: Serve, body: dict[str, Any]) -> None:
    assert model_at(serve(lambda _: (200, body))[0])("s", "u").text == ""


def test_a_reply_without_usage_counts_no_tokens(serve: Serve) -> None:
    answer = model_at(serve(lambda _: (200, reply(usage=None)))[0])("s", "u")
    assert (answer.prompt_tokens, answer.cost_usd) == (0, 0.0)


def test_a_model_that_takes_no_temperature_is_asked_without_one_from_then_on(serve: Serve) -> None:
    def picky(body: dict[str, Any]) -> tuple[int, Any]:
        if "temperature" in body:
            return 400, {"error": {"message": "Unsupported value: 'temperature' does not support 0.0"}}
        return 200, reply()

    url, asked = serve(picky)
    model = model_at(url)
    assert [model("s", "u").text, model("s", "u").text] == ["Shelf Q9.", "Shelf Q9."]
    assert ["temperature" in body for body in asked] == [True, False, False]


@pytest.mark.parametrize("words", ["temperature is still wrong", "the context is too long"])
def test_a_refusal_is_explained_and_not_asked_for_ever(serve: Serve, words: str) -> None:
    url, asked = serve(lambda _: (400, {"error": {"message": words}}))
    with pytest.raises(Unavailable, match=words):
        model_at(url)("s", "u")
    assert len(asked) <= 2


def test_passing_trouble_is_tried_three_times_in_all(serve: Serve) -> None:
    answers = iter([(429, {"error": {"message": "slow down"}}), (500, {}), (200, reply())])
    url, asked = serve(lambda _: next(answers))
    assert model_at(url)("s", "u").text == "Shelf Q9."
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, {}), (401, {"error": {"message": "wrong key"}}), (200, b"{cut"), (200, {}), (200, []), (200, "a page")],
)
def test_lasting_trouble_names_the_model_the_place_and_the_settings(serve: Serve, status: int, body: Any) -> None:
    url, asked = serve(lambda _: (status, body))
    with pytest.raises(Unavailable) as error:
        model_at(url)("s", "u")
    said = str(error.value)
    assert "The language model gpt-5-mini did not answer." in said
    assert url in said and "OPENAI_BASE_URL" in said
    assert len(asked) <= 3


def test_nothing_listening_is_explained() -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9/v1 says: Connection error"):
        model_at("http://127.0.0.1:9/v1")("s", "u")
