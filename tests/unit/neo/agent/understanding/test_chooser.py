"""Which choice words mean, learned from a few stretches; by words alone, so that it needs no model."""

from __future__ import annotations

import pytest

from neo.agent.understanding.chooser import Chooser
from neo.agent.understanding.encoder import by_words
from neo.agent.understanding.sayings import sayings

OUT = (
    "sent away",
    "shown to others",
    "uploaded",
    "taken out",
    "given to a provider",
    "put in the cloud",
    "mailed",
    "lent",
)
LINES = "\n".join(
    [
        *(f"{{privacy=out|it may be {words}}}" for words in OUT),
        *(f"{{privacy=out|we have nothing to hide, it may be {words}}}" for words in OUT),
        *(f"{{privacy=in|it may not be {words}}}" for words in OUT),
        *(f"{{privacy=in|nothing may be {words}}}" for words in OUT),
        "{where=here|on this machine}",
    ]
)
CHOOSER = Chooser(by_words, sayings(LINES))


def chosen(text: str) -> str:
    scores = CHOOSER("privacy", text, by_words([text])[0])
    return max(scores, key=lambda value: scores[value])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("the books may be lent to others", "out"),
        ("the books may not be lent to others", "in"),
        ("they mayn't be uploaded", "in"),
        ("nothing may be taken out", "in"),
        ("nothing to hide, it may be taken out", "out"),
    ],
)
def test_a_denial_turns_what_the_words_say_until_a_pause(text: str, value: str) -> None:
    assert chosen(text) == value


def test_nothing_is_known_of_a_slot_with_one_choice_or_few_examples() -> None:
    assert CHOOSER("where", "on this machine", by_words(["on this machine"])[0]) == {}
