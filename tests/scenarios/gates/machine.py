"""Any order of events at the gates, over real services and a real database; after each step the rules must hold."""

from __future__ import annotations

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from world import CHANNEL, COLLEAGUE, OWNER, TEAM

from gates import rules
from gates.approvals import (
    AIMED,
    CONSENT,
    LATE_STEP,
    MOST_ANSWERS,
    SKIP,
    STRANGER,
    YES,
    Approvals,
    Broken,
    Tally,
    mostly_owner,
    people,
    places,
)
from gates.facts import Doc, Facts, requirement
from gates.ground import restarted
from gates.ledger import CHANGEABLE, FINISHED, HALTED, OWN_STAGE, READS_WORDS, WORK
from neo.domain.events import (
    CommandGiven,
)

__all__ = ["Broken", "Gates", "Tally"]


class Gates(Approvals):
    """One project, three people, and a ledger beside it."""

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

    # An example leaves out some of its rules: with rules of their own few leave out all ways to a gate.
    @rule()
    def walk_to_the_first_gate(self) -> None:
        self.walk_to("requirements_review")

    @rule()
    def walk_past_the_first_gate(self) -> None:
        self.walk_to("architecture_review")

    @rule(user=mostly_owner, right=st.booleans())
    def press_at_the_first_gate(self, user: str, right: bool) -> None:
        """A button of an outdated text, or a stranger's press, while a document waits: rare by chance."""
        self.walk_to("requirements_review")
        self.rules_hold()
        self.approve_by_button("requirements", 0, user, right)

    @rule(emoji=st.sampled_from(YES), place=places, aim=st.sampled_from(AIMED))
    def approve_then_take_back(self, emoji: str, place: int, aim: str) -> None:
        """An emoji that approved is rare, and one that is taken back after it rarer."""
        self.walk_to("requirements_review")
        self.approve_by_emoji("requirements", 0, OWNER, emoji)
        self.rules_hold()
        self.take_emoji_back("requirements", place, OWNER, emoji, aim)

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
            self.approve_by_button(kind, 0, OWNER, True) if len(self.given) % 2 else self.approve_by_emoji(
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
