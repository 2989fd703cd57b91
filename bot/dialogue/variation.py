"""How one run of a profile differs from another: paraphrase, order, splitting, typos, one restart. All by seed."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
TYPO_RATE = 0.05  # of the words that may carry one
SPLIT_RATE = 0.35
# Numbers in words, units, and what names a choice or a sign: a typo there would say something else.
_KEPT = re.compile(
    r"(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|hundred|thousand|half|quarters?|thirds?|dozen|seconds?|minutes?|hours?|days?|weeks?|months?|percent|cents?|"
    r"dollars?|euros?|people|persons?|epochs?|alpha|never|nothing|without|monday|tuesday|wednesday|thursday|friday|saturday|"
    r"sunday|january|february|march|april|june|july|august|september|october|november|december|christmas|\w*@\w*)",
    re.IGNORECASE,
)


class Variation:
    """One run's choices.

    Args:
        seed: Of the whole evaluation.
        profile: The profile's id.
        run: Number of the run; run 0 says everything as it is written first, in order, without typos.
    """

    def __init__(self, seed: int, profile: str, run: int) -> None:
        self.plain = run == 0
        self._random = random.Random(f"{seed}:{profile}:{run}")
        self.restart_after = 0 if self.plain else self._random.randint(1, 6)

    def choose(self, ways: Sequence[T]) -> T:
        """One of several ways to say a thing."""
        return ways[0] if self.plain else self._random.choice(list(ways))

    def order(self, items: Sequence[T]) -> list[T]:
        """The order in which things are said."""
        items = list(items)
        if not self.plain:
            self._random.shuffle(items)
        return items

    def messages(self, sentences: Sequence[str]) -> list[str]:
        """Sentences as one message, or as several."""
        sentences = [one for one in sentences if one]
        if not sentences:
            return []
        if self.plain or len(sentences) == 1 or self._random.random() > SPLIT_RATE:
            return [_joined(sentences)]
        at = self._random.randint(1, len(sentences) - 1)
        return [_joined(sentences[:at]), _joined(sentences[at:])]

    def typed(self, text: str) -> str:
        """The text with a typo in some of its longer words."""
        if self.plain:
            return text
        return re.sub(r"(?<![\w@./:<`-])[A-Za-z]{5,}(?![\w@/:>`-]|\.\w)", self._slip, text)

    def _slip(self, match: re.Match[str]) -> str:
        word = match[0]
        if _KEPT.fullmatch(word) or self._random.random() >= TYPO_RATE:
            return word
        at = self._random.randint(1, len(word) - 3)
        if self._random.random() < 0.5:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word[:at] + word[at + 1 :]


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(
        one if one.rstrip().endswith((".", "!", "?", "…", "```")) else f"{one.rstrip()}." for one in sentences
    )
