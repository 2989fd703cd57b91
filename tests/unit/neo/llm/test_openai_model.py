"""Any OpenAI-compatible endpoint: the packaged model's own server for what goes well, others for what does not."""

from __future__ import annotations

from typing import Any

import pytest

from neo.errors import Unavailable
from neo.llm.base import Endpoint
from neo.llm.openai_model import OpenAIModel
from tests.chat_server import completion, serving


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


def test_a_call_says_what_it_asks() -> None:
    with serving(lambda _: "  Shelf Q9. \n") as server:
        answer = model_at(server.url)("Be brief.", "Where?")
    assert (answer.text, answer.prompt_tokens, answer.completion_tokens) == ("Shelf Q9.", 1000, 100)
    (body,) = server.asked
    assert body["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Where?"}]
    assert (body["temperature"], body["max_completion_tokens"], body["model"]) == (0.0, 50, "gpt-5-mini")


def test_a_temperature_is_asked_for() -> None:
    with serving(lambda _: "Shelf Q9.") as server:
        OpenAIModel(server.endpoint(), temperature=0.5)("s", "u")
    assert server.asked[0]["temperature"] == 0.5


@pytest.mark.parametrize("body", [completion(None), {**completion("x"), "choices": []}, completion("")])
def test_an_empty_reply_is_an_empty_text(body: dict[str, Any]) -> None:
    with serving(lambda _: (200, body)) as server:
        assert model_at(server.url)("s", "u").text == ""


def test_a_reply_without_usage_counts_no_tokens() -> None:
    with serving(lambda _: (200, {**completion("x"), "usage": None})) as server:
        answer = model_at(server.url)("s", "u")
    assert (answer.prompt_tokens, answer.cost_usd) == (0, 0.0)


def test_a_model_that_takes_no_temperature_is_asked_without_one_from_then_on() -> None:
    def picky(body: dict[str, Any]) -> Any:
        if "temperature" in body:
            return 400, {"error": {"message": "Unsupported value: 'temperature' does not support 0.0"}}
        return "Shelf Q9."

    with serving(picky) as server:
        model = model_at(server.url)
        assert [model("s", "u").text, model("s", "u").text] == ["Shelf Q9.", "Shelf Q9."]
    assert ["temperature" in body for body in server.asked] == [True, False, False]


@pytest.mark.parametrize("words", ["temperature is still wrong", "the context is too long"])
def test_a_refusal_is_explained_and_not_asked_for_ever(words: str) -> None:
    with serving(lambda _: (400, {"error": {"message": words}})) as server, pytest.raises(Unavailable, match=words):
        model_at(server.url)("s", "u")
    assert len(server.asked) <= 2


def test_passing_trouble_is_tried_three_times_in_all() -> None:
    answers: Any = iter([(429, {"error": {"message": "slow down"}}), (500, {}), "Shelf Q9."])
    with serving(lambda _: next(answers)) as server:
        assert model_at(server.url)("s", "u").text == "Shelf Q9."
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, {}), (401, {"error": {"message": "wrong key"}}), (200, b"{cut"), (200, {}), (200, []), (200, "a page")],
)
def test_lasting_trouble_names_the_model_the_place_and_the_settings(status: int, body: Any) -> None:
    with serving(lambda _: (status, body)) as server, pytest.raises(Unavailable) as error:
        model_at(server.url)("s", "u")
    said = str(error.value)
    assert "The language model gpt-5-mini did not answer." in said
    assert server.url in said and "OPENAI_BASE_URL" in said
    assert len(server.asked) <= 3


def test_nothing_listening_is_explained() -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9/v1 says: Connection error"):
        model_at("http://127.0.0.1:9/v1")("s", "u")
