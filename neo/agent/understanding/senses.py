"""What makes sense of clauses: labels, slots' phrases, choices and spelling, embedded once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from neo.agent.understanding.encoder import Encoder, Vectors
from neo.agent.understanding.intents import Labels
from neo.agent.understanding.phrases import PHRASES
from neo.agent.understanding.spelling import Spelling
from neo.skill import Slot

NONE = "none"


class Senses:
    """Everything that a message is compared with.

    Args:
        encoder: Sentences to vectors.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.intents = Labels(encoder, PHRASES)
        self._spelling_of = lru_cache(maxsize=32)(Spelling)
        self._of_slots = lru_cache(maxsize=32)(self._labels_of)
        self._of_choices = lru_cache(maxsize=64)(self._choices_of)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Of clauses, a row each."""
        return self._encoder(texts)

    def slots(self, slots: Sequence[Slot]) -> Labels:
        """A label for each slot, and one for what is no value at all."""
        return self._of_slots(tuple((slot.name, slot.phrases) for slot in slots if slot.kind != "files"))

    def choices(self, slot: Slot) -> Labels:
        """A label for each of a slot's choices."""
        return self._of_choices(tuple(slot.choices.items()))

    def spelling(self, slots: Sequence[Slot]) -> Spelling:
        """Mends slips by the words of all phrases, and of all that slots say."""
        texts = [phrase for phrases in PHRASES.values() for phrase in phrases]
        for slot in slots:
            texts += [slot.question, slot.plain, slot.title, *slot.phrases, *slot.cues, slot.unit]
            texts += [word for value, words in slot.choices.items() for word in (value, *words)]
        return self._spelling_of(tuple(texts))

    def warm(self, slots: Sequence[Slot]) -> None:
        """Embed what belongs to a skill's slots now, so that no person waits for it."""
        self.slots(slots)
        self.spelling(slots)
        for slot in slots:
            if slot.kind == "choice":
                self.choices(slot)

    def _labels_of(self, slots: tuple[tuple[str, tuple[str, ...]], ...]) -> Labels:
        return Labels(self._encoder, {**dict(slots), NONE: PHRASES[NONE]})

    def _choices_of(self, choices: tuple[tuple[str, tuple[str, ...]], ...]) -> Labels:
        return Labels(self._encoder, {value: (value.replace("_", " "), *words) for value, words in choices})
