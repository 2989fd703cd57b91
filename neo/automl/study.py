"""The study: an ask-and-tell driver, the only writer of its database, that sends pure trials to an executor.

It can be killed at any instant: what is told is kept in the study's storage, what was running is
asked again, and the budget counts finished trials only.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

import optuna
import structlog
from optuna.trial import FrozenTrial, TrialState

from neo.automl.executors import TrialRun, make_executor, rebuilt, run_trial
from neo.automl.problem import Instance, Problem
from neo.automl.space import Config
from neo.automl.stage_cache import CacheStats
from neo.automl.trials import Trial, scored
from neo.errors import Cancelled

log = structlog.get_logger(__name__)

STARTUP_TRIALS = 10  # Optuna's own default for TPE: random before there is something to model
MOST_RETRIES = 2  # of a trial whose process died
SAME_AGAIN = 3  # a proposal that was scored before is asked again so many times a trial, then the space is exhausted
_POLL_S = 0.5

optuna.logging.set_verbosity(optuna.logging.WARNING)
# Names of objectives and grouped sampling are marked experimental; both are pinned by the lock and used knowingly.
warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)


@dataclass(frozen=True)
class StudySettings:
    """How a study runs.

    Attributes:
        storage: A database URL for Optuna; None keeps the study in memory.
        jobs: Trials at the same time; more than one gives up reproducible order.
        seconds: The search stops after so long, with what it has.
    """

    name: str
    trials: int
    seed: int = 0
    storage: str | None = None
    jobs: int = 1
    seconds: float = float("inf")


@dataclass
class Progress:
    """What the driver tells while it runs."""

    done: int
    wanted: int
    best: Trial | None
    last: Trial
    elapsed_s: float
    left_s: float


@dataclass
class StudyRun:
    """All finished trials by number, the cache's counts, and why the search ended."""

    trials: list[Trial]
    cache: CacheStats = field(default_factory=CacheStats)
    seconds: float = 0.0
    ended: str = "budget of trials used"


Watch = Callable[[Progress], None]
Stop = Callable[[], bool]


class Driver:
    """One run of a study; see :func:`run_study`."""

    def __init__(self, problem: Problem, instances: Sequence[Instance], settings: StudySettings) -> None:
        self.problem, self.instances, self.settings = problem, tuple(instances), settings
        self.study = open_study(settings, problem.space.default())
        self.start = time.monotonic()
        self.run = StudyRun(finished(self.study))
        self.pending: dict[Future[TrialRun], tuple[optuna.Trial, Config, str, int]] = {}
        self.executor: Executor = make_executor(settings.jobs)
        self._repeats = 0

    def search(self, watch: Watch, stop: Stop) -> StudyRun:
        """Run until the budget is used, the space is exhausted, the time is over, or a person stops it."""
        try:
            while self._wants_more() or self.pending:
                if stop():
                    raise Cancelled("the search was stopped")
                self._fill()
                for future in self._next_done():
                    self._settle(future, watch)
        finally:
            self._give_up_pending()
            self.executor.shutdown(wait=False, cancel_futures=True)
        self.run.trials.sort(key=lambda trial: trial.number)
        self.run.seconds = time.monotonic() - self.start
        return self.run

    def _wants_more(self) -> bool:
        if time.monotonic() - self.start > self.settings.seconds:
            self.run.ended = f"time of {self.settings.seconds:.0f} s used"
            return False
        if self._repeats > SAME_AGAIN * self.settings.trials:
            self.run.ended = "nothing new left to try"
            return False
        return len(self.run.trials) + len(self.pending) < self.settings.trials

    def _fill(self) -> None:
        while len(self.pending) < self.settings.jobs and self._wants_more():
            trial = self.study.ask()
            config = self.problem.space.suggest(trial)
            source = str(trial.user_attrs.get("source") or ("random" if trial.number < STARTUP_TRIALS else "tpe"))
            known = next((t for t in self.run.trials if t.config == config and not t.error), None)
            if known is not None:
                self._repeats += 1
                self.study.tell(trial, _values(known))
                continue
            if any(config == running for _, running, _, _ in self.pending.values()):
                self._repeats += 1
                self.study.tell(trial, state=TrialState.PRUNED)
                continue
            trial.set_user_attr("source", source)
            self._submit(trial, config, source, attempt=0)

    def _submit(self, trial: optuna.Trial, config: Config, source: str, attempt: int) -> None:
        future = self.executor.submit(run_trial, self.problem, config, self.instances)
        self.pending[future] = (trial, config, source, attempt)

    def _next_done(self) -> set[Future[TrialRun]]:
        return wait(self.pending, timeout=_POLL_S, return_when=FIRST_COMPLETED).done if self.pending else set()

    def _settle(self, future: Future[TrialRun], watch: Watch) -> None:
        if future not in self.pending:
            return  # it went down with its pool, and was submitted again
        trial, config, source, attempt = self.pending.pop(future)
        try:
            ran = future.result()
        except BrokenProcessPool:
            self._rebuild(trial, config, source, attempt)
            return
        except Exception as error:  # noqa: BLE001  (whatever a trial raises is its outcome, and is kept)
            log.warning("a trial failed", trial=trial.number, config=config, error=str(error))
            self._keep(trial, Trial(trial.number, config, source, error=f"{type(error).__name__}: {error}"), watch)
            return
        self.run.cache.add(ran.cache)
        metric, limits = self.problem.metric, self.problem.limits
        self._keep(trial, scored(trial.number, config, source, ran.evaluations, metric, limits, ran.seconds), watch)

    def _rebuild(self, trial: optuna.Trial, config: Config, source: str, attempt: int) -> None:
        """A child died: its pool is gone, and with it every trial that was running there."""
        lost = [(trial, config, source, attempt), *self.pending.values()]
        self.pending.clear()
        self.executor = rebuilt(self.executor, self.settings.jobs)
        for one, its_config, its_source, tried in lost:
            if tried >= MOST_RETRIES:
                error = f"its process died {tried + 1} times, for instance for want of memory"
                self._keep(one, Trial(one.number, its_config, its_source, error=error), lambda _: None)
            else:
                self._submit(one, its_config, its_source, tried + 1)

    def _keep(self, trial: optuna.Trial, outcome: Trial, watch: Watch) -> None:
        trial.set_user_attr("outcome", json.dumps({**outcome.to_json(), "scores": dict(outcome.scores)}))
        if outcome.accuracy is None:
            self.study.tell(trial, state=TrialState.FAIL)
        else:
            for name in ("accuracy", "latency_p95_s", "cost_usd"):
                trial.set_constraint(name, outcome.violations.get(name, 0.0))
            self.study.tell(trial, _values(outcome))
        self.run.trials.append(outcome)
        watch(self._progress(outcome))

    def _progress(self, last: Trial) -> Progress:
        done, elapsed = len(self.run.trials), time.monotonic() - self.start
        rate = elapsed / max(1, done)
        left = min(rate * (self.settings.trials - done), self.settings.seconds - elapsed)
        return Progress(done, self.settings.trials, best_of(self.run.trials), last, elapsed, max(0.0, left))

    def _give_up_pending(self) -> None:
        for trial, config, source, _ in self.pending.values():
            self.study.tell(trial, state=TrialState.FAIL)
            self.study.enqueue_trial(config, user_attrs={"source": source})
        self.pending.clear()


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


def open_study(settings: StudySettings, default: Config) -> optuna.Study:
    """The study of this name, with *default* as its first trial; trials that a killed driver left are asked again."""
    storage = optuna.storages.RDBStorage(settings.storage) if settings.storage else None
    study = optuna.create_study(
        study_name=settings.name,
        storage=storage,
        directions=["maximize", "minimize", "minimize"],
        load_if_exists=True,
    )
    study.set_metric_names(["accuracy", "latency_p95_s", "cost_usd"])
    orphans = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
    # The job's lease guarantees one driver at a time, so whatever still runs belongs to a dead one.
    for orphan in orphans:
        study.tell(orphan.number, state=TrialState.FAIL)
        if orphan.params:
            study.enqueue_trial(orphan.params, user_attrs={"source": orphan.user_attrs.get("source", "random")})
    if not study.get_trials(deepcopy=False):
        study.enqueue_trial(default, user_attrs={"source": "default"})
    # A resumed sampler with the old seed would propose what it proposed before.
    study.sampler = optuna.samplers.TPESampler(
        seed=settings.seed + 1009 * len(finished(study)),
        n_startup_trials=STARTUP_TRIALS,
        multivariate=True,
        group=True,
    )
    return study


def finished(study: optuna.Study) -> list[Trial]:
    """The study's finished trials, as they were kept."""
    return [trial for frozen in study.get_trials(deepcopy=False) if (trial := _kept(frozen)) is not None]


def _kept(frozen: FrozenTrial) -> Trial | None:
    if "outcome" not in frozen.user_attrs or frozen.state not in (TrialState.COMPLETE, TrialState.FAIL):
        return None
    body: dict[str, Any] = json.loads(frozen.user_attrs["outcome"])
    body.pop("feasible")
    return Trial(**body)


def _values(trial: Trial) -> tuple[float, float, float]:
    return trial.accuracy or 0.0, trial.latency_p95_s or 0.0, trial.cost_usd or 0.0


def best_of(trials: Sequence[Trial]) -> Trial | None:
    """The feasible trial of highest accuracy, cheaper and faster first among equals; else the most accurate of all."""
    pool = [trial for trial in trials if trial.feasible] or [t for t in trials if t.accuracy is not None]
    return min(pool, key=_order, default=None)


def _order(trial: Trial) -> tuple[float, float, float, int]:
    return -(trial.accuracy or 0.0), trial.cost_usd or 0.0, trial.latency_p95_s or 0.0, trial.number
