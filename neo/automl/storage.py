"""The study's books, kept by Optuna: every trial with its outcome, so that a killed search can be gone on with."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import optuna
from optuna.trial import TrialState

from neo.automl.racing import Race
from neo.automl.space import Config
from neo.automl.trials import Trial

optuna.logging.set_verbosity(optuna.logging.WARNING)
# Names of objectives and grouped sampling are marked experimental; both are pinned by the lock and used knowingly.
warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)


def open_study(name: str, url: str | None, seed: int) -> optuna.Study:
    """The study of this name, in the database at *url*, or in memory."""
    storage = optuna.storages.RDBStorage(url) if url else None
    study = optuna.create_study(
        study_name=name,
        storage=storage,
        directions=["maximize", "minimize", "minimize"],
        sampler=optuna.samplers.RandomSampler(seed=seed),  # the portfolio proposes; Optuna keeps the books
        load_if_exists=True,
    )
    study.set_metric_names(["accuracy", "latency_p95_s", "cost_usd"])
    return study


def reopened(study: optuna.Study, race: Race) -> tuple[set[int], list[tuple[int, Config, str]]]:
    """Bring an earlier run's trials into the race.

    The job's lease guarantees one driver at a time, so whatever still runs belongs to a dead one: what rested is there
    with its scores, what was under way is given back to be asked again.

    Returns:
        Numbers of the trials with an outcome, and (number, configuration, source) of those without.
    """
    lost = []
    for frozen in study.get_trials(deepcopy=False):
        if "outcome" in frozen.user_attrs:
            body: dict[str, Any] = json.loads(frozen.user_attrs["outcome"])
            race.keep(Trial(**body))
        elif frozen.state == TrialState.RUNNING and not frozen.params:
            study.tell(frozen.number, state=TrialState.FAIL)
        elif frozen.state == TrialState.RUNNING:
            lost.append((frozen.number, dict(frozen.params), str(frozen.user_attrs.get("source", "random"))))
    return set(race.trials), lost


def kept(trial: Trial) -> dict[str, Any]:
    """A trial as JSON values, such that ``Trial(**kept(trial))`` is it again."""
    return {one.name: _plain(getattr(trial, one.name)) for one in fields(trial)}


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def tell(study: optuna.Study, asked: optuna.Trial, trial: Trial) -> None:
    """Tell Optuna a trial's end: three values, and by how much each limit is missed."""
    if trial.failed:
        study.tell(asked, state=TrialState.FAIL)
        return
    if trial.accuracy is None:
        study.tell(asked, state=TrialState.PRUNED)
        return
    for name in ("accuracy", "latency_p95_s", "cost_usd"):
        asked.set_constraint(name, trial.violations.get(name, 0.0))
    study.tell(asked, (trial.accuracy, trial.latency_p95_s or 0.0, trial.cost_usd or 0.0))
