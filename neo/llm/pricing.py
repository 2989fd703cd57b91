"""What a call costs. Prices are dollars for a million tokens, dated; a model that runs at home costs no call."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from neo.llm.base import LOCAL_HOSTS

AS_OF = "2025-08"


@dataclass(frozen=True)
class Price:
    """Dollars for a million prompt tokens and for a million completion tokens."""

    prompt_usd: float
    completion_usd: float

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Dollars for one call.

        >>> Price(1.0, 10.0).of(1000, 100)
        0.002
        """
        return (prompt_tokens * self.prompt_usd + completion_tokens * self.completion_usd) / 1_000_000


# OpenAI's published list prices as of AS_OF; the longest matching name counts.
PRICES: dict[str, Price] = {
    "gpt-5": Price(1.25, 10.0),
    "gpt-5-mini": Price(0.25, 2.0),
    "gpt-5-nano": Price(0.05, 0.40),
    "gpt-4.1": Price(2.0, 8.0),
    "gpt-4.1-mini": Price(0.40, 1.60),
    "gpt-4.1-nano": Price(0.10, 0.40),
    "gpt-4o": Price(2.50, 10.0),
    "gpt-4o-mini": Price(0.15, 0.60),
}
FREE = Price(0.0, 0.0)
# An unknown model of a paid service is taken for the dearest known one: a budget must never be overrun by a guess.
UNKNOWN = max(PRICES.values(), key=lambda price: price.completion_usd + price.prompt_usd)


def price_of(model: str, base_url: str | None) -> Price:
    """The price of a model at an endpoint.

    >>> price_of("gpt-5-mini-2025-08-07", None).prompt_usd, price_of("llama3", "http://localhost:11434/v1") == FREE
    (0.25, True)
    """
    host = urlsplit(base_url).hostname if base_url else "api.openai.com"
    if host in LOCAL_HOSTS:
        return FREE
    names = [name for name in PRICES if model.startswith(name)]
    return PRICES[max(names, key=len)] if names else UNKNOWN
