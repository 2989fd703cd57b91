"""Prompts that fit the model: the count from above, the cut, and a server that says that a prompt is too long."""

from __future__ import annotations

import json
import os
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from chat_server import serving, texts_of
from hypothesis import given
from hypothesis import strategies as st

from neo.errors import Unavailable
from neo.llm.base import Endpoint
from neo.llm.local_model import CONTEXT_TOKENS, MAX_TOKENS, NAME, local_model
from neo.llm.openai_model import OpenAIModel
from neo.models import fetch
from skills.rag.runtime.answers import Answer, Complete, Hit
from skills.rag.runtime.documents import Chunk
from skills.rag.runtime.generators import GENERATORS, Tools
from skills.rag.runtime.lexical import LexicalIndex
from skills.rag.runtime.parameters import complete_config
from skills.rag.runtime.prompts import PROMPTS, passage
from skills.rag.runtime.room import (
    LEAST_TOKENS,
    TEMPLATE_TOKENS,
    count_tokens,
    fitted,
    is_too_long,
    prompt_tokens,
    shortened,
)

MODELS_DIR = Path(os.environ.get("NEO_MODELS_DIR") or fetch.default_folder())
LETTERS = st.one_of(st.text(), st.text("ab CD\n1.ä", max_size=400), st.text("word ", min_size=200, max_size=900))
TABLE = "DetectGPT 0.99 0.98* | Entropy 0.55 0.46 {x_1} \u2211 = 1907.10597;\n" * 120


def hit(text: str, number: int = 0) -> Hit:
    at = 1000 * number
    pages = (at + len(text) // 2,)
    return Hit(Chunk(f"paper.pdf:{at}-{at + len(text)}", "paper.pdf", at, at + len(text), text, 3, "", pages), 1.0)


@given(LETTERS, LETTERS)
def test_a_count_is_that_of_the_parts(one: str, other: str) -> None:
    together = count_tokens(f"{one}\n{other}")
    assert max(count_tokens(one), count_tokens(other)) <= together <= count_tokens(one) + count_tokens(other) + 2
    assert count_tokens(one) > 0 or not one.strip()


@given(LETTERS, st.integers(0, 200))
def test_a_shortened_text_is_a_beginning_that_fits(text: str, most: int) -> None:
    short = shortened(text, most)
    assert text.startswith(short)
    assert count_tokens(short) <= max(most, 0)
    assert short == text or count_tokens(text) > most


@given(st.lists(LETTERS.filter(bool), max_size=8), st.integers(-50, 600))
def test_what_is_fitted_are_the_first_pieces_and_they_have_room(texts: list[str], most: int) -> None:
    hits = [hit(text, number) for number, text in enumerate(texts)]
    shown = fitted(hits, most, passage)
    used = sum(count_tokens(passage(number, one.chunk)) for number, one in enumerate(shown, 1))
    assert used <= max(most, 0) + 1, "rounded up piece by piece"
    assert shown[:-1] == hits[: max(0, len(shown) - 1)], "only the last one is cut"
    for one, whole in zip(shown, hits, strict=False):
        assert whole.chunk.text.startswith(one.chunk.text)
        assert one.chunk.end - one.chunk.start == len(one.chunk.text)
        assert all(one.chunk.start < page < one.chunk.end or page < one.chunk.end for page in one.chunk.page_starts)
    if len(shown) < len(hits):
        left = most - used
        assert left < LEAST_TOKENS + count_tokens(passage(len(shown) + 1, hits[len(shown)].chunk)), "room was wasted"


@pytest.mark.parametrize(
    "words",
    [
        "request (5355 tokens) exceeds the available context size (4096 tokens), try increasing it",  # llama.cpp
        "This model's maximum context length is 4096 tokens. However, you requested 5475 tokens",  # OpenAI, vLLM
        "The decoder prompt (length 5355) is longer than the maximum model length of 4096.",  # vLLM
        "Error code: 400 - {'error': {'code': 'context_length_exceeded'}}",
        "Input tokens exceed the configured limit of 272000 tokens.",
        "prompt is too long: 213462 tokens > 200000 maximum",
    ],
)
def test_servers_say_too_long_in_many_words(words: str) -> None:
    assert is_too_long(Unavailable("The language model m did not answer.", words))
    assert not is_too_long(Unavailable("The language model m did not answer.", "Connection refused"))


def answered(complete: Complete, hits: list[Hit], **config: Any) -> Answer:
    full = complete_config({"generator": "llm", "context_chars": 12_000, **config})
    tools = Tools(LexicalIndex([one.chunk.text for one in hits], "porter", 1.2, 0.75), None, complete)
    return GENERATORS["llm"].generate(["What is the entropy?"], [hits], full, tools)[0]


@pytest.mark.parametrize("prompt", list(PROMPTS))
def test_no_prompt_is_longer_than_the_endpoint_says(prompt: str) -> None:
    hits = [hit(f"{number} {TABLE}", number) for number in range(6)]
    with serving(lambda body: "It is 0.55 [1].") as server:
        endpoint = Endpoint("none", server.url, "small", stated_context_tokens=1500)
        model = OpenAIModel(endpoint)
        answer = answered(model, hits, prompt=prompt, context_order="ends")
        assert prompt_tokens(model) == 1500 - 300
        assert sum(count_tokens(text) for text in texts_of(server.asked[0])) <= 1200
    assert answer.found and "[1]" in texts_of(server.asked[0])[1]
    assert all(source.quote in f"0 {TABLE}" for source in answer.sources)


def test_a_prompt_that_is_too_long_for_the_server_is_sent_once_more_by_half() -> None:
    refusal = {"error": {"message": "request (5355 tokens) exceeds the available context size (4096 tokens)"}}

    def small(body: dict[str, Any]) -> Any:
        return (400, refusal) if len(texts_of(body)[1]) > 5000 else "It is 0.55 [1]."

    with serving(small) as server:
        answer = answered(OpenAIModel(Endpoint("none", server.url, "m", stated_context_tokens=8000)), [hit(TABLE)])
        assert answer.found and len(server.asked) == 2
        lengths = [count_tokens(texts_of(body)[1]) for body in server.asked]
    assert lengths[1] <= lengths[0] // 2
    with serving(lambda body: (400, refusal)) as server:
        with pytest.raises(Unavailable, match=r"exceeds the available context size \(4096 tokens\)"):
            answered(OpenAIModel(Endpoint("none", server.url, "m")), [hit(TABLE)])
        assert len(server.asked) == 2, "one retry, no more"


def test_other_refusals_are_not_asked_again() -> None:
    with serving(lambda body: (401, {"error": {"message": "wrong key"}})) as server:
        with pytest.raises(Unavailable, match="wrong key"):
            answered(OpenAIModel(server.endpoint()), [hit(TABLE)])
        assert len(server.asked) == 1


@pytest.fixture(scope="module")
def packaged() -> OpenAIModel:
    if not (MODELS_DIR / NAME).is_dir():
        pytest.skip(f"{NAME} is not here")
    return local_model(MODELS_DIR)


def tokens(packaged: OpenAIModel, text: str) -> int:
    """What the model's own tokenizer makes of a text."""
    url = f"{packaged.server.listening_address}/tokenize"  # type: ignore[attr-defined]
    body = json.dumps({"content": text}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"})) as reply:
        return len(json.load(reply)["tokens"])


@pytest.mark.parametrize(
    "text",
    [
        TABLE,
        "The gate opens at six; lorries wait at bay seven.\n" * 20,
        "\u03b5 \u2264 \u222b\u03b1 \U0001d465\u2208\u211d " * 20,
        "SQUAD BLEU F1 TF-IDF NASA\n" * 20,
    ],
)
def test_the_packaged_model_counts_fewer_tokens(packaged: OpenAIModel, text: str) -> None:
    assert tokens(packaged, text) <= count_tokens(text)


def test_the_packaged_model_answers_from_more_than_it_can_take(packaged: OpenAIModel) -> None:
    assert prompt_tokens(packaged) == CONTEXT_TOKENS - MAX_TOKENS
    asked: list[str] = []

    class Recorded:
        text, cost_usd = "It is 0.55.", 0.0

    def complete(system: str, user: str) -> Recorded:
        asked.append(system + user)
        return Recorded()

    # Recorded, not asked: to read as much as it can take a small machine needs minutes.
    complete.prompt_tokens = packaged.prompt_tokens  # type: ignore[attr-defined]
    answered(complete, [hit(TABLE, number) for number in range(4)], context_chars=50_000)
    assert 2500 < tokens(packaged, asked[0]) + TEMPLATE_TOKENS <= CONTEXT_TOKENS - MAX_TOKENS
