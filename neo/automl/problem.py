"""A problem: what is searched, on which instances, by which metric, under which limits.

A trial is pure: ``evaluate(config, instances, context)`` reads files, models and the stage cache
and returns one evaluation for each instance. It writes nothing but the cache, so it runs the
same in this process, in a spawned one, or on another machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neo.automl.space import Config, Space
from neo.evals.stats import Interval
from neo.llm.base import Endpoint
from neo.models.vector_service import VectorService


@dataclass(frozen=True)
class Instance:
    """One thing a configuration is judged on: a golden question, a frame, an example.

    Attributes:
        payload: What the skill needs; picklable.
        stratum: Splits keep the proportions of strata, such as a question's document.
        kind: The type of question, frame or example that the report breaks scores down by.
        synthetic: Whether a machine proposed it; such instances are searched on, and judge only where there are no
            others.
    """

    id: str
    payload: Any
    stratum: str = ""
    kind: str = ""
    synthetic: bool = False


@dataclass(frozen=True)
class Evaluation:
    """How one configuration did on one instance.

    Attributes:
        metrics: By metric name; NaN is 'missing', never 0.
        latency_s: Time for this instance alone, in seconds; NaN where it was not timed.
        cost_usd: Model calls of this instance, in dollars.
        output: What was produced (answer, sources), plain JSON values, for the report.
    """

    instance: str
    metrics: Mapping[str, float]
    latency_s: float = 0.0
    cost_usd: float = 0.0
    output: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Metric:
    """A score in [0, 1], higher is better; *help* is one sentence for a person.

    Attributes:
        span: Of a metric that people read as an error: the error at which its score is 0. The score is
            1 - error / span, so that a mean of scores is a mean of errors up to *span*.
        unit: Of that error, in the plural.
        error: Its name in reports for programs, such as ``mae``.
    """

    name: str
    title: str
    help: str
    span: float = 0.0
    unit: str = ""
    error: str = ""

    def told(self, score: float) -> float:
        """The figure that people read: the score itself, or the error."""
        return self.span * (1 - score) if self.span else score

    def told_interval(self, one: Interval) -> Interval:
        """An interval of scores, as people read it."""
        if not self.span:
            return one
        return Interval(self.told(one.value), self.told(one.high), self.told(one.low), one.n)

    def told_difference(self, one: Interval) -> Interval:
        """A difference of scores, as people read it: of errors, a negative one is the better."""
        if not self.span:
            return one
        # From 0, since a minus before 0.0 makes -0.0, which nobody wants to read.
        value, low, high = (0.0 - self.span * end for end in (one.value, one.high, one.low))
        return Interval(value, low, high, one.n)


@dataclass(frozen=True)
class Terms:
    """What a skill calls what it is judged on, as a person reads it.

    Attributes:
        cost: What the cost is paid for, such as ``a question`` or ``a camera a month``.
    """

    one: str = "question"
    many: str = "questions"
    golden: str = "golden questions"
    sources: str = "documents"
    cost: str = "a question"


@dataclass(frozen=True)
class Limits:
    """The person's limits; None is 'no limit'.

    Attributes:
        accuracy: Least mean of the metric that is searched on.
        least: Least means of other metrics, by name.
    """

    accuracy: float | None = None
    latency_p95_s: float | None = None
    cost_usd: float | None = None
    least: Mapping[str, float] = field(default_factory=dict)

    def named(self) -> dict[str, float]:
        """All that are set, by name; those of other metrics under the metric's."""
        own = {"accuracy": self.accuracy, "latency_p95_s": self.latency_p95_s, "cost_usd": self.cost_usd}
        return {name: value for name, value in own.items() if value is not None} | dict(self.least)


@dataclass(frozen=True)
class InputFile:
    """One of the person's files: its role (``document``, ``golden``), name and where its content lies."""

    role: str
    name: str
    path: Path
    sha256: str


@dataclass(frozen=True)
class Resources:
    """What this machine offers to a skill.

    Attributes:
        models_dir: Where packaged models lie.
        threads: Threads for one trial's arithmetic.
        endpoint: A language model's endpoint, where one is set.
        compute_usd_per_hour: Dollars for an hour of this machine, in which one question after the other is answered;
            0 is 'free'.
        vector_service: Where vectors may be kept elsewhere, where a key is set.
        inside_hosts: Hosts of private networks, and devices, that what is built may connect to: whoever runs Neo
            named them.
    """

    models_dir: Path
    threads: int = 1
    endpoint: Endpoint | None = None
    compute_usd_per_hour: float = 0.0
    vector_service: VectorService | None = None
    inside_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Grant:
    """What one piece of work may spend."""

    usd: float = 0.0
    seconds: float = float("inf")


@dataclass(frozen=True)
class Context:
    """Everything a trial may read, and what it may spend; frozen and picklable.

    Attributes:
        timed: Whether latencies are wanted. Timing runs outside every cache, so later rungs of a trial do without.
        repeats: How often a timed question is asked; the median counts, so that one pause of the machine does not.
    """

    inputs: tuple[InputFile, ...]
    cache_dir: Path
    resources: Resources
    grant: Grant = Grant()
    timed: bool = True
    repeats: int = 1


Evaluate = Callable[[Config, Sequence[Instance], Context], Sequence[Evaluation]]


@dataclass(frozen=True)
class Screen:
    """Cheap before dear: what a dear configuration is judged on before it may spend anything.

    Attributes:
        metric: Such as evidence recall: it costs no model call, and what is lost in it no model brings back.
        twin: The cheap configuration of the same score in that metric; None for a configuration that is not dear.
    """

    metric: str
    twin: Callable[[Config], Config | None]


@dataclass(frozen=True)
class Problem:
    """What a study solves.

    Attributes:
        metric: The metric that 'accuracy' means here; one of *metrics*.
        evaluate: A module-level function or a bound method: it crosses process boundaries.
        notes: What the person should know of the data: rejected rows, unanswerable questions.
        screen: For problems with dear configurations.
        nested: Whether a small set of instances is judged by nested cross-validation, which searches anew for each
            fold: for problems whose trials mostly reuse what the stage cache keeps.
        spends: Whether the cost of an instance is spent by a trial, as a model's calls are; not so where it is what the
            finished system would cost.
        compared: A parameter whose choices are shown beside each other, each with the best configuration that has it;
            empty for none.
        references: Named configurations that a person would start from; the winner is shown beside them.
    """

    skill: str
    space: Space
    instances: tuple[Instance, ...]
    metrics: tuple[Metric, ...]
    metric: str
    limits: Limits
    evaluate: Evaluate
    context: Context
    notes: tuple[str, ...] = ()
    screen: Screen | None = None
    nested: bool = False
    spends: bool = True
    compared: str = ""
    references: Mapping[str, Config] = field(default_factory=dict)
    terms: Terms = Terms()

    def searched(self) -> Metric:
        """The metric that is searched on."""
        return next(m for m in self.metrics if m.name == self.metric)

    def metric_title(self) -> str:
        """The title of the metric that is searched on."""
        return self.searched().title
