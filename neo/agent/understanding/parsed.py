"""A message taken apart: its clauses, what each is for, and what has been made of it so far."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from neo.agent.understanding import marks
from neo.agent.understanding.candidates import Clause
from neo.agent.understanding.clauses import MOST_PARTS, Part, parts, readable, sentences
from neo.agent.understanding.context import Context
from neo.agent.understanding.encoder import Vectors
from neo.agent.understanding.intents import Label
from neo.agent.understanding.lines import named_lines
from neo.agent.understanding.sayings import NONE, TALK, UNKNOWN
from neo.agent.understanding.senses import Senses
from neo.agent.understanding.spelling import places_in
from neo.agent.understanding.tagger import Tagged
from neo.skill import Slot

SURE = 0.5  # nearness from which a clause has a label
CLEAR = 0.75  # nearness from which a clause is a question though nothing else shows it
UNKNOWN_SURE = 0.45  # score from which a clause says that something is not known
TALK_SURE = 0.4  # nearness from which a clause is talk, where it is nearer to that than to any slot
TALKS = ("small_talk", "off_topic", "approval", "override", "refusal")
LEAST_WORDS = 4  # of a part that gave a value already, from which the rest may say something of its own
_ASKS = re.compile(
    r"\W*(?:(?:and|but|so|sorry|please|hey|ok|well|wait|hm+)\W+)*(?:why|what|whats|who|whom|when|where|which|how|is|are|do|does|"
    r"did|can|could|will|would|should|shall|may|explain|tell me|i (?:don['’]?t|do not) (?:get|understand))\b",
    re.IGNORECASE,
)


class Parsed:
    """One message in parts; row *i* of everything is part *i*.

    Args:
        senses: What clauses are compared with.
        text: The message.
    """

    def __init__(self, senses: Senses, text: str, context: Context) -> None:
        self.senses, self.text, self.context = senses, text, context
        plain = readable(text)
        self.named = named_lines(plain, context)
        for line in self.named:
            end = line.start + len(line.text)
            plain = plain[: line.label] + " " * (end - line.label) + plain[end:]
        self.plain = plain
        self.parts = [part for part in parts(plain) if any(map(str.isalnum, part.text))]
        spelling = senses.spelling(context.readable)
        self.spelt = [spelling.mended(part.text) for part in self.parts]
        whole = {one.sentence: spelling.mended(one.text) for one in sentences(plain)}
        self.whole = {one.sentence: one.text for one in sentences(plain)}
        self.tagged = self._tags(plain, whole)
        self.vectors = self._vectors()
        meanings = [self._meaning_of(part, vector) for part, vector in zip(self.parts, self.vectors, strict=True)]
        labels = senses.slots(context.readable)
        near_slots, near_intents = labels.nearness(self.vectors), senses.intents.nearness(self.vectors)
        self.labels: list[list[Label]] = [senses.intents.ranked(row) for row in near_intents]
        self.clauses = [
            Clause(
                part,
                spelt,
                whole.get(part.sentence, spelt),
                dict(zip(labels.names, map(float, row), strict=True)),
                meaning,
                self.tagged[part.sentence][1] if part.sentence in self.tagged else None,
                part.start - self.tagged[part.sentence][0] if part.sentence in self.tagged else 0,
                self.whole.get(part.sentence, ""),
            )
            for part, spelt, row, meaning in zip(self.parts, self.spelt, near_slots, meanings, strict=True)
        ]
        self.topics: dict[int, list[Slot]] = {}  # questions that only name what the next part says nothing of
        self.used: set[int] = set()  # parts of which something was made
        self.taken: dict[int, list[str]] = {}  # the values' words in them

    def _tags(self, plain: str, whole: Mapping[int, str]) -> dict[int, tuple[int, Tagged]]:
        """By sentence where it begins, and its tokens at their places in it as it stands; *whole* has it mended."""
        found = [one for one in sentences(plain) if any(map(str.isalnum, one.text))][:MOST_PARTS]
        tagged = self.senses.tagger(self.context.readable)([whole[one.sentence] for one in found])
        return {
            one.sentence: (one.start, replace(tags, spans=places_in(one.text, whole[one.sentence], tags.spans)))
            for one, tags in zip(found, tagged, strict=True)
        }

    def _vectors(self) -> Vectors:
        """A vector of each part: of its tokens in their sentence, or of its own where there are none."""
        pooled = [self._pooled(part) for part in self.parts]
        bare = [row for row, vector in enumerate(pooled) if vector is None]
        own = dict(zip(bare, self.senses.vectors([self.spelt[row] for row in bare]), strict=True))
        rows = [own[row] if vector is None else vector for row, vector in enumerate(pooled)]
        return np.stack(rows) if rows else self.senses.vectors([])

    def _pooled(self, part: Part) -> Vectors | None:
        if part.sentence not in self.tagged:
            return None
        first, tags = self.tagged[part.sentence]
        return tags.pooled(part.start - first, part.start + len(part.text) - first)

    def _meaning_of(self, part: Part, vector: Vectors) -> dict[str, float]:
        """By label the score of a part: of slots what its words say, of choices what it says as a whole."""
        if part.sentence not in self.tagged:
            return {}
        first, tags = self.tagged[part.sentence]
        scores = tags.of(part.start - first, part.start - first + len(part.text))
        choices = [slot for slot in self.context.readable if slot.kind == "choice"]
        told = {slot.name: self.senses.chooser(slot.name, part.text, vector) for slot in choices}
        return scores | {f"{name}={value}": score for name, each in told.items() for value, score in each.items()}

    def label(self, row: int, least: float = SURE) -> str:
        """What a part is for, where that is sure; else nothing."""
        best = self.labels[row][0]
        if marks.overrides(self.spelt[row]):
            return "override"
        return best.name if best.nearness >= least else ""

    def is_question(self, row: int) -> bool:
        """With a question mark, or in words that ask; a statement may only lie near to questions."""
        asked = self.labels[row][0]
        asks = bool(_ASKS.match(self.parts[row].text)) or asked.nearness >= CLEAR
        return self.parts[row].asks or (asked.name.startswith("question:") and asked.nearness >= SURE and asks)

    def stand_in_kind(self, row: int) -> str:
        """``recommended`` or ``assumed`` where a part stands in place of a value; else nothing."""
        text, label = self.spelt[row], self.label(row)
        consents = label == "approval" and bool(self.context.asked) and not self.parts[row].asks
        if marks.takes(text) or label == "recommendation" or consents:
            return "recommended"
        meaning = self.clauses[row].meaning
        meant = max((meaning.get(slot.name, 0.0) for slot in self.context.readable), default=0.0)
        unknown = meaning.get(UNKNOWN, 0.0) > max(meant, meaning.get(NONE, 0.0), UNKNOWN_SURE)
        return "assumed" if marks.unknown(text) or label == "unknown" or unknown else ""

    def is_idle(self, row: int) -> bool:
        """Talk that asks nothing of anybody."""
        if len(self.parts[row].text) < 2:
            return True
        best, meaning = self.labels[row][0], self.clauses[row].meaning
        names = [slot.name for slot in self.context.readable]
        meant = max((meaning.get(name, 0.0) for name in names), default=0.0)
        if meaning.get(TALK, 0.0) > max(meant, TALK_SURE) or (self.label(row) in TALKS and best.nearness > meant):
            return True
        slots = max(
            meant, max((near for name, near in self.clauses[row].nearness.items() if name != NONE), default=0.0)
        )
        return best.name in TALKS and best.nearness >= TALK_SURE and best.nearness > slots

    def words_left(self, row: int) -> str:
        """A part's words, without those of the values that were found in it; empty where they say nothing more."""
        if self.is_idle(row) or (row in self.used and row not in self.taken):
            return ""
        text = self.parts[row].text
        for said in self.taken.get(row, ()):
            text = text.replace(said, " ")
        left = re.sub(r"\s+", " ", text).strip(" ,;:-")
        words = re.findall(r"[^\W_]+", left)
        return left if row not in self.taken or len(words) >= LEAST_WORDS else ""
