"""The embedded reader: quantities by grammar, meanings by the nearest labelled phrases, all in this process."""

from __future__ import annotations

import re
from collections.abc import Sequence

from neo.agent.understanding import dates, marks
from neo.agent.understanding.candidates import Candidate, candidates, cued, names, patterned
from neo.agent.understanding.context import Context
from neo.agent.understanding.intents import Label
from neo.agent.understanding.lines import NamedLine
from neo.agent.understanding.orders import ordered
from neo.agent.understanding.parsed import CLEAR, TALKS, Parsed
from neo.agent.understanding.readers import READERS
from neo.agent.understanding.reading import GROWS
from neo.agent.understanding.result import Asked, Conflict, Intent, Ordered, Said, Understanding, same
from neo.agent.understanding.sayings import ABOUT
from neo.agent.understanding.senses import Senses
from neo.skill import Slot

COMMAND_SURE = 0.6  # a command does something, so it must be nearer
TEXT_SURE = 0.42  # weight from which a clause gives a text: what its words mean, and the signs that follow
TEXT_OPENING = 0.4  # the same of the clause of an opening that says it most
TEXT_ASKED, TEXT_RAISED, TEXT_CUE = 0.2, 0.1, 0.1
TEXT_PATTERN = 0.1
TEXT_AGAIN = 0.2  # more of that for what is known already, or beside another value
TEXT_ASKED_SURE = 0.4  # the same of a slot that the question that waits is about
CHOICE_SURE = 0.5  # nearness to the words of a choice from which it is meant, where it was asked for
ABOUT_SURE = 0.35  # score from which words are about a slot
ORDER_SURE = 0.75  # nearness from which a clause is one of these, whatever choice it may mean beside
ORDERS_ALONE = frozenset(f"command:{name}" for name in ("cancel", "pause", "resume", "restart"))
TOPIC_LEAST = 0.3  # nearness from which a question may be about a topic
MOST_COMMAND_PARTS = 2
UNITS = ("share", "seconds", "dollars")
_BARE = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?(?![\w.,]*\d)")
_POINTS_BACK = re.compile(r"\W*(?:[\w'’]+\W+){0,2}?(?:they|them|those|these|they['’]re|they['’]d)\b", re.IGNORECASE)
PARTS_BACK = 3  # in which what a pronoun stands for is looked for
_WHY = re.compile(r"\W*(?:(?:and|but|so)\W+)?(?:why|what (?:do|would) you need|what for)\b", re.IGNORECASE)


class EmbeddedReader:
    """Reads messages by rules and by an encoder.

    Args:
        senses: What clauses are compared with.
    """

    def __init__(self, senses: Senses) -> None:
        self._senses = senses

    def __call__(self, text: str, context: Context) -> Understanding:
        """What is understood of a message; see `Understanding`."""
        return _Reading(self._senses, text, context).understanding()


class _Reading(Parsed):
    """One message being read."""

    def understanding(self) -> Understanding:
        order = ordered(self.text)
        if order is not None and order.name != "change":
            return Understanding(intent=Intent.COMMAND, order=order)
        found = self._values()
        if order is None and (not found or self._says_to_stop()) and (command := self._command()):
            return Understanding(intent=Intent.COMMAND, order=command)
        said, conflicts = _settled(found)
        questions = self._questions()
        taken = {one.slot for one in said} | {one.slot for one in conflicts}
        said += self._stand_ins(taken, named=True)
        said += self._choices({one.slot for one in said} | taken)
        said += self._texts({one.slot for one in said} | taken)
        said += self._stand_ins({one.slot for one in said} | taken, named=False)
        approval = self._approval()
        unread = tuple(
            part.text for row, part in enumerate(self.parts) if row not in self.used and not self.is_idle(row)
        )
        return Understanding(
            intent=self._intent(order, said, conflicts, questions, approval),
            values=tuple(said),
            conflicts=tuple(conflicts),
            questions=tuple(questions),
            order=order,
            approval=approval,
            unread=unread,
        )

    # What each part is for.

    def _command(self) -> Ordered | None:
        """A command, where the message is little else."""
        if not 0 < len(self.parts) <= MOST_COMMAND_PARTS or self.named:
            return None
        for row in range(len(self.parts)):
            kind, _, name = self.label(row, COMMAND_SURE).partition(":")
            if kind == "command":
                return Ordered(name=name)
        return None

    def _values(self) -> list[Said]:
        """Values of named lines and of clauses, in the order of the message."""
        found: list[tuple[int, Said]] = []
        for line in self.named:
            found += [(line.start, one) for one in self._of_line(line)]
        open_clauses = [clause for row, clause in enumerate(self.clauses) if not self._only_asks(row)]
        taken = self.candidates = _one_a_sentence(candidates(open_clauses, self.context))
        for one in taken:
            row = self.parts.index(one.part)
            self.used.add(row)
            self.taken.setdefault(row, []).append(one.reading.said)
            found.append((one.start, self._said(one)))
        found += self._bare_corrections(taken)
        return [one for _, one in sorted(found, key=lambda item: item[0])]

    def _bare_corrections(self, taken: Sequence[Candidate]) -> list[tuple[int, Said]]:
        """'No, make that 3': a number without a unit, in the unit of the value before it."""
        found = []
        for row, part in enumerate(self.parts):
            before = [one for one in taken if one.start < part.start and one.slot.kind in UNITS]
            number = _BARE.search(part.text)
            if row in self.used or not before or number is None or not marks.corrects(part.text):
                continue
            last = before[-1]
            words = f"{number[0]} {_BARE.sub('', last.reading.said, count=1).strip()}"
            if readings := READERS[last.slot.kind](words, last.slot):
                self.used.add(row)
                said = Said(slot=last.slot.name, value=readings[0].value, quote=part.text, corrects=True)
                found.append((part.start, said))
        return found

    def _only_asks(self, row: int) -> bool:
        """A question that gives no value: 'why 2 seconds?', but not 'can it be under 2 seconds?'."""
        label = self.label(row)
        return self.parts[row].asks and (label.startswith("question:") or label in ("off_topic", "small_talk"))

    def _says_to_stop(self) -> bool:
        """Whether 'please cancel it all' is said, and no value stands there in so many words."""
        firsts = [labels[0] for labels in self.labels if labels]
        sure = any(one.name in ORDERS_ALONE and one.nearness >= ORDER_SURE for one in firsts)
        return sure and all(one.reading.meant for one in self.candidates)

    def _of_line(self, line: NamedLine) -> list[Said]:
        for slot in line.slots:
            if said := self._of_slot(line, slot):
                return [said]
        return []

    def _of_slot(self, line: NamedLine, slot: Slot) -> Said | None:
        stand_in = _stand_in(slot, line.text)
        readings = READERS[slot.kind](line.text, slot)
        if readings and not (stand_in and slot.kind == "text"):
            return Said(slot=slot.name, value=readings[0].value, quote=line.text, corrects=marks.corrects(line.text))
        return stand_in

    def _said(self, one: Candidate) -> Said:
        # A correction may stand in the clause, or be the one before it: 'no, sorry, 3 seconds'.
        row = self.parts.index(one.part)
        lead = self.parts[row - 1].text if row and len(self.parts[row - 1].text.split()) <= 3 else ""
        corrects = marks.corrects(one.part.text) or (bool(lead) and marks.corrects(lead))
        if corrects and lead and marks.corrects(lead):
            self.used.add(row - 1)
        return Said(slot=one.slot.name, value=one.reading.value, quote=_quote(one), corrects=corrects)

    def _questions(self) -> list[Asked]:
        found = []
        for row, part in enumerate(self.parts):
            kind, _, topic = self.label(row).partition(":")
            if row in self.used or not self.is_question(row) or self.stand_in_kind(row):
                continue
            if self._is_topic(row) and (slots := self._about_in(row)):
                self.used.add(row)
                self.topics[row] = slots
                continue
            if kind in ("off_topic", "small_talk") and not part.asks:
                continue
            if self.context.opening and kind != "question" and kind not in TALKS:
                continue  # 'could they ask a computer instead?' is the wish itself
            self.used.add(row)
            if kind in TALKS:
                continue
            found.append(Asked(quote=part.text, about=self._about(row, topic if kind == "question" else "")))
        return found

    def _about(self, row: int, topic: str) -> str:
        """``meaning:latency`` where a slot is named, else the topic."""
        slot = next((one.name for one in self.context.slots if cued(self.spelt[row], one)), "")
        if slot and _WHY.match(self.parts[row].text):
            topic = "why"
        if not topic and not self.context.opening:
            topic = self._nearest_topic(row)
        return f"{topic}:{slot}" if topic in ("why", "meaning", "number", "golden") and slot else topic

    def _nearest_topic(self, row: int) -> str:
        """What a question is most likely about, where nothing is sure."""
        asked = [label for label in self.labels[row] if label.name.startswith("question:")]
        return asked[0].name.partition(":")[2] if asked and asked[0].nearness >= TOPIC_LEAST else ""

    def _stand_ins(self, taken: set[str], *, named: bool) -> list[Said]:
        """'I don't know' and 'as you recommend': those that name a slot, or those that stand for all that was asked."""
        slots = {slot.name: slot for slot in self.context.readable}
        found: list[Said] = []
        for row, part in enumerate(self.parts):
            if not self.context.wanted and not marks.takes(part.text) and not marks.unknown(part.text):
                continue  # nothing was asked, and nothing says so plainly
            kind = self.stand_in_kind(row)
            if row in self.used or not kind:
                continue
            about = [slot for slot in slots.values() if names(self.spelt[row], slot)] or self._about_in(row)
            if bool(about) != named:
                continue
            self.used.add(row)
            if part.asks and about:
                self.topics[row] = about  # 'how right it must be? no idea'
            for slot in about or [slots[name] for name in self.context.wanted if name in slots]:
                if slot.name not in taken and (one := _stood(slot, part.text, kind)):
                    taken.add(slot.name)
                    found.append(one)
        return found

    def _about_in(self, row: int) -> list[Slot]:
        """The slot that a part, or a question before it, is about by its meaning: 'how we test it? no idea yet'."""
        for before in (row - 1, row - 2):
            if before in self.topics:
                return self.topics[before]
        scores = {
            slot.name: self.clauses[row].meaning.get(f"{ABOUT}{slot.name}", 0.0) for slot in self.context.readable
        }
        best = max(scores, key=lambda name: scores[name], default="")
        return [slot for slot in self.context.readable if slot.name == best and scores[best] >= ABOUT_SURE]

    def _is_topic(self, row: int) -> bool:
        """Whether a part with a question mark only names what the next one says nothing of."""
        if not 0 <= row < len(self.parts) - 1 or not self.parts[row].asks:
            return False
        following = range(row + 1, min(row + 3, len(self.parts)))
        return any(not self.parts[n].asks and self.stand_in_kind(n) and n not in self.used for n in following)

    def _choices(self, taken: set[str]) -> list[Said]:
        """Choices that were asked for and lie near to what was said, of slots of which none was learned."""
        found = []
        for slot in self.context.readable:
            if slot.kind != "choice" or slot.name not in self.context.wanted or slot.name in taken:
                continue
            if self.senses.chooser.knows(slot.name):
                continue
            labels = self.senses.choices(slot)
            rows = [row for row in range(len(self.parts)) if row not in self.used]
            ranked = [(labels.ranked(labels.nearness(self.vectors[row : row + 1])[0])[0], row) for row in rows]
            best, row = max(ranked, key=lambda item: item[0].nearness, default=(Label("", 0.0), -1))
            if best.nearness >= CHOICE_SURE:
                self.used.add(row)
                found.append(Said(slot=slot.name, value=best.name, quote=self.parts[row].text))
        return found

    def _texts(self, taken: set[str]) -> list[Said]:
        """Texts: of the clauses that are left, each to the slot that it means; what was asked for takes the rest."""
        texts = [slot for slot in self.context.readable if slot.kind == "text" and slot.name not in taken]
        found: dict[str, Said] = {}
        for slot in texts:
            if slot.name == "purpose" and (self.context.opening or slot.name in self.context.known):
                continue  # the whole opening is the purpose
            for row in range(len(self.parts)):
                words = self.words_left(row)
                if words and self._gives(row, slot, texts):
                    self.used.add(row)
                    self.taken.setdefault(row, []).append(words)
                    before = str(found[slot.name].value) if slot.name in found else ""
                    said = f"{before} {self._with_whom(row, words, before, slot)}".strip()
                    corrects = marks.corrects(words) and slot.name in self.context.known
                    found[slot.name] = Said(slot=slot.name, value=said, quote=said, corrects=corrects)
        still = [slot for slot in texts if slot.name in self.context.wanted and slot.name not in found]
        rest = [
            row
            for row in range(len(self.parts))
            if row not in self.used and not self.is_idle(row) and not self.stand_in_kind(row)
        ]
        if len(still) == 1 and rest and self.context.asked:
            said = " ".join(self.parts[row].text for row in rest)
            self.used.update(rest)
            found[still[0].name] = Said(slot=still[0].name, value=said, quote=said)
        return list(found.values())

    def _meaning(self, row: int, slot: Slot) -> float:
        return self.clauses[row].meaning.get(slot.name, 0.0)

    def _with_whom(self, row: int, words: str, before: str, slot: Slot) -> str:
        """What 'they' stands for is in one of the parts before."""
        rows = range(max(0, row - PARTS_BACK), row) if _POINTS_BACK.match(words) else ()
        lead = self.parts[max(rows, key=lambda one: (self._meaning(one, slot), one))].text if rows else ""
        return words if not lead or lead in before else f"{lead} {words}"

    def _gives(self, row: int, slot: Slot, texts: Sequence[Slot]) -> bool:
        """Whether a part says something of a text slot: it means that slot more than any other, and enough."""
        own = self._text_weight(row, slot)
        rivals = [
            one for one in texts if one is not slot and not (one.name == "purpose" and one.name in self.context.known)
        ]
        if any(self._text_weight(row, one) > own for one in rivals):
            return False
        if self.labels[row][0].nearness > max(own, CLEAR):
            return False
        if slot.name in self.context.asked_now and row not in self.taken:
            return own >= TEXT_ASKED_SURE
        if self.context.opening:
            best = max(self._text_weight(other, slot) for other in range(len(self.parts)))
            return own >= (TEXT_OPENING if own == best else TEXT_SURE + TEXT_AGAIN / 2)
        again = slot.name in self.context.known and slot.name not in self.context.wanted
        again = again and not marks.corrects(self.parts[row].text)
        return own >= TEXT_SURE + (TEXT_AGAIN if again or row in self.taken else 0.0)

    def _text_weight(self, row: int, slot: Slot) -> float:
        clause = self.clauses[row]
        # What stands beside a value was hardly said for the sake of another slot.
        asked = TEXT_ASKED if slot.name in self.context.asked_now and row not in self.taken else 0.0
        asked = asked or (TEXT_RAISED if slot.name in self.context.wanted and row not in self.taken else 0.0)
        cue = TEXT_CUE if cued(clause.spelt, slot) else 0.0
        cue += TEXT_PATTERN if patterned(clause.spelt, slot) else 0.0
        return clause.meaning.get(slot.name, 0.0) + asked + cue

    def _approval(self) -> str:
        labels = {self.label(row) for row in range(len(self.parts)) if row not in self.used}
        return "against" if "refusal" in labels else "for" if labels & {"approval", "override"} else "none"

    def _intent(
        self,
        order: Ordered | None,
        said: Sequence[Said],
        conflicts: Sequence[Conflict],
        questions: Sequence[Asked],
        approval: str,
    ) -> Intent:
        kinds = {one.kind for one in said}
        labels = {self.labels[row][0].name if self.is_idle(row) else self.label(row) for row in range(len(self.parts))}
        signs = (
            (order is not None, Intent.COMMAND),
            ("said" in kinds or bool(conflicts), Intent.ANSWER),
            ("recommended" in kinds, Intent.RECOMMENDATION),
            ("assumed" in kinds, Intent.UNKNOWN),
            (bool(questions), Intent.QUESTION),
            (approval == "for", Intent.APPROVAL),
            (approval == "against", Intent.REFUSAL),
            (not any(map(str.isalnum, re.sub(r":[a-z0-9_+-]+:", "", self.text))), Intent.SMALL_TALK),
            ("off_topic" in labels, Intent.OFF_TOPIC),
            ("small_talk" in labels, Intent.SMALL_TALK),
            ("recommendation" in labels, Intent.RECOMMENDATION),
            ("unknown" in labels, Intent.UNKNOWN),
        )
        return next((intent for is_so, intent in signs if is_so), Intent.ANSWER)


def _one_a_sentence(found: Sequence[Candidate]) -> list[Candidate]:
    """Of several values that a sentence gives to a slot the one that fits best, where none takes another back."""
    kept: list[Candidate] = []
    for one in found:
        rivals = [o for o in found if o is not one and o.slot is one.slot and o.part.sentence == one.part.sentence]
        plain = one.slot.kind not in GROWS and not any(marks.corrects(each.part.text) for each in (one, *rivals))
        if not plain or all((one.weight, one.start) > (o.weight, o.start) for o in rivals):
            kept.append(one)
    return kept


def _settled(found: Sequence[Said]) -> tuple[list[Said], list[Conflict]]:
    """One value a slot: a later one that corrects takes the earlier's place, one that does not is a conflict."""
    values: dict[str, Said] = {}
    conflicts: dict[str, Conflict] = {}
    for one in found:
        first = values.get(one.slot)
        if first is None or one.corrects or same(first.value, one.value) or _same_day(first, one):
            values[one.slot] = one if first is None or one.corrects else first
            if one.corrects:
                conflicts.pop(one.slot, None)
        else:
            conflicts[one.slot] = Conflict(slot=one.slot, first=first, second=one)
    return [one for name, one in values.items() if name not in conflicts], list(conflicts.values())


def _same_day(one: Said, other: Said) -> bool:
    return isinstance(one.value, str) and isinstance(other.value, str) and dates.alike(one.value, other.value)


def _quote(one: Candidate) -> str:
    """The clause where it is short, else the value with what stands beside it."""
    text = one.part.text.strip()
    return text if len(text) <= 160 else one.reading.said


def _stand_in(slot: Slot, text: str) -> Said | None:
    """What a named line says in place of a value."""
    kind = "recommended" if marks.takes(text) else "assumed" if marks.unknown(text) else ""
    return _stood(slot, text, kind) if kind else None


def _stood(slot: Slot, text: str, kind: str) -> Said | None:
    if slot.recommended is None:
        return None
    return Said(
        slot=slot.name, value=slot.recommended, quote=text, kind="recommended" if kind == "recommended" else "assumed"
    )
