"""The search space: named parameters, their conditions, and what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import optuna

from neo.errors import BadInput

Config = dict[str, Any]

MOST_VALUES = 8  # of an ordered parameter that are tried one by one

# A parameter exists only when each named parameter has one of the values beside it.
When = Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Choice:
    """A categorical parameter.

    Attributes:
        finals: Choices too dear for every trial: they are tried on the winner alone, in the final
            rung, each on at most so many instances.
    """

    name: str
    choices: tuple[Any, ...]
    default: Any
    help: str = ""
    when: When = field(default_factory=dict)
    finals: Mapping[Any, int] = field(default_factory=dict)

    def suggest(self, trial: optuna.Trial) -> Any:
        """One of the choices, asked of the sampler."""
        return trial.suggest_categorical(self.name, self.choices)

    def allows(self, value: Any) -> bool:
        """Whether *value* is one of the choices, those of the final rung included."""
        return value in self.choices or value in self.finals

    def words(self) -> str:
        """The range in words."""
        dear = [f"{value} (final rung, at most {n} questions)" for value, n in self.finals.items()]
        return ", ".join([str(choice) for choice in self.choices] + dear)

    def size(self) -> int:
        """How many values there are."""
        return len(self.choices)

    def values(self) -> tuple[Any, ...]:
        """The values worth trying one by one."""
        return self.choices


@dataclass(frozen=True)
class Whole:
    """An integer parameter, both ends included."""

    name: str
    low: int
    high: int
    default: int
    step: int = 1
    log: bool = False
    help: str = ""
    when: When = field(default_factory=dict)

    def suggest(self, trial: optuna.Trial) -> int:
        """An integer in the range, asked of the sampler."""
        return trial.suggest_int(self.name, self.low, self.high, step=self.step, log=self.log)

    def allows(self, value: Any) -> bool:
        """Whether *value* is an integer of the range."""
        return isinstance(value, int) and self.low <= value <= self.high and (value - self.low) % self.step == 0

    def words(self) -> str:
        """The range in words."""
        return f"{self.low} to {self.high}" + (f" in steps of {self.step}" if self.step > 1 else "")

    def size(self) -> int:
        """How many values there are."""
        return (self.high - self.low) // self.step + 1

    def values(self) -> tuple[int, ...]:
        """The values worth trying one by one: at most MOST_VALUES, spread over the range."""
        count = min(self.size(), MOST_VALUES)
        ends = (self.low, self.high)
        spread = np.geomspace(*ends, count) if self.log else np.linspace(*ends, count)
        return tuple(sorted({self.low + self.step * round((one - self.low) / self.step) for one in spread.tolist()}))


@dataclass(frozen=True)
class Real:
    """A floating-point parameter, both ends included."""

    name: str
    low: float
    high: float
    default: float
    step: float | None = None
    help: str = ""
    when: When = field(default_factory=dict)

    def suggest(self, trial: optuna.Trial) -> float:
        """A number in the range, asked of the sampler."""
        value = trial.suggest_float(self.name, self.low, self.high, step=self.step)
        return round(value, self._decimals()) if self.step else value

    def _decimals(self) -> int:
        """Decimals of the low end and the step: 0.1 in steps of 0.05 has two, so 0.15000000000000002 is 0.15."""
        return max(-int(Decimal(str(number)).as_tuple().exponent) for number in (self.low, self.step or 0.0))

    def allows(self, value: Any) -> bool:
        """Whether *value* is a number of the range."""
        return isinstance(value, (int, float)) and self.low <= value <= self.high

    def words(self) -> str:
        """The range in words."""
        return f"{self.low:g} to {self.high:g}" + (f" in steps of {self.step:g}" if self.step else "")

    def size(self) -> int:
        """How many values there are; a continuous range counts as ten."""
        return round((self.high - self.low) / self.step) + 1 if self.step else 10

    def values(self) -> tuple[float, ...]:
        """The values worth trying one by one: at most MOST_VALUES, spread over the range."""
        count = min(self.size(), MOST_VALUES)
        spread = np.linspace(self.low, self.high, count).tolist()
        if not self.step:
            return tuple(spread)
        steps = sorted({round((one - self.low) / self.step) for one in spread})
        return tuple(round(self.low + self.step * one, self._decimals()) for one in steps)


Parameter = Choice | Whole | Real


@dataclass(frozen=True)
class LeftOut:
    """A choice that cannot run here, with the reason and what would bring it in."""

    parameter: str
    choice: str
    reason: str


@dataclass(frozen=True)
class Space:
    """All parameters, in an order in which a condition only names earlier ones.

    Attributes:
        models: Names of the parameters that choose a model: a greedy search settles them first (arXiv 2505.03452).
        plainest: What makes the default the plainest baseline, such as words alone and no reranker.
    """

    parameters: tuple[Parameter, ...]
    left_out: tuple[LeftOut, ...] = ()
    models: tuple[str, ...] = ()
    plainest: Config = field(default_factory=dict)

    def suggest(self, trial: optuna.Trial) -> Config:
        """A configuration, each active parameter asked of the sampler."""
        config: Config = {}
        for parameter in self.parameters:
            if active(parameter, config):
                config[parameter.name] = parameter.suggest(trial)
        return config

    def default(self) -> Config:
        """The configuration that a practitioner would start with."""
        config: Config = {}
        for parameter in self.parameters:
            if active(parameter, config):
                config[parameter.name] = parameter.default
        return config

    def baseline(self) -> Config:
        """The plainest configuration, for comparison."""
        return self.complete(self.plainest)

    def sample(self, random: np.random.Generator) -> Config:
        """A configuration at random, each active parameter from its values."""
        config: Config = {}
        for parameter in self.parameters:
            if active(parameter, config):
                values = parameter.values()
                config[parameter.name] = values[int(random.integers(len(values)))]
        return config

    def neighbours(self, config: Config) -> list[Config]:
        """Every configuration that differs in one active parameter; what that makes active is at its default."""
        return [
            self.complete({**config, parameter.name: value})
            for parameter in self.by_model()
            if parameter.name in config
            for value in parameter.values()
            if value != config[parameter.name]
        ]

    def by_model(self) -> list[Parameter]:
        """The parameters, those that choose a model first."""
        return sorted(self.parameters, key=lambda one: one.name not in self.models)

    def complete(self, values: Mapping[str, Any]) -> Config:
        """The default with *values* set, without what is then inactive."""
        config: Config = {}
        for parameter in self.parameters:
            if active(parameter, config):
                config[parameter.name] = values.get(parameter.name, parameter.default)
        self.validate(config)
        return config

    def validate(self, config: Mapping[str, Any]) -> None:
        """Check that each value is in its range.

        Raises:
            BadInput: A parameter is unknown or out of its range; names it, the value and the range.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name, value in config.items():
            if name not in known:
                raise BadInput(f"There is no parameter '{name}'.", "", f"The parameters are {', '.join(known)}.")
            if not known[name].allows(value):
                raise BadInput(f"{name} = {value!r} is outside its range.", "", f"The range is {known[name].words()}.")

    def finals(self) -> list[tuple[str, Any, int]]:
        """(parameter, choice, most instances) of each choice that waits for the final rung."""
        return [(p.name, choice, n) for p in self.parameters if isinstance(p, Choice) for choice, n in p.finals.items()]

    def size(self) -> int:
        """Upper bound of the number of configurations, conditions ignored."""
        total = 1
        for parameter in self.parameters:
            total *= max(1, parameter.size())
        return total


def position(parameter: Parameter, value: Any) -> float:
    """A value as a number: a choice's place among the choices, else the share of the range that lies below it.

    >>> position(Whole("k", 1, 16, 4, log=True), 4)
    0.5
    """
    if isinstance(parameter, Choice):
        return float(parameter.choices.index(value)) if value in parameter.choices else float(len(parameter.choices))
    if parameter.high == parameter.low:
        return 0.5
    if isinstance(parameter, Whole) and parameter.log:
        return float(np.log(value / parameter.low) / np.log(parameter.high / parameter.low))
    return float((value - parameter.low) / (parameter.high - parameter.low))


def active(parameter: Parameter, config: Mapping[str, Any]) -> bool:
    """Whether the parameter exists, given the values so far.

    >>> active(Whole("k", 1, 9, 5, when={"retriever": ("dense",)}), {"retriever": "bm25"})
    False
    """
    return all(config.get(name) in values for name, values in parameter.when.items())
