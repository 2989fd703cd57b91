"""What a call costs. Prices are dollars for a million tokens, dated; a model that runs at home costs no call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from neo.llm.base import LOCAL_HOSTS

AS_OF = "2026-11"


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


# List prices as of AS_OF, of short contexts and without discounts for cached prompts or batches. A model is priced by
# its very name, or by that name with a date: a relative such as "gpt-5-pro" may cost ten times as much.
PRICES: dict[str, Price] = {
    "gpt-6-astra": Price(10.0, 50.0),
    "gpt-5.6-terra": Price(2.0, 12.0),
    "gpt-5.6-luna": Price(0.20, 1.20),
    "gpt-5.4": Price(2.50, 15.0),
    "gpt-5.4-mini": Price(0.75, 4.50),
    "gpt-5.2": Price(1.75, 14.0),
    "gpt-5.1": Price(1.25, 10.0),
    "gpt-5-pro": Price(15.0, 120.0),
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
UNPRICED = (
    "The price of {model} is not known, so it is taken for the dearest known, ${prompt:g} and ${completion:g} for a "
    f"million prompt and completion tokens (as of {AS_OF}); NEO_OPENAI_PRICE states it."
)
_DATE = re.compile(r"-(?:\d{4}-\d\d-\d\d|latest)$")


def price_of(model: str, base_url: str | None, stated: tuple[float, float] | None = None) -> Price:
    """The price of a model at an endpoint; a stated one goes before the table.

    >>> price_of("gpt-5-mini-2025-08-07", None).prompt_usd, price_of("llama3", "http://localhost:11434/v1") == FREE
    (0.25, True)
    """
    if stated is not None:
        return Price(*stated)
    host = urlsplit(base_url).hostname if base_url else "api.openai.com"
    if host in LOCAL_HOSTS:
        return FREE
    return PRICES.get(_DATE.sub("", model), UNKNOWN)
