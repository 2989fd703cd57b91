"""Racing: configurations are asked few questions first, and more only while they may still win.

Every configuration, the default too, is asked the questions in one shuffled, stratified order, so any two are compared
in pairs on the questions that both were asked. The *incumbent* is the best configuration that was asked all of them;
until there is one, the best of those that were asked most leads.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Any

import numpy as np
import numpy.typing as npt

from neo.automl.problem import Instance, Limits
from neo.automl.space import Config
from neo.automl.trials import Trial, estimated

Floats = npt.NDArray[np.float64]

FIRST_RUNG = 8  # questions of the first rung at least
FIRST_SHARE = 0.04  # of all questions in the first rung: many questions are worth more than a glance
LEAST_RUNGS = 2  # after which a configuration that is still in waits, until the portfolio takes it up again
STANDARD_ERRORS = 1.0  # a wrong stop is mended when the model takes the configuration up again, so stops may be bold
LAST_SHARE = 0.75  # a rung above this share of all questions would save nothing
MOST_FAILURES = 2  # trials that may fail with a choice before it is given up
CONTROLS = 6  # configurations that another is told from: those that were asked most
NOISE = 0.01  # least variance of one paired difference: eight equal pairs do not make two configurations equal


def rungs(n: int, racing: bool = True) -> tuple[int, ...]:
    """How many questions a configuration has been asked at each rung; all *n* at the last.

    >>> rungs(200), rungs(60), rungs(5)
    ((8, 16, 32, 64, 128, 200), (8, 16, 32, 60), (5,))
    >>> rungs(800)
    (32, 64, 128, 256, 512, 800)
    """
    sizes = []
    size = max(FIRST_RUNG, int(FIRST_SHARE * n))
    while racing and size <= LAST_SHARE * n:
        sizes.append(size)
        size *= 2
    return (*sizes, n)


def shuffled(instances: Sequence[Instance], seed: int) -> tuple[Instance, ...]:
    """The order of asking: random within each stratum, and each prefix keeps the strata's proportions."""
    random = np.random.default_rng(seed)
    strata: dict[str, list[Instance]] = defaultdict(list)
    for instance in instances:
        strata[instance.stratum].append(instance)
    placed: list[tuple[float, int, Instance]] = []
    for name in sorted(strata):
        members = [strata[name][i] for i in random.permutation(len(strata[name]))]
        start = random.random()
        placed += [((place + start) / len(members), len(placed) + place, one) for place, one in enumerate(members)]
    return tuple(instance for _, _, instance in sorted(placed, key=lambda item: item[:2]))


def differences(one: Sequence[float], other: Sequence[float]) -> Floats:
    """Paired differences on the questions that both were asked, without missing ones."""
    m = min(len(one), len(other))
    found = np.asarray(one[:m], dtype=np.float64) - np.asarray(other[:m], dtype=np.float64)
    return found[~np.isnan(found)]


def loses(challenger: Sequence[float], incumbent: Sequence[float], n: int) -> bool:
    """Whether the paired test says that the challenger will not beat the incumbent over all *n* questions.

    The standard error carries the finite-population correction: what is not asked yet is a part of the same *n*.
    """
    pairs = differences(challenger, incumbent)
    if len(pairs) < 2:
        return False
    error = float(pairs.std(ddof=1)) * np.sqrt((1 - len(pairs) / n) / len(pairs)) if len(pairs) < n else 0.0
    return bool(pairs.mean() + STANDARD_ERRORS * error < 0)


@dataclass(frozen=True)
class Control:
    """A configuration that another one is told from.

    Attributes:
        number: Its trial's.
        scores: In the order of asking.
        mean: Over all questions, as far as it is known.
        variance: Of that mean; 0 for the first control, since an error that all configurations share changes no choice
            between them.
    """

    number: int
    scores: Sequence[float]
    mean: float
    variance: float = 0.0


def estimate(scores: Sequence[float], controls: Sequence[Control], n: int) -> tuple[float, float]:
    """A configuration's mean over all questions, told from the first few.

    The few questions may be easy or hard ones. So its mean is that of a configuration that was asked more, plus the
    mean of the paired differences on the questions that both were asked (a control variate). Of several controls the
    one that leaves the least variance is taken.

    Args:
        scores: The first questions' scores, in the order of asking.
        controls: Configurations that were asked as many questions or more.
        n: Questions in all.

    Returns:
        The mean and its variance; NaN and infinity when nothing was measured.
    """
    own = np.asarray(scores, dtype=np.float64)
    own = own[~np.isnan(own)]
    if not len(own):
        return float("nan"), float("inf")
    told = []
    for control in controls:
        pairs = differences(scores, control.scores)
        if len(pairs) < 2:
            continue
        spread = max(float(pairs.var(ddof=1)), NOISE) * (1 - len(scores) / n) / len(pairs)
        told.append((control.mean + float(pairs.mean()), spread + control.variance))
    return min(told, key=lambda item: item[1]) if told else (float(own.mean()), 0.0)


class Race:
    """All configurations of one search: what each was asked, what it may still reach, and which one leads.

    Args:
        ids: Every question's id, in the order of asking.
        limits: The person's.
        racing: Whether configurations may be stopped; without it each is asked everything at once.
    """

    def __init__(self, ids: Sequence[str], limits: Limits, racing: bool = True) -> None:
        self.ids, self.limits, self.racing = tuple(ids), limits, racing
        self.rungs = rungs(len(ids), racing)
        self.trials: dict[int, Trial] = {}
        self.running: dict[int, Config] = {}
        self._controls: list[Control] = []
        self._told: dict[int, tuple[float, float]] = {}

    def scores(self, trial: Trial) -> list[float]:
        """A trial's scores in the order of asking."""
        return [trial.scores[one] for one in self.ids[: len(trial.scores)]]

    def knows(self, config: Config) -> bool:
        """Whether the configuration was proposed before."""
        return any(trial.config == config for trial in self.trials.values()) or config in self.running.values()

    def incumbent(self) -> Trial | None:
        """The most accurate trial that was asked everything; one within the limits on latency and cost goes before."""
        done = [trial for trial in self.trials.values() if trial.complete]
        return min(
            done, key=lambda t: (self.too_dear(t), -(t.accuracy or 0.0), t.cost_usd or 0.0, t.number), default=None
        )

    def leader(self) -> Trial | None:
        """The incumbent; while there is none, of the trials that were asked most the one that is thought best."""
        scored = [trial for trial in self.trials.values() if trial.accuracy is not None]
        return self.incumbent() or min(
            scored, key=lambda t: (self.too_dear(t), -len(t.scores), -(t.accuracy or 0.0), t.number), default=None
        )

    def too_dear(self, trial: Trial) -> bool:
        """Whether it is over the limit on latency or cost, whatever its accuracy."""
        return bool(trial.violations.keys() - {"accuracy"})

    def keep(self, trial: Trial) -> Trial:
        """Take in what a trial was asked up to now; one that is not through gets an estimate of its accuracy."""
        self.trials[trial.number] = trial = replace(trial, of=len(self.ids))
        self._told.pop(trial.number, None)
        if trial.accuracy is None:
            return trial
        self._choose_controls()
        if not trial.complete:
            self.trials[trial.number] = trial = estimated(trial, self.estimate(trial)[0], self.limits)
        return trial

    def estimate(self, trial: Trial) -> tuple[float, float]:
        """Mean accuracy over all questions of a trial that was kept, and its variance."""
        if trial.number not in self._told:
            self._told[trial.number] = self._tell(trial, self._controls)
        return self._told[trial.number]

    def _tell(self, trial: Trial, controls: Sequence[Control]) -> tuple[float, float]:
        # The first is what all are told from; of the others, only those that were asked more can help.
        asked = len(trial.scores)
        useful = [one for place, one in enumerate(controls) if not place or len(one.scores) > asked]
        own = bool(controls) and controls[0].number == trial.number
        return estimate(self.scores(trial), [] if own else useful, len(self.ids))

    def _choose_controls(self) -> None:
        """The trials that were asked most; when they are others than before, all is told anew."""
        scored = (one for one in self.trials.values() if one.accuracy is not None)
        most = nsmallest(CONTROLS, scored, key=lambda t: (-len(t.scores), -(t.accuracy or 0.0), t.number))
        if [(t.number, len(t.scores)) for t in most] == [(c.number, len(c.scores)) for c in self._controls]:
            return
        self._controls, self._told = [], {}
        for one in most:
            self._controls.append(Control(one.number, self.scores(one), *self._tell(one, self._controls)))
        for one in [t for t in self.trials.values() if t.accuracy is not None and not t.complete]:
            self.trials[one.number] = estimated(one, self.estimate(one)[0], self.limits)

    def next_rung(self, trial: Trial | None) -> int | None:
        """How many questions it has been asked after its next rung; None when it is through."""
        asked = len(trial.scores) if trial else 0
        return next((size for size in self.rungs if size > asked), None)

    def goes_on(self, trial: Trial) -> bool:
        """Whether a trial that ended a rung goes on at once: it is asked LEAST_RUNGS rungs unless it loses before."""
        leader = self.leader()
        lost = leader is not None and self.lost_to(trial, leader)
        least = self.rungs[:LEAST_RUNGS][-1]
        return not trial.complete and len(trial.scores) < least and not lost and not self.too_dear(trial)

    def lost_to(self, trial: Trial, leader: Trial) -> bool:
        """Whether the paired test says that the trial will not beat the leader."""
        return loses(self.scores(trial), self.scores(leader), len(self.ids))

    def broken(self) -> set[tuple[str, Any]]:
        """Choices with which MOST_FAILURES trials failed and none was scored, such as an endpoint that is down."""
        failed: Counter[tuple[str, Any]] = Counter()
        for trial in self.trials.values():
            if trial.failed:
                failed.update(trial.config.items())
        scored = {item for trial in self.trials.values() if not trial.failed for item in trial.config.items()}
        return {item for item, count in failed.items() if count >= MOST_FAILURES and item not in scored}

    def waiting(self) -> list[Trial]:
        """Trials that were asked a part and could be asked more."""
        return [
            trial
            for number, trial in self.trials.items()
            if trial.accuracy is not None and not trial.complete and number not in self.running
            and not self.too_dear(trial)
        ]  # fmt: skip

    def evaluations(self) -> int:
        """Questions asked, of all trials together."""
        return sum(len(trial.scores) for trial in self.trials.values())
