"""Any order of events at the gates, over real services and a real database; after each step the rules must hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from world import CHANNEL, COLLEAGUE, OWNER, TEAM, World

from gates import rules
from gates.facts import Doc, Facts, facts, requirement, stamp
from gates.ground import Ground, restarted
from gates.ledger import CHANGEABLE, FINISHED, HALTED, NEXT_STAGE, OWN_STAGE, READS_WORDS, WORK, Approval, Ledger
from neo.domain.events import (
    ButtonPressed,
    CommandGiven,
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
kinds = st.sampled_from(("requirements", "architecture"))
places = st.integers(0, 3)  # among a kind's versions, newest first


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


class Gates(RuleBasedStateMachine):
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
        """A version of a document, the newest at place 0; an older one where there are not so many."""
        docs = [doc for doc in self.now().docs if doc.kind == kind]
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
        return self.give(name, MessageReceived(id, TEAM, CHANNEL, f"{id[2:]}.0", "1.0", user, text, refs))

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

    @rule(kind=kinds, place=places, user=mostly_owner, right=st.booleans())
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

    @rule(kind=kinds, place=places, user=mostly_owner, emoji=st.sampled_from(YES), same=st.booleans())
    def take_emoji_back(self, kind: str, place: int, user: str, emoji: str, same: bool) -> None:
        doc = self.doc(kind, place)
        ts = stamp(self.database, doc.id) if doc else None
        if doc is None or ts is None:
            return
        approval = self.ledger.approvals.get(doc.id)
        if same and approval is not None and approval.emoji:
            emoji = approval.emoji
        event = ReactionRemoved(self.here.event_id(), TEAM, CHANNEL, ts, user, emoji)
        self.judge_taking_back(self.give("emoji taken back", event), doc, user, emoji.partition("::")[0])

    @rule(kind=kinds, place=places, user=mostly_owner)
    def take_back_by_button(self, kind: str, place: int, user: str) -> None:
        if doc := self.doc(kind, place):
            event = ButtonPressed(self.here.event_id(), TEAM, CHANNEL, "9.9", user, "take_back", doc.id)
            self.judge_taking_back(self.give("take-back button", event), doc, user, "")

    # -- words, commands, files ----------------------------------------------------------------------------------

    @rule(user=mostly_owner, text=st.sampled_from(CONSENT))
    def consent_in_words(self, user: str, text: str) -> None:
        before, after = self.say("words of approval", user, text)
        self.must((after.docs, after.words) == (before.docs, before.words), rules.WORDS)
        if before.stage != "intake":
            self.nothing(before, after, rules.WORDS)

    @rule(user=mostly_owner, text=st.sampled_from(SKIP))
    def skip_in_words(self, user: str, text: str) -> None:
        """Such words may hold a wish, which is a change; they never approve."""
        before, after = self.say("words to skip approval", user, text)
        self.must(after.words == before.words, rules.WORDS)
        self.must(after.stage not in ("architecture_review", "tuning") or after.stage == before.stage, rules.WORDS)
        if after.gate != before.gate and before.stage != "intake":
            self.must(self.ledger.may_approve(user) and before.stage in READS_WORDS, rules.PEOPLE)
            self.reopened(before, after)

    @rule(user=mostly_owner)
    def change_in_words(self, user: str) -> None:
        self.values += 1
        before, after = self.say("change in words", user, f"accuracy {61 + self.values % 30} %")
        self.judge_words(before, after, user, READS_WORDS)

    @rule(user=mostly_owner)
    def change_to_nothing(self, user: str) -> None:
        """A budget of nothing is a value like any other."""
        before, after = self.say("change to zero", user, "it must cost 0 cents per question, $0 a month")
        self.must(after.words == before.words, rules.WORDS)
        if after.gate != before.gate and before.stage != "intake":
            self.must(self.ledger.may_approve(user) and before.stage in READS_WORDS, rules.PEOPLE)
            self.reopened(before, after)

    @rule(user=mostly_owner)
    def change_a_requirement(self, user: str) -> None:
        doc = self.doc("requirements", 0)
        id = requirement(self.database, doc.id, "accuracy") if doc else None
        if id:
            self.values += 1
            before, after = self.say("change of a requirement", user, f"change {id} to {61 + self.values % 30} %")
            self.judge_words(before, after, user, READS_WORDS)

    def judge_words(self, before: Facts, after: Facts, user: str, stages: tuple[str, ...]) -> None:
        """A change that is said."""
        if before.stage == "intake":
            self.must((after.docs, after.words) == (before.docs, before.words), rules.WORDS)
        elif before.stage in stages and self.ledger.may_approve(user):
            self.reopened(before, after)
        else:
            self.nothing(before, after, rules.WORDS)

    def order(self, command: str, user: str, slash: bool) -> tuple[Facts, Facts]:
        if slash:
            event = CommandGiven(self.here.event_id(), TEAM, CHANNEL, user, command)
            return self.give(command, event)
        return self.say(command, user, command)

    @rule(user=mostly_owner, slash=st.booleans(), command=st.sampled_from(("change", "start over")))
    def order_a_change(self, user: str, slash: bool, command: str) -> None:
        before, after = self.order(command, user, slash)
        if before.stage in CHANGEABLE and self.ledger.may_approve(user):
            self.reopened(before, after)
        elif before.stage == "intake":
            self.must((after.docs, after.words) == (before.docs, before.words), rules.WORDS)
        else:
            self.nothing(before, after, rules.PEOPLE)

    @rule(user=mostly_owner, slash=st.booleans())
    def pause(self, user: str, slash: bool) -> None:
        before, after = self.order("pause", user, slash)
        if self.ledger.may_approve(user) and before.stage not in ("paused", *FINISHED):
            came_from = before.came_from if before.stage == "failed" else before.stage
            self.must((after.stage, after.came_from) == ("paused", came_from), rules.INTERRUPTED)
            self.must(not after.working(), rules.INTERRUPTED)
            self.must((after.docs, after.words) == (before.docs, before.words), rules.INTERRUPTED)
        else:
            self.nothing(before, after, rules.PEOPLE)

    @rule(user=mostly_owner, slash=st.booleans(), command=st.sampled_from(("resume", "resume", "retry")))
    def go_on(self, user: str, slash: bool, command: str) -> None:
        before, after = self.order(command, user, slash)
        if self.ledger.may_approve(user) and before.stage == {"resume": "paused", "retry": "failed"}[command]:
            self.must(after.stage == before.came_from, rules.RETURNS)
            self.must((after.docs, after.words) == (before.docs, before.words), rules.RETURNS)
        else:
            self.nothing(before, after, rules.PEOPLE)

    @precondition(lambda self: self.steps >= LATE_STEP)
    @rule(user=mostly_owner, slash=st.booleans())
    def cancel(self, user: str, slash: bool) -> None:
        before, after = self.order("cancel", user, slash)
        if self.ledger.may_approve(user) and before.stage not in FINISHED:
            self.must(after.stage == "cancelled" and not after.working(), rules.INTERRUPTED)
            self.must(all(doc.status == "superseded" for doc in after.docs), rules.ENDS)
            self.ledger.change(before)
        else:
            self.nothing(before, after, rules.PEOPLE)

    @rule(user=mostly_owner, whom=st.sampled_from((COLLEAGUE, COLLEAGUE, STRANGER)), may=st.booleans())
    def name_approver(self, user: str, whom: str, may: bool) -> None:
        text = f"let <@{whom}> approve" if may else f"<@{whom}> may not approve any more"
        before, after = self.say("approver named" if may else "approver removed", user, text)
        self.nothing(before, after, rules.NAMING)
        if user == OWNER and before.stage in ("intake", *READS_WORDS):
            (self.ledger.named.add if may else self.ledger.named.discard)(whom)
        self.must(after.approvers == self.ledger.named, rules.NAMING)

    @rule(user=people, name=st.sampled_from(("more.md", "returns.md")))
    def send_a_file(self, user: str, name: str) -> None:
        before, after = self.say("file", user, "", (name,))
        self.nothing(before, after, rules.WORDS)
        taken = before.stage in ("intake", "requirements_review")
        self.must((len(after.files) > len(before.files)) == taken, rules.VOIDS)

    # -- time, work, faults --------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from((20.0, 61.0, 400.0)))
    def later(self, seconds: float) -> None:
        self.here.later(seconds)

    @rule(jobs=st.integers(1, 3))
    def work(self, jobs: int) -> None:
        """A worker takes what is due, but never a search."""
        for _ in range(jobs):
            if not self.one_job():
                return

    def one_job(self) -> bool:
        before = self.now()
        ran = self.here.neo.work("short")
        self.here.settle()
        after = self.now()
        self.judge_job(before, after)
        return ran

    def judge_job(self, before: Facts, after: Facts) -> None:
        over = {job.kind for job in before.jobs} - {job.kind for job in after.jobs}
        self.tally.pairs[before.stage, "job"] += bool(over)
        new = {doc.kind for doc in after.docs} if len(after.docs) > len(before.docs) else set()
        self.must(after.words == before.words, rules.WORDS)
        if "receive_files" in over and before.stage == "requirements_review":
            self.reopened(before, after)
        elif after.stage != before.stage:
            expected = before.stage == "intake" and after.stage == "requirements_review"
            self.must(expected or after.stage == "failed", rules.OWN_STAGE)
        if new and before.stage in HALTED:
            self.must(False, rules.INTERRUPTED)

    @rule()
    def restart(self) -> None:
        before = self.now()
        self.here.neo = restarted(self.here)
        self.tally.pairs[before.stage, "restart"] += 1
        self.nothing(before, self.now(), rules.HANDLED_ONCE)

    @precondition(lambda self: self.given)
    @rule(place=st.integers(0, 12))
    def deliver_again(self, place: int) -> None:
        """The newest event or an older one comes once more, as it came."""
        event = self.given[-1 - min(place, len(self.given) - 1)]
        before = self.now()
        said = len(self.here.rows())
        self.tally.pairs[before.stage, "event again"] += 1
        self.here.give(event)
        self.nothing(before, self.now(), rules.HANDLED_ONCE)
        self.must(len(self.here.rows()) == said, rules.HANDLED_ONCE)

    @precondition(lambda self: self.ledger.builds)
    @rule(again=st.booleans(), paused=st.booleans())
    def change_while_measuring(self, again: bool, paused: bool) -> None:
        """The work is stopped while it runs, and the gate may even be opened anew before it ends."""
        self.walk_to("architecture_review")
        before = self.now()
        if before.stage != "architecture_review" or before.newest("architecture") in self.living(before):
            return
        seen: list[int] = []

        def happens() -> None:
            self.order("pause" if paused else "change", OWNER, slash=False)
            self.ledger_after_stop(paused)
            if paused and again:
                self.order("resume", OWNER, slash=False)
            elif again:
                self.change_in_words(OWNER)
                self.walk_to("architecture_review", works=1)
            seen.append(len(self.now().docs))

        self.meanwhile = happens
        self.here.later(self.ledger.grace_s + 1)
        while self.meanwhile is not None and self.here.neo.work("short"):
            self.here.settle()
        self.here.settle()
        self.meanwhile = None
        if seen:
            self.must(len(self.now().docs) == seen[0], rules.STOPPED_POSTS_NOTHING)

    def ledger_after_stop(self, paused: bool) -> None:
        if not paused:
            self.ledger.change(self.now())

    def living(self, now: Facts) -> list[Doc]:
        return [doc for doc in now.docs if self.ledger.alive(now, doc)]

    @precondition(lambda self: self.ledger.builds)
    @rule()
    def fail(self) -> None:
        """A file is lost while the architecture is measured, until the last attempt has failed."""
        self.walk_to("architecture_review")
        now = self.now()
        if now.stage != "architecture_review" or not now.working("write_architecture"):
            return

        def lost() -> None:
            self.meanwhile = lost
            raise OSError("the disk cannot be read")

        self.meanwhile = lost
        for _ in range(8):
            self.here.later(400)
            if not self.one_job():
                break
        self.meanwhile = None

    # -- walks to the gates --------------------------------------------------------------------------------------

    @rule(goal=st.sampled_from(("requirements_review", "architecture_review", "planned", "tuning")))
    def walk(self, goal: str) -> None:
        """Go to a gate on purpose: chance hardly ever comes so far."""
        self.walk_to(goal)

    def walk_to(self, goal: str, works: int = 6) -> None:
        if self.now().stage == "paused":
            self.go_on(OWNER, False, "resume")
        if self.now().stage == "failed":
            self.go_on(OWNER, False, "retry")
        if self.now().stage in FINISHED:
            return
        if self.now().stage == "kept" or (goal == "requirements_review" and self.now().stage != goal):
            self.order_a_change(OWNER, False, "change")
        self.to_requirements(works)
        if goal == "requirements_review":
            return
        self.pass_gate("requirements")
        if goal == "architecture_review" or self.now().stage != "architecture_review":
            return
        self.here.later(self.ledger.grace_s + 1)
        self.work(works)
        if goal == "tuning":
            self.pass_gate("architecture")

    def to_requirements(self, works: int) -> None:
        for _ in range(MOST_ANSWERS):
            if self.now().stage != "intake":
                break
            self.work(works)
            self.here.press("recommended", self.project)
            self.here.say("as you recommend")
        self.work(works)

    def pass_gate(self, kind: str) -> None:
        now = self.now()
        doc = now.newest(kind)
        if doc is not None and now.stage == OWN_STAGE[kind] and self.ledger.alive(now, doc):
            self.approve_by_button(kind, 0, OWNER, True) if doc.version % 2 else self.approve_by_emoji(
                kind, 0, OWNER, YES[doc.version % len(YES)]
            )

    # -- what holds after every step -----------------------------------------------------------------------------

    @invariant()
    def count(self) -> None:
        self.steps += 1

    @invariant()
    def rules_hold(self) -> None:
        if not hasattr(self, "here"):
            return
        now, at = self.now(), self.here.clock()
        requirements, architecture = (self.ledger.approved(now, kind) for kind in ("requirements", "architecture"))
        planning, tuning = now.working("write_architecture"), now.working("tune")
        self.must(requirements or not (planning or now.stage == "architecture_review"), rules.REQUIREMENTS_FIRST)
        self.must((requirements and architecture) or not (tuning or now.stage == "tuning"), rules.BOTH_FIRST)
        for kind in ("requirements", "architecture"):
            doc = now.newest(kind)
            approval = self.ledger.approvals.get(doc.id) if doc else None
            for job in now.working(WORK[kind]) if approval else ():
                self.must(job.not_before >= approval.at + self.ledger.grace_s, rules.GRACE)
        self.must(not now.working() or now.stage not in HALTED, rules.INTERRUPTED)
        self.must(all(doc.id in self.ledger.approvals for doc in now.docs if doc.status == "approved"), rules.ID)
        counts = Counter(one.document for one in now.standing)
        self.must(all(counts[id] == 1 for id in self.ledger.approvals), rules.ONCE)
        self.must(now.approvers == self.ledger.named, rules.NAMING)
        self.must(at >= 0, rules.GRACE)
