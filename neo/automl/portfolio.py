"""A portfolio of searches under one budget: what is asked next, and which search proposed it.

The default goes first, then a few configurations at random. After that the searches take turns: a model over all
partial results (`neo.automl.surrogate`), a greedy one that settles models first, TPE, and chance. No single one wins on
every data set (arXiv 2605.30029), so none is trusted alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import optuna

from neo.automl.racing import Race
from neo.automl.space import Config, Space
from neo.automl.surrogate import Surrogate
from neo.automl.trials import Trial

STARTUP = 5  # the default and four at random, before there is something to model
PATIENCE = 3  # proposals after which the most promising waiting configuration is asked on, while it stays so
CYCLE = (
    "model", "model", "model", "greedy", "model", "model", "model", "tpe", "model", "model", "model", "random",
)  # fmt: skip
CANDIDATES = 200  # drawn at random for the model to choose from, beside the neighbours of the best
AROUND = 2  # best configurations whose neighbours the model looks at
CLOSING_SHARE = 0.5  # of what asking all configurations everything would take; racing leaves most of it unspent
COMPARED = 2  # configurations that are asked everything at least: a winner has a runner-up
TRIES = 60  # draws before a space counts as exhausted
LOG_RATIO_VARIANCE = 0.05  # of a latency or cost over its limit

_NORMAL = np.vectorize(lambda z: 0.5 * (1 + math.erf(z / math.sqrt(2))), otypes=[float])


@dataclass(frozen=True)
class Proposal:
    """What to ask next: a new configuration, or a trial that waits (*trial* set) and is asked on."""

    config: Config
    source: str
    trial: Trial | None = None


class Portfolio:
    """The searches over one space.

    Args:
        space: What is searched.
        wanted: New configurations in all.
        seed: Of everything random in it.
        cycle: Sources in turn; keys of PROPOSERS.
    """

    def __init__(self, space: Space, wanted: int, seed: int, cycle: Sequence[str] = CYCLE) -> None:
        self.space, self.wanted, self.cycle = space, wanted, tuple(cycle)
        self.random = np.random.default_rng(seed)
        self.model, self.limit_model = Surrogate(space), Surrogate(space)
        self.tpe = Tpe(space, seed)
        self.moves: Iterator[Config] = iter(())
        self._turn = self._quiet = 0

    def propose(self, race: Race) -> Proposal | None:
        """The next step; None when the budget of configurations is used and none that waits may still win."""
        started = len(race.trials.keys() | race.running.keys())
        is_open = started < self.wanted
        if is_open and started < STARTUP:
            found = self.space.default() if not started else self._chance(race)
            return self._new(found, "random" if started else "default")
        if self._quiet >= PATIENCE or not is_open:
            promising = self._promising(race)
            if promising is not None or not is_open:
                return promising or self._closing(race)
            self._quiet = 0
        return self._in_turn(race)

    def rest(self, trial: Trial) -> None:
        """Tell the searches that keep a record of their own that a trial rests."""
        self.tpe.tell(trial)

    def _in_turn(self, race: Race) -> Proposal | None:
        source = self.cycle[self._turn % len(self.cycle)]
        self._turn += 1
        self._quiet += 1
        found = PROPOSERS[source](self, race)
        if isinstance(found, Trial):
            return Proposal(found.config, found.source, found)
        if found is None or not _is_open(found, race):
            source, found = "random", self._chance(race)
        return self._new(found, source)

    def _new(self, config: Config | None, source: str) -> Proposal | None:
        return None if config is None else Proposal(config, source)

    def _chance(self, race: Race) -> Config | None:
        """A configuration at random that is new; None when the space seems exhausted."""
        for _ in range(TRIES):
            config = self.space.sample(self.random)
            if _is_open(config, race):
                return config
        near = [one for trial in list(race.trials.values())[:AROUND] for one in self.space.neighbours(trial.config)]
        return next((one for one in near if _is_open(one, race)), None)

    def _greedy(self, race: Race) -> Config | None:
        """One parameter of the leader changed, models first, from where the sweep stands."""
        if race.leader() is None:
            return None
        for _ in range(2):  # a sweep that is over begins again, once
            for config in self.moves:
                if _is_open(config, race):
                    return config
            self.moves = self._sweep(race)
        return None

    def _sweep(self, race: Race) -> Iterator[Config]:
        for parameter in self.space.by_model():
            leader = race.leader()  # a better one that was found on the way is gone on from
            if leader is None or parameter.name not in leader.config:
                continue
            values = [value for value in parameter.values() if value != leader.config[parameter.name]]
            for place in self.random.permutation(len(values)):
                yield self.space.complete({**leader.config, parameter.name: values[place]})

    def _tpe(self, race: Race) -> Config | None:
        return self.tpe.ask()

    def _model(self, race: Race) -> Config | Trial | None:
        """The candidate of most expected improvement: new ones, and trials that wait."""
        observed = self._fitted(race)
        if observed is None:
            return None
        waiting = race.waiting()
        fresh = self._candidates(race)
        pool: list[Config | Trial] = [*fresh, *waiting]
        if not pool:
            return None
        configs = [one.config if isinstance(one, Trial) else one for one in pool]
        means, errors = self.model.predict(configs)
        goal = max(float(self.model.predict([t.config for t in observed])[0].max()), _accuracy(race.incumbent()))
        gain = _improvement(means, errors, goal) * self._within_limits(race, configs)
        return pool[int(np.argmax(gain))]

    def _fitted(self, race: Race) -> list[Trial] | None:
        """Fit the model; the trials that it rests on, or None where there are none."""
        observed = [trial for trial in race.trials.values() if trial.accuracy is not None]
        if not observed:
            return None
        told = [race.estimate(trial) for trial in observed]
        self.model.fit([t.config for t in observed], [mean for mean, _ in told], [variance for _, variance in told])
        return observed

    def _candidates(self, race: Race) -> list[Config]:
        drawn = [self.space.sample(self.random) for _ in range(CANDIDATES)]
        best = sorted((t for t in race.trials.values() if t.accuracy is not None), key=lambda t: -_accuracy(t))[:AROUND]
        near = [one for trial in best for one in self.space.neighbours(trial.config)]
        known = {_key(t.config) for t in race.trials.values()} | {_key(one) for one in race.running.values()}
        broken = race.broken()
        new = {key: one for one in [*drawn, *near] if (key := _key(one)) not in known and not broken & set(one.items())}
        return list(new.values())

    def _promising(self, race: Race) -> Proposal | None:
        """The waiting trial that the model thinks best, when it is thought better than the leader."""
        waiting = race.waiting()
        if not waiting or self._fitted(race) is None:
            return None
        means, _ = self.model.predict([trial.config for trial in waiting])
        best = int(np.argmax(means))
        if means[best] <= _accuracy(race.leader()):
            return None
        return Proposal(waiting[best].config, waiting[best].source, waiting[best])

    def _closing(self, race: Race) -> Proposal | None:
        """When nothing new may be begun: the one that may be best, of those that did not lose, while budget is left."""
        leader = race.leader()
        spare = CLOSING_SHARE * self.wanted * len(race.ids) - race.evaluations()
        waiting = [trial for trial in race.waiting() if leader is None or not race.lost_to(trial, leader)]
        if not waiting or spare <= 0 or self._fitted(race) is None:
            return self.whole(race, COMPARED)
        means, errors = self.model.predict([trial.config for trial in waiting])
        best = int(np.argmax(means + errors))
        if (means + errors)[best] <= _accuracy(race.incumbent()):
            return self.whole(race, COMPARED)
        return Proposal(waiting[best].config, waiting[best].source, waiting[best])

    def whole(self, race: Race, least: int) -> Proposal | None:
        """The next to be asked on until *least* configurations were asked everything, whatever the budget."""
        done = sum(trial.complete for trial in race.trials.values())
        if race.running or done >= least:
            return None
        leader = race.leader()
        rest = max(race.waiting(), key=lambda trial: (_accuracy(trial), len(trial.scores)), default=None)
        found = rest if done else leader
        return None if found is None else Proposal(found.config, found.source, found)

    def _within_limits(self, race: Race, configs: Sequence[Config]) -> npt.NDArray[np.float64]:
        """Probability that each configuration meets the limits on latency and cost; 1 while none was ever missed."""
        seen = [(trial, over) for trial in race.trials.values() if (over := _excess(trial, race)) is not None]
        if not any(over > 0 for _, over in seen):
            return np.ones(len(configs))
        variances = [LOG_RATIO_VARIANCE] * len(seen)
        self.limit_model.fit([trial.config for trial, _ in seen], [over for _, over in seen], variances)
        means, errors = self.limit_model.predict(configs)
        return np.asarray(_NORMAL(-means / errors), dtype=np.float64)


class Tpe:
    """Optuna's TPE over all three objectives, with the limits as constraints, in a study of its own in memory."""

    def __init__(self, space: Space, seed: int) -> None:
        self._space = space
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP, multivariate=True, group=True)
        self._study = optuna.create_study(directions=["maximize", "minimize", "minimize"], sampler=sampler)
        self._told: set[int] = set()
        self._asked: dict[str, optuna.Trial] = {}

    def ask(self) -> Config:
        """A configuration that it proposes; it may be known already."""
        trial = self._study.ask()
        config = self._space.suggest(trial)
        self._asked[_key(config)] = trial
        return config

    def tell(self, trial: Trial) -> None:
        """Take in a trial of any search, once, with what it is thought to score."""
        if trial.number in self._told or trial.accuracy is None:
            return
        self._told.add(trial.number)
        asked = self._asked.pop(_key(trial.config), None)
        if asked is None:
            self._study.enqueue_trial(trial.config)
            asked = self._study.ask()
            self._space.suggest(asked)
        for name in ("accuracy", "latency_p95_s", "cost_usd"):
            asked.set_constraint(name, trial.violations.get(name, 0.0))
        self._study.tell(asked, (_accuracy(trial), trial.latency_p95_s or 0.0, trial.cost_usd or 0.0))


def _is_open(config: Config, race: Race) -> bool:
    """Whether a configuration is new, and made of choices that work."""
    return not race.knows(config) and not race.broken() & set(config.items())


def _improvement(
    means: npt.NDArray[np.float64], errors: npt.NDArray[np.float64], goal: float
) -> npt.NDArray[np.float64]:
    """Expected improvement over *goal* (Jones, Schonlau and Welch 1998)."""
    z = (means - goal) / errors
    density = np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return np.asarray((means - goal) * _NORMAL(z) + errors * density, dtype=np.float64)


def _excess(trial: Trial, race: Race) -> float | None:
    """Logarithm of latency or cost over its limit, the larger one; None where there is no such limit."""
    pairs = ((trial.latency_p95_s, race.limits.latency_p95_s), (trial.cost_usd, race.limits.cost_usd))
    ratios = [math.log(max(value, 1e-6) / max(limit, 1e-6)) for value, limit in pairs if value is not None and limit]
    return max(ratios) if ratios and trial.accuracy is not None else None


def _accuracy(trial: Trial | None) -> float:
    return trial.accuracy if trial is not None and trial.accuracy is not None else 0.0


def _key(config: Config) -> str:
    return repr(sorted(config.items()))


PROPOSERS: Mapping[str, Callable[[Portfolio, Race], Config | Trial | None]] = {
    "model": Portfolio._model,
    "greedy": Portfolio._greedy,
    "tpe": Portfolio._tpe,
    "random": Portfolio._chance,
}
