"""Any OpenAI-compatible endpoint: OpenAI, Ollama, vLLM, or the packaged model's own server."""

from __future__ import annotations

from typing import Any

import openai
from openai.types.chat import ChatCompletion

from neo.errors import Unavailable
from neo.llm.base import Completion, Endpoint, JsonSchema
from neo.llm.pricing import price_of

TIMEOUT_S = 60.0
RETRIES = 2  # by the client itself, for 429, 5xx and lost connections; nowhere else, or the two multiply
MAX_TOKENS = 300
ANY_JSON = {"type": "json_object"}


class OpenAIModel:
    """Answers through the endpoint's chat completions, as far from chance as it allows unless told otherwise.

    Args:
        endpoint: Where, with which key, which model.
        max_tokens: Longest reply.
        temperature: How freely the model samples, in [0, 2]; a model that takes its own only is left to it.
        schema: The form of its replies. An endpoint that refuses a schema is asked for any JSON from then on, and one
            that refuses that too for plain text, so whoever reads a reply must not rely on its form.
        timeout_s: After which an attempt is given up; TIMEOUT_S when it is not said.
        retries: Attempts after the first.

    Attributes:
        prompt_tokens: Most tokens of a prompt, so that an answer has room after it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        max_tokens: int = MAX_TOKENS,
        temperature: float = 0.0,
        schema: JsonSchema | None = None,
        timeout_s: float | None = None,
        retries: int = RETRIES,
    ) -> None:
        self.name = endpoint.model
        self._endpoint, self._max = endpoint, max_tokens
        self.prompt_tokens = endpoint.context_tokens - max_tokens
        self._price = price_of(endpoint.model, endpoint.base_url, endpoint.price)
        self._client = openai.OpenAI(
            api_key=endpoint.api_key, base_url=endpoint.base_url, timeout=timeout_s or TIMEOUT_S, max_retries=retries
        )
        self._temperature: float | openai.Omit = temperature
        self._form: Any = _form(schema) if schema else openai.omit

    def __call__(self, system: str, user: str) -> Completion:
        """See :class:`neo.llm.base.ChatModel`."""
        try:
            return self._complete(system, user)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            if not self._asks_less(str(error)):
                raise self._unavailable(error) from error
            return self(system, user)
        except (
            openai.OpenAIError,
            ValueError,
        ) as error:  # a ValueError: an answer that is cut, or no completion at all
            raise self._unavailable(error) from error

    def _complete(self, system: str, user: str) -> Completion:
        reply = self._client.chat.completions.create(
            model=self.name,
            messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
            max_completion_tokens=self._max,
            temperature=self._temperature,
            response_format=self._form,
        )
        if not isinstance(reply, ChatCompletion) or reply.choices is None:
            raise ValueError(f"no chat completion, but {str(reply)[:200]!r}")
        used = reply.usage
        prompt, completion = (used.prompt_tokens, used.completion_tokens) if used else (0, 0)
        text = (reply.choices[0].message.content or "").strip() if reply.choices else ""
        return Completion(text, prompt, completion, self._price.of(prompt, completion))

    def _asks_less(self, refusal: str) -> bool:
        """Drop what the endpoint refuses, for good; False when there is nothing to drop."""
        if "temperature" in refusal and not isinstance(self._temperature, openai.Omit):
            self._temperature = openai.omit  # reasoning models take their own temperature only
        elif not isinstance(self._form, openai.Omit):
            # Servers word this refusal in many ways, so any refusal may be meant for it.
            self._form = ANY_JSON if self._form != ANY_JSON else openai.omit
        else:
            return False
        return True

    def _unavailable(self, error: Exception) -> Unavailable:
        where = self._endpoint.base_url or "OpenAI"
        return Unavailable(
            f"The language model {self.name} did not answer.",
            f"{where} says: {error}",
            "Check OPENAI_API_KEY, OPENAI_BASE_URL and NEO_OPENAI_MODEL.",
        )


def _form(schema: JsonSchema) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": schema.name, "strict": True, "schema": dict(schema.body)}}
