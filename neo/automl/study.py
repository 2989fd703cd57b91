"""The study: an ask-and-tell driver, the only writer of its database, that sends pure trials to an executor.

What is asked next is the portfolio's to say, how long a trial goes on the race's. The driver can be killed at any
instant: each rest of a trial is kept in the study's storage, and what was under way is asked again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field, replace
from typing import Any

import optuna
import structlog

from neo.automl.executors import TrialRun, make_executor, rebuilt, run_trial
from neo.automl.portfolio import CYCLE, Portfolio
from neo.automl.problem import Instance, Problem
from neo.automl.racing import Race, loses, shuffled
from neo.automl.space import Choice, Config
from neo.automl.stage_cache import CacheStats
from neo.automl.storage import kept, open_study, reopened, tell
from neo.automl.trials import Trial, joined, scored
from neo.errors import Cancelled

log = structlog.get_logger(__name__)

MOST_RETRIES = 2  # of a trial whose process died
SCREENED = 64  # questions on which a dear configuration is screened, by what costs no model call
_POLL_S = 0.5


@dataclass(frozen=True)
class StudySettings:
    """How a study runs.

    Attributes:
        storage: A database URL for Optuna; None keeps the study in memory.
        jobs: Trials at the same time; more than one gives up reproducible order.
        seconds: The search stops after so long, with what it has.
        evaluations: The search stops after so many questions, of all configurations together.
        racing: Whether a configuration stops when it will not beat the best; without it each is asked everything.
        cycle: The searches that take turns; see `neo.automl.portfolio`.
        dask_address: A Dask scheduler's, for trials on its workers; empty for processes of this machine.
    """

    name: str
    trials: int
    seed: int = 0
    storage: str | None = None
    jobs: int = 1
    seconds: float = float("inf")
    evaluations: float = float("inf")
    racing: bool = True
    cycle: tuple[str, ...] = CYCLE
    dask_address: str = ""


@dataclass
class Progress:
    """What the driver tells while it runs.

    Attributes:
        best: The best that was asked everything; until there is one, what leads, with an estimate of its accuracy.
        is_new: False when a trial that rested was asked on.
    """

    done: int
    wanted: int
    best: Trial | None
    last: Trial
    elapsed_s: float
    left_s: float
    is_new: bool = True


@dataclass
class StudyRun:
    """All trials by number, the questions that they were asked, the cache's counts, and why the search ended.

    Attributes:
        broken: Choices, as (parameter, choice), with which every trial failed.
    """

    trials: list[Trial]
    cache: CacheStats = field(default_factory=CacheStats)
    seconds: float = 0.0
    evaluations: int = 0
    broken: tuple[tuple[str, Any], ...] = ()
    ended: str = "budget of trials used"


Watch = Callable[[Progress], None]
Stop = Callable[[], bool]


@dataclass
class Stint:
    """A trial on its way from one rest to the next: *past* is what it was asked before, None when it is new."""

    trial: optuna.Trial
    config: Config
    source: str
    number: int
    past: Trial | None = None
    to: int = 0
    screening: bool = False
    attempt: int = 0


class Driver:
    """One run of a study; see :func:`run_study`."""

    def __init__(self, problem: Problem, instances: Sequence[Instance], settings: StudySettings) -> None:
        self.problem, self.settings = problem, settings
        self.instances = shuffled(instances, settings.seed)
        self.study = open_study(settings.name, settings.storage, settings.seed)
        self.start = time.monotonic()
        self.reached: list[float] = []  # seconds after the start at which each trial of this run came to rest first
        self.run = StudyRun([])
        self.race = Race([one.id for one in self.instances], problem.limits, settings.racing)
        self.opened, self.lost = reopened(self.study, self.race)
        # A resumed search with the old seed would propose what it proposed before.
        seed = settings.seed + 1009 * len(self.opened)
        self.portfolio = Portfolio(problem.space, settings.trials, seed, settings.cycle)
        self.pending: dict[Future[TrialRun], Stint] = {}
        self.executor: Executor = make_executor(settings.jobs, settings.dask_address)

    def search(self, watch: Watch, stop: Stop) -> StudyRun:
        """Run until the budget is used, the space is exhausted, the time is over, or a person stops it."""
        self._watch = watch
        try:
            while True:
                if stop():
                    raise Cancelled("the search was stopped")
                self._fill()
                if not self.pending:
                    break
                for future in wait(self.pending, timeout=_POLL_S, return_when=FIRST_COMPLETED).done:
                    self._settle(future)
            self._close()
        finally:
            self.pending.clear()
            self.executor.shutdown(wait=False, cancel_futures=True)
        self.run.trials = [trial for _, trial in sorted(self.race.trials.items())]
        self.run.evaluations = self.race.evaluations()
        self.run.broken = tuple(sorted(self._given_up(), key=str))
        self.run.seconds = time.monotonic() - self.start
        return self.run

    def _fill(self) -> None:
        while len(self.pending) < self.settings.jobs:
            stint = self._next()
            if stint is None:
                return
            self._submit(stint)

    def _next(self) -> Stint | None:
        if self.lost:  # a killed driver was at these
            number, config, source = self.lost.pop(0)
            return self._begin(Stint(self._asked(number), config, source, number))
        if not self.race.trials and self.race.running:
            return None  # the default is what the first are compared with: it goes alone
        used = self._used_up()
        proposal = self.portfolio.whole(self.race, 1) if used else self.portfolio.propose(self.race)
        if proposal is None:
            started = len(self.race.trials.keys() | self.race.running.keys())
            exhausted = "nothing new left to try" if started < self.settings.trials else self.run.ended
            self.run.ended = used or exhausted
            return None
        if proposal.trial is not None:
            past = proposal.trial
            to = self.race.next_rung(past) or len(self.instances)
            self.race.running[past.number] = past.config
            return Stint(self._asked(past.number), past.config, past.source, past.number, past, to)
        self.study.enqueue_trial(proposal.config, user_attrs={"source": proposal.source})
        trial = self.study.ask()
        self.problem.space.suggest(trial)
        return self._begin(Stint(trial, proposal.config, proposal.source, trial.number))

    def _used_up(self) -> str:
        """Which budget is used; empty while none is."""
        if time.monotonic() - self.start > self.settings.seconds:
            return f"time of {self.settings.seconds:.0f} s used"
        return "budget of question evaluations used" if self.race.evaluations() >= self.settings.evaluations else ""

    def _begin(self, stint: Stint) -> Stint:
        self.race.running[stint.number] = stint.config
        stint.to = self.race.next_rung(None) or len(self.instances)
        dear = self.problem.screen is not None and self.problem.screen.twin(stint.config) is not None
        stint.screening = dear and self.settings.racing and self.race.leader() is not None
        return stint

    def _asked(self, number: int) -> optuna.Trial:
        frozen = self.study.get_trials(deepcopy=False)[number]
        return optuna.Trial(self.study, frozen._trial_id)

    def _submit(self, stint: Stint) -> None:
        asked = len(stint.past.scores) if stint.past else 0
        some, config, problem = self.instances[asked : stint.to], stint.config, self.problem
        if stint.screening and problem.screen is not None:
            config = problem.screen.twin(stint.config) or config
            some = self.instances[:SCREENED]
        if stint.screening or asked:
            problem = replace(problem, context=replace(problem.context, timed=False))
        self.pending[self.executor.submit(run_trial, problem, config, some)] = stint

    def _settle(self, future: Future[TrialRun]) -> None:
        if future not in self.pending:
            return  # it went down with its pool, and was submitted again
        stint = self.pending.pop(future)
        try:
            ran = future.result()
        except BrokenExecutor:
            self._rebuild(stint)
            return
        except Exception as error:  # noqa: BLE001  (whatever a trial raises is its outcome, and is kept)
            log.warning("a trial failed", trial=stint.number, config=stint.config, error=str(error))
            self._rest(stint, self._gone(stint, error=f"{type(error).__name__}: {error}"))
            return
        self.run.cache.add(ran.cache)
        metric, limits = self.problem.metric, self.problem.limits
        screen = self.problem.screen.metric if self.problem.screen else ""
        one = scored(
            stint.number, stint.config, stint.source, ran.evaluations, metric, limits, ran.seconds, screen=screen
        )
        if stint.screening:
            self._screened(stint, one)
            return
        trial = self.race.keep(joined(stint.past, one, limits) if stint.past else one)
        if trial.failed or not self.race.goes_on(trial):
            self._rest(stint, trial)
        else:
            stint.past, stint.to = trial, self.race.next_rung(trial) or len(self.instances)
            self._submit(stint)

    def _screened(self, stint: Stint, twin: Trial) -> None:
        """Give a dear configuration up that lost on what costs nothing; else let it begin."""
        leader = self.race.leader()
        found = [twin.screens.get(one.id, float("nan")) for one in self.instances[:SCREENED]]
        known = [leader.screens.get(one.id, float("nan")) for one in self.instances[:SCREENED]] if leader else []
        if loses(found, known, len(self.instances)):
            why = f"lost on {self.problem.screen.metric if self.problem.screen else ''} before any model call"
            self._rest(stint, self._gone(stint, stopped=why))
            return
        stint.screening = False
        self._submit(stint)

    def _gone(self, stint: Stint, error: str = "", stopped: str = "") -> Trial:
        """A trial that ends without a score."""
        trial = Trial(stint.number, stint.config, stint.source, error=error, stopped=stopped)
        self.race.trials[stint.number] = trial
        return trial

    def _rebuild(self, stint: Stint) -> None:
        """A child died: its pool is gone, and with it every trial that was running there."""
        lost = [stint, *self.pending.values()]
        self.pending.clear()
        self.executor = rebuilt(self.executor, self.settings.jobs, self.settings.dask_address)
        for one in lost:
            one.attempt += 1
            if one.attempt > MOST_RETRIES:
                error = f"its process died {one.attempt} times, for instance for want of memory"
                self._rest(one, self._gone(one, error=error))
            else:
                self._submit(one)

    def _rest(self, stint: Stint, trial: Trial) -> None:
        """Keep what a trial was asked; Optuna is told at once of those that are through."""
        is_new = stint.number not in self.opened
        self.opened.add(stint.number)
        self.race.running.pop(stint.number, None)
        stint.trial.set_user_attr("outcome", json.dumps(kept(trial)))
        if trial.accuracy is None or trial.complete:
            tell(self.study, stint.trial, trial)
        self.portfolio.rest(trial)
        self._watch(self._progress(trial, is_new))

    def _progress(self, last: Trial, is_new: bool) -> Progress:
        elapsed = time.monotonic() - self.start
        if is_new:
            self.reached.append(elapsed)
        # The first trials read and embed for those that follow: the later half says more of what is to come.
        half = len(self.reached) // 2
        rate = (elapsed - self.reached[half - 1]) / (len(self.reached) - half) if half else elapsed
        done = len(self.opened)
        left = min(rate * (self.settings.trials - done), self.settings.seconds - elapsed)
        best = best_of(list(self.race.trials.values())) or self.race.leader()
        return Progress(done, self.settings.trials, best, last, elapsed, max(0.0, left), is_new)

    def _close(self) -> None:
        """Tell Optuna of the trials that lost their race, each with its estimate."""
        for trial in self.race.waiting() + [t for t in self.race.trials.values() if self._over(t)]:
            tell(self.study, self._asked(trial.number), trial)

    def _given_up(self) -> set[tuple[str, Any]]:
        choices = {one.name for one in self.problem.space.parameters if isinstance(one, Choice)}
        return {(name, value) for name, value in self.race.broken() if name in choices}

    def _over(self, trial: Trial) -> bool:
        return trial.accuracy is not None and not trial.complete and self.race.too_dear(trial)


def run_study(
    problem: Problem,
    instances: Sequence[Instance],
    settings: StudySettings,
    watch: Watch = lambda _: None,
    stop: Stop = lambda: False,
) -> StudyRun:
    """Search the problem's space on *instances*; an earlier run of the same name is gone on with.

    Args:
        watch: Called after each trial, in this thread.
        stop: Asked between trials; True ends the run.

    Raises:
        Cancelled: *stop* said so; the study can be gone on with.
    """
    return Driver(problem, instances, settings).search(watch, stop)


def best_of(trials: Sequence[Trial]) -> Trial | None:
    """The feasible trial of highest accuracy, cheaper and faster first among equals; else the most accurate of all.

    Only trials that were asked everything count: an estimate wins nothing.
    """
    pool = [trial for trial in trials if trial.feasible] or [t for t in trials if t.complete]
    return min(pool, key=_order, default=None)


def _order(trial: Trial) -> tuple[float, float, float, int]:
    return -(trial.accuracy or 0.0), trial.cost_usd or 0.0, trial.latency_p95_s or 0.0, trial.number
