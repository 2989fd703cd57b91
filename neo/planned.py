"""A kind of system that Neo can talk about and cannot build yet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from neo.automl.problem import Evaluation, InputFile, Problem, Resources
from neo.automl.space import Config
from neo.domain.brief import Brief
from neo.domain.documents import Item
from neo.errors import NotAllowed
from neo.skill import Build, Examination, FileReport, Reply, Skill, Slot


class Planned(Skill):
    """A kind of system that Neo can talk about and cannot build yet: requirements are written and kept.

    Args:
        does: What it would do, an item a line, for the requirements.
        sayings: See :class:`Skill`.
    """

    buildable = False

    def __init__(
        self,
        name: str,
        title: str,
        phrases: tuple[str, ...],
        slots: tuple[Slot, ...],
        does: tuple[Item, ...],
        sayings: str = "",
    ) -> None:
        self.name, self.title, self.phrases, self.slots, self._does = name, title, phrases, slots, does
        self.sayings = sayings

    def examine(self, inputs: Sequence[InputFile], brief: Brief) -> Examination:
        """Keep the files as they are; none is wanted before the system can be built."""
        files = tuple(FileReport(one.name, "kept", "kept as it is") for one in inputs)
        return Examination(files, summary=f"{len(files)} files, kept as they are" if files else "no files")

    def requirements(self, brief: Brief, found: Examination) -> list[Item]:
        """What it would do."""
        return list(self._does)

    def out_of_scope(self, brief: Brief) -> list[Item]:
        """Building it."""
        return [Item("Building it now: Neo cannot build this yet, and keeps what you want for the day that it can.")]

    def risks(self, brief: Brief, found: Examination) -> list[Item]:
        """None are known before there is a system."""
        return []

    def architecture(self, problem: Problem) -> list[Item]:
        """Raise NotAllowed."""
        raise self._not_yet()

    def problem(self, brief: Brief, inputs: Sequence[InputFile], cache_dir: Path, resources: Resources) -> Problem:
        """Raise NotAllowed."""
        raise self._not_yet()

    def build(self, problem: Problem, config: Config, folder: Path) -> Build:
        """Raise NotAllowed."""
        raise self._not_yet()

    def ask(self, url: str, question: str, timeout_s: float) -> Reply:
        """Raise NotAllowed."""
        raise self._not_yet()

    def smoke(self, problem: Problem, url: str, most: int) -> list[Evaluation]:
        """Raise NotAllowed."""
        raise self._not_yet()

    def example(self, url: str, problem: Problem) -> str:
        """Raise NotAllowed."""
        raise self._not_yet()

    def _not_yet(self) -> NotAllowed:
        return NotAllowed(
            f"Neo cannot build '{self.title}' yet.", "Only its requirements can be kept.", "Ask for another system."
        )
