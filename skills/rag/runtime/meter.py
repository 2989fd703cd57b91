"""What a language model did for one question."""

from __future__ import annotations

from .answers import Complete, Completion
from .room import UNTOLD_TOKENS, prompt_tokens


class Meter:
    """Passes calls on and adds up what they cost.

    Args:
        complete: The language model; None where there is none.

    Attributes:
        cost_usd: Dollars so far.
        unread: Replies that could not be read, so that the way without the model was taken.
        prompt_tokens: Most tokens of a prompt of the model's.
    """

    def __init__(self, complete: Complete | None) -> None:
        self._complete = complete
        self.cost_usd = 0.0
        self.unread = 0
        self.prompt_tokens = UNTOLD_TOKENS if complete is None else prompt_tokens(complete)

    def __call__(self, system: str, user: str) -> Completion:
        """The model's reply. Raises ValueError when there is no model."""
        if self._complete is None:
            raise ValueError("This configuration asks a language model, and none was given: pass `complete`.")
        reply = self._complete(system, user)
        self.cost_usd += reply.cost_usd
        return reply
