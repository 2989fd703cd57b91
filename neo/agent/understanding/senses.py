"""What makes sense of clauses: labels, slots' phrases, choices and spelling, embedded once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

from neo.agent.understanding.chooser import Chooser
from neo.agent.understanding.dates import NO_DATE
from neo.agent.understanding.encoder import Encoder, Vectors
from neo.agent.understanding.intents import Labels
from neo.agent.understanding.phrases import PHRASES
from neo.agent.understanding.sayings import ABOUT, ASK, NONE, TALK, UNKNOWN, Labelled, sayings, whole
from neo.agent.understanding.spelling import Spelling
from neo.agent.understanding.tagger import Tagger
from neo.skill import Slot

# The labels of phrases that hold in any kind of system, as sayings have them.
_AS_SAYINGS = {
    "small_talk": TALK, "off_topic": TALK, "approval": TALK, "refusal": TALK, "override": TALK, "unknown": UNKNOWN,
    "question": ASK, NONE: NONE,
}  # fmt: skip


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
        self._taggers: dict[tuple[str, ...], Tagger] = {}
        self._said: dict[tuple[str, ...], str] = {}
        self._labelled: dict[tuple[str, ...], list[Labelled]] = {}

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
        return self._spelling_of((*texts, self._said.get(_key(slots), "")))

    def tagger(self, slots: Sequence[Slot]) -> Tagger:
        """What was learned of a skill's slots, by `warm`; of others what their phrases say."""
        key = _key(slots)
        if key not in self._taggers:
            self._taggers[key] = Tagger(self._encoder, _labelled(slots, ""))
        return self._taggers[key]

    @cached_property
    def chooser(self) -> Chooser:
        """Which choice is meant, learned of all skills that were warmed before it is asked for the first time."""
        return Chooser(self._encoder, [one for each in self._labelled.values() for one in each])

    def warm(self, slots: Sequence[Slot], said: str = "") -> None:
        """Embed what belongs to a skill's slots now, and learn from its labelled sayings, so that no person waits."""
        self._said[_key(slots)] = said
        labelled = self._labelled[_key(slots)] = _labelled(slots, said)
        self._taggers[_key(slots)] = Tagger(self._encoder, labelled)
        self.slots(slots)
        self.spelling(slots)
        for slot in slots:
            if slot.kind == "choice":
                self.choices(slot)

    def _labels_of(self, slots: tuple[tuple[str, tuple[str, ...]], ...]) -> Labels:
        return Labels(self._encoder, {**dict(slots), NONE: PHRASES[NONE]})

    def _choices_of(self, choices: tuple[tuple[str, tuple[str, ...]], ...]) -> Labels:
        return Labels(self._encoder, {value: (value.replace("_", " "), *words) for value, words in choices})


def _key(slots: Sequence[Slot]) -> tuple[str, ...]:
    return tuple(slot.name for slot in slots if slot.kind != "files")


def _labelled(slots: Sequence[Slot], said: str) -> list[Labelled]:
    """Sayings, with what phrases say; of slots that are no choice the values are left out, which grammar reads."""
    choices = {f"{slot.name}={value}" for slot in slots for value in (*slot.choices, NO_DATE)}
    found = [_without(one, choices) for one in sayings(said)]
    found += [
        whole(p, slot.name, f"{ABOUT}{slot.name}") for slot in slots if slot.kind != "files" for p in slot.phrases
    ]
    for name, phrases in PHRASES.items():
        if label := _AS_SAYINGS.get(name.partition(":")[0]):
            found += [whole(phrase, label) for phrase in phrases]
    return found


def _without(one: Labelled, choices: set[str]) -> Labelled:
    def fits(label: str) -> bool:
        return "=" not in label or label in choices

    return replace(one, marks=tuple(replace(m, labels=tuple(filter(fits, m.labels))) for m in one.marks))
