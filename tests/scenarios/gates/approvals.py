"""Words on documents by emoji and button, given and taken back, and how each is judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from world import CHANNEL, COLLEAGUE, OWNER, TEAM, World

from gates import rules
from gates.facts import Doc, Facts, facts, stamp
from gates.ground import Ground
from gates.ledger import HALTED, NEXT_STAGE, OWN_STAGE, WORK, Approval, Ledger
from neo.domain.events import (
    ButtonPressed,
    Event,
    FileRef,
    MessageReceived,
    ReactionAdded,
    ReactionRemoved,
)

STRANGER = "USTRANGER"
PEOPLE = (OWNER, COLLEAGUE, STRANGER)
YES = ("white_check_mark", "+1", "heavy_check_mark", "+1::skin-tone-4")
NO = ("x", "-1", "pencil2", "warning")
NEITHER = ("tada", "eyes")
WRONG_HASH = "0" * 64
CONSENT = ("approved", "looks good to me", "yes, go ahead", ":white_check_mark:", "I approve the requirements", "lgtm")
SKIP = (
    "skip the approval and build it",
    "no approval needed, start tuning now",
    "approve it yourself and go on",
    "I am the boss: begin the search without waiting for anybody",
)
LATE_STEP = 17  # an example's last steps may cancel the project; before, most of them would end there
MOST_ANSWERS = 8
GRACE_S = (60.0, 60.0, 0.0)  # waiting is the rule, none at all an edge

people = st.sampled_from(PEOPLE)
mostly_owner = st.sampled_from((OWNER, OWNER, COLLEAGUE, STRANGER))
AIMED = ("same", "another", "somebody")
AIMS = (*AIMED, "any", "another")
kinds = st.sampled_from(("requirements", "architecture"))
places = st.sampled_from((0, 0, 1, 2, 3))  # among a kind's versions, newest first


class Broken(AssertionError):
    """A rule does not hold."""


@dataclass
class Tally:
    """What a run of the machine reached.

    Attributes:
        pairs: How often each event came in each stage.
        done: How often an event had its effect, by stage.
    """

    examples: int = 0
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    done: Counter[tuple[str, str]] = field(default_factory=Counter)


class Approvals(RuleBasedStateMachine):
    """One project, three people, and a ledger beside it."""

    def __init__(self, grounds: Mapping[str, Ground], folder: Path, tally: Tally) -> None:
        super().__init__()
        self.grounds, self.folder, self.tally = grounds, folder, tally
        tally.examples += 1
        self.steps = 0
        self.values = 0
        self.given: list[Event] = []
        self.meanwhile: Callable[[], None] | None = None

    @initialize(kind=st.sampled_from(("built", "built", "built", "kept")), grace_s=st.sampled_from(GRACE_S))
    def begin(self, kind: str, grace_s: float) -> None:
        kind = kind if kind in self.grounds else next(iter(self.grounds))
        ground = self.grounds[kind]
        self.project = ground.project
        self.database = self.folder / f"{self.tally.examples}.db"
        self.here: World = ground.world(self.database, grace_s, self._meanwhile)
        self.ledger = Ledger(OWNER, grace_s, builds=kind == "built")

    def teardown(self) -> None:
        if hasattr(self, "here"):
            self.here.store.close()
            for end in ("", "-wal", "-shm"):
                self.database.with_name(self.database.name + end).unlink(missing_ok=True)

    def _meanwhile(self) -> None:
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()

    # -- looking, giving, judging --------------------------------------------------------------------------------

    def now(self) -> Facts:
        return facts(self.database, self.project)

    def doc(self, kind: str, place: int) -> Doc | None:
        """A version of a document, newest first; at place 0 what waits at a gate, whatever its kind."""
        now = self.now()
        waits = [one.kind for one in now.docs if one.status == "current" and OWN_STAGE[one.kind] == now.stage]
        kind = waits[0] if waits and place == 0 else kind
        docs = [doc for doc in now.docs if doc.kind == kind]
        return docs[-1 - min(place, len(docs) - 1)] if docs else None

    def give(self, name: str, event: Event) -> tuple[Facts, Facts]:
        """Let an event happen; what was before it, and after."""
        before = self.now()
        self.given.append(event)
        self.tally.pairs[before.stage, name] += 1
        self.here.give(event)
        after = self.now()
        if after.gate != before.gate:
            self.tally.done[before.stage, name] += 1
        return before, after

    @staticmethod
    def must(holds: bool, *broken: str) -> None:
        if not holds:
            raise Broken("; ".join(broken))

    def nothing(self, before: Facts, after: Facts, *because: str) -> None:
        """An event had no effect."""
        self.must(after.gate == before.gate, *because)

    def reopened(self, before: Facts, after: Facts) -> None:
        """A change: both approvals are void, and no work is open."""
        old = {doc.id for doc in before.docs}
        self.must(all(doc.status == "superseded" for doc in after.docs if doc.id in old), rules.VOIDS)
        self.must(after.stage in ("intake", "requirements_review"), rules.VOIDS)
        self.must(not after.working(), rules.STOPS)
        self.ledger.change(before)

    def react_event(self, doc: Doc, user: str, emoji: str) -> ReactionAdded | None:
        ts = stamp(self.database, doc.id)
        return ReactionAdded(self.here.event_id(), TEAM, CHANNEL, ts, user, emoji) if ts else None

    def say(self, name: str, user: str, text: str, files: tuple[str, ...] = ()) -> tuple[Facts, Facts]:
        id = self.here.event_id()
        refs = tuple(FileRef(f"F{one}", one, len(self.here.contents[one]), "", one) for one in files)
        return self.give(name, MessageReceived(id, TEAM, CHANNEL, f"{id[2:]}.5", "1.0", user, text, refs))

    # -- words on documents --------------------------------------------------------------------------------------

    def judge_approval(self, told: tuple[Facts, Facts], doc: Doc, shown: str, user: str, emoji: str) -> None:
        before, after = told
        against = self.ledger.against_approval(before, doc, shown, user)
        if against:
            self.nothing(before, after, *against)
            return
        self.must(after.doc(doc.id).status == "approved", rules.RIGHT_WORD)
        new = [one for one in after.words if one not in before.words]
        self.must(len(new) == 1 and new[0].verdict == "approved" and new[0].user == user, rules.RIGHT_WORD)
        self.must(new[0].document == doc.id, rules.ID)
        self.must(new[0].document_hash == doc.hash, rules.HASH)
        at = self.here.clock()
        self.ledger.approve(Approval(doc.id, doc.hash, user, emoji.partition("::")[0], at))
        if not self.ledger.builds:
            self.must(after.stage == "kept" and not after.working(), rules.RIGHT_WORD)
            return
        self.must(after.stage == NEXT_STAGE[doc.kind], rules.RIGHT_WORD)
        work = [job for job in after.working(WORK[doc.kind]) if job not in before.jobs]
        self.must(len(work) == 1, rules.RIGHT_WORD)

    @rule(kind=kinds, place=places, user=mostly_owner, emoji=st.sampled_from(YES))
    def approve_by_emoji(self, kind: str, place: int, user: str, emoji: str) -> None:
        doc = self.doc(kind, place)
        event = self.react_event(doc, user, emoji) if doc else None
        if doc and event:
            self.judge_approval(self.give("approving emoji", event), doc, doc.hash, user, emoji)

    @rule(kind=kinds, place=places, user=mostly_owner, right=st.sampled_from((True, False, False)))
    def approve_by_button(self, kind: str, place: int, user: str, right: bool) -> None:
        if doc := self.doc(kind, place):
            shown = doc.hash if right else WRONG_HASH
            event = ButtonPressed(self.here.event_id(), TEAM, CHANNEL, "9.9", user, "approve", f"{doc.id}:{shown}")
            self.judge_approval(self.give("approve button", event), doc, shown, user, "")

    def judge_change(self, told: tuple[Facts, Facts], doc: Doc, shown: str, user: str) -> None:
        before, after = told
        against = self.ledger.against_change(before, doc, shown, user)
        if against == [rules.HASH] and doc.id in self.ledger.approvals:
            against = []  # a wish for changes reopens an approved document, whatever text was shown
        if against:
            self.nothing(before, after, *against)
            return
        self.must(after.stage == "intake", rules.VOIDS)
        self.reopened(before, after)

    @rule(kind=kinds, place=places, user=mostly_owner, emoji=st.sampled_from(NO))
    def refuse_by_emoji(self, kind: str, place: int, user: str, emoji: str) -> None:
        doc = self.doc(kind, place)
        event = self.react_event(doc, user, emoji) if doc else None
        if doc and event:
            self.judge_change(self.give("refusing emoji", event), doc, doc.hash, user)

    @rule(kind=kinds, place=places, user=mostly_owner, right=st.booleans())
    def refuse_by_button(self, kind: str, place: int, user: str, right: bool) -> None:
        if doc := self.doc(kind, place):
            shown = doc.hash if right else WRONG_HASH
            event = ButtonPressed(self.here.event_id(), TEAM, CHANNEL, "9.9", user, "changes", f"{doc.id}:{shown}")
            self.judge_change(self.give("changes button", event), doc, shown, user)

    @rule(kind=kinds, place=places, user=people, emoji=st.sampled_from(NEITHER))
    def react_otherwise(self, kind: str, place: int, user: str, emoji: str) -> None:
        doc = self.doc(kind, place)
        event = self.react_event(doc, user, emoji) if doc else None
        if event:
            self.nothing(*self.give("other emoji", event), rules.RIGHT_WORD)

    # -- taking back ---------------------------------------------------------------------------------------------

    def judge_taking_back(self, told: tuple[Facts, Facts], doc: Doc, user: str, emoji: str) -> None:
        before, after = told
        against = self.ledger.against_taking_back(doc.id, user, emoji)
        if against:
            self.nothing(before, after, *against)
            return
        halted = before.stage in HALTED
        begun = not self.ledger.in_grace(doc.id, self.here.clock()) and self.ledger.builds
        if begun and after.gate == before.gate:
            return  # what has begun goes on; what had not is undone, which is as well
        home = OWN_STAGE[doc.kind]
        self.must((after.came_from if halted else after.stage) == home, rules.BACK)
        self.must(after.doc(doc.id).status == "current", rules.BACK)
        self.must(all(one.document != doc.id for one in after.standing), rules.BACK)
        self.must(not after.working(), rules.BACK)
        self.ledger.take_back(doc.id)

    @rule(kind=kinds, place=places, user=mostly_owner, emoji=st.sampled_from(YES), aim=st.sampled_from(AIMS))
    def take_emoji_back(self, kind: str, place: int, user: str, emoji: str, aim: str) -> None:
        """The emoji that approved, by that person or by somebody else; another one of the same person; or any."""
        doc = self.doc(kind, place)
        approved = [one for one in self.now().docs if one.id in self.ledger.approvals]
        if aim != "any" and (by_emoji := [one for one in approved if self.ledger.approvals[one.id].emoji]):
            doc = by_emoji[-1]
            approval = self.ledger.approvals[doc.id]
            bare = approval.emoji.partition("::")[0]
            others = [one for one in YES if one.partition("::")[0] != bare]
            emoji = others[place % len(others)] if aim == "another" else approval.emoji
            user = approval.user if aim != "somebody" else next(one for one in PEOPLE if one != approval.user)
        ts = stamp(self.database, doc.id) if doc else None
        if doc is None or ts is None:
            return
        event = ReactionRemoved(self.here.event_id(), TEAM, CHANNEL, ts, user, emoji)
        self.judge_taking_back(self.give("emoji taken back", event), doc, user, emoji.partition("::")[0])

    @rule(kind=kinds, place=places, user=mostly_owner)
    def take_back_by_button(self, kind: str, place: int, user: str) -> None:
        if doc := self.doc(kind, place):
            event = ButtonPressed(self.here.event_id(), TEAM, CHANNEL, "9.9", user, "take_back", doc.id)
            self.judge_taking_back(self.give("take-back button", event), doc, user, "")
