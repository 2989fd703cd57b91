"""What a project may spend and has spent: minutes of this machine, and money."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from neo.agent.understanding.wording import in_words
from neo.store import Transaction
from neo.store.documents import document_of
from neo.store.tables import ProjectRow

READING, TRANSLATING = "reading messages", "translating"  # what a project pays for beside its searches


@dataclass(frozen=True)
class Spent:
    """The approved budget and what is used of it.

    Attributes:
        seconds: Of computing, over the trials of the present study.
        seconds_most: What was approved; infinite before an architecture is.
        money: What the architecture says of money, in its words.
        talk: Dollars paid to the model's endpoint for the conversation, by what for. No budget bounds them.
    """

    seconds: float
    seconds_most: float
    trials: int
    money: str = ""
    talk: Mapping[str, float] = field(default_factory=dict)

    def left_in_words(self) -> str:
        """How much is left, or '' before there is a budget."""
        if not math.isfinite(self.seconds_most):
            return ""
        left = max(0.0, self.seconds_most - self.seconds) / 60
        return f"{left:.3g} of {self.seconds_most / 60:.3g} min of computing left"

    def in_words(self) -> str:
        """The whole account."""
        if not math.isfinite(self.seconds_most):
            search = "There is no budget yet: the architecture names one, and no search begins before you approve it."
            return f"{search}{self._talk_in_words()}"
        return (
            f"Approved: {self.seconds_most / 60:.0f} min of this machine. {self.money} "
            f"Used: {self.seconds / 60:.1f} min in {self.trials} trials. {self.left_in_words()}."
            f"{self._talk_in_words()}"
        )

    def _talk_in_words(self) -> str:
        if not self.talk:
            return ""
        parts = ", ".join(f"{what} {in_words('dollars', usd)}" for what, usd in self.talk.items())
        total = in_words("dollars", sum(self.talk.values()))
        return f" Our conversation is outside the search's budget and cost {total} so far: {parts}."


def book(tx: Transaction, project: str, what: str, usd: float, now: float) -> None:
    """Write down what was paid for a project, in dollars; nothing where nothing was."""
    if usd:
        tx.expenses.add(project, what, usd, now)


def spent_of(tx: Transaction, project: ProjectRow) -> Spent:
    """The account of a project."""
    trials = tx.projects.trials(project.id, project.study)
    most = float(project.outcome.get("seconds_budget", math.inf))
    row = tx.documents.latest(project.id, "architecture")
    items = document_of(row).items() if row is not None else []
    money = next((item.text for item in items if item.id == "B-money"), "")
    seconds = sum(trial.seconds for trial in trials)
    return Spent(seconds, most, len(trials), money, tx.expenses.sums(project.id))
