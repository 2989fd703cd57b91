"""A scripted person: sees what Slack shows, answers what is asked, and does what their profile says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.dialogue.material import OF_SKILL
from bot.dialogue.profiles import Contradiction, Profile
from bot.dialogue.stage import COLLEAGUE, GRACE_S, OWNER, Seen, Stage
from bot.dialogue.variation import Variation

MOST_STEPS = 30
LEAVES_IT = ("as you recommend", "whatever you suggest is fine", "I leave that to you", "your call")
ALL_FINE = ("all fine", "nothing different", "no, that's all right", "everything as you assume")
NOT_FOUND = "found no answer to my questions"
FILES_WANTED = ("drop them into this thread", "Still needed")
# Where a conversation ends: once the requirements of a counter stand, Neo turns to its camera, and here is none.
ENDS, LAST = {"people_count": ("architecture_review",)}, ("kept", "tuning")
TICK, NOTHING = "white_check_mark", "tada"


@dataclass(frozen=True)
class Line:
    """A line of the transcript; *who* is ``neo`` or the person."""

    who: str
    text: str


@dataclass(frozen=True)
class AskedRow:
    """A question of Neo's.

    Attributes:
        redundant: Whether the person's words held the value of one of its slots already.
        needless: Whether the person has no value of any of its slots, and does not say that they lack one.
    """

    slots: tuple[str, ...]
    redundant: bool
    needless: bool


@dataclass
class Played:
    """What happened in one conversation."""

    lines: list[Line] = field(default_factory=list)
    asked: list[AskedRow] = field(default_factory=list)
    sayings: dict[str, list[str]] = field(default_factory=dict)  # by slot, in the person's words as they were sent
    surfaced: set[str] = field(default_factory=set)
    replies_missing: list[str] = field(default_factory=list)
    acts: int = 0
    reached: bool = False


class ScriptedPerson:
    """Plays one run of a profile.

    Args:
        watch: Called after each act, for the scorer's checks of the gates.
    """

    def __init__(self, profile: Profile, variation: Variation, stage: Stage, watch: Callable[[], None]) -> None:
        self.profile, self.vary, self.stage, self._watch = profile, variation, stage, watch
        self.played = Played()
        self._known: set[str] = set()  # slots whose value the person has said
        self._files = list(OF_SKILL[profile.skill])
        self._contradictions = list(profile.contradictions)
        self._changes = list(profile.changes)
        self._volunteers = [name for name, fact in profile.facts.items() if fact.when == "volunteer"]
        self._begun: set[str] = set()  # documents of which the false starts were made
        self._shown = 0
        self._rows: list[tuple[str, ...]] = []

    def play(self) -> Played:
        """Talk until both gates are open (or the one, of what is not built yet), or nothing more happens."""
        self._say([self.vary.typed(self.vary.choose(self.profile.opening.say))], self.profile.opening.gives)
        for _ in range(MOST_STEPS):
            new = self._look()
            if self._finished():
                self.played.reached = True
                break
            if not self._answer(new) and not self._document(new) and not self._nudge():
                break
        return self.played

    # What the person sees.

    def _look(self) -> list[Seen]:
        new = self.stage.shown.seen[self._shown :]
        self._shown = len(self.stage.shown.seen)
        for one in new:
            self.played.lines.append(Line("neo", f"(to you alone) {one.text}" if one.private else one.text))
            self._surface(one)
            if not one.conflict:
                self.played.asked += [self._row(row) for row in one.asks]
        return new

    def _row(self, slots: tuple[str, ...]) -> AskedRow:
        profile = self.profile
        redundant = any(name in self._known for name in slots)
        has = any(name in profile.facts or name in profile.unknown for name in slots)
        return AskedRow(slots, redundant, not has and not redundant)

    def _surface(self, one: Seen) -> None:
        """Whether a message of Neo's quotes both sayings of a planted contradiction."""
        for planted in self.profile.contradictions:
            sayings = self.played.sayings.get(planted.slot, [])
            quotes = [part for part in one.text.split('"')[1::2] if part.strip()]
            hit = {n for n, saying in enumerate(sayings) for quote in quotes if _flat(quote) in _flat(saying)}
            if len(sayings) >= 2 and len(hit) >= 2:
                self.played.surfaced.add(planted.slot)

    # What the person does.

    def _say(self, sentences: Sequence[str], gives: Sequence[str] = (), *, files: tuple[str, ...] = ()) -> None:
        for number, text in enumerate(self.vary.messages(sentences) or [""]):
            self.played.lines.append(
                Line("person", f"{text}{f' [files: {chr(44).join(files)}]' if files and not number else ''}")
            )
            for name in gives:
                self.played.sayings.setdefault(name, [])
            self._known.update(gives)
            self.stage.say(text, OWNER, files if not number else ())
            self._acted()

    def _acted(self) -> None:
        self.played.acts += 1
        self._watch()
        if self.played.acts == self.vary.restart_after:
            self.stage.restart()
            self._watch()

    def _saying(self, slot: str, ways: Sequence[str]) -> str:
        text = self.vary.typed(self.vary.choose(ways))
        self.played.sayings.setdefault(slot, []).append(text)
        return text

    def _answer(self, new: Sequence[Seen]) -> bool:
        conflict = next((one for one in reversed(new) if one.conflict), None)
        if conflict is not None:
            self._settle(conflict.conflict)
            new = [one for one in new if not one.conflict]
        rows = list(dict.fromkeys(row for one in new for row in one.asks))
        if not rows and any(NOT_FOUND in one.text for one in new):
            rows = self._rows  # said again, in other words where there are some
        self._rows = rows or self._rows
        wants_files = bool(self._files) and any(words in one.text for one in new for words in FILES_WANTED)
        if not rows and not wants_files:
            return conflict is not None
        self._chat()
        sentences, gives = self._answers(rows)
        early = [one for one in self._contradictions if one.slot in self._known]
        for one in early:
            self._contradict(one)
        late = [one for one in self._contradictions if one.slot in gives]
        files = tuple(self._files) if wants_files else ()
        self._files = [] if wants_files else self._files
        if sentences or files or not early:
            extra = [self._saying(one.slot, one.say) for one in late]
            self._contradictions = [one for one in self._contradictions if one not in late]
            self._say(
                [*sentences, *extra] or [self.vary.choose(ALL_FINE if rows else ("here are the files",))],
                gives,
                files=files,
            )
        return True

    def _answers(self, rows: Sequence[tuple[str, ...]]) -> tuple[list[str], list[str]]:
        """Sentences for what was asked, and for what the person says unasked."""
        sentences: list[str] = []
        gives: list[str] = []
        for row in rows:
            said = False
            for name in row:
                if (name in self._known or name in gives) and name in self.profile.told:
                    fact = self.profile.final(name)
                    if fact.say and len(row) == 1:  # asked again: said again
                        sentences.append(self._saying(name, fact.say))
                        said = True
                elif name in self.profile.facts:
                    sentences.append(self._saying(name, self.profile.facts[name].say))
                    gives.append(name)
                    said = True
                elif name in self.profile.unknown:
                    sentences.append(self.vary.typed(self.vary.choose(self.profile.unknown[name])))
                    said = True
            if not said and len(row) == 1 and len(rows) > 1:
                sentences.append(f"{row[0].replace('_', ' ')}: {self.vary.choose(LEAVES_IT)}")
            elif not said and len(row) == 1:
                sentences.append(self.vary.choose(LEAVES_IT))
        unasked = [name for name in self._volunteers if name not in self._known and name not in gives]
        for name in unasked:
            sentences.append(self._saying(name, self.profile.facts[name].say))
            gives.append(name)
        self._volunteers = []
        return self.vary.order(sentences), gives

    def _contradict(self, one: Contradiction) -> None:
        sayings = self.played.sayings.setdefault(one.slot, [])
        if not sayings:  # the first value stands in the opening
            sayings.append(self.played.lines[0].text)
        self._contradictions.remove(one)
        self._say([self._saying(one.slot, one.say)])

    def _settle(self, slot: str) -> bool:
        planted = next((one for one in self.profile.contradictions if one.slot == slot), None)
        fact = planted.settle if planted else self.profile.final(slot) if slot in self.profile.facts else None
        ways = fact.say if fact and fact.say else LEAVES_IT
        self._say([self.vary.typed(self.vary.choose(ways))], [slot])
        return True

    def _chat(self) -> None:
        """Small talk, questions and odd messages, each once, in the first answer's turn."""
        talk, odd, asks = self.profile.talk, self.profile.odd, [one for one in self.profile.asks if one.alone]
        self.profile = self.profile.model_copy(
            update={"talk": (), "odd": (), "asks": tuple(one for one in self.profile.asks if not one.alone)}
        )
        for text in talk:
            self._say([self.vary.typed(text)])
        for one in odd:
            self._expect(one.reply, lambda one=one: self._say_odd(one.say * one.repeat))  # type: ignore[misc]
        for ask in asks:
            self._expect(ask.answer, lambda ask=ask: self._say([self.vary.typed(self.vary.choose(ask.say))]))  # type: ignore[misc]

    def _say_odd(self, text: str) -> None:
        self.played.lines.append(Line("person", text if len(text) < 300 else f"{text[:300]}… ({len(text)} characters)"))
        self.stage.say(text, OWNER)
        self._acted()

    def _expect(self, words: Sequence[str], act: Callable[[], None]) -> None:
        before = len(self.stage.shown.seen)
        act()
        shown = " ".join(one.text for one in self.stage.shown.seen[before:]).lower()
        if words and not any(word.lower() in shown for word in words):
            self.played.replies_missing.append(f"none of {list(words)} in the reply: {shown[:200]!r}")

    # Documents.

    def _document(self, new: Sequence[Seen]) -> bool:
        posted = [one for one in self.stage.shown.seen if one.document]
        if not posted:
            return False
        newest = posted[-1]
        if any(one.document for one in new) or self._waits_for_approval(newest):
            return self._decide(newest, posted)
        return False

    def _waits_for_approval(self, newest: Seen) -> bool:
        row = self.stage.document(newest.document)
        return row is not None and row.status == "current"

    def _decide(self, newest: Seen, posted: Sequence[Seen]) -> bool:
        when = "requirements" if newest.document == "requirements" else "approved"
        change = next((one for one in self._changes if one.when == when), None)
        if change is not None:
            self._changes.remove(change)
            self._say([self._saying(change.slot, change.say)], [change.slot])
            return True
        if newest.document not in self._begun:
            self._begun.add(newest.document)
            self._false_starts(newest, posted)
        self._react(newest.ts, TICK)
        late = next((one for one in self._changes if one.when == "approved"), None)
        if late is not None and self.profile.skill != "rag":  # what is not built has one gate alone
            self._changes.remove(late)
            self._say([self._saying(late.slot, late.say)], [late.slot])
            return True
        self.stage.later(GRACE_S + 1)
        self._watch()
        return True

    def _false_starts(self, newest: Seen, posted: Sequence[Seen]) -> None:
        older = [one for one in posted if one.document == newest.document and one.ts != newest.ts]
        for step in self.profile.approves:
            if step == "words":
                self._expect(("emoji", "react"), lambda: self._say([self.vary.choose(self.profile.words)]))
            elif step == "emoji":
                self._react(newest.ts, NOTHING)
            elif step == "colleague":
                self._react(newest.ts, TICK, COLLEAGUE)
            elif step == "stale" and older:
                self._react(older[-1].ts, TICK)
            elif step == "take_back":
                self._react(newest.ts, TICK)
                self._react(newest.ts, TICK, take_back=True)

    def _react(self, ts: str, emoji: str, user: str = OWNER, *, take_back: bool = False) -> None:
        what = "takes back" if take_back else "reacts with"
        self.played.lines.append(Line("person" if user == OWNER else "colleague", f"({what} :{emoji}:)"))
        self.stage.react(ts, emoji, user, take_back=take_back)
        self._acted()

    def _nudge(self) -> bool:
        """When nothing was asked: files that were not sent, and what the person still wants to say."""
        if self._files:
            files, self._files = tuple(self._files), []
            self._say(["here are the files"], files=files)
            return True
        return False

    def _finished(self) -> bool:
        project = self.stage.project()
        return project is not None and project.stage in ENDS.get(self.profile.skill, LAST) and not self._changes


def _flat(text: str) -> str:
    return " ".join("".join(c.lower() if c.isalnum() else " " for c in text).split())
