"""What a project may spend and has spent: minutes of this machine, and money."""

from __future__ import annotations

import math
from dataclasses import dataclass

from neo.store import Transaction
from neo.store.documents import document_of
from neo.store.tables import ProjectRow


@dataclass(frozen=True)
class Spent:
    """The approved budget and what is used of it.

    Attributes:
        seconds: Of computing, over the trials of the present study.
        seconds_most: What was approved; infinite before an architecture is.
        money: What the architecture says of money, in its words.
    """

    seconds: float
    seconds_most: float
    trials: int
    money: str = ""

    def left_in_words(self) -> str:
        """How much is left, or '' before there is a budget."""
        if not math.isfinite(self.seconds_most):
            return ""
        left = max(0.0, self.seconds_most - self.seconds) / 60
        return f"{left:.3g} of {self.seconds_most / 60:.3g} min of computing left"

    def in_words(self) -> str:
        """The whole account."""
        if not math.isfinite(self.seconds_most):
            return "There is no budget yet: the architecture names one, and nothing is spent before you approve it."
        return (
            f"Approved: {self.seconds_most / 60:.0f} min of this machine. {self.money} "
            f"Used: {self.seconds / 60:.1f} min in {self.trials} trials. {self.left_in_words()}."
        )


def spent_of(tx: Transaction, project: ProjectRow) -> Spent:
    """The account of a project."""
    trials = tx.projects.trials(project.id, project.study)
    most = float(project.outcome.get("seconds_budget", math.inf))
    row = tx.documents.latest(project.id, "architecture")
    items = document_of(row).items() if row is not None else []
    money = next((item.text for item in items if item.id == "B-money"), "")
    return Spent(sum(trial.seconds for trial in trials), most, len(trials), money)
