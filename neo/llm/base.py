"""What a language model is to Neo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
# Where nobody says how long a model's context is: Ollama's default, beyond which it drops the beginning without a word,
# and what the smallest hosted models of the price list take.
HOME_CONTEXT_TOKENS, HOSTED_CONTEXT_TOKENS = 4_096, 128_000


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible endpoint; *base_url* None is OpenAI itself.

    Attributes:
        price: Dollars for a million prompt tokens and a million completion tokens, where somebody stated them.
        stated_context_tokens: The model's context, where somebody stated it.
    """

    api_key: str = field(repr=False)
    base_url: str | None
    model: str
    price: tuple[float, float] | None = None
    stated_context_tokens: int | None = None

    @property
    def context_tokens(self) -> int:
        """Most tokens of a prompt and its answer together."""
        return self.stated_context_tokens or (HOME_CONTEXT_TOKENS if self.is_local else HOSTED_CONTEXT_TOKENS)

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine, so that what is sent to it stays here."""
        return bool(self.base_url) and urlsplit(self.base_url or "").hostname in LOCAL_HOSTS


@dataclass(frozen=True)
class JsonSchema:
    """The form that a reply shall have: a name, and a JSON schema in which every property is required."""

    name: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Completion:
    """A reply, what it took, and what it cost in dollars; *cached* when that was paid before, not now."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float
    cached: bool = False


class ChatModel(Protocol):
    """Answers one prompt; raises :class:`neo.errors.Unavailable` when it cannot."""

    name: str

    def __call__(self, system: str, user: str) -> Completion:
        """The reply to *user* under the standing orders *system*."""
