"""The whole contract between the core and a skill.

A skill knows how to ask for, build, score and serve one kind of system. It never sees storage,
Slack, or another skill.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from neo.automl.problem import Context, Evaluation, InputFile, Instance, Problem, Resources
from neo.automl.space import Config
from neo.domain.alerts import AlertRule, Observation
from neo.domain.brief import Brief
from neo.domain.documents import Item
from neo.errors import NotAllowed
from neo.models.catalogue import ModelEntry

# The role of a file that no person gave: a deployed version's answers with people's thumbs, as JSON lines of
# ``question``, ``answer``, ``sources`` and ``label`` (1 is good, 0 is bad).
THUMBS = "thumbs"


@dataclass(frozen=True)
class Slot:
    """One thing that a skill wants to know.

    Attributes:
        kind: ``text``, ``share`` (in [0, 1]), ``seconds``, ``dollars``, ``number``, ``choice``, ``date``, ``emails``,
            ``address`` (of a stream or a model) or ``files``: a key of the table of readers in
            ``neo.agent.understanding``.
        question: What Neo asks, as one sentence.
        plain: The same for somebody who does not know the field's words; empty where it is plain already.
        why: Why it matters, as one sentence.
        recommended: The normalised value that Neo recommends; None when there is none to recommend.
        recommended_words: The same in words.
        round: Slots of one round are asked together; lower first.
        required: Whether the requirements can be written without it: an optional slot that is not
            answered becomes a named assumption.
        cues: Words that tell this slot from others of its kind in free text.
        patterns: Regular expressions that tell it, where words alone do not; case does not matter.
        choices: For the kind ``choice``: the normalised values and the words that mean them.
        phrases: Sentences with which people give a value of it, whatever the value: by their meaning it is told from
            others of its kind, and found where no word of *cues* stands.
        unit: Of a ``number``, in the plural, as a person reads it. Of ``dollars``, what they are paid for: ``answer``
            (where it is empty), ``month``, ``hour`` or ``total``; a sum for another thing is no value of it.
        exceeded: Of a ``number``: it is what must be exceeded, so that "ten or more" is more than 9.
        bound: ``at least``, ``at most`` or empty: which side of the value is good.
    """

    name: str
    kind: str
    title: str
    question: str
    why: str
    recommended: Any = None
    recommended_words: str = ""
    round: int = 1
    required: bool = False
    cues: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    phrases: tuple[str, ...] = ()
    unit: str = ""
    bound: str = ""
    plain: str = ""
    patterns: tuple[str, ...] = ()
    exceeded: bool = False


@dataclass(frozen=True)
class FileReport:
    """What Neo says of one file: ``ok``, or the problem in three parts (what, why, remedy)."""

    name: str
    role: str
    summary: str
    problem: str = ""


@dataclass(frozen=True)
class Examination:
    """What the skill found in the person's files.

    Attributes:
        files: One report for each file; *role* says what the file was taken for.
        missing: What is still needed before a search makes sense, a sentence each; empty when ready.
        notes: What the person should know: rejected rows, duplicates, too few questions.
        facts: Figures for the documents: pages, words, questions, ...
        summary: The same in one sentence for a person.
        proposable: How many more instances to judge by are wanted and could be proposed from the files; see
            :meth:`Skill.propose`.
    """

    files: tuple[FileReport, ...]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    summary: str = ""
    proposable: int = 0


@dataclass(frozen=True)
class Proposal:
    """An instance to judge by that a skill proposes from a person's files; only a person's word makes it count.

    Attributes:
        question: What would be asked.
        answer: What would be expected.
        evidence: The very words of the document that say so: its text from *start* to *end*.
        document: Name of the document.
        method: ``template`` or ``model``.
    """

    question: str
    answer: str
    evidence: str
    document: str
    start: int
    end: int
    method: str = "template"


@dataclass(frozen=True)
class Unlabelled:
    """Something that a person is asked to put a number to.

    Attributes:
        id: By which the skill knows it again.
        question: What is asked of it, in a sentence.
        picture: What it looks like: JPEG or PNG.
    """

    id: str
    question: str
    picture: bytes
    alt_text: str


@dataclass(frozen=True)
class Build:
    """A packaged winner: a folder that runs without Neo.

    Attributes:
        command: Starts the service when run in *folder*; ``{port}`` and ``{python}`` are filled in.
        files: What lies in it, relative names, for the delivery note.
    """

    folder: Path
    command: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True)
class Reply:
    """What a deployed system answers; *sources* are plain JSON values with ``document``, ``page`` and ``quote``."""

    question: str
    text: str
    sources: tuple[Mapping[str, Any], ...]
    latency_s: float
    cost_usd: float = 0.0
    version: str = ""


class Skill(ABC):
    """One kind of system that Neo can build.

    Attributes:
        name: As in configuration and on the command line, such as ``rag``.
        title: As a person reads it.
        phrases: Things that people say when they want this skill; the router compares with them.
        buildable: Whether Neo can build it yet; one that it cannot gives its slots alone, see :class:`Planned`.
        delivered: What a person gets, a sentence each.
        watched: What is done from then on, in a sentence.
        surface: What a running service offers at its address, in a few words.
        use: What a person does with it in the thread, in a sentence.
        topics: Answers of its own to topics of ``neo.agent.help``, such as ``golden``: what a golden set is here.
        models: Models that it can use beside those of the core, pinned.
        sayings: Labelled messages from which the embedded reader learns what clauses say of the slots; the form is that
            of ``neo.agent.understanding.sayings``.
    """

    name: str
    title: str
    phrases: tuple[str, ...]
    slots: tuple[Slot, ...]
    sayings: str = ""
    buildable: bool = True
    delivered: tuple[str, ...] = ()
    models: tuple[ModelEntry, ...] = ()
    watched: str = "Watched from then on: up or down, p95 latency."
    surface: str = "`/healthz`, `/metrics`"
    use: str = ""
    topics: Mapping[str, str] = MappingProxyType({})

    @abstractmethod
    def examine(self, inputs: Sequence[InputFile], brief: Brief) -> Examination:
        """Read the files as far as needed to say what they are, what is wrong, and what is missing."""

    @abstractmethod
    def requirements(self, brief: Brief, found: Examination) -> list[Item]:
        """Functional requirements that follow from the brief, each with a stable id and its source."""

    @abstractmethod
    def out_of_scope(self, brief: Brief) -> list[Item]:
        """What Neo will not build here."""

    @abstractmethod
    def risks(self, brief: Brief, found: Examination) -> list[Item]:
        """What may go wrong, with what Neo does about it."""

    @abstractmethod
    def architecture(self, problem: Problem) -> list[Item]:
        """The parts of the system to be built, in words."""

    @abstractmethod
    def problem(self, brief: Brief, inputs: Sequence[InputFile], cache_dir: Path, resources: Resources) -> Problem:
        """The search problem for this brief and these files.

        Raises:
            BadInput: The files hold nothing to search on.
        """

    @abstractmethod
    def build(self, problem: Problem, config: Config, folder: Path) -> Build:
        """Package *config* with the data it needs into *folder*, which then runs without Neo."""

    @abstractmethod
    def ask(self, url: str, question: str, timeout_s: float) -> Reply:
        """Put one question to the deployed system at *url*.

        Raises:
            Unavailable: It does not answer.
        """

    @abstractmethod
    def smoke(self, problem: Problem, url: str, most: int) -> list[Evaluation]:
        """Put up to *most* of the problem's instances to the deployed system at *url* and score what it answers."""

    @abstractmethod
    def example(self, url: str, problem: Problem) -> str:
        """A few lines that show how to use the deployed system, as Markdown."""

    def propose(
        self, inputs: Sequence[InputFile], brief: Brief, cache_dir: Path, resources: Resources, most: int
    ) -> list[Proposal]:
        """Up to *most* instances to judge by, made from the person's files; none where the skill knows no way."""
        return []

    def wants_labels(self, inputs: Sequence[InputFile], brief: Brief) -> bool:
        """Whether a person must put numbers to instances before anything can be searched, and could."""
        return False

    def gather(self, brief: Brief, inputs: Sequence[InputFile], folder: Path, resources: Resources) -> list[Path]:
        """Fetch what is to be looked at from where the brief says it is, as files in *folder*; none where it was sent.

        Raises:
            BadInput: It cannot be fetched; says why, and what else a person can do.
        """
        return []

    def unlabelled(
        self, inputs: Sequence[InputFile], brief: Brief, cache_dir: Path, resources: Resources, most: int, turn: int
    ) -> list[Unlabelled]:
        """Up to *most* instances whose labels would tell most; another choice at each *turn*, from 0."""
        return []

    def labelled(self, labels: Mapping[str, int]) -> tuple[str, bytes]:
        """The golden file that a person's numbers make, by the ids of what they were asked: its name and content."""
        raise NotAllowed(f"'{self.title}' is not judged on numbers.", "", "Send golden questions.")

    def golden_file(self, kept: Sequence[Proposal]) -> bytes:
        """What a person confirmed, as JSON lines that :meth:`examine` and :meth:`problem` read as golden."""
        rows = [
            {
                "id": f"s{number}",
                "question": one.question,
                "answer": one.answer,
                "evidence": [{"document": one.document, "text": one.evidence, "start": one.start, "end": one.end}],
                "synthetic": True,
            }
            for number, one in enumerate(kept, 1)
        ]
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()

    @property
    def needs_files(self) -> bool:
        """Whether nothing can be said before a person sent files."""
        return any(slot.kind == "files" and slot.required for slot in self.slots)

    def texts_stay(self, brief: Brief) -> bool:
        """Whether the person said that no text leaves this machine: the choice of the slot ``privacy`` that says so."""
        slot = next((one for one in self.slots if one.name == "privacy"), None)
        said = brief.values.get("privacy")
        return bool(slot and said and said.source != "assumed" and said.value == next(iter(slot.choices), None))

    def alert_rules(self, brief: Brief, zone: str) -> tuple[AlertRule, ...]:
        """When people are to be told of what the deployed system observes; none where it observes nothing.

        Args:
            zone: The time zone of the project's owner, in which hours are meant.
        """
        return ()

    def observations(self, url: str, after: float) -> list[Observation]:
        """What the deployed system at *url* observed after a time in Unix seconds, as far as it kept it, in any order.

        A series of which nothing can be seen is given too: as NaN, with what the trouble is. Observations that were
        given before may be given again; those that lie more than a few seconds before others are not looked at.

        Raises:
            Unavailable: It does not answer.
        """
        return []

    def recipients(self, brief: Brief) -> tuple[str, ...]:
        """The e-mail addresses that are told of alerts."""
        return ()

    def picture(self, url: str, series: str, at: float, brief: Brief) -> tuple[bytes, str] | None:
        """What a series showed at a time, as PNG or JPEG, with what is seen there in words; None where there is none.

        None too where the brief wants none shown.

        Raises:
            Unavailable: The deployed system does not answer; what is to be told is told without a picture.
        """
        return None

    def describe(self, evaluation: Evaluation, instance: Instance) -> str:
        """One evaluated instance in a line, for the report."""
        return f"{instance.id}: {dict(evaluation.output)}"


__all__ = ["THUMBS", "Build", "Context", "Examination", "FileReport", "Proposal", "Reply", "Skill", "Slot"]
