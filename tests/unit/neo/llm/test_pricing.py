"""What a call costs: never less than it may, and nothing on this machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo.llm.base import Endpoint
from neo.llm.pricing import FREE, PRICES, UNKNOWN, Price, price_of


@pytest.mark.parametrize(
    ("model", "url", "price"),
    [
        ("gpt-5-mini", None, PRICES["gpt-5-mini"]),
        ("gpt-5-mini-2025-08-07", None, PRICES["gpt-5-mini"]),  # a dated name of it
        ("gpt-5", None, PRICES["gpt-5"]),
        ("gpt-4o-mini", "https://api.openai.com/v1", PRICES["gpt-4o-mini"]),
        ("llama3", "http://localhost:11434/v1", FREE),
        ("gpt-5", "http://127.0.0.1:8080/v1", FREE),  # only called so
        ("llama3", "http://[::1]:8080/v1", FREE),
        ("llama3", "https://models.example/v1", UNKNOWN),
        ("brand-new", None, UNKNOWN),
        ("gpt-4o-latest", None, PRICES["gpt-4o"]),
        ("gpt-5.9", None, UNKNOWN),  # a later relative may cost more than what it is called after
        ("gpt-5-mini-pro", None, UNKNOWN),
        ("gpt-4.1-2025-04-14-ft", None, UNKNOWN),
        ("gpt-5", "https://localhost.example/v1", PRICES["gpt-5"]),  # not this machine
    ],
)
def test_the_price_of_a_model_at_an_endpoint(model: str, url: str | None, price: Price) -> None:
    assert price_of(model, url) == price


def test_a_stated_price_goes_before_the_table() -> None:
    assert price_of("gpt-5", None, (0.5, 1.5)) == Price(0.5, 1.5)
    assert price_of("llama3", "https://models.example/v1", (0.0, 0.0)) == FREE


def test_an_unknown_model_is_taken_for_the_dearest() -> None:
    for price in PRICES.values():
        assert UNKNOWN.of(1000, 1000) >= price.of(1000, 1000)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(sorted(PRICES)))
def test_the_cost_is_linear_in_tokens(prompt: int, completion: int, name: str) -> None:
    price = PRICES[name]
    assert price.of(prompt, completion) == pytest.approx(price.of(prompt, 0) + price.of(0, completion))
    assert price.of(1_000_000, 0) == pytest.approx(price.prompt_usd)


@pytest.mark.parametrize(
    ("url", "here"), [(None, False), ("http://localhost:1/v1", True), ("https://models.example/v1", False)]
)
def test_an_endpoint_knows_whether_it_is_on_this_machine_and_hides_its_key(url: str | None, here: bool) -> None:
    endpoint = Endpoint("sk-very-secret", url, "m")
    assert endpoint.is_local is here
    assert "very-secret" not in repr(endpoint)
