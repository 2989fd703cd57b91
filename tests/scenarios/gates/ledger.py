"""The independent model: who may approve, which words were right when they came, which were taken back or voided.

It is fed with the events that the machine gives, and asked what each may do; it never asks the product.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gates import rules
from gates.facts import Doc, Facts

OWN_STAGE = {"requirements": "requirements_review", "architecture": "architecture_review"}
NEXT_STAGE = {"requirements": "architecture_review", "architecture": "tuning"}
WORK = {"requirements": "write_architecture", "architecture": "tune"}
FINISHED = ("cancelled", "closed")
HALTED = ("paused", "failed", *FINISHED)
CHANGEABLE = ("requirements_review", "architecture_review", "tuning", "kept")
READS_WORDS = ("requirements_review", "architecture_review", "kept")


@dataclass
class Approval:
    """A right word: by whom, of which text, how (an emoji's name, or empty for a button), when."""

    document: str
    hash: str
    user: str
    emoji: str
    at: float


@dataclass
class Ledger:
    """What the machine's own events add up to.

    Attributes:
        approvals: By the document's id; those that stand.
        void: Ids of documents that a change, or the project's end, made history.
        named: Approvers beside the owner.
    """

    owner: str
    grace_s: float
    builds: bool
    approvals: dict[str, Approval] = field(default_factory=dict)
    void: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)

    def may_approve(self, user: str) -> bool:
        """Whether a person's word counts."""
        return user == self.owner or user in self.named

    def alive(self, now: Facts, doc: Doc) -> bool:
        """Whether a document is the one to be approved, or that was."""
        newest = now.newest(doc.kind)
        return newest is not None and newest.id == doc.id and doc.id not in self.void

    def against_approval(self, now: Facts, doc: Doc, shown: str, user: str) -> list[str]:
        """The rules by which a word of approval counts for nothing; empty when it is right."""
        reasons = {
            rules.PEOPLE: not self.may_approve(user),
            rules.HASH: shown != doc.hash,
            rules.ID: not self.alive(now, doc),
            rules.ONCE: doc.id in self.approvals,
            rules.OWN_STAGE: now.stage != OWN_STAGE[doc.kind],
            rules.UNREAD: any(status == "waiting" for _, status in now.files),
        }
        return [rule for rule, holds in reasons.items() if holds]

    def against_change(self, now: Facts, doc: Doc, shown: str, user: str) -> list[str]:
        """The rules by which a wish for changes to a document counts for nothing."""
        reasons = {
            rules.PEOPLE: not self.may_approve(user),
            rules.HASH: shown != doc.hash,
            rules.ID: not self.alive(now, doc),
            rules.OWN_STAGE: now.stage not in CHANGEABLE,
        }
        return [rule for rule, holds in reasons.items() if holds]

    def against_taking_back(self, doc: str, user: str, emoji: str) -> list[str]:
        """The rules by which taking something back undoes nothing; *emoji* is empty for the button."""
        approval = self.approvals.get(doc)
        if approval is None:
            return [rules.BACK_DOCUMENT]
        reasons = {
            rules.BACK_PERSON: user != approval.user,
            rules.BACK_EMOJI: bool(emoji) and emoji != approval.emoji,
        }
        return [rule for rule, holds in reasons.items() if holds]

    def in_grace(self, doc: str, at: float) -> bool:
        """Whether the work that an approval started cannot have begun yet."""
        return at < self.approvals[doc].at + self.grace_s

    def approve(self, approval: Approval) -> None:
        """A right word came."""
        self.approvals[approval.document] = approval

    def take_back(self, doc: str) -> None:
        """An approval was undone."""
        del self.approvals[doc]

    def change(self, before: Facts) -> None:
        """A change was made: all documents that there were are history."""
        self.void |= {doc.id for doc in before.docs}
        self.approvals.clear()

    def approved(self, now: Facts, kind: str) -> bool:
        """Whether the newest document of a kind stands approved, by its id and its text."""
        doc = now.newest(kind)
        approval = self.approvals.get(doc.id) if doc is not None and self.alive(now, doc) else None
        return doc is not None and approval is not None and approval.hash == doc.hash
